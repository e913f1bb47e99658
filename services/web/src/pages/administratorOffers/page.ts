import { z } from 'zod'
import { definePage } from '../../http/page.ts'

const perPage = 20
const Unassured = z.object({
  items: z.array(
    z.object({
      offerId: z.string(),
      name: z.string(),
      organisation: z.object({ organisationId: z.string(), name: z.string() }),
      standing: z.enum(['asked', 'downranked', 'hidden']),
      nextAt: z.string().optional(),
      publishedAt: z.string(),
      assured: z.object({ assurer: z.enum(['provider', 'council']), at: z.string() }).optional(),
    }),
  ),
  after: z.string().optional(),
})

/** Offers that nobody has assured for long. The council says of one that it is still right in one step, for those whose provider cannot be reached. */
export const administratorOffersPage = definePage({
  name: 'administratorOffers',
  path: '/administrator/offers',
  for: ['administrator'],
  load: async ({ services, query }) => {
    const { items, after } = await services.get('provider-directory', '/offers/unassured', Unassured, { query: { limit: perPage, after: query.after } })
    return { offers: items, after, isFirst: query.after === undefined }
  },
})
