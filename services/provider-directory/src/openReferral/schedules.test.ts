import fc from 'fast-check'
import { toDay, writtenDay } from '../domain/days.ts'
import type { Exception } from '../domain/opening.ts'
import { type WeeklyTime, weekDays } from '../domain/weeklyTimes.ts'
import { fromOpenReferral } from '../import/fromOpenReferral.ts'
import { publicOffer } from '../store/testOffers.ts'
import { exceptionsIn, timesOf } from './schedules.ts'
import { toFullService } from './service.ts'

const around = (clockOffset: string) => ({ districtName: 'Trafford', wardName: () => undefined, clockOffset, termsOf: () => [], language: 'en' as const })
const schedulesOf = (opening: Partial<Parameters<typeof publicOffer>[1]>) => toFullService(publicOffer(1, opening), around('+01:00')).schedules as object[]
const nineToNoon = { from: '09:00', to: '12:00' }

test('D2 seasons, every second week and places in a month leave as rules of RFC 5545', () => {
  const times: WeeklyTime[] = [
    { days: ['tuesday', 'monday'], from: '18:00', to: '24:00', interval: 2, startsOn: '2026-06-01', endsOn: '2026-08-31' },
    { days: ['friday'], ...nineToNoon, weeksOfMonth: [1, -1] },
    { days: [], ...nineToNoon, monthDays: [1, -1] },
  ]
  const season = { valid_from: '2026-06-01', dtstart: '2026-06-01', valid_to: '2026-08-31', until: '2026-08-31' }
  expect(schedulesOf({ times })).toMatchObject([
    { freq: 'WEEKLY', interval: 2, byday: 'MO,TU', opens_at: '18:00+01:00', closes_at: '00:00+01:00', timezone: 1, ...season },
    { freq: 'MONTHLY', interval: 1, byday: '1FR,-1FR' },
    { freq: 'MONTHLY', interval: 1, bymonthday: '1,-1' },
  ])
})
test('D2 days that differ are told in words that can be read again', () => {
  const exceptions: Exception[] = [
    {
      on: '2026-08-31',
      times: [
        { from: '10:00', to: '12:00' },
        { from: '13:00', to: '24:00' },
      ],
    },
    { on: '2026-12-24', until: '2027-01-02', times: [] },
  ]
  const [schedule] = schedulesOf({ exceptions, closedOnBankHolidays: true, timesInWords: 'Ring first' })
  expect(schedule).toMatchObject({
    description: 'Ring first',
    notes: 'Closed on bank holidays in England and Wales. On 2026-08-31 only 10:00 to 12:00, 13:00 to 24:00. Closed from 2026-12-24 to 2027-01-02.',
  })
})

const anyDay = fc.integer({ min: toDay('2025-01-01'), max: toDay('2028-12-31') }).map(writtenDay)
const someDays = fc.uniqueArray(fc.constantFrom(...weekDays), { minLength: 1 }).map((days) => weekDays.filter((day) => days.includes(day)))
const anySeason = fc.record({ startsOn: anyDay, endsOn: fc.constant('2029-06-30') }, { requiredKeys: [] })
const anyTime: fc.Arbitrary<WeeklyTime> = fc
  .record(
    {
      days: someDays,
      from: fc.constantFrom('00:00', '09:30', '23:59'),
      to: fc.constantFrom('08:00', '17:15', '24:00'),
      interval: fc.integer({ min: 2, max: 52 }),
      weeksOfMonth: fc.uniqueArray(fc.constantFrom(1, 2, 3, 4, 5, -1, -2), { minLength: 1, maxLength: 3 }),
      monthDays: fc.uniqueArray(fc.constantFrom(1, 2, 31, -1, -31), { minLength: 1, maxLength: 3 }),
      season: anySeason,
    },
    { requiredKeys: ['days', 'from', 'to', 'season'] },
  )
  .map(({ season, interval, ...time }) => ({ ...time, ...season, ...(season.startsOn !== undefined && interval !== undefined ? { interval } : {}) }))
