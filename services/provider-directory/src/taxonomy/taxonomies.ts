import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type AssetKind, Category } from '@patchwork/events'
import { categoryOfTerm } from '../openReferral/terms.ts'
import { codeSaid, kindOfCode, kindsShownWith, shownTerms, shownTermsOfAssets } from './mapping.ts'
import { addressOf, type Scheme, Taxonomy, type Term, taxonomiesMax } from './taxonomy.ts'

const mappedTerms = { ...shownTerms, ...shownTermsOfAssets }
const lookAgainMs = 5_000
const fileBytesMax = 100_000_000

/** A term with the taxonomy that it is of, and the id of the term above it. */
export type PlacedTerm = { taxonomy: Taxonomy; term: Term; parentId?: string }

/** The taxonomies that have been imported here. They may come, be replaced or go while the process runs: looked at again every 5 s. */
export type Taxonomies = {
  /** In the order of their names. */
  all(): readonly Taxonomy[]
  /** Of all of them, each taxonomy's in its own order; another list whenever any has changed. */
  terms(): readonly PlacedTerm[]
  taxonomy(id: string): Taxonomy | undefined
  term(id: string): PlacedTerm | undefined
  /** The terms that a kind of ours is shown with: of services, or of what a place has beside them. */
  shownWith(kind: Category | AssetKind): readonly PlacedTerm[]
  /** The kinds of ours that are shown with a term, or with any of a taxonomy. */
  kindsOf(asked: { termId: string } | { taxonomyId: string }): readonly Category[]
  /** The kind of ours that a term of another feed means: by itself, or by what lies above it in a taxonomy that is here. */
  kindOf(term: Readonly<Record<string, unknown>>): Category | undefined
  /** When any of them last changed, in milliseconds: was imported, or was found to have gone. 0 where there is none. */
  changedAtMs(): number
}

type Opened = {
  taxonomies: Taxonomy[]
  byId: Map<string, Taxonomy>
  terms: PlacedTerm[]
  byTermId: Map<string, PlacedTerm>
  byAddress: Map<string, PlacedTerm>
  byCode: Map<Taxonomy, Map<string, PlacedTerm>>
  /** Terms that mean the same as one of another taxonomy, by that one. */
  sameAs: Map<PlacedTerm, PlacedTerm[]>
}

/** Opens those in a folder; where there is none, none are known. Throws, in words, at a file that is not what `patchwork import taxonomy` writes. */
export const openTaxonomies = (folder: string | undefined, now: () => number): Taxonomies => {
  let lookedAt = Number.NEGATIVE_INFINITY
  let seen: string | undefined
  let noticedAtMs = 0
  let opened = opening([])
  const files = new Map<string, { mark: string; taxonomy: Taxonomy }>()
  const current = (): Opened => {
    if (folder === undefined || now() - lookedAt < lookAgainMs) return opened
    lookedAt = now()
    const marks = marksOf(folder)
    const mark = JSON.stringify([...marks])
    if (mark === seen) return opened
    for (const name of files.keys()) if (!marks.has(name)) files.delete(name)
    for (const [name, one] of marks) if (files.get(name)?.mark !== one) files.set(name, { mark: one, taxonomy: readKept(join(folder, name)) })
    if (seen !== undefined) noticedAtMs = now()
    seen = mark
    opened = opening([...files.values()].map(({ taxonomy }) => taxonomy))
    return opened
  }
  current()
  const shownWith = (kind: Category | AssetKind): PlacedTerm[] => {
    const { taxonomies, byCode, sameAs } = current()
    const mapped = taxonomies.flatMap((taxonomy) => {
      const code = taxonomy.scheme && mappedTerms[kind][taxonomy.scheme]?.code
      const placed = code === undefined ? undefined : byCode.get(taxonomy)?.get(code)
      return placed ? [placed] : []
    })
    return [...new Set(mapped.flatMap((placed) => [placed, ...(sameAs.get(placed) ?? [])]))]
  }
  /** The kind of a code, else of the nearest code above it. */
  const climbed = (scheme: Scheme, code: string): Category | undefined => {
    const { taxonomies, byCode } = current()
    const own = kindOfCode(scheme, code)
    if (own !== undefined) return own
    for (const taxonomy of taxonomies.filter((one) => one.scheme === scheme)) {
      const terms = byCode.get(taxonomy)!
      let parent = terms.get(code)?.term.parent
      // Only a file that somebody has written by hand could go round.
      for (let height = 0; parent !== undefined && height < terms.size; height += 1) {
        const kind = kindOfCode(scheme, parent)
        if (kind !== undefined) return kind
        parent = terms.get(parent)?.term.parent
      }
    }
    return undefined
  }
  /** The kind of a term: in a taxonomy that kinds are mapped to by its code, else by the nearest term from it upwards that means the same as one of these, or nearly. */
  const kindOfPlaced = ({ taxonomy, term }: PlacedTerm): Category | undefined => {
    if (taxonomy.scheme !== undefined) return climbed(taxonomy.scheme, term.code)
    const { byId, byCode } = current()
    const terms = byCode.get(taxonomy)!
    let at: Term | undefined = term
    for (let height = 0; at !== undefined && height < terms.size; height += 1) {
      for (const { taxonomyId, code } of at.matches ?? []) {
        const scheme = byId.get(taxonomyId)?.scheme
        const kind = scheme === undefined ? undefined : climbed(scheme, code)
        if (kind !== undefined) return kind
      }
      at = at.parent === undefined ? undefined : terms.get(at.parent)?.term
    }
    return undefined
  }
  return {
    all: () => current().taxonomies,
    terms: () => current().terms,
    taxonomy: (id) => current().byId.get(id),
    term: (id) => current().byTermId.get(id),
    shownWith,
    kindsOf: (asked) => {
      if ('taxonomyId' in asked) return current().byId.has(asked.taxonomyId) ? kindsIn(asked.taxonomyId, shownWith) : []
      const found = current().byTermId.get(asked.termId)
      if (found?.taxonomy.scheme !== undefined) return kindsShownWith(found.taxonomy.scheme, found.term.code)
      return found?.term.matches ? Category.options.filter((kind) => shownWith(kind).includes(found)) : []
    },
    kindOf: (term) => {
      const id = String(term.id ?? '').toLowerCase()
      const own = categoryOfTerm(id)
      if (own !== undefined) return own
      const { byTermId, byAddress } = current()
      const known = byTermId.get(id) ?? addressesSaid(term).flatMap((address) => byAddress.get(address) ?? [])[0]
      const kind = known && kindOfPlaced(known)
      if (kind !== undefined) return kind
      const said = codeSaid(term)
      return said && climbed(said.scheme, said.code)
    },
    changedAtMs: () => current().taxonomies.reduce((latest, { importedAt }) => Math.max(latest, Date.parse(importedAt)), noticedAtMs),
  }
}

