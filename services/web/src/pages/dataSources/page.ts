import { z } from 'zod'
import { definePage } from '../../http/page.ts'

const Sources = z.object({
  items: z.array(z.object({ code: z.string(), name: z.string(), publisher: z.string(), changedOn: z.iso.date().optional(), attribution: z.string() })),
})

/** Where the directory's records come from, with the attribution that each licence asks for. */
export const dataSourcesPage = definePage({
  name: 'dataSources',
  path: '/data-sources',
  for: 'anyone',
  load: async ({ services }) => ({ sources: (await services.get('provider-directory', '/sources', Sources)).items }),
})
