import { fill, languageOf, waitInWords, words } from './words.ts'

test('both languages have the same words', () => expect(Object.keys(words.cy).sort()).toEqual(Object.keys(words.en).sort()))
test('both languages have the same gaps to fill', () => {
  const gaps = (sentence: string) => [...sentence.matchAll(/\{\w+\}/g)].map(([gap]) => gap).sort()
  for (const key of Object.keys(words.en) as (keyof typeof words.en)[]) expect([key, gaps(words.cy[key])]).toEqual([key, gaps(words.en[key])])
})
test('the Welsh says that it is a draft', () => expect(words.cy.draftNotice).toMatch(/Drafft/))
test('what the request asks for goes before the reader’s cookie, and English is the rest', () => {
  expect(languageOf('cy en', 'language=en')).toBe('cy')
  expect(languageOf('fr cy-GB', undefined)).toBe('cy')
  expect(languageOf(undefined, 'a=b; language=cy')).toBe('cy')
  expect(languageOf(undefined, 'nolanguage=cy')).toBe('en')
  expect(languageOf(['cy'], undefined)).toBe('en')
  expect(languageOf(undefined, undefined)).toBe('en')
})
test('a wait is told in words', () => {
  expect(waitInWords(1, 'en')).toBe('1 second')
  expect(waitInWords(59_001, 'en')).toBe('1 minute')
  expect(waitInWords(2_000, 'en')).toBe('2 seconds')
  expect(waitInWords(61_000, 'cy')).toBe('2 munud')
  expect(fill('{a} and {b}', { a: 1 })).toBe('1 and {b}')
})
