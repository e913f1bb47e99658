import { FeedError } from '../import/feedRecord.ts'
import { plainLine, plainWords } from '../import/plainWords.ts'
import { columnNames, rowsOf, watched } from '../import/readCsv.ts'
import { fileBytes } from '../import/readFeed.ts'
import { type JsonPart, readJsonList } from '../import/readJson.ts'
import type { SkosConcept, SkosForm } from './readSkos.ts'
import { readXml, type XmlElement } from './readXml.ts'
import { type Fault, quoted, TaxonomyRefusedError } from './refused.ts'
import { lengths, localGovernmentCodeOf, type Scheme, schemeNames, type TermLanguage, termsMax } from './taxonomy.ts'

/** More than any taxonomy that is published: the local government list has 0.6 MB. */
export const fileBytesMax = 32_000_000
const faultsMax = 1_000

/** A term as a file says it; `where` is its line or its place in the list. */
export type ReadTerm = { where: string; code: string; id?: string; name: string; description?: string; parent?: string; uri?: string } & Partial<InSkos>
type InSkos = Pick<SkosConcept, 'words' | 'matches'>
export type ReadTaxonomy = {
  format: 'xml' | 'json' | 'csv' | SkosForm
  scheme?: Scheme
  about: { id?: string; name?: string; description?: string; uri?: string; version?: string }
  /** In the order of the file, each after no other of its code; the parent is the code of one of them, and none is above itself. */
  terms: ReadTerm[]
  /** Codes that stood there before and were passed over, as they were allowed to be. */
  repeated: Fault[]
  /** Terms that lie below several others, of which the first was kept. */
  severalAbove: number
}
type Options = {
  /** Pass over a term whose code stood there before, instead of refusing the file. */
  skipRepeated?: boolean
  /** A file of translations: it names terms by their codes, and need not say what lies above them. */
  isTranslation?: boolean
  /** Of the names to read, where a file has them in several. English when absent. */
  language?: TermLanguage
  onProgress?: (bytes: number) => void
}

/** What a file says of a term, before anything of it is judged. `parent` is a code or an id. */
type SaidField = 'code' | 'id' | 'name' | 'description' | 'parent' | 'uri' | 'of'
type Said = { where: string } & { [Field in SaidField]?: string | undefined } & Partial<InSkos>

/**
 * Reads a taxonomy from a file: the XML of the local government list or of Open Eligibility, JSON (a list of terms, an HSDS taxonomy with `taxonomy_terms`,
 * a page with `contents`, the list of the esd standards with `items`), CSV (`taxonomy_terms.csv` of HSDS, or a list with names such as identifier, label
 * and parent), or SKOS in RDF/XML or Turtle. Throws TaxonomyRefusedError with every fault that it found, by its line and field.
 */
export const readTaxonomy = async (path: string, options: Options = {}): Promise<ReadTaxonomy> => {
  const { skipRepeated = false, isTranslation = false, language = 'en', onProgress } = options
  const format = await formatOf(path)
  const bytes = () => limited(fileBytes(path), onProgress)
  const inSkos = (form: SkosForm) => () => readSkosTerms(bytes, form, { language, isTranslation })
  const readers = { xml: () => readXmlTerms(bytes()), json: () => readJsonTerms(bytes()), csv: () => readCsvTerms(bytes()) }
  const read = await { ...readers, 'rdf-xml': inSkos('rdf-xml'), turtle: inSkos('turtle') }[format]().catch((error: unknown) => {
    throw error instanceof FeedError ? new TaxonomyRefusedError(error.code, refusalOf(error)) : error
  })
  const { terms, repeated } = checked(read.said, { skipRepeated, isTranslation })
  const scheme = read.scheme ?? (terms.every(({ code, uri }) => uri !== undefined && code === localGovernmentCodeOf(uri)) ? 'lga' : undefined)
  return { format, ...(scheme ? { scheme } : {}), about: aboutOf(read.about, scheme), terms, repeated, severalAbove: read.severalAbove ?? 0 }
}

type Read = { said: Said[]; about: Record<string, unknown>; scheme?: Scheme; severalAbove?: number }

const limited = async function* (bytes: AsyncIterable<Uint8Array>, onProgress: Options['onProgress']): AsyncGenerator<Uint8Array> {
  let count = 0
  for await (const part of bytes) {
    count += part.length
    if (count > fileBytesMax)
      throw new TaxonomyRefusedError('too-large', `The file has more than ${(fileBytesMax / 1e6).toLocaleString('en-GB')} MB, which no taxonomy has.`)
    onProgress?.(count)
    yield part
  }
}

