import { type AccessCode, accessCodes, ageGroupCodes, Category } from '@patchwork/events'
import fc from 'fast-check'
import { formKinds } from '../domain/form.ts'
import { isOpenTo } from '../domain/suiting.ts'
import type { PublicOffer } from './publicOffer.ts'
import { createSearchIndex, InvalidAfterError, type OfferSearch } from './searchIndex.ts'
import { publicOffer } from './testOffers.ts'

const monday10 = Date.parse('2026-01-12T10:00:00.000Z')
const indexOf = (offers: readonly PublicOffer[]) => {
  const index = createSearchIndex()
  index.put(offers.map((offer) => ({ offer, sequence: 1 })))
  return index
}
const namesFound = (offers: readonly PublicOffer[], query: Partial<OfferSearch>) =>
  indexOf(offers)
    .search({ limit: 50, ...query }, monday10)
    .hits.map(({ offer }) => offer.name)

describe('words', () => {
  const offers = [
    publicOffer(1, { name: 'Stretford Library', category: 'libraries' }),
    publicOffer(2, { name: 'Gardening for neighbours', description: 'We tidy gardens and hedges.' }),
    publicOffer(3, { name: 'Café Zoë', description: 'Coffee and company for people who read in the library.' }),
    publicOffer(4, { name: 'Boots', category: 'pharmacies', organisation: { name: 'Boots the chemist' } }),
    publicOffer(5, { name: "Down's Syndrome group", place: { address: 'The Hall, Urmston' } }),
    publicOffer(6, { name: '图书馆 читальня مكتبة' }),
  ]
  test.each([
    ['libraries', ['Stretford Library', 'Café Zoë']],
    ['library', ['Stretford Library', 'Café Zoë']],
    ['librar', ['Stretford Library', 'Café Zoë']],
    ['GARDEN', ['Gardening for neighbours']],
    ['hedge tidying', ['Gardening for neighbours']],
    ['cafe zoe', ['Café Zoë']],
    ['pharmacy', ['Boots']],
    ['chemist', ['Boots']],
    ["down's", ["Down's Syndrome group"]],
    ['urmston', ["Down's Syndrome group"]],
    ['читальня', ['图书馆 читальня مكتبة']],
    ['مكتبة', ['图书馆 читальня مكتبة']],
    ['a library in the', ['Stretford Library', 'Café Zoë']],
  ])('%p finds what people mean by it', (text, expected) => expect(namesFound(offers, { text })).toEqual(expected))

  test('a match in the name comes before one in the description', () => expect(namesFound(offers, { text: 'library' })[0]).toBe('Stretford Library'))
  test('when nothing has all the words, what has any of them is found, and it is said so', () => {
    const found = indexOf(offers).search({ text: 'library unicorn', limit: 10 }, monday10)
    expect(found.words).toBe('any')
    expect(found.total).toBe(2)
  })
  test('words of which nothing is known find nothing', () => expect(namesFound(offers, { text: 'xyzzy' })).toEqual([]))
  test('no words at all find everything, by name', () =>
    expect(namesFound(offers, { text: '  ' })).toEqual([
      'Boots',
      'Café Zoë',
      "Down's Syndrome group",
      'Gardening for neighbours',
      'Stretford Library',
      '图书馆 читальня مكتبة',
    ]))

  test.each([
    '"',
    "'",
    '""" OR',
    'name:library',
    '* * *',
    '(((',
    'NEAR(a b)',
    '-',
    '^x',
    '{name} : x',
    '💥',
    '\u0000',
    "'; drop table words; --",
    'a'.repeat(5_000),
    '{"$ne":null}',
  ])('rubbish is words or nothing, never an error', (text) => {
    expect(() => namesFound(offers, { text })).not.toThrow()
  })
  test('whatever is typed never fails', () => {
    const index = indexOf(offers)
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => index.search({ text, limit: 5 }, monday10).total >= 0),
      { numRuns: 500 },
    )
  })
})

