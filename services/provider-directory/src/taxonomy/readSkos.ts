import { pipeline, Readable, type Transform } from 'node:stream'
import { StreamParser } from 'n3'
import { RdfXmlParser } from 'rdfxml-streaming-parser'
import { readXml, textsIn } from './readXml.ts'
import { quoted, TaxonomyRefusedError } from './refused.ts'
import { localGovernmentCodeOf, type TermLanguage, termLanguages, termsMax } from './taxonomy.ts'

// Taxonomies in SKOS (https://www.w3.org/TR/skos-reference/), in the two forms of RDF that they are published in.

export type SkosForm = 'rdf-xml' | 'turtle'
type Words = { name: string; description?: string }
export type SkosMatch = { uri: string; isExact: boolean }
/** A concept as the file says it; `parent` is the code of another, or an address that none has. */
export type SkosConcept = {
  where: string
  code?: string
  uri?: string
  parent?: string
  /** The scheme that it is in. */
  of?: string
  name?: string
  description?: string
  /** In the languages that terms can have words in, that of the file's reading among them. */
  words: Partial<Record<TermLanguage, Words>>
  /** What it means in other taxonomies. */
  matches: SkosMatch[]
}
export type ReadSkos = { concepts: SkosConcept[]; about: Record<string, unknown>; severalAbove: number }

const statementsMax = 1_000_000
const textLengthMax = 20_000
const addressLengthMax = 2_000

const skos = 'http://www.w3.org/2004/02/skos/core#'
const rdfType = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#type'
const terms = 'http://purl.org/dc/terms/'
const elements = 'http://purl.org/dc/elements/1.1/'
const rdfs = 'http://www.w3.org/2000/01/rdf-schema#'
const owl = 'http://www.w3.org/2002/07/owl#'

const names = [`${skos}prefLabel`]
const descriptions = [`${skos}definition`, `${skos}scopeNote`]
const schemeNames = [`${skos}prefLabel`, `${terms}title`, `${elements}title`, `${rdfs}label`]
const schemeDescriptions = [`${terms}description`, `${elements}description`, `${skos}definition`, `${skos}scopeNote`, `${rdfs}comment`]
const schemeVersions = [`${owl}versionInfo`, `${terms}modified`, `${terms}issued`]
const notation = `${skos}notation`
const texts = new Set([...names, ...descriptions, ...schemeNames, ...schemeDescriptions, ...schemeVersions, notation])
const links = new Set(
  ['broader', 'narrower', 'inScheme', 'topConceptOf', 'hasTopConcept', 'exactMatch', 'closeMatch'].map((name) => skos + name).concat(rdfType),
)

type Literal = { text: string; language: string }
/** What was said of one subject, in the order of the file. */
type Said = { texts: Map<string, Literal[]>; links: Map<string, string[]> }
type Subjects = Map<string, Said>

/**
 * Reads a taxonomy in SKOS: what is a `skos:Concept` is a term. Nothing is fetched, a document type is refused before the RDF in it is looked at, and what
 * nobody here reads is let go at once. Of several broader concepts the first that is in the file is kept, as a term has one above it. `bytes` gives the file from its
 * beginning each time. Throws TaxonomyRefusedError, in XML also what readXml throws.
 */
export const readSkos = async (bytes: () => AsyncIterable<Uint8Array>, form: SkosForm, language: TermLanguage): Promise<ReadSkos> => {
  // That XML is sound, within bounds and without entities of its own is asked first: the parser of RDF reads entities that a document defines.
  if (form === 'rdf-xml') await readXml(bytes(), () => undefined)
  return conceptsOf(await statementsOf(bytes(), form), language)
}

const statementsOf = async (bytes: AsyncIterable<Uint8Array>, form: SkosForm): Promise<Subjects> => {
  const subjects: Subjects = new Map()
  const parser: Transform = form === 'turtle' ? new StreamParser({ format: 'Turtle' }) : new RdfXmlParser({ trackPosition: true })
  // What fails is told by the parser, which is then read to its end.
  pipeline(Readable.from(textsIn(bytes, notText)), parser, () => undefined)
  let count = 0
  try {
    for await (const statement of parser) {
      count += 1
      if (count > statementsMax) throw new TaxonomyRefusedError('too-large', `The file has more than ${statementsMax.toLocaleString('en-GB')} statements.`)
      keep(subjects, statement)
    }
  } catch (error) {
    if (error instanceof TaxonomyRefusedError) throw error
    throw notRdf(error, form)
  }
  return subjects
}

