import { z } from 'zod'
import { definePage } from '../../http/page.ts'

export const Taxonomy = z.object({
  taxonomyId: z.string(),
  name: z.string(),
  description: z.string(),
  version: z.string().optional(),
  of: z.enum(['place', 'import', 'feeds']),
  terms: z.int(),
  retired: z.int(),
  offers: z.int(),
  source: z.string().optional(),
  importedAt: z.string().optional(),
  languages: z.array(z.enum(['en', 'cy'])),
})

/** What services are sorted by: our own kinds, the taxonomies imported here, and those that records of other feeds name. */
export const administratorTaxonomiesPage = definePage({
  name: 'administratorTaxonomies',
  path: '/administrator/taxonomies',
  for: ['administrator'],
  load: async ({ services, language }) => ({
    taxonomies: (await services.get('provider-directory', '/taxonomies', z.object({ items: z.array(Taxonomy) }), { query: { language } })).items,
  }),
})
