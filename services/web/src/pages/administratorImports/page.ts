import { z } from 'zod'
import { line } from '../../http/formFields.ts'
import { definePage, goTo } from '../../http/page.ts'

const addressLengthMax = 2_000
const perPage = 20
export const importStatuses = ['staging', 'failed', 'staged', 'accepting', 'accepted', 'undoing', 'undone', 'dropped'] as const
const Imports = z.object({
  items: z.array(z.object({ importId: z.string(), source: z.string(), status: z.enum(importStatuses), begunAt: z.string() })),
  after: z.string().optional(),
})
const OpenFeed = z.object({ services: z.int(), organisations: z.int(), leftOut: z.int() })
const Begun = z.object({ importId: z.uuid() })

export const ImportForm = z.strictObject({ address: line(addressLengthMax).pipe(z.url({ protocol: /^https?$/, error: 'not-a-web-address' })) })

/** What was imported, and where the next feed comes from. */
export const administratorImportsPage = definePage({
  name: 'administratorImports',
  path: '/administrator/imports',
  for: ['administrator'],
  load: async ({ services, query }) => {
    const [{ items, after }, openFeed] = await Promise.all([
      services.get('provider-directory', '/imports', Imports, { query: { limit: perPage, after: query.after } }),
      services.get('provider-directory', '/open-feed', OpenFeed),
    ])
    return { imports: items, after, isFirst: query.after === undefined, openFeed }
  },
  form: ImportForm,
  save: async ({ address }, { services }) => {
    const { importId } = await services.post('provider-directory', '/imports', { address }, Begun)
    return goTo(`/administrator/imports/${importId}`, { notice: 'administratorImports.begun' })
  },
})
