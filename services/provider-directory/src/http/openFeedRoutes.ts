import { defineRoute } from '@patchwork/http'
import { z } from 'zod'
import type { SearchIndex } from '../store/searchIndex.ts'

const count = z.int()

/** What of the directory leaves by the open feed, for administrators. */
export const openFeedRoutes = ({ index }: { index: SearchIndex }) => [
  defineRoute({
    method: 'get',
    path: '/open-feed',
    policy: 'import.read',
    summary: 'How many published offers are in the open feed, and how many stay out because their organisation does not say what it is.',
    answer: z.object({ services: count, organisations: count, leftOut: count }),
    handle: async () => {
      const nothing = { offset: 0, limit: 0 }
      const { total: services } = index.feed.services({}, nothing)
      return { body: { services, organisations: index.feed.organisations({}, nothing).total, leftOut: index.feed.countLeftOut() } }
    },
  }),
]
