import fc from 'fast-check'
import { fieldWords } from '../words/fieldWords.ts'
import type { PublicOffer } from './publicOffer.ts'
import { createSearchIndex, type OfferSearch } from './searchIndex.ts'
import { publicOffer } from './testOffers.ts'

const monday10 = Date.parse('2026-01-12T10:00:00.000Z')
const found = (offers: readonly PublicOffer[], text: string, more: Partial<OfferSearch> = {}) => {
  const index = createSearchIndex()
  index.put(offers.map((offer) => ({ offer, sequence: 1 })))
  const { hits, ...rest } = index.search({ limit: 50, text, ...more }, monday10)
  index.close()
  return { names: hits.map(({ offer }) => offer.name), ...rest }
}

describe('words of the field', () => {
  const offers = [
    publicOffer(1, { name: 'Anwen', description: 'Domiciliary care in your own home.' }),
    publicOffer(2, { name: 'Bryn', description: 'Rydym yn cynnig gymorth gartref i bobl hŷn.' }),
    publicOffer(3, { name: 'Cleaning by Carys', description: 'A clean house. Home helps for hire.' }),
    publicOffer(4, { name: 'Dai', description: 'Meet us for tea and a chat each week: nobody should be lonely.' }),
    publicOffer(5, { name: 'Elin', description: 'Befriending for the over 60s.' }),
    publicOffer(6, { name: 'Ffion', description: 'Personal care by a sole carer.', personalCare: true }),
    publicOffer(7, { name: 'Gwen', description: 'Llyfrgell y dref, gyda llyfrau i blant.' }),
    publicOffer(8, { name: 'Huw', description: 'Mae ein canolfan ddydd ar agor.' }),
  ]
  test.each([
    ['home help', ['Anwen', 'Bryn', 'Cleaning by Carys']],
    ['Home Helps', ['Anwen', 'Bryn', 'Cleaning by Carys']],
    ['help at home', ['Anwen', 'Bryn', 'Cleaning by Carys']],
    ['cymorth cartref', ['Anwen', 'Bryn', 'Cleaning by Carys']],
    ['fy nghymorth cartref', ['Anwen', 'Bryn', 'Cleaning by Carys']],
    ['domiciliary care', ['Anwen']],
    ['gofal cartref', ['Anwen']],
    ['cleaner', ['Cleaning by Carys']],
    ['lonely', ['Dai', 'Elin']],
    ['befriending', ['Elin']],
    ['company', ['Dai', 'Elin']],
    ['personal care', ['Ffion']],
    ['gofal personol', ['Ffion']],
    ['library', ['Gwen']],
    ['llyfrgelloedd', ['Gwen']],
    ['day centre', ['Huw']],
    ['canolfan dydd', ['Huw']],
  ])('"%s" finds what is called otherwise, in either language', (text, expected) => expect(found(offers, text).names.toSorted()).toEqual(expected))
  test('what else was looked for is said, as far as something has it', () => {
    expect(found(offers, 'home help').also).toEqual(['domiciliary care'])
    expect(found(offers, 'befriending')).not.toHaveProperty('also')
  })
  test('asked for exactly what was typed, only that is found', () => {
    expect(found(offers, 'home help', { exactly: true }).names).toEqual(['Cleaning by Carys'])
    expect(found(offers, 'cymorth cartref', { exactly: true }).names).toEqual([])
  })
  test('a Welsh word that stands in no list is found in another form of it', () => {
    expect(found([publicOffer(1, { name: 'Ein pwyllgor' })], 'ei phwyllgor').names).toEqual(['Ein pwyllgor'])
    expect(found([publicOffer(1, { name: 'Ei phwyllgor' })], 'pwyllgor').names).toEqual(['Ei phwyllgor'])
  })
})

describe('slips of the finger', () => {
  const offers = [publicOffer(1, { name: 'Stretford Library' }), publicOffer(2, { name: 'Chess', description: 'Domiciliary care.' })]
  test.each([
    ['libary', 'library', ['Stretford Library']],
    ['the libary in Stretfrod', 'the library in stretford', ['Stretford Library']],
    ['domicilary care', 'domiciliary care', ['Chess']],
    ['hoem help', 'home help', ['Chess']],
    ['cymoth cartref', 'cymorth cartref', ['Chess']],
  ])('"%s" is looked for as "%s", and it is said so', (text, corrected, names) => expect(found(offers, text)).toMatchObject({ corrected, names }))
  test('words that something has, or begins with, are taken as they are', () => {
    for (const text of ['library', 'libr', 'libraries', 'chess']) expect(found(offers, text)).not.toHaveProperty('corrected')
  })
  test('asked for exactly what was typed, nothing is put right', () => {
    expect(found(offers, 'libary', { exactly: true })).toMatchObject({ names: [], total: 0 })
    expect(found(offers, 'libary', { exactly: true })).not.toHaveProperty('corrected')
  })
  test('what is gone is not what was meant', () => {
    const index = createSearchIndex()
    index.put([publicOffer(1, { name: 'Quoits' }), publicOffer(2, { name: 'Quilts' })].map((offer) => ({ offer, sequence: 1 })))
    expect(index.search({ text: 'quolts', limit: 5 }, monday10)).toMatchObject({ total: 1, corrected: 'quilts' })
    index.put([{ offer: publicOffer(2, { name: 'Draughts' }), sequence: 2 }])
    expect(index.search({ text: 'quolts', limit: 5 }, monday10)).toMatchObject({ total: 1, corrected: 'quoits' })
    index.remove(publicOffer(1).offerId)
    expect(index.search({ text: 'quolts', limit: 5 }, monday10)).toMatchObject({ total: 0 })
  })
})

