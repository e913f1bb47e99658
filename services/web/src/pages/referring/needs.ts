import { Category, Track } from '@patchwork/events'
import { z } from 'zod'
import type { ServiceCalls } from '../../serviceCalls.ts'

const needsMax = 100
const Needs = z.object({
  items: z.array(z.object({ needId: z.uuid(), track: Track, category: Category, recordedAt: z.string().optional(), isOpen: z.boolean() })),
})

/** Needs that nobody has taken on, of the newest 100: one's own, or as a navigator those one recorded for a person. Without their words. Throws ServiceProblem. */
export const openNeeds = async (services: ServiceCalls, query: { personId?: string } = {}) =>
  (await services.get('referral', '/needs', Needs, { query: { ...query, limit: needsMax } })).items.filter(({ isOpen }) => isOpen)