describe('distance', () => {
  // The textbook formula, as an independent check of ours.
  const haversine = (from: { latitude: number; longitude: number }, to: { latitude: number; longitude: number }): number => {
    const rad = (degrees: number) => (degrees * Math.PI) / 180
    const a =
      Math.sin(rad(to.latitude - from.latitude) / 2) ** 2 +
      Math.cos(rad(from.latitude)) * Math.cos(rad(to.latitude)) * Math.sin(rad(to.longitude - from.longitude) / 2) ** 2
    return 2 * 6_371_008.8 * Math.asin(Math.sqrt(a))
  }
  const point = fc.record({ latitude: fc.double({ min: 53.3, max: 53.55, noNaN: true }), longitude: fc.double({ min: -2.5, max: -2.1, noNaN: true }) })

  test('exactly what lies within the distance is found, nearest first, and each distance is right to the metre', () => {
    fc.assert(
      fc.property(fc.array(point, { maxLength: 40 }), point, fc.integer({ min: 1, max: 20_000 }), (points, near, withinMetres) => {
        const index = indexOf(points.map((location, number) => publicOffer(number + 1, { place: { location } })))
        const found = index.search({ near, withinMetres, limit: 200 }, monday10)
        const expected = points.map((location) => Math.round(haversine(near, location))).filter((metres) => metres <= withinMetres)
        expect(found.hits.map(({ distanceMetres }) => distanceMetres)).toEqual(expected.sort((a, b) => a - b))
        expect(found.total).toBe(expected.length)
        index.close()
      }),
      { numRuns: 150 },
    )
  })
  test('what has no place is found last without a limit, and not at all within one', () => {
    const offers = [publicOffer(1), publicOffer(2, { place: { location: { latitude: 53.4, longitude: -2.3 } } })]
    const near = { latitude: 53.42, longitude: -2.3 }
    expect(namesFound(offers, { near })).toEqual(['Offer 2', 'Offer 1'])
    expect(namesFound(offers, { near, withinMetres: 50_000 })).toEqual(['Offer 2'])
  })
  test('whoever comes to your ward, or serves around a postcode near you, is found before what is merely near', () => {
    const near = { latitude: 53.42, longitude: -2.3, wardCode: 'E05015254' }
    const offers = [
      publicOffer(1, { place: { location: { latitude: 53.421, longitude: -2.3 } } }),
      publicOffer(2, { area: { wardCodes: ['E05015254'], atHome: true } }),
      publicOffer(3, { area: { withinMetres: 9_000, postcode: 'M31 4BU', centre: { latitude: 53.41, longitude: -2.43 } } }),
      publicOffer(4, { area: { wardCodes: ['E05015239'] } }),
      publicOffer(5, { area: { withinMetres: 3_000, postcode: 'M31 4BU', centre: { latitude: 53.41, longitude: -2.43 } } }),
    ]
    expect(namesFound(offers, { near, withinMetres: 500 })).toEqual(['Offer 2', 'Offer 3', 'Offer 1'])
    const acrossWards = { latitude: 53.42, longitude: -2.3, wardCodes: ['E05015254', 'E05015239'] }
    expect(namesFound(offers, { near: acrossWards, withinMetres: 500 })).toEqual(['Offer 2', 'Offer 3', 'Offer 4', 'Offer 1'])
  })
})

