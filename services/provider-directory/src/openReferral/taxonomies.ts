import type { Category } from '@patchwork/events'
import type { FeedIndex } from '../store/feedIndex.ts'
import type { PlacedTerm, Taxonomies } from '../taxonomy/taxonomies.ts'
import type { Taxonomy, TermLanguage } from '../taxonomy/taxonomy.ts'
import { formTaxonomy, formTerms } from './forms.ts'
import { type Fields, said } from './said.ts'
import { ownTerms as kindTerms, taxonomyIn, termOf } from './terms.ts'

// What services are sorted by, as the open feed tells it: our own kinds, the taxonomies that were imported here, and what records of other feeds brought with
// them, each once. The standard has no field for a second language: an answer is in the one that was asked for, and says of each term which it is in.

export type FeedTaxonomies = {
  taxonomies(language: TermLanguage): Fields[]
  taxonomy(id: string, language: TermLanguage): Fields | undefined
  terms(language: TermLanguage): Fields[]
  term(id: string, language: TermLanguage): Fields | undefined
  /** Of a service of one of our kinds: ours first, then those that it stands for in imported taxonomies. */
  termsOf(kind: Category, language: TermLanguage): Fields[]
}

type ListedTerm = { fields: Fields; placed: PlacedTerm }

/** Of this place: the kinds of help, and the forms of offers. */
const ownTerms = (language: TermLanguage = 'en') => [...kindTerms(language), ...formTerms(language)]

export const feedTaxonomies = (feed: Pick<FeedIndex, 'terms' | 'term' | 'taxonomies'>, taxonomies: Taxonomies): FeedTaxonomies => {
  const shaped = new WeakMap<readonly PlacedTerm[], Partial<Record<TermLanguage, ListedTerm[]>>>()
  const importedTerms = (language: TermLanguage): ListedTerm[] => {
    const all = taxonomies.terms()
    const known = shaped.get(all) ?? {}
    const terms = known[language] ?? all.map((placed) => ({ fields: toTerm(placed, language), placed }))
    shaped.set(all, { ...known, [language]: terms })
    return terms
  }
  const ownIds = new Set(ownTerms().map(({ id }) => id))
  /** One that an import came without is told as long as something carries it. */
  const isTold = ({ term }: PlacedTerm): boolean =>
    !ownIds.has(term.id) && (term.retiredOn === undefined || taxonomies.kindsOf({ termId: term.id }).length > 0 || feed.term(term.id) !== undefined)
  const own = (language: TermLanguage): Fields[] => [taxonomyIn(language), formTaxonomy(language)]
  const ownTaxonomyIds = new Set(own('en').map(({ id }) => id))
  const terms = (language: TermLanguage): Fields[] => [
    ...ownTerms(language),
    ...importedTerms(language).flatMap(({ fields, placed }) => (isTold(placed) ? [fields] : [])),
    ...feed.terms().flatMap(({ id, term }) => (ownIds.has(id) || taxonomies.term(id) ? [] : [term])),
  ]
  const every = (language: TermLanguage): Fields[] => [
    ...own(language),
    ...taxonomies.all().flatMap((taxonomy) => (ownTaxonomyIds.has(taxonomy.id) ? [] : [toTaxonomy(taxonomy)])),
    ...feed.taxonomies().flatMap(({ id, name }) => (ownTaxonomyIds.has(id) || taxonomies.taxonomy(id) ? [] : [ofAnotherFeed(id, name)])),
  ]
  return {
    taxonomies: every,
    taxonomy: (id, language) => {
      const found = every(language).find((one) => one.id === id)
      return found && { ...found, taxonomy_terms: terms(language).filter((term) => term.taxonomy_id === id) }
    },
    terms,
    term: (id, language) => {
      const ours = ownTerms(language).find((one) => one.id === id)
      if (ours) return ours
      const placed = taxonomies.term(id)
      return placed && isTold(placed) ? toTerm(placed, language) : feed.term(id)?.term
    },
    termsOf: (kind, language) => [termOf(kind, language), ...taxonomies.shownWith(kind).map((placed) => toTerm(placed, language))],
  }
}

/** The standard asks for a description of everything: what has none of its own is described by its name. */
const toTaxonomy = ({ id, name, description, uri, version }: Taxonomy): Fields => said({ id, name, description: description ?? name, uri, version })

const ofAnotherFeed = (id: string, name: string | undefined): Fields => ({
  id,
  name: name ?? 'A taxonomy of another feed',
  description: 'What records that came from another feed are sorted by there.',
})

const toTerm = ({ taxonomy, term, parentId }: PlacedTerm, language: TermLanguage): Fields => {
  const translated = language === taxonomy.language ? undefined : term.translations?.[language]
  const { name, description = name } = translated ?? term
  return said({
    id: term.id,
    name,
    description,
    parent_id: parentId,
    taxonomy: taxonomy.name,
    taxonomy_id: taxonomy.id,
    term_uri: term.uri,
    term: term.code,
    language: translated ? language : taxonomy.language,
  })
}