const formatOf = async (path: string): Promise<ReadTaxonomy['format']> => {
  for await (const part of fileBytes(path)) {
    if (part[0] === 0x50 && part[1] === 0x4b) throw new TaxonomyRefusedError('packed', 'The file is packed (zip) or a workbook. Unpack it, or save it as CSV.')
    if (part[0] === 0x1f && part[1] === 0x8b) throw new TaxonomyRefusedError('packed', 'The file is packed (gzip). Unpack it first.')
    if (part.includes(0)) throw new TaxonomyRefusedError('not-utf-8', 'The file is no text in UTF-8. Save it in UTF-8.')
    const text = Buffer.from(part.subarray(part[0] === 0xef ? 3 : 0))
      .toString('utf8')
      .trimStart()
    if (text === '') continue
    if (turtleStart.test(text)) return 'turtle'
    if (text.startsWith('<')) return rdfRoot.test(text.replaceAll(comment, '')) ? 'rdf-xml' : 'xml'
    if (!/^[{[]/.test(text)) return 'csv'
    if (jsonLdKey.test(text)) throw new TaxonomyRefusedError('json-ld', 'The file is JSON-LD, which is not read. Get the taxonomy as Turtle or as RDF/XML.')
    return 'json'
  }
  throw new TaxonomyRefusedError('no-terms', 'The file is empty.')
}

/** After lines of comment a directive, or a subject: no element of XML has an address for its name. */
const turtleStart = /^(?:#[^\n]*\n\s*)*(?:@(?:prefix|base)\s|(?:prefix|base)\s[^,]*<|<(?:[a-z][a-z\d+.-]*:\/\/|urn:|#|>))/i
const comment = /<!--[\s\S]*?-->/g
/** Before it there can be what XML says of itself. */
const rdfRoot = /^(?:<[?!][^>]*>[^<]*)*<(?:[\w.-]+:)?RDF[\s>]/
const jsonLdKey = /"@(?:context|graph)"\s*:/

const jsonFaults: Partial<Record<string, string>> = {
  'not-json': 'The file is not JSON from its beginning to its end.',
  'cut-off': 'The file ends in the middle: it was cut off. Get it again.',
  'no-such-file': 'There is no such file, or it may not be read.',
  'record-without-end': 'A term in this file does not end within 16 MiB.',
}
const refusalOf = (error: FeedError): string => jsonFaults[error.code] ?? error.message

const sayNothing = (text: string | undefined): string | undefined => (text === undefined || text.trim() === '' ? undefined : text.trim())
const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? sayNothing(value) : typeof value === 'number' ? String(value) : undefined)
const firstOf = (fields: Readonly<Record<string, unknown>>, names: readonly string[]): string | undefined =>
  names.map((name) => textOf(fields[name])).find((text) => text !== undefined)

/** What each field is called, the likeliest first; columns and keys without regard to case, spaces and underscores. */
const namesOf = {
  code: ['code', 'identifier', 'externalidentifier', 'notation', 'termid', 'id'],
  id: ['id', 'termid'],
  name: ['name', 'label', 'title', 'preflabel', 'term'],
  description: ['description', 'definition', 'scopenote'],
  parent: ['parentid', 'parentcode', 'parentidentifier', 'parent', 'broader'],
  uri: ['termuri', 'uri', 'url'],
  of: ['taxonomyid', 'taxonomy', 'vocabulary'],
} as const

const flat = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name.toLowerCase().replaceAll(/[\s_-]+/g, ''), value]))

const saidOf = (fields: Readonly<Record<string, unknown>>, where: string): Said => {
  const known = flat(fields)
  const said: Omit<Said, 'where'> = Object.fromEntries(Object.entries(namesOf).map(([field, names]) => [field, firstOf(known, names)]))
  return { where, ...said, code: (said.uri && localGovernmentCodeOf(said.uri)) ?? said.code }
}

const readSkosTerms = async (
  bytes: () => AsyncIterable<Uint8Array>,
  form: SkosForm,
  { language, isTranslation }: { language: TermLanguage; isTranslation: boolean },
): Promise<Read> => {
  // Loaded only then: the parsers of RDF take 13 MB, and every process of a place has this file.
  const { readSkos } = await import('./readSkos.ts')
  const { concepts, about, severalAbove } = await readSkos(bytes, form, language)
  // A file of all languages need not have every term in each of them.
  return { said: isTranslation ? concepts.filter(({ words }) => words[language] !== undefined) : concepts, about, severalAbove }
}

