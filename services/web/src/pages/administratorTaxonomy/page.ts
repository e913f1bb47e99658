import { z } from 'zod'
import { definePage } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { Taxonomy } from '../administratorTaxonomies/page.ts'

const perPage = 50
const place = z.string().regex(/^\d{1,6}$/)
const Terms = z.object({
  taxonomy: Taxonomy,
  above: z.array(z.object({ termId: z.string(), name: z.string() })),
  items: z.array(
    z.object({
      termId: z.string(),
      name: z.string(),
      code: z.string().optional(),
      description: z.string().optional(),
      below: z.int(),
      offers: z.int(),
      retiredOn: z.string().optional(),
    }),
  ),
  total: z.int(),
  after: z.string().optional(),
})

/** The terms of a taxonomy from the top down, and how many services are of each. */
export const administratorTaxonomyPage = definePage({
  name: 'administratorTaxonomy',
  path: '/administrator/taxonomies/:taxonomyId',
  for: ['administrator'],
  load: async ({ services, params, query, language }) => {
    const parent = z.uuid().safeParse(query.parent).data
    const after = place.safeParse(query.after).data
    const asked = { language, parent, after, limit: perPage }
    const { items, ...terms } = await services.get('provider-directory', path`/taxonomies/${params.taxonomyId!}/terms`, Terms, { query: asked })
    return { ...terms, terms: items, parent, at: `/administrator/taxonomies/${params.taxonomyId!}`, isFirst: after === undefined }
  },
})
