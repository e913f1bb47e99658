import { accessCodes, ageMax } from '@patchwork/events'
import { commonLanguages } from '@patchwork/http'
import fc from 'fast-check'
import { priceUnits, vatCodes } from '../http/schemas.ts'
import { fromOpenReferral } from '../import/fromOpenReferral.ts'
import { publicOffer } from '../store/testOffers.ts'
import { feedPartsOf } from './parts.ts'
import { besideAmount } from './price.ts'
import { toFullService } from './service.ts'
import { accessOf, agesOf, languagesOf } from './suiting.ts'

const around = { districtName: 'Trafford', wardName: () => undefined, clockOffset: '+00:00', termsOf: () => [], language: 'en' as const }
const place = { location: { latitude: 53.42, longitude: -2.32 } }

test('D11 languages, access, ages and price leave by the open feed and come in again equal', () => {
  const anyList = <Code extends string>(codes: readonly Code[]) => fc.uniqueArray(fc.constantFrom(...codes), { minLength: 1 }).map((list) => list.sort())
  const ages = fc
    .tuple(fc.integer({ min: 1, max: ageMax - 1 }), fc.integer({ min: 1, max: ageMax - 1 }), fc.constantFrom('from', 'to', 'both'))
    .map(([one, other, which]) => ({
      ...(which === 'to' ? {} : { from: Math.min(one, other) }),
      ...(which === 'from' ? {} : { to: Math.max(one, other) }),
    }))
  const price = fc.record(
    {
      kind: fc.constant('paid' as const),
      pence: fc.integer({ min: 1, max: 1_000_000 }),
      unit: fc.constantFrom(...priceUnits),
      vat: fc.constantFrom(...vatCodes),
      travelPence: fc.integer({ min: 1, max: 1_000_000 }),
    },
    { requiredKeys: ['kind', 'pence'] },
  )
  fc.assert(
    fc.property(
      fc.record({ languages: anyList([...commonLanguages, 'yo', 'ase']), accessibility: anyList(accessCodes), ages, price }, { requiredKeys: ['price'] }),
      (said) => {
        const read = fromOpenReferral({ value: toFullService(publicOffer(1, { ...said, place }), around), isTooLarge: false })
        const { languages, accessibility, ages: bounds, price: asked } = 'record' in read ? read.record : {}
        expect({ languages, accessibility, ages: bounds, price: asked }).toEqual({ languages: undefined, accessibility: undefined, ages: undefined, ...said })
      },
    ),
  )
})

test('D2 a list of the open feed is asked for by the ages that an offer says, as by those that a record brought', () => {
  expect(feedPartsOf(publicOffer(1, { ages: { from: 16, to: 25 } }))).toMatchObject({ minimumAge: 16, maximumAge: 25 })
  expect(feedPartsOf(publicOffer(1, { ages: { from: 16 }, given: { minimum_age: 15.5 } }))).toMatchObject({ minimumAge: 15.5 })
})

test('what is said beside an amount is said in words', () => {
  expect(besideAmount({ kind: 'paid', pence: 1_850, unit: 'hour', vat: 'added', travelPence: 250 })).toBe('per hour; VAT comes on top; travel £2.50 a visit')
  expect(besideAmount({ kind: 'paid', pence: 1_850 })).toBeUndefined()
})

describe('what other feeds say', () => {
  test.each([
    ['The building has induction loops. Wheelchair access on all levels; disabled toilet.', ['accessible-toilet', 'hearing-loop', 'step-free']],
    ['There is no lift.', undefined],
    ['Unfortunately the building is not step-free. Guide dogs are welcome.', ['assistance-dogs']],
    ['Ask at the desk', undefined],
  ])('of access is read where it is plain: %s', (description, codes) => expect(accessOf([{ accessibility: [{ description }] }])).toEqual(codes))
  test.each([
    [
      [{ name: 'Polish' }, { language: 'Welsh' }, { code: 'pol' }, { name: 'All' }],
      ['cy', 'pl'],
    ],
    [[{ name: 'Whatever you speak' }], undefined],
    ['Welsh', undefined],
  ])('of languages is read by name or code: %j', (languages, codes) => expect(languagesOf({ languages })).toEqual(codes))
  test.each([
    [
      { minimum_age: 15.5, maximum_age: 18.9 },
      { from: 16, to: 18 },
    ],
    [{ minimum_age: '5', maximum_age: '' }, { from: 5 }],
    [{ minimum_age: 0, maximum_age: 120 }, undefined],
    [{ minimum_age: 60, maximum_age: 20 }, undefined],
    [{ eligibilitys: [{ minimum_age: 8 }] }, { from: 8 }],
    [{ minimum_age: 'adult', maximum_age: -1 }, undefined],
  ])('of ages is read in whole years: %j', (service, ages) => expect(agesOf(service)).toEqual(ages))
})