const readCsvTerms = async (bytes: AsyncIterable<Uint8Array>): Promise<Read> => {
  const said: Said[] = []
  let names: string[] | undefined
  let last: { cells: number; line: number } | undefined
  const end = { isLineEnd: true }
  for await (const { cells, line } of rowsOf(watched(bytes, end))) {
    if (!names) {
      names = columnNames(cells)
      checkColumns(names)
      continue
    }
    const columns = names
    last = { cells: cells.length, line }
    if (cells.slice(columns.length).some((cell) => cell !== ''))
      throw new TaxonomyRefusedError(
        'more-columns',
        `Line ${line} has more cells than the first line has columns. Is a cell with a comma in it without quotes?`,
      )
    add(said, saidOf(Object.fromEntries(columns.map((name, at) => [name, cells[at]])), `line ${line}`))
  }
  if (names && last && last.cells < names.length && !end.isLineEnd)
    throw new TaxonomyRefusedError('cut-off', `The file ends in the middle of line ${last.line}: it was cut off. Get it again.`)
  return { said, about: {} }
}

const checkColumns = (names: readonly string[]): void => {
  const known = flat(Object.fromEntries(names.map((name) => [name, name])))
  const missing = (['code', 'name'] as const).filter((field) => firstOf(known, namesOf[field]) === undefined)
  if (missing.length === 0) return
  const wanted = missing.map((field) => `the ${field} (${namesOf[field].join(', ')})`).join(' or ')
  throw new TaxonomyRefusedError('missing-columns', `The first line names no column for ${wanted}. It names: ${names.map(quoted).join(', ').slice(0, 500)}.`)
}

const jsonLists = ['taxonomy_terms', 'contents', 'terms', 'items', 'list.items']

const readJsonTerms = async (bytes: AsyncIterable<Uint8Array>): Promise<Read> => {
  const said: Said[] = []
  const parts = readJsonList(bytes, jsonLists)
  try {
    for (;;) {
      const { done, value } = await parts.next()
      if (done) {
        const list = value.beside.get('list')
        return { said, about: typeof list === 'object' && list !== null && !Array.isArray(list) ? { ...list } : Object.fromEntries(value.beside) }
      }
      add(said, termOfJson(value, `term ${said.length + 1}`))
    }
  } finally {
    // Where a term was refused the file is still open.
    await parts.return({ beside: new Map(), hasList: false, isObject: false })
  }
}

const termOfJson = ({ value, isTooLarge }: JsonPart, where: string): Said => {
  if (isTooLarge) throw new TaxonomyRefusedError('too-large', `The file was refused: ${where} is larger than a term can be.`)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TaxonomyRefusedError('not-a-term', `The file was refused: ${where} is no object with a code and a name.`)
  const fields = value as Record<string, unknown>
  // The lists of the esd standards name a term's parents with the fields of each.
  const [above] = Array.isArray(fields.parents) ? fields.parents : []
  const parents = typeof above === 'object' && above !== null ? saidOf(above, where) : undefined
  const one = saidOf(fields, where)
  return { ...one, parent: one.parent ?? parents?.code }
}

const levels = /^(?:top|second|third|fourth|fifth)_level$/
const instantStart = /^\d{4}-\d\d-\d\d(?=T)/
const fieldElements: Readonly<Record<string, string>> = {
  identifier: 'code',
  label: 'name',
  uri: 'uri',
  description: 'description',
  version: 'version',
  modified: 'version',
}

/**
 * Terms are elements with an `Identifier` and a `Label` (the local government list), or levels with an `id` and a `title` (Open Eligibility, which says what
 * its top terms are in elements of the same id beside them). A term within another is below it.
 */
