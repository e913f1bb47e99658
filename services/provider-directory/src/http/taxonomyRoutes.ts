import { Category } from '@patchwork/events'
import { defineRoute, IdParams, NotFoundError } from '@patchwork/http'
import { z } from 'zod'
import { formTaxonomy } from '../openReferral/forms.ts'
import type { Fields } from '../openReferral/said.ts'
import { feedTaxonomies } from '../openReferral/taxonomies.ts'
import { taxonomy as own } from '../openReferral/terms.ts'
import type { SearchIndex } from '../store/searchIndex.ts'
import type { Taxonomies } from '../taxonomy/taxonomies.ts'
import { TermLanguage } from '../taxonomy/taxonomy.ts'

const count = z.int()
/** Taxonomies that are told of here; the open feed has all. */
const listedMax = 100
const language = TermLanguage.default('en')

const TaxonomyView = z.object({
  taxonomyId: z.uuid(),
  name: z.string(),
  description: z.string(),
  version: z.string().optional(),
  /** Of this place, imported here, or only named by records of other feeds. */
  of: z.enum(['place', 'import', 'feeds']),
  terms: count,
  /** Terms that the last import came without. */
  retired: count,
  /** Offers in the open feed that are of it. */
  offers: count,
  /** The name of the file that it came from, and when. */
  source: z.string().optional(),
  importedAt: z.string().optional(),
  /** Languages that its terms have words in. */
  languages: z.array(TermLanguage),
})
type TaxonomyView = z.output<typeof TaxonomyView>

const TermName = z.object({ termId: z.uuid(), name: z.string() })
const TermView = TermName.extend({
  code: z.string().optional(),
  description: z.string().optional(),
  /** Terms right below it. */
  below: count,
  offers: count,
  retiredOn: z.string().optional(),
})

type Dependencies = { index: SearchIndex; taxonomies: Taxonomies }

/** What services are sorted by, for administrators: the taxonomies known here, and their terms from the top down. */
export const taxonomyRoutes = ({ index: { feed }, taxonomies }: Dependencies) => {
  const sorted = feedTaxonomies(feed, taxonomies)
  const kindsIn = (taxonomyId: string): readonly Category[] => (taxonomyId === own.id ? Category.options : taxonomies.kindsOf({ taxonomyId }))
  const importedFields = (taxonomyId: string) => {
    const imported = taxonomies.taxonomy(taxonomyId)
    if (!imported || isOwn(taxonomyId))
      return { of: isOwn(taxonomyId) ? ('place' as const) : ('feeds' as const), retired: 0, languages: ownLanguages(taxonomyId) }
    const translations = new Set(imported.terms.flatMap(({ translations: words = {} }) => Object.keys(words)))
    return {
      of: 'import' as const,
      retired: imported.terms.filter(({ retiredOn }) => retiredOn !== undefined).length,
      source: imported.source,
      importedAt: imported.importedAt,
      languages: TermLanguage.options.filter((one) => one === imported.language || translations.has(one)),
    }
  }
  const views = (listed: readonly Fields[], terms: readonly Fields[]): TaxonomyView[] => {
    const termsOf = Map.groupBy(terms, ({ taxonomy_id: taxonomyId }) => taxonomyId)
    const offers = feed.usedBy(
      'taxonomy',
      listed.map(({ id }) => ({ id: String(id), kinds: kindsIn(String(id)) })),
    )
    return listed.map(({ id, name, description, version }, place) => ({
      taxonomyId: String(id),
      name: String(name),
      description: String(description),
      ...(typeof version === 'string' ? { version } : {}),
      terms: termsOf.get(id)?.length ?? 0,
      offers: offers[place]!,
      ...importedFields(String(id)),
    }))
  }
  return [
    defineRoute({
      method: 'get',
      path: '/taxonomies',
      policy: 'import.read',
      summary: 'The taxonomies that services are sorted by: our own kinds, those imported here, and those that records of other feeds name. 100 at most.',
      query: z.strictObject({ language }),
      answer: z.object({ items: z.array(TaxonomyView) }),
      handle: async ({ query }) => ({ body: { items: views(sorted.taxonomies(query.language).slice(0, listedMax), sorted.terms(query.language)) } }),
    }),
    defineRoute({
      method: 'get',
      path: '/taxonomies/:id/terms',
      policy: 'import.read',
      summary: 'Terms of a taxonomy: its top ones, or those right below one, with what lies above this.',
      params: IdParams,
      query: z.strictObject({
        language,
        parent: z.uuid().optional(),
        limit: z.coerce.number().int().min(1).max(200).default(50),
        after: z
          .string()
          .regex(/^\d{1,6}$/)
          .optional(),
      }),
      answer: z.object({ taxonomy: TaxonomyView, above: z.array(TermName), items: z.array(TermView), total: count, after: z.string().optional() }),
      handle: async ({ params, query }) => {
        const found = sorted.taxonomy(params.id, query.language)
        if (!found) throw new NotFoundError()
        const { taxonomy_terms: listed, ...about } = found
        const terms = listed as Fields[]
        const byId = new Map(terms.map((term) => [String(term.id), term]))
        if (query.parent !== undefined && !byId.has(query.parent)) throw new NotFoundError()
        // One whose parent is told no more stands at the top.
        const parentOf = (term: Fields): string | undefined => (byId.has(String(term.parent_id)) ? String(term.parent_id) : undefined)
        const below = Map.groupBy(terms, parentOf)
        const every = below.get(query.parent) ?? []
        const from = Number(query.after ?? 0)
        const page = every.slice(from, from + query.limit)
        const offers = feed.usedBy(
          'term',
          page.map(({ id, term }) => ({
            id: String(id),
            kinds: params.id === own.id ? Category.options.filter((kind) => kind === term) : taxonomies.kindsOf({ termId: String(id) }),
          })),
        )
        const items = page.map(({ id, name, term, description }, place) => {
          const retiredOn = taxonomies.term(String(id))?.term.retiredOn
          return {
            termId: String(id),
            name: String(name),
            ...(typeof term === 'string' ? { code: term } : {}),
            ...(typeof description === 'string' && description !== name ? { description } : {}),
            below: below.get(String(id))?.length ?? 0,
            offers: offers[place]!,
            ...(retiredOn === undefined ? {} : { retiredOn }),
          }
        })
        const [taxonomy] = views([about], terms)
        return {
          body: {
            taxonomy: taxonomy!,
            above: pathTo(query.parent, byId, parentOf),
            items,
            total: every.length,
            ...(from + page.length < every.length ? { after: String(from + page.length) } : {}),
          },
        }
      },
    }),
  ]
}

const isOwn = (taxonomyId: string): boolean => taxonomyId === own.id || taxonomyId === formTaxonomy().id
const ownLanguages = (taxonomyId: string): TermLanguage[] => (isOwn(taxonomyId) ? [...TermLanguage.options] : [])

const depthMax = 50

/** From the top down to a term. Terms of other feeds may lie above themselves. */
const pathTo = (termId: string | undefined, byId: ReadonlyMap<string, Fields>, parentOf: (term: Fields) => string | undefined) => {
  const path: { termId: string; name: string }[] = []
  for (let at = termId; at !== undefined && path.length < depthMax && !path.some((passed) => passed.termId === at); at = parentOf(byId.get(at)!))
    path.push({ termId: at, name: String(byId.get(at)!.name) })
  return path.toReversed()
}