describe('filters, totals and pages', () => {
  const anySaid = fc.record({
    category: fc.constantFrom(...Category.options.slice(0, 4)),
    track: fc.constantFrom('be-helped' as const, 'join-in' as const),
    price: fc.constantFrom({ kind: 'free' as const }, { kind: 'paid' as const }, { kind: 'unknown' as const }),
    capacity: fc.constantFrom(
      { state: 'unknown' as const },
      { state: 'open' as const, expiresAt: '2026-02-01T00:00:00.000Z' },
      { state: 'open' as const, expiresAt: '2026-01-12T10:00:00.000Z' },
      { state: 'closed' as const, expiresAt: '2026-02-01T00:00:00.000Z' },
    ),
    times: fc.constantFrom<PublicOffer['times']>(
      [],
      [{ days: ['monday'], from: '09:00', to: '12:00' }],
      [{ days: ['sunday'], from: '09:00', to: '12:00' }],
      [{ days: ['monday'], from: '09:00', to: '12:00', endsOn: '2026-01-11' }],
      [{ days: ['monday'], from: '09:00', to: '12:00', weeksOfMonth: [2] }],
    ),
    area: fc.constantFrom<PublicOffer['area']>({}, { wardCodes: ['E05015254'] }, { wardCodes: ['E05015254', 'E05015239'] }),
    name: fc.constantFrom('Lunch club', 'Walking group', 'Lunch and walking'),
    takesReferrals: fc.boolean(),
    fundingAccepted: fc.constantFrom<string[]>([], ['direct-payment'], ['direct-payment', 'own-money']),
    languages: fc.constantFrom<string[]>([], ['cy'], ['cy', 'pl']),
    ages: fc.constantFrom<NonNullable<PublicOffer['ages']>>({}, { from: 60 }, { to: 15 }),
    accessibility: fc.constantFrom<NonNullable<PublicOffer['accessibility']>>([], ['step-free'], ['lift', 'step-free']),
  })
  const anyForm = fc.constantFrom<Pick<PublicOffer, 'form'>>(
    {},
    { form: { kind: 'group', seats: 12 } },
    { form: { kind: 'group' } },
    { form: { kind: 'advice' } },
  )
  const anyOffer = fc.tuple(anySaid, anyForm).map(([said, form]) => ({ ...said, ...form }))
  const allAsked = fc.record({
    text: fc.constantFrom('lunch', 'walking', 'lunch walking', 'nothing whatever'),
    categories: fc.uniqueArray(fc.constantFrom(...Category.options.slice(0, 4)), { minLength: 1 }),
    track: fc.constantFrom('be-helped' as const, 'join-in' as const),
    cost: fc.constantFrom('free' as const, 'paid' as const),
    isOpenNow: fc.constant(true),
    hasRoom: fc.constant(true),
    wardCode: fc.constantFrom('E05015254', 'E05015239'),
    funding: fc.constantFrom('direct-payment', 'own-money', 'time-credits'),
    form: fc.constantFrom('group' as const, 'advice' as const, 'thing' as const),
    language: fc.constantFrom('cy', 'pl', 'bfi'),
    age: fc.constantFrom('under-5' as const, '50-to-64' as const, '80-and-over' as const),
    access: fc.constantFrom<AccessCode[]>(['step-free'], ['step-free', 'lift'], ['quiet-space']),
    takesReferrals: fc.constant(true),
  })
  // A few of them: what is asked of everything at once, nothing fits.
  const anyQuery = allAsked.chain((all) =>
    fc
      .subarray(Object.keys(all), { maxLength: 4 })
      .map((names) => Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name))) as Partial<typeof all>),
  )
  const byWords = (offers: readonly PublicOffer[], text: string | undefined): readonly PublicOffer[] => {
    const words = text?.split(' ') ?? []
    const has = (offer: PublicOffer) => (word: string) => offer.name.toLowerCase().includes(word)
    const all = offers.filter((offer) => words.every(has(offer)))
    return all.length > 0 ? all : offers.filter((offer) => words.some(has(offer)))
  }
  const matches = (offer: PublicOffer, query: Partial<OfferSearch>): boolean =>
    (query.takesReferrals === undefined || offer.takesReferrals) &&
    (query.categories === undefined || query.categories.includes(offer.category)) &&
    (query.track === undefined || offer.track === query.track) &&
    (query.cost === undefined || offer.price.kind === query.cost) &&
    (query.isOpenNow === undefined || offer.times.some(({ days, endsOn }) => days.includes('monday') && endsOn === undefined)) &&
    (query.hasRoom === undefined || (offer.capacity.state === 'open' && offer.capacity.expiresAt > '2026-01-12T10:00:00.000Z')) &&
    (query.funding === undefined || offer.fundingAccepted.includes(query.funding)) &&
    (query.form === undefined || offer.form?.kind === query.form) &&
    (query.language === undefined || (offer.languages ?? []).includes(query.language)) &&
    (query.age === undefined || isOpenTo(query.age, offer.ages)) &&
    (query.access ?? []).every((code) => offer.accessibility?.includes(code)) &&
    (query.wardCode === undefined || (offer.area.wardCodes?.includes(query.wardCode) ?? false))

  test('D11 every filter, alone and together, finds what a look at each offer finds; pages are the whole, each once', () => {
    fc.assert(
      fc.property(fc.array(anyOffer, { maxLength: 40 }), anyQuery, fc.integer({ min: 1, max: 7 }), (made, query, limit) => {
        const offers = made.map((changes, number) => publicOffer(number + 1, changes))
        const index = indexOf(offers)
        const seen: string[] = []
        let after: string | undefined
        let total = 0
        do {
          const found = index.search({ ...query, limit, ...(after === undefined ? {} : { after }) } as OfferSearch, monday10)
          seen.push(...found.hits.map(({ offer }) => offer.offerId))
          total = found.total
          after = found.after
        } while (after !== undefined)
        expect(new Set(seen).size).toBe(seen.length)
        expect(seen.toSorted()).toEqual(
          byWords(offers, query.text)
            .filter((offer) => matches(offer, query as Partial<OfferSearch>))
            .map(({ offerId }) => offerId),
        )
        expect(total).toBe(seen.length)
        index.close()
      }),
      { numRuns: 200 },
    )
  })
  test('D11 each count beside a filter is what choosing it would find', () => {
    fc.assert(
      fc.property(fc.array(anyOffer, { maxLength: 30 }), anyQuery, (made, query) => {
        const index = indexOf(made.map((changes, number) => publicOffer(number + 1, changes)))
        const totalWith = (changes: Partial<OfferSearch>) => index.search({ ...(query as Partial<OfferSearch>), limit: 1, ...changes }, monday10).total
        const { facets } = index.search({ ...(query as Partial<OfferSearch>), limit: 1 }, monday10)
        for (const category of Category.options) expect(facets.category[category]).toBe(totalWith({ categories: [category] }))
        for (const track of ['be-helped', 'join-in'] as const) expect(facets.track[track]).toBe(totalWith({ track }))
        for (const cost of ['free', 'paid'] as const) expect(facets.cost[cost]).toBe(totalWith({ cost }))
        expect(facets.open.now).toBe(totalWith({ isOpenNow: true }))
        expect(facets.capacity.open).toBe(totalWith({ hasRoom: true }))
        for (const wardCode of ['E05015254', 'E05015239']) expect(facets.ward[wardCode] ?? 0).toBe(totalWith({ wardCode }))
        for (const funding of ['direct-payment', 'own-money', 'time-credits']) expect(facets.funding[funding] ?? 0).toBe(totalWith({ funding }))
        for (const language of ['cy', 'pl', 'bfi']) expect(facets.language[language] ?? 0).toBe(totalWith({ language }))
        for (const form of formKinds) expect(facets.form[form]).toBe(totalWith({ form }))
        for (const age of ageGroupCodes) expect(facets.age[age]).toBe(totalWith({ age }))
        const asked = (query as Partial<OfferSearch>).access ?? []
        for (const code of accessCodes) expect(facets.access[code]).toBe(totalWith({ access: [...new Set([...asked, code])] }))
        index.close()
      }),
      { numRuns: 100 },
    )
  })
  test('an offer that comes in between two pages makes none of the others appear twice or be missed', () => {
    const index = indexOf(Array.from({ length: 10 }, (_, number) => publicOffer(number * 2 + 1, { name: `Offer ${String(number * 2 + 1).padStart(2, '0')}` })))
    const first = index.search({ limit: 4 }, monday10)
    index.put([
      { offer: publicOffer(2, { name: 'Offer 02' }), sequence: 1 },
      { offer: publicOffer(20, { name: 'Offer 20' }), sequence: 1 },
    ])
    const rest = index.search({ limit: 50, after: first.after! }, monday10)
    expect([...first.hits, ...rest.hits].map(({ offer }) => offer.name)).toEqual(
      ['01', '03', '05', '07', '09', '11', '13', '15', '17', '19', '20'].map((number) => `Offer ${number}`),
    )
  })
  test.each(['rubbish', 'e30', Buffer.from('["x",0,0,0,"",""]').toString('base64url')])('a page marker that is not ours is refused (%p)', (after) =>
    expect(() => indexOf([publicOffer(1)]).search({ limit: 1, after }, monday10)).toThrow(InvalidAfterError),
  )
  test('a page marker of another search is refused', () => {
    const index = indexOf([publicOffer(1), publicOffer(2)])
    const { after } = index.search({ limit: 1 }, monday10)
    expect(() => index.search({ limit: 1, cost: 'free', after: after! }, monday10)).toThrow(InvalidAfterError)
  })
})

