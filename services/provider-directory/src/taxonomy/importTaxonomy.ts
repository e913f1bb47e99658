import { existsSync } from 'node:fs'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { readTaxonomy } from './readTaxonomy.ts'
import { type Fault, quoted, TaxonomyRefusedError } from './refused.ts'
import { namesIn, readKept } from './taxonomies.ts'
import {
  addressOf,
  keyOf,
  lengths,
  matchesMax,
  schemeNames,
  Taxonomy,
  type Term,
  type TermLanguage,
  taxonomiesMax,
  taxonomyIdOf,
  termIdOf,
  termsMax,
} from './taxonomy.ts'

type Options = {
  /** The folder in which they are kept. */
  folder: string
  now: () => number
  /** Nothing is kept. */
  dryRun?: boolean
  /** What it is called here; where the file says it itself, that when absent. */
  name?: string
  /** Of the words in the file. Another than that of the taxonomy: the words are added to its terms, by their codes. */
  language?: TermLanguage
  skipRepeated?: boolean
  onProgress?: (bytes: number, of: number) => void
}

export type ImportedTaxonomy = {
  name: string
  version?: string
  language: TermLanguage
  /** Words of another language were added to terms that were here. */
  isTranslation: boolean
  read: number
  added: number
  changed: number
  /** Not in the file any more; kept, as something may carry them. */
  retired: number
  repeated: readonly Fault[]
  /** Terms that lie below several others in the file; the first was kept. */
  severalAbove: number
  /** What terms mean in other taxonomies: found among those that are here, or in none of them. */
  matches: { here: number; elsewhere: number }
  /** Absent, nothing was kept. */
  to?: string
}

/**
 * Reads a taxonomy and keeps it in place of what was kept under its name: written beside and put in its place at the end, so that a file that is refused, or
 * an end half-way, changes nothing. Terms that have gone stay, retired. Throws TaxonomyRefusedError.
 */
export const importTaxonomy = async (from: string, options: Options): Promise<ImportedTaxonomy> => {
  const { folder, dryRun = false, name: givenName, language: givenLanguage, skipRepeated = false, onProgress } = options
  const size = await stat(from).then(
    (found) => (found.isFile() ? found.size : undefined),
    () => undefined,
  )
  if (size === undefined) throw new TaxonomyRefusedError('no-such-file', `There is no file ${from}.`)
  const keptBefore = givenName === undefined ? undefined : keptIn(folder, keyOf(givenName))
  const isKnownTranslation = keptBefore !== undefined && givenLanguage !== undefined && keptBefore.language !== givenLanguage
  const wanted = givenLanguage ?? keptBefore?.language
  const read = await readTaxonomy(from, {
    skipRepeated,
    ...(wanted === undefined ? {} : { language: wanted }),
    isTranslation: isKnownTranslation,
    ...(onProgress ? { onProgress: (bytes) => onProgress(bytes, size) } : {}),
  })
  const name = givenName?.trim() || read.about.name
  if (name === undefined) throw new TaxonomyRefusedError('no-name', 'The file does not say what the taxonomy is called. Name it with --name.')
  const key = keyOf(name)
  if (key === '' || name.length > lengths.name)
    throw new TaxonomyRefusedError(
      'no-name',
      `${quoted(name)} cannot be the name of a taxonomy: it has no letter or digit of a to z and 0 to 9, or is too long.`,
    )
  const before = keptIn(folder, key)
  const language = givenLanguage ?? before?.language ?? 'en'
  const isTranslation = before !== undefined && before.language !== language
  const at = new Date(options.now()).toISOString()
  const targets = isTranslation ? new Map() : targetsIn(folder, key)
  const next = isTranslation ? translated(before, read.terms, language) : replaced(before, { read, name, key, language, at, source: basename(from), targets })
  const counts = isTranslation ? changesOf(before, next) : { ...changesOf(before, next), retired: retiredBetween(before, next) }
  if (!before && namesIn(folder).length >= taxonomiesMax)
    throw new TaxonomyRefusedError(
      'too-many',
      `There are ${taxonomiesMax} taxonomies here, which is as many as there can be. Remove the file of one in ${folder}.`,
    )
  const to = join(folder, `${key}.json`)
  if (!dryRun) await replaceFile(to, `${JSON.stringify(Taxonomy.parse(next))}\n`)
  return {
    name: next.name,
    ...(next.version === undefined ? {} : { version: next.version }),
    language,
    isTranslation,
    read: read.terms.length,
    ...counts,
    repeated: read.repeated,
    severalAbove: isTranslation ? 0 : read.severalAbove,
    matches: isTranslation ? { here: 0, elsewhere: 0 } : countedMatches(read, targets),
    ...(dryRun ? {} : { to }),
  }
}

