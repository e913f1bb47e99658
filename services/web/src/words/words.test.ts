import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { languages, openTranslations, wordsOf } from './words.ts'

const source = join(import.meta.dirname, '..')
const pluralEnd = /_(zero|one|two|few|many|other)$/

type Words = { [key: string]: string | Words }

const leaves = (words: Words, prefix = ''): [string, string][] =>
  Object.entries(words).flatMap(([key, value]) => (typeof value === 'string' ? [[prefix + key, value] as [string, string]] : leaves(value, `${prefix}${key}.`)))
const keysOf = (words: Words): string[] => leaves(words).map(([key]) => key)
const bases = (keys: string[]): Set<string> => new Set(keys.map((key) => key.replace(pluralEnd, '')))
const english = wordsOf('en')
const welsh = wordsOf('cy')

const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(njk|ts)$/.test(name) && !/\.test\.ts$|^test/.test(name))

/** Keys that a file writes out, and beginnings that it goes on from (`t('category.' ~ code)`). */
const used = (text: string): { keys: string[]; beginnings: string[] } => {
  const keys: string[] = []
  const beginnings: string[] = []
  const take = (literal: string, isBegun: boolean) => (isBegun ? beginnings : keys).push(literal)
  for (const [, literal = '', more] of text.matchAll(/\bt\(\s*'([\w.-]+)'\s*(~)?/g)) take(literal, more !== undefined)
  for (const [, literal = '', more] of text.matchAll(/\bt\(\s*\[?\s*`([\w.-]+)(\$\{)?/g)) take(literal, more !== undefined)
  for (const [, literal = ''] of text.matchAll(/\bnotice: '([\w.-]+)'/g)) take(literal, false)
  // A choice between two: t('a.b' if x else 'c.d') or t(x ? 'a.b' : 'c.d').
  for (const [, inside = ''] of text.matchAll(/\bt\(([^()]*(?: if |\?)[^()]*)\)/g))
    for (const [, literal = ''] of inside.matchAll(/'(\w+\.[\w.-]+)'/g)) take(literal, literal.endsWith('.'))
  return { keys, beginnings }
}

const isObjectAt = (words: Words, beginning: string): boolean => {
  const steps = beginning.replace(/\.$/, '').split('.')
  let at: string | Words | undefined = words
  for (const step of steps) at = typeof at === 'object' ? at[step] : undefined
  return typeof at === 'object'
}

describe('every word that a page uses', () => {
  test.each(languages)('stands in %s', (language) => {
    const words = wordsOf(language)
    const known = bases(keysOf(words))
    const missing = files.flatMap((name) => {
      const { keys, beginnings } = used(readFileSync(join(source, name), 'utf8'))
      return [
        ...keys.filter((key) => !known.has(key)).map((key) => `${name}: ${key}`),
        ...beginnings.filter((beginning) => beginning.endsWith('.') && !isObjectAt(words, beginning)).map((beginning) => `${name}: ${beginning}…`),
      ]
    })
    expect(missing).toEqual([])
  })
  test('stands in both languages: neither has a key that the other lacks', () => {
    const [en, cy] = [bases(keysOf(english)), bases(keysOf(welsh))]
    expect({ onlyEnglish: [...en].filter((key) => !cy.has(key)), onlyWelsh: [...cy].filter((key) => !en.has(key)) }).toEqual({ onlyEnglish: [], onlyWelsh: [] })
  })
})

describe('plurals', () => {
  const counted = (words: Words) => [
    ...new Set(
      keysOf(words)
        .filter((key) => pluralEnd.test(key))
        .map((key) => key.replace(pluralEnd, '')),
    ),
  ]
  test('have the two forms of English and the six of Welsh', () => {
    const formsOf = (words: Words, base: string) => keysOf(words).filter((key) => key.replace(pluralEnd, '') === base && pluralEnd.test(key)).length
    expect(counted(english).filter((base) => formsOf(english, base) !== 2)).toEqual([])
    expect(counted(welsh).filter((base) => formsOf(welsh, base) !== 6)).toEqual([])
    expect(counted(welsh).sort()).toEqual(counted(english).sort())
  })
  test.each([
    [0, 'zero'],
    [1, 'one'],
    [2, 'two'],
    [3, 'few'],
    [6, 'many'],
    [4, 'other'],
    [30, 'other'],
  ])('choose in Welsh for %i the form %s', (count, form) => {
    const expected = (welsh.find as Words)[`found_${form}`] as string
    expect(openTranslations().in('cy')('find.found', { count, number: String(count) })).toBe(expected.replaceAll('{{number}}', String(count)))
  })
})

test('what only a screen reader says begins with no comma or colon: govuk-frontend sets a space before it', () => {
  const beginning = files.filter((name) => /visually-hidden"[^>]*>\s*[,:;.]/.test(readFileSync(join(source, name), 'utf8')))
  expect(beginning).toEqual([])
})

test('a sentence asks for the same values in both languages', () => {
  const valuesIn = (sentence: string) => [...new Set([...sentence.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name))].sort().join()
  const cy = new Map(leaves(welsh))
  // A form for one or two may say the number in a word.
  const differing = leaves(english).filter(([key, sentence]) => !pluralEnd.test(key) && valuesIn(sentence) !== valuesIn(cy.get(key) ?? ''))
  expect(differing.map(([key]) => key)).toEqual([])
})
