import fc from 'fast-check'
import type { Price } from '../../directory/offer.ts'
import { leftOf, per, periods, wholePriceOf } from './wholePrice.ts'

const price = (changes: Partial<Price>): Price => ({ kind: 'paid', pence: 1_000, unit: undefined, vat: undefined, travelPence: undefined, ...changes })
const twoHoursOnce = { halfHoursPerWeek: 4, timesPerWeek: 1 }
const weekly = (changes: Partial<Price>, use = twoHoursOnce) => {
  const whole = wholePriceOf(price(changes), use)
  return 'missing' in whole ? whole.missing : per(whole.pencePerYear, 'week')
}

test.each<[string, Partial<Price>, number]>([
  ['two hours at £10', { unit: 'hour' }, 2_000],
  ['two hours at £10 for a half', { unit: 'half-hour' }, 4_000],
  ['one session', { unit: 'session' }, 1_000],
  ['a week', { unit: 'week' }, 1_000],
  ['a month is a twelfth of a year', { unit: 'month' }, 231],
  ['a year', { unit: 'year', pence: 52_000 }, 1_000],
  ['with travel for the one visit', { unit: 'hour', travelPence: 250 }, 2_250],
  ['with VAT on top, also on travel', { unit: 'hour', travelPence: 250, vat: 'added' }, 2_700],
  ['with VAT in the price', { unit: 'hour', vat: 'included' }, 2_000],
  ['without VAT', { unit: 'hour', vat: 'none' }, 2_000],
  ['free', { kind: 'free', pence: undefined }, 0],
])('D14 the whole price of %s', (_, changes, pence) => expect(weekly(changes)).toBe(pence))

test.each<[string, Partial<Price>, object, string]>([
  ['nobody has said one', { pence: undefined }, twoHoursOnce, 'price'],
  ['nobody knows it', { kind: 'unknown', pence: undefined }, twoHoursOnce, 'price'],
  ['hours are not said', { unit: 'hour' }, {}, 'hours'],
  ['times are not said', { unit: 'visit' }, { halfHoursPerWeek: 4 }, 'times'],
  ['times are not said, and each costs travel', { unit: 'hour', travelPence: 100 }, { halfHoursPerWeek: 4 }, 'times'],
  ['it is by the mile', { unit: 'mile' }, twoHoursOnce, 'miles'],
])('D14 a price is not made up where %s', (_, changes, use, missing) => expect(weekly(changes, use as typeof twoHoursOnce)).toBe(missing))

test('D14 more of it never costs less, VAT on top adds a fifth, and a budget of the whole price leaves nothing', () => {
  const anyPrice = fc.record({
    pence: fc.integer({ min: 1, max: 10_000_000 }),
    unit: fc.constantFrom('hour', 'half-hour', 'session', 'visit', 'day', 'night', 'week', 'month', 'year', 'item', 'journey'),
    travelPence: fc.option(fc.integer({ min: 1, max: 1_000_000 }), { nil: undefined }),
  })
  const use = fc.record({ halfHoursPerWeek: fc.integer({ min: 1, max: 336 }), timesPerWeek: fc.integer({ min: 1, max: 100 }) })
  const penceOf = (changes: Partial<Price>, how: { halfHoursPerWeek: number; timesPerWeek: number }): number => {
    const whole = wholePriceOf(price(changes), how)
    if ('missing' in whole) throw new Error(whole.missing)
    return whole.pencePerYear
  }
  fc.assert(
    fc.property(anyPrice, use, (changes, how) => {
      const pence = penceOf(changes, how)
      expect(Number.isSafeInteger(pence)).toBe(true)
      expect(penceOf(changes, { ...how, halfHoursPerWeek: how.halfHoursPerWeek + 1 })).toBeGreaterThanOrEqual(pence)
      expect(penceOf(changes, { ...how, timesPerWeek: how.timesPerWeek + 1 })).toBeGreaterThanOrEqual(pence)
      expect(Math.abs(penceOf({ ...changes, vat: 'added' }, how) - pence * 1.2)).toBeLessThanOrEqual(0.5)
      for (const period of periods) {
        // Rounded to a penny of the period, a budget misses the year's price by no more than the rounding.
        expect(Math.abs(leftOf({ pence: per(pence, period), per: period }, pence))).toBeLessThanOrEqual(1)
        expect(leftOf({ pence: per(pence, period) + 100, per: period }, pence)).toBeGreaterThan(0)
      }
    }),
  )
})
