import { defineRoute, IdParams } from '@patchwork/http'
import { z } from 'zod'
import { feedRhythms, lookAnswers } from '../domain/feed.ts'
import type { Feeds } from '../import/feeds.ts'
import { FeedAddress } from './importRoutes.ts'

const FeedId = z.object({ feedId: z.uuid() })
const FeedView = z.object({
  feedId: z.uuid(),
  address: z.string(),
  every: z.enum(feedRhythms),
  /** It is being looked at now. */
  isLooking: z.boolean(),
  nextLookAt: z.string(),
  /** How many looks in a row failed; the next comes later for each, a day at most. */
  failures: z.int(),
  last: z
    .object({
      endedAt: z.string(),
      answer: z.enum(lookAnswers),
      /** Why it failed. */
      reason: z.string().optional(),
      /** Where what differs waits. */
      importId: z.string().optional(),
    })
    .optional(),
})

/** Feeds that are looked at on a schedule, for administrators. A look stages; only an acceptance changes anything public. */
export const feedRoutes = ({ feeds }: { feeds: Feeds }) => [
  defineRoute({
    method: 'get',
    path: '/feeds',
    policy: 'import.read',
    summary: 'The feeds that are looked at on a schedule, by address: what the last look came to, and when the next is. 100 at most.',
    answer: z.object({ items: z.array(FeedView) }),
    handle: async () => ({ body: { items: await feeds.list() } }),
  }),
  defineRoute({
    method: 'post',
    path: '/feeds',
    policy: 'import.stage',
    summary: 'Has an Open Referral feed at a public address looked at every day or week. What differs waits; nothing public changes.',
    body: z.strictObject({ address: FeedAddress, every: z.enum(feedRhythms) }),
    answer: FeedId,
    status: 201,
    problems: ['too-many-feeds'],
    rateLimit: { count: 30, perSeconds: 3_600 },
    handle: async ({ body, command }) => ({ status: 201, body: await feeds.watch(body, command) }),
  }),
  defineRoute({
    method: 'post',
    path: '/feeds/:id/stop',
    policy: 'import.stage',
    summary: 'Looks at a feed no more. What was found in it stays.',
    params: IdParams,
    answer: FeedId,
    problems: ['feed-not-found'],
    handle: async ({ params, command }) => {
      await feeds.stopWatching(params.id, command)
      return { body: { feedId: params.id } }
    },
  }),
]