const notText = (): never => {
  throw new TaxonomyRefusedError('not-utf-8', 'The file is not text in UTF-8. Save it in UTF-8.')
}

/** The parsers say what they did not expect and on which line; the words of a file that they quote are cut short. */
const notRdf = (error: unknown, form: SkosForm): TaxonomyRefusedError => {
  const { message, context } = error as Error & { context?: { token?: { type?: string } } }
  const said = quoted(message, 200)
  if (context?.token?.type === 'eof') return new TaxonomyRefusedError('cut-off', `The file ends in the middle: it was cut off. Get it again. ${said}`)
  return new TaxonomyRefusedError(
    'not-rdf',
    `The file is not ${form === 'turtle' ? 'Turtle' : 'RDF in XML'} from its beginning to its end: ${said}. If it ends there it was cut off: get it again.`,
  )
}

type Node = { termType: string; value: string; language?: string }
type Statement = { subject: Node; predicate: Node; object: Node }

const keep = (subjects: Subjects, { subject, predicate, object }: Statement): void => {
  const kind = object.termType === 'Literal' ? 'texts' : 'links'
  if (!(kind === 'texts' ? texts : links).has(predicate.value)) return
  const language = object.language?.toLowerCase() ?? ''
  if (kind === 'texts' && language !== '' && !termLanguages.some((one) => isOf(language, one))) return
  const from = keyOf(subject)
  const where = placeOf(from)
  if (from.length > addressLengthMax || (kind === 'links' && object.value.length > addressLengthMax))
    throw new TaxonomyRefusedError(
      'too-large',
      `The file was refused: at ${where} is an address of more than ${addressLengthMax.toLocaleString('en-GB')} characters.`,
    )
  if (object.value.length > textLengthMax)
    throw new TaxonomyRefusedError('too-large', `The file was refused: at ${where} is a text of more than ${textLengthMax.toLocaleString('en-GB')} characters.`)
  const said = subjects.get(from) ?? { texts: new Map(), links: new Map() }
  subjects.set(from, said)
  if (kind === 'texts') push(said.texts, predicate.value, { text: object.value, language })
  else push(said.links, predicate.value, keyOf(object))
}

const push = <Value>(lists: Map<string, Value[]>, name: string, value: Value): void => {
  const list = lists.get(name)
  if (list) list.push(value)
  else lists.set(name, [value])
}

const keyOf = ({ termType, value }: Node): string => (termType === 'BlankNode' ? `_:${value}` : value)
const placeOf = (subject: string): string => (subject.startsWith('_:') ? 'a concept without an address' : `<${subject.slice(0, 200)}>`)
/** Of a language, or of how it is spoken somewhere: en-GB is English. */
const isOf = (tag: string, language: TermLanguage): boolean => tag === language || tag.startsWith(`${language}-`)

const conceptsOf = (subjects: Subjects, language: TermLanguage): ReadSkos => {
  const isA = (subject: string, type: string): boolean =>
    subjects
      .get(subject)
      ?.links.get(rdfType)
      ?.includes(skos + type) ?? false
  const found = [...subjects.keys()].filter((subject) => isA(subject, 'Concept'))
  if (found.length > termsMax) throw new TaxonomyRefusedError('too-many-terms', `The file has more than ${termsMax.toLocaleString('en-GB')} terms.`)
  const above = linksOf(subjects, found, 'broader', 'narrower')
  const inSchemes = linksOf(subjects, found, 'topConceptOf', 'hasTopConcept')
  for (const concept of found) inSchemes.set(concept, [...(subjects.get(concept)!.links.get(`${skos}inScheme`) ?? []), ...(inSchemes.get(concept) ?? [])])
  const schemes = [...new Set([...inSchemes.values()].flat())]
  // A concept may be in several: the taxonomy is what all of them are in.
  const scheme = schemes.length === 1 ? schemes[0] : schemes.find((one) => found.every((concept) => inSchemes.get(concept)!.includes(one)))
  const codes = new Map(found.map((concept) => [concept, codeOf(concept, subjects.get(concept)!)]))
  let severalAbove = 0
  const concepts = found.map((concept): SkosConcept => {
    const said = subjects.get(concept)!
    const parents = [...new Set(above.get(concept))]
    const parent = parents.find((one) => codes.get(one) !== undefined) ?? parents[0]
    if (parents.length > 1) severalAbove += 1
    const code = codes.get(concept)
    const of = scheme ?? inSchemes.get(concept)![0]
    const inLanguages = termLanguages.map((one) => [one, wordsIn(said, one, concept)] as const).filter(([, words]) => words !== undefined)
    const words: SkosConcept['words'] = Object.fromEntries(inLanguages)
    // What no language is said of stands for the language that is read.
    const own = { ...wordsIn(said, undefined, concept), ...words[language] }
    return {
      where: placeOf(concept),
      ...(code === undefined ? {} : { code }),
      ...(/^https?:/i.test(concept) ? { uri: addressIn(concept) } : {}),
      ...(parent === undefined ? {} : { parent: codes.get(parent) ?? parent }),
      ...(of === undefined ? {} : { of }),
      ...own,
      words: words[language] ? { ...words, [language]: own } : words,
      matches: [...matchesOf(said, 'exactMatch', true), ...matchesOf(said, 'closeMatch', false)],
    }
  })
  const about = scheme ?? [...subjects.keys()].find((subject) => isA(subject, 'ConceptScheme'))
  return { concepts, about: about === undefined ? {} : aboutOf(about, subjects.get(about), language), severalAbove }
}