const anyExceptions = fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 5 }).chain((places) =>
  fc.tuple(
    ...places
      .sort((one, other) => one - other)
      .map((place) =>
        fc.record(
          {
            on: fc.constant(writtenDay(toDay('2026-01-01') + place * 10)),
            until: fc.integer({ min: 1, max: 9 }).map((length) => writtenDay(toDay('2026-01-01') + place * 10 + length)),
            times: fc.constantFrom<Exception['times']>([], [nineToNoon], [nineToNoon, { from: '22:00', to: '24:00' }]),
          },
          { requiredKeys: ['on', 'times'] },
        ),
      ),
  ),
)

test('D2 whatever can be said of times leaves by the open feed and comes in again equal', () => {
  const anyOpening = fc.record(
    { times: fc.array(anyTime, { minLength: 1, maxLength: 4 }), exceptions: anyExceptions, closedOnBankHolidays: fc.constant(true as const) },
    { requiredKeys: ['times'] },
  )
  fc.assert(
    fc.property(anyOpening, fc.constantFrom('+00:00', '+01:00'), (opening, offset) => {
      const read = fromOpenReferral({ value: toFullService(publicOffer(1, opening), around(offset)), isTooLarge: false })
      const { times, exceptions, closedOnBankHolidays } = 'record' in read ? read.record : {}
      expect({ times, exceptions, closedOnBankHolidays }).toEqual({ exceptions: undefined, closedOnBankHolidays: undefined, ...opening })
    }),
  )
})

describe('schedules of other feeds', () => {
  const clock = { opens_at: '9:00', closes_at: '12:00:00' }
  test.each<[string, object, WeeklyTime[]]>([
    ['the old shape', { weekday: 'Monday', ...clock }, [{ days: ['monday'], ...nineToNoon }]],
    [
      'a monthly rule with two places',
      { freq: 'MONTHLY', byday: '1MO,3MO,2TU', ...clock },
      [
        { days: ['monday'], ...nineToNoon, weeksOfMonth: [1, 3] },
        { days: ['tuesday'], ...nineToNoon, weeksOfMonth: [2] },
      ],
    ],
    ['every Monday of a month', { freq: 'MONTHLY', byday: 'MO', ...clock }, [{ days: ['monday'], ...nineToNoon, weeksOfMonth: [1, 2, 3, 4, 5] }]],
    [
      'a time of validity within a rule',
      { freq: 'WEEKLY', byday: 'MO', dtstart: '2026-01-01', valid_from: '2026-02-01', until: '2026-06-30T00:00:00Z', valid_to: '2026-12-31', ...clock },
      [{ days: ['monday'], ...nineToNoon, startsOn: '2026-02-01', endsOn: '2026-06-30' }],
    ],
    ['every second week of nobody knows which', { freq: 'WEEKLY', interval: 2, byday: 'MO', ...clock }, []],
    ['weeks that begin on Sunday', { freq: 'WEEKLY', interval: 2, byday: 'MO', dtstart: '2026-01-01', wkst: 'SU', ...clock }, []],
    ['so many times and no more', { freq: 'WEEKLY', byday: 'MO', count: 10, ...clock }, []],
    ['a rule of the year', { freq: 'YEARLY', byday: 'MO', ...clock }, []],
    ['a date that there is not', { freq: 'MONTHLY', bymonthday: '32', ...clock }, []],
    ['no hours', { freq: 'WEEKLY', byday: 'MO' }, []],
    ['a season that ended before it began', { freq: 'WEEKLY', byday: 'MO', dtstart: '2026-02-01', until: '2026-01-01', ...clock }, []],
  ])('%s', (_what, schedule, times) => expect(timesOf(schedule as Record<string, unknown>)).toEqual(times))
  test('notes in other words, of no day or of a day twice, say nothing of days that differ', () => {
    expect(
      exceptionsIn(['Closed at lunch. Closed on Christmas.', 'Closed on 2026-02-30', 'Closed on 2026-02-01 only 09:00 to 10:00', 'On 2026-02-01']),
    ).toEqual({})
    expect(exceptionsIn(['Closed on 2026-02-01', 'Closed on 2026-02-01', 'On 2026-02-01 only 09:00 to 10:00'])).toEqual({
      exceptions: [{ on: '2026-02-01', times: [] }],
    })
  })
})
