import { z } from 'zod'
import { definePage } from '../../http/page.ts'
import { listedStatuses } from '../merging/pair.ts'

const perPage = 50
const Pairs = z.object({
  items: z.array(
    z.object({
      matchId: z.string(),
      certainty: z.int(),
      reasons: z.array(z.string()),
      organisations: z.array(z.object({ organisationId: z.string(), name: z.string() })),
    }),
  ),
  after: z.string().optional(),
})

/** Organisations that are likely one, the most certain first; those that were told apart, and those that were merged. */
export const administratorDuplicatesPage = definePage({
  name: 'administratorDuplicates',
  path: '/administrator/duplicates',
  for: ['administrator'],
  load: async ({ services, query }) => {
    const status = z.enum(listedStatuses).catch('waiting').parse(query.status)
    const { items, after } = await services.get('provider-directory', '/duplicates', Pairs, { query: { status, limit: perPage, after: query.after } })
    return { pairs: items, status, statuses: listedStatuses, after, isFirst: query.after === undefined }
  },
})