const readXmlTerms = async (bytes: AsyncIterable<Uint8Array>): Promise<Read> => {
  const fieldsOf = new Map<XmlElement, Record<string, string>>()
  const levelsFound: XmlElement[] = []
  const descriptions = new Map<string, string>()
  let root: XmlElement | undefined
  await readXml(bytes, (element) => {
    const field = fieldElements[element.name.toLowerCase()]
    const { id, title } = element.attributes
    if (levels.test(element.name)) levelsFound.push(element)
    else if (element.name === 'category' && id !== undefined) descriptions.set(id, element.text)
    else if (field !== undefined && element.above && title === undefined) fieldsOf.set(element.above, { [field]: element.text, ...fieldsOf.get(element.above) })
    if (fieldsOf.size + levelsFound.length > termsMax * 2) tooMany()
    if (!element.above) root = element
  })
  const rootFields = root && fieldsOf.get(root)
  const about = { ...rootFields, identifier: undefined, label: undefined }
  const said: Said[] = []
  const isLevels = levelsFound.length > 0
  const elements = isLevels ? levelsFound : [...fieldsOf.keys()].filter((element) => element !== root && isTerm(fieldsOf.get(element)))
  const codeOf = (element: XmlElement): string | undefined => {
    if (isLevels) return levels.test(element.name) ? sayNothing(element.attributes.id) : undefined
    const { code, uri } = fieldsOf.get(element) ?? {}
    return (uri && localGovernmentCodeOf(uri)) || sayNothing(code)
  }
  // Those within others ended before them.
  for (const element of elements.toSorted((one, other) => one.line - other.line || depthOf(one) - depthOf(other))) {
    const parent = parentOf(element, codeOf)
    const { name, description, uri } = fieldsOf.get(element) ?? {}
    const code = codeOf(element)
    add(said, {
      where: `line ${element.line}`,
      code,
      parent,
      ...(isLevels ? { name: element.attributes.title, description: descriptions.get(element.attributes.id ?? '') } : { name, description, uri }),
    })
  }
  return { said, about, ...(isLevels ? { scheme: 'open-eligibility' as const } : {}) }
}

/** One that names neither is a group of others. */
const isTerm = (fields: Record<string, string> | undefined): boolean => fields?.code !== undefined || fields?.name !== undefined

const depthOf = (element: XmlElement): number => (element.above ? depthOf(element.above) + 1 : 0)

const parentOf = (element: XmlElement, codeOf: (element: XmlElement) => string | undefined): string | undefined => {
  for (let above = element.above; above; above = above.above) {
    const code = codeOf(above)
    if (code !== undefined) return code
  }
  return undefined
}

const tooMany = (): never => {
  throw new TaxonomyRefusedError('too-many-terms', `The file has more than ${termsMax.toLocaleString('en-GB')} terms.`)
}

const add = (said: Said[], one: Said): void => {
  if (said.length >= termsMax) tooMany()
  said.push(one)
}

const address = /^https?:\/\/(?:[!$&-;=?-Z_a-z~]|%[\da-f]{2})+(?:#(?:[!$&-;=?-Z_a-z~]|%[\da-f]{2})*)?$/i
const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i

/** The terms, each sound by itself and all of them together. Throws TaxonomyRefusedError. */
const checked = (said: readonly Said[], { skipRepeated, isTranslation }: { skipRepeated: boolean; isTranslation: boolean }) => {
  if (said.length === 0)
    throw new TaxonomyRefusedError('no-terms', 'There are no terms in the file: nothing in it has a code and a name as the formats that are read have them.')
  const faults: Fault[] = []
  const repeated: Fault[] = []
  const fault = (one: Said, field: string, why: string): void => {
    if (faults.length < faultsMax) faults.push({ where: one.where, field, why })
  }
  const others = new Set(said.map(({ of }) => of))
  if (others.size > 1)
    throw new TaxonomyRefusedError(
      'several-taxonomies',
      `The file holds terms of several taxonomies (${[...others]
        .slice(0, 5)
        .map((one) => quoted(one ?? 'none'))
        .join(', ')}). Give each in a file of its own.`,
    )
  const byCode = new Map<string, Said>()
  const codeById = new Map<string, string>()
  const kept: Said[] = []
  for (const one of said) {
    const before = one.code === undefined ? undefined : byCode.get(one.code)
    if (before) {
      const twice = { where: one.where, field: 'code', why: `${quoted(one.code!)} stands there before, at ${before.where} (${quoted(before.name ?? '')}).` }
      if (skipRepeated) repeated.push(twice)
      else if (faults.length < faultsMax) faults.push(twice)
      continue
    }
    kept.push(one)
    if (one.code !== undefined) byCode.set(one.code, one)
    if (one.id !== undefined && one.code !== undefined) codeById.set(one.id.toLowerCase(), one.code)
  }
  const terms = kept.map((one) => soundTerm(one, fault))
  if (!isTranslation) {
    for (const [at, term] of terms.entries()) {
      const given = kept[at]!.parent
      if (given === undefined) continue
      const parent = byCode.has(given) ? given : codeById.get(given.toLowerCase())
      if (parent === undefined) fault(kept[at]!, 'parent', `${quoted(given)} is no term of this file.`)
      else term.parent = parent
    }
    for (const at of circular(terms)) fault(kept[at]!, 'parent', `${quoted(terms[at]!.code)} lies above itself.`)
  }
  if (faults.length > 0) {
    const hint = faults.every(({ field, why }) => field === 'code' && why.includes('stands there before'))
      ? ' With --skip-repeated the first of each is kept.'
      : ''
    throw new TaxonomyRefusedError(
      'faults',
      `The file was refused: ${faults.length.toLocaleString('en-GB')} ${faults.length === 1 ? 'fault' : 'faults'} in ${said.length.toLocaleString('en-GB')} terms. Nothing was changed.${hint}`,
      faults,
    )
  }
  return { terms, repeated }
}

const soundTerm = (one: Said, fault: (one: Said, field: string, why: string) => void): ReadTerm => {
  const code = one.code?.trim() ?? ''
  const name = plainLine(one.name ?? '')
  const description = plainWords(one.description ?? '')
  const tooLong = (field: keyof typeof lengths, text: string): void => {
    if (text.length > lengths[field])
      fault(one, field, `it has ${text.length.toLocaleString('en-GB')} characters, and may have ${lengths[field].toLocaleString('en-GB')}.`)
  }
  if (code === '') fault(one, 'code', 'there is none. Each term needs one, by which it is known from import to import.')
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(code)) fault(one, 'code', 'it has characters that cannot be seen.')
  if (name === '')
    fault(one, 'name', one.words ? 'there is none in the language that is read, or without a language (--language says which is read).' : 'there is none.')
  tooLong('code', code)
  tooLong('name', name)
  tooLong('description', description)
  const words = one.words && soundWords(one.words)
  for (const { name: given, description: more = '' } of Object.values(words ?? {})) {
    if (given !== name) tooLong('name', given)
    if (more !== description) tooLong('description', more)
  }
  const uri = sayNothing(one.uri)
  if (uri !== undefined && (!address.test(uri) || uri.length > lengths.uri)) fault(one, 'uri', `${quoted(uri)} is no http or https address.`)
  return {
    where: one.where,
    code,
    name,
    ...(description === '' || description === name ? {} : { description }),
    ...(uri === undefined ? {} : { uri }),
    ...(one.id !== undefined && uuid.test(one.id) ? { id: one.id.toLowerCase() } : {}),
    ...(words ? { words } : {}),
    ...(one.matches ? { matches: one.matches } : {}),
  }
}

