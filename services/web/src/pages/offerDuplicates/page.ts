import { z } from 'zod'
import { definePage } from '../../http/page.ts'
import { listedStatuses } from '../merging/pair.ts'

const perPage = 50
/** Whose pages these are: those who keep the offers, and administrators. */
export const decidingOnOffers = ['provider', 'coordinator', 'administrator'] as const
const Pairs = z.object({
  items: z.array(
    z.object({
      matchId: z.string(),
      certainty: z.int(),
      reasons: z.array(z.string()),
      offers: z.array(z.object({ offerId: z.string(), name: z.string(), organisation: z.object({ name: z.string() }) })),
    }),
  ),
  after: z.string().optional(),
})

/** Offers that may be the same thing listed twice: of one organisation for its people, of all for administrators. */
export const offerDuplicatesPage = definePage({
  name: 'offerDuplicates',
  path: '/duplicates',
  for: decidingOnOffers,
  load: async ({ services, query, person }) => {
    const status = z.enum(listedStatuses).catch('waiting').parse(query.status)
    const organisationId = z.uuid().optional().catch(undefined).parse(query.organisation)
    const asked = { status, limit: perPage, after: query.after, organisationId }
    const { items, after } = await services.get('provider-directory', '/offer-duplicates', Pairs, { query: asked })
    const back = person.role === 'administrator' ? '/administrator' : '/provider'
    const here = organisationId === undefined ? '/duplicates?' : `/duplicates?organisation=${organisationId}&`
    return { pairs: items, status, statuses: listedStatuses, after, isFirst: query.after === undefined, back, here }
  },
})
