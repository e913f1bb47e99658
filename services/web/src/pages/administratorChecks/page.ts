import { z } from 'zod'
import { definePage } from '../../http/page.ts'

const perPage = 50
const Waiting = z.object({
  items: z.array(z.object({ credentialId: z.string(), organisationId: z.string(), organisationName: z.string(), enteredAt: z.string() })),
  after: z.string().optional(),
})

/** Organisations whose criminal-record checks wait to be reviewed. */
export const administratorChecksPage = definePage({
  name: 'administratorChecks',
  path: '/administrator/checks',
  for: ['administrator'],
  load: async ({ services, query }) => {
    const { items, after } = await services.get('provider-directory', '/credentials/waiting', Waiting, { query: { limit: perPage, after: query.after } })
    return { waiting: items, after, isFirst: query.after === undefined }
  },
})