describe('in plain words, what is found', () => {
  // Stems and Welsh forms of this small vocabulary by hand, synonyms straight from the list, and every offer looked at.
  const stems: Record<string, string> = {
    ...{ clubs: 'club', gardening: 'garden', gardener: 'garden', gardens: 'garden', helps: 'help', walking: 'walk', walks: 'walk', swimming: 'swim' },
    ...{ befriending: 'befriend', befriender: 'befriend', meetings: 'meet', meeting: 'meet' },
  }
  const radicals: Record<string, string> = { gymorth: 'cymorth', gartref: 'cartref', gyfeillio: 'cyfeillio', glwb: 'clwb', ginio: 'cinio', arddio: 'garddio' }
  const vocabulary = [
    ...'lunch club clubs luncheon garden gardening gardener home help helps domiciliary care befriending companionship walking walks swimming meeting'.split(
      ' ',
    ),
    ...'cymorth gymorth cartref gartref cyfeillio gyfeillio clwb glwb cinio ginio garddio arddio nofio'.split(' '),
  ]
  const otherForm: Record<string, string> = { ...radicals, ...Object.fromEntries(Object.entries(radicals).map(([form, radical]) => [radical, form])) }
  const stem = (word: string): string => stems[word] ?? word
  const canonical = (word: string): string => stem(radicals[word] ?? word)
  const tokens = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  const fold = (word: string): string => word.normalize('NFD').replaceAll(/\p{M}/gu, '')
  const groups = fieldWords.map(({ en, cy, asked = { en, cy } }) => ({
    asked: [...asked.en, ...asked.cy].map((term) => tokens(fold(term)).map(canonical).join(' ')),
    finds: [...en, ...cy].map((term) => tokens(fold(term)).map(canonical)),
  }))
  const hasPhrase = (text: readonly string[], phrase: readonly string[]): boolean =>
    text.some((_, at) => phrase.every((word, position) => text[at + position] === word))
  type Said = { name: string; description: string }
  const textsOf = ({ name, description }: Said) => [tokens(name), tokens(description)]

  type Part = { words: string[]; finds: string[][] }
  const partsOf = (words: readonly string[]): Part[] => {
    const parts: Part[] = []
    for (let at = 0; at < words.length; ) {
      let length = Math.min(6, words.length - at)
      const key = () =>
        words
          .slice(at, at + length)
          .map(canonical)
          .join(' ')
      while (length > 1 && !groups.some(({ asked }) => asked.includes(key()))) length -= 1
      const finds = groups.filter(({ asked }) => asked.includes(key())).flatMap((group) => group.finds)
      const own = words.slice(at, at + length)
      // A Welsh word of the list is found in all its forms even where it stands for nothing else.
      if (length === 1 && Object.values(radicals).includes(canonical(own[0]!))) finds.push([canonical(own[0]!)])
      parts.push({ words: own, finds })
      at += length
    }
    return parts
  }
  const hasWord = (offer: Said, word: string, isBeginning: boolean): boolean =>
    textsOf(offer).some((text) => text.some((one) => (isBeginning ? stem(one).startsWith(stem(word)) : stem(one) === stem(word))))
  const hasOther = (offer: Said, { finds }: Part): boolean => finds.some((phrase) => textsOf(offer).some((text) => hasPhrase(text.map(canonical), phrase)))
  const all = (offers: readonly Said[], words: readonly string[], isLastBeginning: boolean): number[] => {
    const parts = partsOf(words)
    const fits = (offer: Said) =>
      parts.every(
        (part, position) =>
          hasOther(offer, part) ||
          part.words.every((word, at) => hasWord(offer, word, isLastBeginning && position === parts.length - 1 && at === part.words.length - 1)),
      )
    return offers.flatMap((offer, number) => (fits(offer) ? [number] : []))
  }
  const any = (offers: readonly Said[], words: readonly string[]): number[] => {
    const parts = partsOf(words)
    return offers.flatMap((offer, number) =>
      parts.some((part) => hasOther(offer, part) || part.words.some((word) => hasWord(offer, word, false))) ? [number] : [],
    )
  }
  const byReference = (offers: readonly Said[], words: readonly string[]): number[] => {
    const [whole, begun] = [all(offers, words, false), all(offers, words, true)]
    if (whole.length > 0 || begun.length > 0) return whole.length > 0 ? whole : begun
    // A Welsh word that no offer has in this form is looked for in its other one.
    const isHad = (word: string) => offers.some((offer) => hasWord(offer, word, false))
    const others = words.map((word) => (isHad(word) ? word : (otherForm[word] ?? word))).map((word, at) => (isHad(word) ? word : words[at]!))
    const [otherWhole, otherAny] = [all(offers, others, false), any(offers, others)]
    return otherWhole.length > 0 ? otherWhole : otherAny.length > 0 ? otherAny : any(offers, words)
  }
  const text = fc.array(fc.constantFrom(...vocabulary), { minLength: 1, maxLength: 5 }).map((words) => words.join(' '))

  test('is what a look at every offer finds, with stems, synonyms and Welsh forms', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ name: text, description: text }), { minLength: 1, maxLength: 12 }),
        fc.array(fc.constantFrom(...vocabulary), { minLength: 1, maxLength: 4 }),
        (made, words) => {
          const names = made.map((said, number) => publicOffer(number, { ...said, organisation: { name: 'Xyz' } }))
          const index = createSearchIndex()
          index.put(names.map((offer) => ({ offer, sequence: 1 })))
          const { hits } = index.search({ limit: 50, text: words.join(' ') }, monday10)
          index.close()
          expect(hits.map(({ offer }) => Number(offer.offerId.slice(0, 8))).toSorted((a, b) => a - b)).toEqual(byReference(made, words))
        },
      ),
      { numRuns: 400 },
    )
  })
})
