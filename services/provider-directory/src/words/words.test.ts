import { Category } from '@patchwork/events'
import fc from 'fast-check'
import { fieldWords, moreWelshWords } from './fieldWords.ts'
import { meanings } from './meanings.ts'
import { createSpelling } from './spelling.ts'
import { formsOf, possibleRadicalsOf } from './welsh.ts'

const spellingOf = (...words: string[]) => {
  const spelling = createSpelling()
  for (const word of words) spelling.add(word)
  return spelling
}

describe('Welsh words', () => {
  test.each([
    ['cartref', ['cartref', 'gartref', 'nghartref', 'chartref']],
    ['plant', ['plant', 'blant', 'mhlant', 'phlant']],
    ['teulu', ['teulu', 'deulu', 'nheulu', 'theulu']],
    ['bwyd', ['bwyd', 'fwyd', 'mwyd']],
    ['dynion', ['dynion', 'ddynion', 'nynion']],
    ['gofal', ['gofal', 'ofal', 'ngofal']],
    ['llyfrgell', ['llyfrgell', 'lyfrgell']],
    ['rhieni', ['rhieni', 'rieni']],
    ['menywod', ['menywod', 'fenywod']],
    ['iechyd', ['iechyd', 'hiechyd']],
    ['chwaraeon', ['chwaraeon']],
  ])('%s begins in each of these ways', (word, forms) => expect(formsOf(word)).toEqual(forms))
  test('from each form of a word of the list one gets back to it', () => {
    for (const word of moreWelshWords) for (const form of formsOf(word)) expect([form, ...possibleRadicalsOf(form)]).toContain(word)
  })
})

describe('a word of the list', () => {
  test('a group that leads somewhere else, or that is not plain, says why', () => {
    for (const { asked, why, en } of fieldWords) if (asked && asked.en.length > 0 && en[0] !== 'suicide') expect(why).toBeDefined()
  })
  test('nothing but words for it leads to personal care, and it leads to nothing else', () => {
    const about = fieldWords.filter(({ en, cy }) => [...en, ...cy].some((term) => /personal care|gofal personol|intimate/.test(term)))
    expect(about).toHaveLength(1)
    expect(about[0]).toMatchObject({ en: ['personal care', 'intimate care', 'washing and dressing'], cy: ['gofal personol'] })
    expect(about[0]).not.toHaveProperty('asked')
    const found = meanings().at(['personal', 'care'], 0)
    expect(found?.readable.toSorted()).toEqual(['gofal personol', 'intimate care', 'washing and dressing'])
  })
  test('who asks for domiciliary care is not led to help that is no care', () => {
    for (const asked of ['domiciliary care', 'home care', 'gofal cartref', 'personal care'])
      expect(meanings().at(asked.split(' '), 0)?.readable).not.toEqual(expect.arrayContaining(['home help']))
  })
  test('a kind of help is not a word of only one language', () => {
    for (const { en, cy, asked } of fieldWords) {
      expect(en.length).toBeGreaterThan(0)
      expect(cy.length + (asked?.cy.length ?? 0)).toBeGreaterThan(0)
    }
  })
  test('no group is so large that a question grows beyond bounds', () => {
    for (const { en, cy } of fieldWords) expect(en.length + cy.length).toBeLessThanOrEqual(12)
    for (const word of [...meanings().words, ...Category.options]) expect(meanings().at([word], 0)?.phrases.length ?? 0).toBeLessThanOrEqual(80)
  })
  test('no single Welsh word, in any of its forms, is a common English word', () => {
    const english = new Set(
      'plant tai offer man pant hen march bore dim bad mad bar car cart ball fall mall pall call gall hall lift gift drug drugs thai die dying bank pan fan mail fail gain pain rain fad pad dad'.split(
        ' ',
      ),
    )
    const single = fieldWords.flatMap(({ en, cy, asked }) => [...cy, ...(asked?.cy ?? [])].filter((term) => !term.includes(' ') && !en.includes(term)))
    expect([...single, ...moreWelshWords].flatMap(formsOf).filter((form) => english.has(form))).toEqual([])
  })
})

describe('a slip of the finger', () => {
  test.each([
    ['libary', 'library'],
    ['librray', 'library'],
    ['librari', 'library'],
    ['liibrary', 'library'],
    ['pharmcy', 'pharmacy'],
    ['counceling', 'counselling'],
    ['befrending', 'befriending'],
  ])('%s is taken for %s', (typed, meant) => expect(spellingOf('library pharmacy befriending', 'counseling'.replace('l', 'll')).nearest(typed)).toBe(meant))
  test.each(['lib', 'xyzzy', 'lobrory', '12345', 'librarian'.repeat(9), '💥', ''])('%p is too far from anything', (typed) =>
    expect(spellingOf('library').nearest(typed)).toBeUndefined(),
  )
  test('a word that is nowhere any more is not what was meant', () => {
    const spelling = spellingOf('library', 'library')
    spelling.remove('library')
    expect(spelling.nearest('libary')).toBe('library')
    spelling.remove('library')
    expect(spelling.nearest('libary')).toBeUndefined()
  })
  test('of several, the nearest, then one that begins alike, then the most usual', () => {
    expect(spellingOf('cooking', 'looking').nearest('coking')).toBe('cooking')
    expect(spellingOf('booking', 'cooking', 'cooking').nearest('xooking')).toBe('cooking')
    expect(spellingOf('walking', 'talking', 'talking').nearest('wlking')).toBe('walking')
  })
  test('accents and capitals do not count, and are kept in what is told', () => expect(spellingOf('Café-Gwŷdd').nearest('GWYDD')).toBe('gwŷdd'))

  // The textbook table, in full, as an independent check of ours.
  const slips = (one: string, other: string): number => {
    const table = Array.from({ length: one.length + 1 }, (_, row) => Array.from({ length: other.length + 1 }, (_, at) => (row === 0 ? at : at === 0 ? row : 0)))
    for (let row = 1; row <= one.length; row += 1)
      for (let at = 1; at <= other.length; at += 1) {
        const changed = table[row - 1]![at - 1]! + (one[row - 1] === other[at - 1] ? 0 : 1)
        let least = Math.min(table[row - 1]![at]! + 1, table[row]![at - 1]! + 1, changed)
        if (row > 1 && at > 1 && one[row - 1] === other[at - 2] && one[row - 2] === other[at - 1]) least = Math.min(least, table[row - 2]![at - 2]! + 1)
        table[row]![at] = least
      }
    return table[one.length]![other.length]!
  }
  test('the word found is one that a look at every word finds', () => {
    const word = fc.string({ unit: fc.constantFrom(...'abcde'), minLength: 3, maxLength: 11 })
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), word, (known, typed) => {
        const most = typed.length < 4 ? -1 : typed.length >= 8 ? 2 : 1
        const timesOf = (candidate: string) => known.filter((one) => one === candidate).length
        const [nearest] = [...new Set(known)]
          .filter((candidate) => candidate.length >= 4 && slips(typed, candidate) <= most)
          .sort(
            (one, other) =>
              slips(typed, one) - slips(typed, other) ||
              Number(other[0] === typed[0]) - Number(one[0] === typed[0]) ||
              timesOf(other) - timesOf(one) ||
              (one < other ? -1 : 1),
          )
        expect(spellingOf(...known).nearest(typed)).toBe(nearest)
      }),
      { numRuns: 2_000 },
    )
  })
})