/** Where concepts lead, by a property of their own first and then by what others say of them with its inverse. */
const linksOf = (subjects: Subjects, concepts: readonly string[], property: string, inverse: string): Map<string, string[]> => {
  const led = new Map(concepts.map((concept) => [concept, [...(subjects.get(concept)!.links.get(skos + property) ?? [])]]))
  for (const [subject, said] of subjects) for (const concept of said.links.get(skos + inverse) ?? []) led.get(concept)?.push(subject)
  return led
}

/** A notation, in the local government list what its address says, else the last part of the address. */
const codeOf = (concept: string, said: Said): string | undefined => {
  const ofList = localGovernmentCodeOf(concept)
  const [written] = (said.texts.get(notation) ?? []).map(({ text }) => text.trim()).filter((text) => text !== '')
  const last = concept.startsWith('_:') ? undefined : /[^/#?:]+(?=[/#]?$)/.exec(concept)?.[0]
  return ofList ?? written ?? (last === undefined ? undefined : unescaped(last))
}

/** As an address stands in the open feed: RDF may have letters in it that addresses write by their bytes. */
const addressIn = (iri: string): string => iri.toWellFormed().replaceAll(/[^!-~]+/g, encodeURIComponent)

const unescaped = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** Words in a language, or those that no language is said of. Throws TaxonomyRefusedError where there are two names in one. */
const wordsIn = (said: Said, language: TermLanguage | undefined, subject: string): Words | undefined => {
  const name = textIn(said, names, language, subject)
  const description = textIn(said, descriptions, language)
  if (name === undefined) return language === undefined && description !== undefined ? { name: '', description } : undefined
  return { name, ...(description === undefined ? {} : { description }) }
}

const textIn = (said: Said, properties: readonly string[], language: TermLanguage | undefined, onlyOneOf?: string): string | undefined => {
  for (const property of properties) {
    const all = said.texts.get(property) ?? []
    const exact = all.filter((one) => one.language === (language ?? ''))
    if (onlyOneOf !== undefined && new Set(exact.map(({ text }) => text)).size > 1)
      throw new TaxonomyRefusedError(
        'two-names',
        `The file was refused: ${placeOf(onlyOneOf)} has two names (prefLabel) ${language === undefined ? 'without a language' : `in “${language}”`}, ${exact
          .slice(0, 2)
          .map(({ text }) => quoted(text))
          .join(' and ')}. Take out the one that is not preferred.`,
      )
    const found = exact[0] ?? (language === undefined ? undefined : all.find((one) => isOf(one.language, language)))
    if (found !== undefined && found.text.trim() !== '') return found.text
  }
  return undefined
}

const matchesOf = (said: Said, property: string, isExact: boolean): SkosMatch[] => (said.links.get(skos + property) ?? []).map((uri) => ({ uri, isExact }))

const aboutOf = (scheme: string, said: Said | undefined, language: TermLanguage): Record<string, unknown> => {
  if (!said) return { uri: scheme }
  const text = (properties: readonly string[]) =>
    textIn(said, properties, language) ??
    textIn(said, properties, undefined) ??
    termLanguages.map((one) => textIn(said, properties, one)).find((one) => one !== undefined)
  return { uri: scheme, name: text(schemeNames), description: text(schemeDescriptions), version: text(schemeVersions) }
}
