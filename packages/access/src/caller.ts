import type { Role } from '@patchwork/events'
import { type Level, type PolicyName, policies } from './policies.ts'

/** Who is asking: a signed-in person in a role, another service of Patchwork, or anyone at all. */
export type Caller = { kind: 'person'; personId: string; accountId: string; role: Role } | { kind: 'service'; service: string } | { kind: 'anyone' }

/** Every kind of caller a policy speaks of. */
export const roles = ['anyone', 'resident', 'provider', 'navigator', 'coordinator', 'commissioner', 'administrator', 'service'] as const

/** What the policy gives this caller: `any` record, their `own` ones only, or `none`. What `anyone` may do, everybody may. */
export const levelFor = (caller: Caller, name: PolicyName): Level => {
  const policy: Record<string, unknown> = policies[name]
  const granted = (role: string): Level => (policy[role] as Level | undefined) ?? 'none'
  if (granted('anyone') !== 'none') return granted('anyone')
  if (caller.kind === 'anyone') return 'none'
  if (caller.kind === 'person') return granted(caller.role)
  return Array.isArray(policy.services) && policy.services.includes(caller.service) ? 'any' : 'none'
}