describe('what is shown', () => {
  test('the latest words replace the former ones everywhere', () => {
    const index = indexOf([publicOffer(1, { name: 'Lunch club', category: 'food' })])
    index.put([{ offer: publicOffer(1, { name: 'Chess circle', category: 'community-groups' }), sequence: 2 }])
    expect(index.search({ text: 'lunch', limit: 5 }, monday10).total).toBe(0)
    expect(index.search({ text: 'chess', limit: 5 }, monday10).total).toBe(1)
    expect(index.search({ limit: 5 }, monday10).facets.category).toMatchObject({ food: 0, 'community-groups': 1 })
    expect(index.sequenceOf(publicOffer(1).offerId)).toBe(2)
  })
  test('what is removed is gone, and removing again changes nothing', () => {
    const index = indexOf([publicOffer(1), publicOffer(2)])
    index.remove(publicOffer(1).offerId)
    index.remove(publicOffer(1).offerId)
    expect(index.ids()).toEqual([publicOffer(2).offerId])
    expect(index.get(publicOffer(1).offerId)).toBeUndefined()
    expect(index.search({ text: 'offer', limit: 5 }, monday10).total).toBe(1)
  })
  test('two indexes of the same offers are equal, in whatever order they came', () => {
    const offers = Array.from({ length: 20 }, (_, number) => publicOffer(number))
    expect(indexOf(offers).digest()).toBe(indexOf(offers.toReversed()).digest())
  })
  test('the feed leaves out what has no description of its organisation', () => {
    const undescribed = publicOffer(2)
    delete undescribed.organisation.description
    const index = indexOf([publicOffer(1), undescribed, publicOffer(3)])
    expect(index.feed.services({}, { offset: 0, limit: 10 })).toMatchObject({ total: 2, offers: [{ name: 'Offer 1' }, { name: 'Offer 3' }] })
  })
  test('D2 what is shown late is news when it is shown, and stays so when the index is read anew', () => {
    const index = createSearchIndex()
    const one = publicOffer(1)
    const isNewsAfter = (modifiedAfter: string) => index.feed.services({ modifiedAfter }, { offset: 0, limit: 10 }).total === 1
    index.put([{ offer: one, sequence: 1, shownAt: '2026-03-01T12:00:00.000Z' }])
    expect(isNewsAfter('2026-03-01T12:00:00.000Z')).toBe(true)
    expect(isNewsAfter('2026-03-01T12:00:00.001Z')).toBe(false)
    index.put([{ offer: one, sequence: 1 }])
    expect(isNewsAfter('2026-03-01T12:00:00.000Z')).toBe(true)
    // A later change has a date of its own.
    index.put([{ offer: { ...one, modifiedAt: '2026-04-01T00:00:00.000Z' }, sequence: 2 }])
    expect(isNewsAfter('2026-04-01T00:00:00.000Z')).toBe(true)
    expect(isNewsAfter('2026-04-01T00:00:00.001Z')).toBe(false)
  })
  test('D2 when the clocks change, what has times of the week is news, and nothing else is', () => {
    const timed = publicOffer(1, { times: [{ days: ['monday'], from: '09:00', to: '10:00' }] })
    const index = indexOf([timed, publicOffer(2)])
    const news = (modifiedAfter: string) =>
      index.feed.services({ modifiedAfter, clocksChangedAt: '2026-03-29T01:00:00.000Z' }, { offset: 0, limit: 10 }).offers.map(({ offerId }) => offerId)
    expect(news('2026-03-28T00:00:00.000Z')).toEqual([timed.offerId])
    expect(news('2026-03-30T00:00:00.000Z')).toEqual([])
  })
  test('pages of the feed by number and by id are the same offers', () => {
    const index = indexOf(Array.from({ length: 7 }, (_, number) => publicOffer(number + 1)))
    const byId: string[] = []
    for (let after: string | undefined; ; ) {
      const { offers } = index.feed.services({}, { after, limit: 3 })
      if (offers.length === 0) break
      byId.push(...offers.map(({ offerId }) => offerId))
      after = offers.at(-1)?.offerId
    }
    const byNumber = [0, 3, 6].flatMap((offset) => index.feed.services({}, { offset, limit: 3 }).offers.map(({ offerId }) => offerId))
    expect(byId).toEqual(byNumber)
    expect(byId).toHaveLength(7)
  })
  test('what is removed leaves the feed with its places', () => {
    const index = indexOf([publicOffer(1, { place: { location: { latitude: 53.4, longitude: -2.3 } } })])
    const nothing = { offset: 0, limit: 0 }
    expect(index.feed.places({}, nothing).total).toBe(1)
    const { count } = index.changes()
    index.remove(publicOffer(1).offerId)
    expect(index.changes().count).toBeGreaterThan(count)
    expect([index.feed.places({}, nothing).total, index.feed.services({}, nothing).total, index.feed.organisations({}, nothing).total]).toEqual([0, 0, 0])
  })
})