const keptIn = (folder: string, key: string): Taxonomy | undefined => {
  const path = join(folder, `${key}.json`)
  return existsSync(path) ? readKept(path) : undefined
}

type Read = Awaited<ReturnType<typeof readTaxonomy>>
type Replacing = { read: Read; name: string; key: string; language: TermLanguage; at: string; source: string; targets: Targets }
type Match = NonNullable<Term['matches']>[number]
/** Terms that others can be said to mean the same as, by their addresses. */
type Targets = ReadonlyMap<string, Pick<Match, 'taxonomyId' | 'code'>>

/** Terms of the other taxonomies that are here. */
const targetsIn = (folder: string, ownKey: string): Targets =>
  new Map(
    namesIn(folder)
      .filter((file) => file !== `${ownKey}.json`)
      .map((file) => readKept(join(folder, file)))
      .flatMap(({ id, terms }) => terms.flatMap(({ code, uri }) => (uri === undefined ? [] : [[addressOf(uri), { taxonomyId: id, code }] as const]))),
  )

const matchesIn = ({ matches = [] }: Read['terms'][number], targets: Targets): Match[] =>
  matches.flatMap(({ uri, isExact }) => {
    const target = targets.get(addressOf(uri))
    return target ? [{ ...target, ...(isExact ? { isExact } : {}) }] : []
  })

const countedMatches = (read: Read, targets: Targets): ImportedTaxonomy['matches'] => {
  const here = read.terms.reduce((sum, term) => sum + matchesIn(term, targets).length, 0)
  return { here, elsewhere: read.terms.reduce((sum, { matches = [] }) => sum + matches.length, -here) }
}

const replaced = (before: Taxonomy | undefined, { read, name, key, language, at, source, targets }: Replacing): Taxonomy => {
  const beforeByCode = new Map(before?.terms.map((term) => [term.code, term]))
  const terms = read.terms.map((term): Term => {
    const { where: _where, id, words = {}, matches: _matches, name: readName, description, ...said } = term
    const known = beforeByCode.get(said.code)
    // The words of its language, where the file has several; those of others stay unless the file has them anew.
    const { [language]: own = { name: readName, ...(description === undefined ? {} : { description }) }, ...others } = words
    const { [language]: _own, ...translations } = { ...known?.translations, ...others }
    const matches = matchesIn(term, targets).slice(0, matchesMax)
    return {
      id: known?.id ?? id ?? termIdOf(key, said.code),
      ...said,
      ...own,
      ...(Object.keys(translations).length > 0 ? { translations } : {}),
      ...(matches.length > 0 ? { matches } : {}),
    }
  })
  checkIds(read, terms)
  const codes = new Set(terms.map(({ code }) => code))
  const gone = (before?.terms ?? []).filter(({ code }) => !codes.has(code)).map((term): Term => ({ ...term, retiredOn: term.retiredOn ?? at.slice(0, 10) }))
  if (terms.length + gone.length > termsMax)
    throw new TaxonomyRefusedError(
      'too-many-terms',
      `With the ${gone.length.toLocaleString('en-GB')} terms that were here and have gone there would be more than ${termsMax.toLocaleString('en-GB')}. Give it another name.`,
    )
  const scheme = read.scheme ?? schemeNamed(key)
  return {
    format: 1,
    id: before?.id ?? read.about.id ?? taxonomyIdOf(key),
    name: before?.name ?? name,
    ...(read.about.description === undefined ? {} : { description: read.about.description }),
    ...(read.about.uri === undefined ? {} : { uri: read.about.uri }),
    ...(read.about.version === undefined ? {} : { version: read.about.version }),
    ...(scheme ? { scheme } : {}),
    language,
    source: source.slice(0, 500),
    importedAt: at,
    // None lies above itself, or below nothing: what is in the file lies below what is in it, and what has gone below what went with it, later, or never.
    terms: [...terms, ...gone],
  }
}