const addressesSaid = ({ term_uri: termUri, uri, id }: Readonly<Record<string, unknown>>): string[] =>
  [termUri, uri, id].flatMap((one) => (typeof one === 'string' && /^https?:/i.test(one) ? [addressOf(one.trim())] : []))

const kindsIn = (taxonomyId: string, shownWith: (kind: Category) => readonly PlacedTerm[]): Category[] =>
  Category.options.filter((kind) => shownWith(kind).some(({ taxonomy }) => taxonomy.id === taxonomyId))

/** What tells the files of a folder apart from those that lay there before. */
const marksOf = (folder: string): Map<string, string> => {
  const names = namesIn(folder).toSorted()
  return new Map(
    names.slice(0, taxonomiesMax).flatMap((name) => {
      const found = statSync(join(folder, name), { throwIfNoEntry: false })
      return found ? [[name, `${found.ino} ${found.mtimeMs} ${found.size}`] as const] : []
    }),
  )
}

/** The files of a folder that imports have written; none where there is no folder. */
export const namesIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
        .map(({ name }) => name)
    : []

/** Reads a taxonomy that an import has kept. Throws an Error, in words. */
export const readKept = (path: string): Taxonomy => {
  const { size } = statSync(path)
  const parsed = size > fileBytesMax ? undefined : Taxonomy.safeParse(parsedJson(readFileSync(path, 'utf8')))
  if (parsed?.success) return parsed.data
  throw new Error(`${path} is not what "patchwork import taxonomy" writes. Import the taxonomy again, or remove the file.`)
}

const parsedJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const opening = (taxonomies: Taxonomy[]): Opened => {
  const inOrder = taxonomies.toSorted((one, other) => (one.name < other.name ? -1 : 1))
  const byCode = new Map(inOrder.map((taxonomy) => [taxonomy, placedTerms(taxonomy)]))
  const terms = [...byCode.values()].flatMap((placed) => [...placed.values()])
  const byTermId = new Map(terms.map((placed) => [placed.term.id, placed]))
  const byAddress = new Map(terms.flatMap((placed) => (placed.term.uri === undefined ? [] : [[addressOf(placed.term.uri), placed] as const])))
  const byId = new Map(inOrder.map((taxonomy) => [taxonomy.id, taxonomy]))
  const sameAs = new Map<PlacedTerm, PlacedTerm[]>()
  for (const placed of terms)
    for (const { taxonomyId, code, isExact } of placed.term.matches ?? []) {
      const other = byCode.get(byId.get(taxonomyId)!)?.get(code)
      if (other && isExact) sameAs.set(other, [...(sameAs.get(other) ?? []), placed])
    }
  return { taxonomies: inOrder, byId, terms, byTermId, byAddress, byCode, sameAs }
}

const placedTerms = (taxonomy: Taxonomy): Map<string, PlacedTerm> => {
  const idByCode = new Map(taxonomy.terms.map(({ code, id }) => [code, id]))
  return new Map(
    taxonomy.terms.map((term) => {
      const parentId = term.parent === undefined ? undefined : idByCode.get(term.parent)
      return [term.code, { taxonomy, term, ...(parentId === undefined ? {} : { parentId }) }]
    }),
  )
}