const soundWords = (words: InSkos['words']): InSkos['words'] =>
  Object.fromEntries(
    Object.entries(words).flatMap(([language, said]) => {
      const name = plainLine(said.name)
      const description = plainWords(said.description ?? '')
      return name === '' ? [] : [[language, { name, ...(description === '' || description === name ? {} : { description }) }]]
    }),
  )

/** The places of terms that lie above themselves. Each term is gone through once. */
const circular = (terms: readonly ReadTerm[]): number[] => {
  const placeOf = new Map(terms.map(({ code }, at) => [code, at]))
  const state = new Uint8Array(terms.length)
  const found: number[] = []
  for (let start = 0; start < terms.length; start += 1) {
    const path: number[] = []
    let at: number | undefined = start
    while (at !== undefined && state[at] === 0) {
      state[at] = 1
      path.push(at)
      const parent: string | undefined = terms[at]!.parent
      at = parent === undefined ? undefined : placeOf.get(parent)
    }
    if (at !== undefined && state[at] === 1) found.push(at)
    for (const passed of path) state[passed] = 2
  }
  return found
}

const aboutOf = (about: Readonly<Record<string, unknown>>, scheme: Scheme | undefined): ReadTaxonomy['about'] => {
  const known = flat(about)
  const id = firstOf(known, ['id'])
  const uri = firstOf(known, ['uri', 'url'])
  const name = firstOf(known, ['name', 'label', 'title']) ?? (scheme && schemeNames[scheme])
  const description = plainWords(firstOf(known, ['description']) ?? '').slice(0, lengths.description)
  const said = plainLine(firstOf(known, ['version', 'modified']) ?? '').slice(0, lengths.version)
  // Where the list has no version but when it changed: the day, as the instants of the esd standards do not say their offset.
  const version = instantStart.exec(said)?.[0] ?? said
  return {
    ...(id !== undefined && uuid.test(id) ? { id: id.toLowerCase() } : {}),
    ...(name === undefined ? {} : { name: plainLine(name).slice(0, lengths.name) }),
    ...(uri !== undefined && address.test(uri) ? { uri } : {}),
    ...(description === '' ? {} : { description }),
    ...(version === '' ? {} : { version }),
  }
}
