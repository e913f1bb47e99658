import { commonLanguages, LanguageCode, languageCode, languageName, languageNamed } from './language.ts'

describe('languages', () => {
  test('each of the common ones is there once, in its one form', () => {
    expect(new Set(commonLanguages).size).toBe(commonLanguages.length)
    for (const code of commonLanguages) expect(LanguageCode.parse(code)).toBe(code)
  })
  test.each([
    ['cym', 'cy'],
    ['POL', 'pl'],
    ['bfi', 'bfi'],
    ['yo', 'yo'],
  ])('%s is read as %s', (written, code) => expect(LanguageCode.parse(written)).toBe(code))
  test.each(['', 'x', 'welsh', 'en-GB', 'und', 'mul', 'qqq', 'xyz', 'e1', '<b>'])('%j is no language', (written) => {
    expect(languageCode(written)).toBeUndefined()
    expect(LanguageCode.safeParse(written).success).toBe(false)
  })
})

describe('names of languages', () => {
  test('each common one has a name in English and in Welsh, and is known by both', () => {
    for (const code of commonLanguages)
      for (const locale of ['en', 'cy'] as const) {
        expect(languageName(code, locale)).toMatch(/^\p{Lu}/u)
        expect(languageNamed(languageName(code, locale))).toBe(code)
      }
  })
  test.each([
    ['BSL', 'bfi'],
    ['cymraeg', 'cy'],
    [' Farsi ', 'fa'],
    ['Yoruba', 'yo'],
    ['tir', 'ti'],
  ])('%s is known as %s', (written, code) => expect(languageNamed(written)).toBe(code))
  test.each(['', 'Klingonese', 'english or welsh'])('%j is no name', (written) => expect(languageNamed(written)).toBeUndefined())
})