const schemeNamed = (key: string): Taxonomy['scheme'] =>
  (Object.keys(schemeNames) as NonNullable<Taxonomy['scheme']>[]).find((scheme) => keyOf(schemeNames[scheme]) === key)

/** Ids that a file gives must tell its terms apart too. */
const checkIds = (read: Read, terms: readonly Term[]): void => {
  const seen = new Map<string, string>()
  const faults = terms.flatMap(({ id, code }, at): Fault[] => {
    const other = seen.get(id)
    seen.set(id, code)
    return other === undefined ? [] : [{ where: read.terms[at]!.where, field: 'id', why: `the term ${quoted(other)} has the same.` }]
  })
  if (faults.length > 0) throw new TaxonomyRefusedError('faults', 'The file was refused: ids stand there twice. Nothing was changed.', faults)
}

const translated = (before: Taxonomy, terms: Read['terms'], language: TermLanguage): Taxonomy => {
  const known = new Set(before.terms.map(({ code }) => code))
  const faults = terms.flatMap(({ code, where }): Fault[] =>
    known.has(code) ? [] : [{ where, field: 'code', why: `${quoted(code)} is no term of ${before.name} here.` }],
  )
  if (faults.length > 0)
    throw new TaxonomyRefusedError(
      'faults',
      `The translations were refused: ${faults.length} of ${terms.length} terms are not known. Nothing was changed.`,
      faults,
    )
  const words = new Map(terms.map(({ code, name, description }) => [code, { name, ...(description === undefined ? {} : { description }) }]))
  return {
    ...before,
    terms: before.terms.map(({ translations = {}, ...term }) => {
      const { [language]: _before, ...others } = translations
      const own = words.get(term.code)
      const all = own ? { ...others, [language]: own } : others
      return Object.keys(all).length > 0 ? { ...term, translations: all } : term
    }),
  }
}

const changesOf = (before: Taxonomy | undefined, next: Taxonomy) => {
  const beforeByCode = new Map(before?.terms.map((term) => [term.code, term]))
  const living = next.terms.filter(({ retiredOn }) => retiredOn === undefined)
  const added = living.filter(({ code }) => !beforeByCode.has(code)).length
  const isChanged = (term: Term): boolean => {
    const known = beforeByCode.get(term.code)
    return known !== undefined && JSON.stringify(sorted(known)) !== JSON.stringify(sorted(term))
  }
  return { added, changed: living.filter(isChanged).length, retired: 0 }
}

const sorted = ({ name, description, parent, uri, retiredOn, translations, matches }: Term) => [
  name,
  description,
  parent,
  uri,
  retiredOn,
  translations?.en,
  translations?.cy,
  matches,
]

const retiredBetween = (before: Taxonomy | undefined, next: Taxonomy): number => {
  const living = new Set(before?.terms.filter(({ retiredOn }) => retiredOn === undefined).map(({ code }) => code))
  return next.terms.filter(({ code, retiredOn }) => retiredOn !== undefined && living.has(code)).length
}

const replaceFile = async (path: string, text: string): Promise<void> => {
  const beside = `${path}.new`
  await mkdir(dirname(path), { recursive: true })
  try {
    const file = await open(beside, 'w')
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
}
