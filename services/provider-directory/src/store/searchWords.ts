import { meanings } from '../words/meanings.ts'
import { wordsIn } from '../words/spelling.ts'

const wordsMax = 12
const wordLengthMax = 40
const prefixLengthMin = 2

// Words that say nothing about what is looked for, English and Welsh. Left out unless there is nothing else.
const emptyWords = new Set(
  (
    'a an and are at be by can do for from have how i in is it me my near of on or our please some that the this to we what where who with you ' +
    'ac ar chi dw eich eisiau ein fy gyda gan mae neu o rwy rwyn sydd wrth y yn yr'
  ).split(' '),
)

/** How a person's words are asked of the index: all of them, all of them with the last as a beginning, or any. */
export type WordQuery = {
  all: string
  beginning: string
  any: string
  allInName: string
  beginningInName: string
  /** The words themselves. */
  words: readonly string[]
  /** Other words for the same that are asked for as well, as a person reads them. */
  readable: readonly string[]
}

/** Some of the typed words that belong together, and the phrases that may stand for them. */
type Part = { words: string[]; phrases: readonly string[] }

const isTelling = (word: string): boolean => !emptyWords.has(word.toLowerCase())

/**
 * Makes index queries from whatever was typed; undefined when there is no word at all. Quotes, operators and signs are never passed on: only letters and
 * digits are, each word quoted. Unless it is to be `exactly` these words, what stands for the same in the field is asked for as well.
 */
export const toWordQuery = (typed: string, { exactly }: { exactly: boolean }): WordQuery | undefined => {
  const found = wordsIn(typed).map((word) => [...word].slice(0, wordLengthMax).join(''))
  const hasTelling = found.some(isTelling)
  const parts: Part[] = []
  const readable: string[] = []
  for (let at = 0, taken = 0; at < found.length && taken < wordsMax; ) {
    const meaning = exactly ? undefined : meanings().at(found, at)
    const words = found.slice(at, at + (meaning?.length ?? 1)).filter((word) => !hasTelling || isTelling(word))
    at += meaning?.length ?? 1
    if (words.length === 0) continue
    taken += words.length
    parts.push({ words, phrases: meaning?.phrases ?? [] })
    readable.push(...(meaning?.readable ?? []))
  }
  return parts.length === 0 ? undefined : queryOf(parts, readable)
}

const quoted = (word: string): string => `"${word}"`

const queryOf = (parts: readonly Part[], readable: readonly string[]): WordQuery => {
  const words = parts.flatMap((part) => part.words)
  const allOf = ({ words: own, phrases }: Part): string => {
    const asTyped = own.map(quoted).join(' AND ')
    return phrases.length === 0 ? asTyped : `(${[own.length > 1 ? `(${asTyped})` : asTyped, ...phrases].join(' OR ')})`
  }
  const all = parts.map(allOf).join(' AND ')
  const any = parts.flatMap(({ words: own, phrases }) => [...own.map(quoted), ...phrases]).join(' OR ')
  const last = words.at(-1)!
  const lastPart = parts.at(-1)!
  const begun = [...lastPart.words.slice(0, -1).map(quoted), `${quoted(last)}*`].join(' AND ')
  const lastBegun = lastPart.phrases.length === 0 ? begun : `((${begun}) OR ${lastPart.phrases.join(' OR ')})`
  const beginning = last.length < prefixLengthMin ? all : [...parts.slice(0, -1).map(allOf), lastBegun].join(' AND ')
  const inName = (query: string): string => `{name kind} : (${query})`
  return { all, beginning, any, allInName: inName(all), beginningInName: inName(beginning), words, readable }
}
