import { fieldWords, moreWelshWords, type WordGroup } from './fieldWords.ts'
import { wordsIn } from './spelling.ts'
import { openStems } from './stems.ts'
import { formsOf, formsWithin } from './welsh.ts'

/** What some of the typed words stand for: other phrases that the index is asked for as well, and a few of them as a person reads them. */
export type Meaning = { length: number; phrases: readonly string[]; readable: readonly string[] }

export type Meanings = {
  /** What the words from `at` on stand for, the longest run of them that stands for anything; undefined when they stand for themselves alone. */
  at(words: readonly string[], at: number): Meaning | undefined
  /** The word stands in the list, by itself or in a phrase: it is no slip of the finger. */
  isListed(word: string): boolean
  /** Every word of the list. */
  words: readonly string[]
}

type Group = { phrases: string[]; readable: readonly string[] }

const quoted = (words: readonly string[]): string => `"${words.join(' ')}"`

/** A Welsh phrase in all the forms that it takes in a sentence: its first word with every mutation, the others with the soft one. */
const welshForms = (words: readonly string[]): string[][] =>
  words.reduce<string[][]>(
    (begun, word, at) => begun.flatMap((before) => (at === 0 ? formsOf(word) : formsWithin(word)).map((form) => [...before, form])),
    [[]],
  )

const openMeanings = (): Meanings => {
  const stemOf = openStems()
  const keyOf = (words: readonly string[]): string => words.map((word) => stemOf(word)).join(' ')
  const groups = new Map<string, Group[]>()
  const listed = new Set<string>()
  const written = new Set<string>()
  let wordsMost = 1

  const led = (words: readonly string[], group: Group): void => {
    wordsMost = Math.max(wordsMost, words.length)
    const key = keyOf(words)
    const known = groups.get(key) ?? []
    if (!known.includes(group)) groups.set(key, [...known, group])
    for (const word of words) listed.add(stemOf(word))
  }
  const take = ({ en, cy, asked = { en, cy } }: WordGroup): void => {
    const english = en.map((term) => wordsIn(term.toLowerCase()))
    const welsh = cy.flatMap((term) => welshForms(wordsIn(term.toLowerCase())))
    const group = { phrases: [...new Set([...english, ...welsh].map(quoted))], readable: [...en, ...cy] }
    for (const term of asked.en) led(wordsIn(term.toLowerCase()), group)
    for (const term of asked.cy) for (const form of welshForms(wordsIn(term.toLowerCase()))) led(form, group)
    for (const term of [...en, ...cy, ...asked.en, ...asked.cy]) for (const word of wordsIn(term.toLowerCase())) written.add(word)
  }
  /** Those that are not just another ending of what was typed, or of one another. */
  const toldApart = (typed: readonly string[], found: readonly Group[]): string[] => {
    const byKey = new Map<string, string>()
    for (const term of found.flatMap(({ readable }) => readable)) {
      const key = keyOf(wordsIn(term.toLowerCase()))
      if (key !== keyOf(typed) && !byKey.has(key)) byKey.set(key, term)
    }
    return [...byKey.values()]
  }
  for (const group of fieldWords) take(group)
  for (const word of moreWelshWords) {
    const forms = formsOf(word)
    for (const form of forms) led([form], { phrases: forms.map((one) => quoted([one])), readable: [] })
    written.add(word)
  }

  return {
    at: (words, at) => {
      for (let length = Math.min(wordsMost, words.length - at); length > 0; length -= 1) {
        const found = groups.get(keyOf(words.slice(at, at + length)))
        if (!found) continue
        const phrases = [...new Set(found.flatMap((group) => group.phrases))]
        return { length, phrases, readable: toldApart(words.slice(at, at + length), found) }
      }
      return undefined
    },
    isListed: (word) => listed.has(stemOf(word)),
    words: [...written],
  }
}

let opened: Meanings | undefined

/** The list of words, made ready at the first question of a process: it is the same for every index. */
export const meanings = (): Meanings => {
  opened ??= openMeanings()
  return opened
}
