import type { Role } from '@patchwork/events'

/** Referring oneself: a person who types needs far fewer, a program that tries is slowed. Navigators send for many, so they are not counted. */
export const selfReferralLimit: { count: number; perSeconds: number; roles: readonly Role[] } = { count: 60, perSeconds: 600, roles: ['resident'] }
