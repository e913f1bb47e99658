import fc from 'fast-check'
import { RRuleTemporal } from 'rrule-temporal'
import { type Day, londonInstants, londonMoment, toDay, weekDayOf, writtenDay } from './days.ts'
import { checkOpening, fallsOn, type Hours, hoursOn, isOpenAt, type Opening, opensNextAt, toAskedOften } from './opening.ts'
import { RefusedError } from './refusals.ts'
import { type WeekDay, type WeeklyTime, weekDays } from './weeklyTimes.ts'

const nineToNoon = { from: '09:00', to: '12:00' }
const tuesdays: WeeklyTime = { days: ['tuesday'], ...nineToNoon }
const openAt = (opening: Opening, instant: string | number) =>
  isOpenAt(toAskedOften(opening), londonMoment(typeof instant === 'number' ? instant : Date.parse(instant)))
const nextOf = (opening: Opening, instant: string) => {
  const next = opensNextAt(opening, Date.parse(instant))
  return next === undefined ? undefined : new Date(next).toISOString()
}
const daysFrom = (first: string, count: number): Day[] => Array.from({ length: count }, (_, at) => toDay(first) + at)
const daysOf = (time: WeeklyTime, first: string, count: number) =>
  daysFrom(first, count)
    .filter((day) => fallsOn(time, day))
    .map(writtenDay)

const anyDay = fc.integer({ min: toDay('2025-01-01'), max: toDay('2028-12-31') })
const someDays = fc.uniqueArray(fc.constantFrom<WeekDay>(...weekDays), { minLength: 1, maxLength: 4 })
const anyTime: fc.Arbitrary<WeeklyTime> = fc
  .record(
    {
      days: someDays,
      from: fc.constantFrom('00:00', '00:30', '01:00', '01:30', '09:00', '22:00'),
      to: fc.constantFrom('00:15', '01:45', '02:30', '12:00', '24:00'),
      interval: fc.integer({ min: 2, max: 5 }),
      weeksOfMonth: fc.uniqueArray(fc.constantFrom(1, 2, 3, 4, 5, -1, -2), { minLength: 1, maxLength: 2 }),
      monthDays: fc.uniqueArray(fc.constantFrom(1, 13, 29, 31, -1, -5), { minLength: 1, maxLength: 3 }),
      startsOn: anyDay.map(writtenDay),
    },
    { requiredKeys: ['days', 'from', 'to'] },
  )
  .map(({ interval, ...time }) => ({ ...time, ...(time.startsOn !== undefined && interval !== undefined ? { interval } : {}) }))

describe('which days a time falls on', () => {
  test('every second week is counted from the first, whatever weekday that is', () =>
    expect(daysOf({ ...tuesdays, interval: 2, startsOn: '2026-01-08' }, '2026-01-01', 40)).toEqual(['2026-01-20', '2026-02-03']))
  test('the last Friday of a month', () =>
    expect(daysOf({ days: ['friday'], ...nineToNoon, weeksOfMonth: [-1] }, '2026-01-01', 90)).toEqual(['2026-01-30', '2026-02-27', '2026-03-27']))
  test('a season holds its first and its last day', () =>
    expect(daysOf({ ...tuesdays, startsOn: '2026-06-02', endsOn: '2026-06-16' }, '2026-05-01', 90)).toEqual(['2026-06-02', '2026-06-09', '2026-06-16']))
  test('the last day of each month', () => expect(daysOf({ days: [], ...nineToNoon, monthDays: [-1] }, '2028-01-15', 60)).toEqual(['2028-01-31', '2028-02-29']))
  test('each rule falls on the days that another reading of RFC 5545 finds', () => {
    fc.assert(
      fc.property(anyTime, ({ days, interval = 1, weeksOfMonth, monthDays, startsOn = '2025-01-01' }) => {
        const time = { days, ...nineToNoon, interval, startsOn, ...(weeksOfMonth ? { weeksOfMonth } : {}), ...(monthDays ? { monthDays } : {}) }
        const codes = days.map((day) => day.slice(0, 2).toUpperCase())
        const last = toDay(startsOn) + 500
        const rule = [
          `FREQ=${weeksOfMonth || monthDays ? 'MONTHLY' : 'WEEKLY'}`,
          `INTERVAL=${interval}`,
          `BYDAY=${(weeksOfMonth ? weeksOfMonth.flatMap((week) => codes.map((code) => `${week}${code}`)) : codes).join(',')}`,
          ...(monthDays ? [`BYMONTHDAY=${monthDays.join(',')}`] : []),
          `UNTIL=${writtenDay(last).replaceAll('-', '')}T235959Z`,
        ].join(';')
        const other = new RRuleTemporal({ rruleString: `DTSTART;TZID=Europe/London:${startsOn.replaceAll('-', '')}T090000\nRRULE:${rule}` })
        expect(daysOf(time, startsOn, 501)).toEqual(other.all().map((at) => String(at).slice(0, 10)))
      }),
      { numRuns: 300 },
    )
  })
})

describe('days that differ', () => {
  const opening: Opening = {
    times: [{ days: ['monday', 'friday'], ...nineToNoon }],
    exceptions: [
      { on: '2026-08-31', times: [{ from: '10:00', to: '11:00' }] },
      { on: '2026-12-20', until: '2027-01-03', times: [] },
    ],
    closedOnBankHolidays: true,
  }
  test.each([
    ['Good Friday', '2026-04-03', []],
    ['a bank holiday with hours of its own', '2026-08-31', [{ from: '10:00', to: '11:00' }]],
    ['the first day of a break', '2026-12-20', []],
    ['a day in it', '2026-12-28', []],
    ['the day after it', '2027-01-04', [nineToNoon]],
    ['a Friday like any other', '2026-04-10', [nineToNoon]],
  ])('%s', (_what, day, hours) => expect(hoursOn(opening, toDay(day)).map(({ from, to }) => ({ from, to }))).toEqual(hours))
  test('what opened the evening before goes on into a bank holiday', () => {
    const late: Opening = { times: [{ days: ['thursday', 'friday'], from: '22:00', to: '02:00' }], closedOnBankHolidays: true }
    expect(openAt(late, '2026-04-03T00:30:00.000Z')).toBe(true) // 01:30 on Good Friday
    expect(openAt(late, '2026-04-03T21:30:00.000Z')).toBe(false)
  })
  test('where no times are said, nothing is open, whatever differs', () =>
    expect(openAt({ times: [], exceptions: opening.exceptions! }, '2026-08-31T09:30:00.000Z')).toBe(false))
})

describe('when it opens next', () => {
  const opening: Opening = { times: [{ days: [...weekDays], ...nineToNoon }], closedOnBankHolidays: true }
  test.each([
    ['later today', '2026-03-02T08:00:00.000Z', '2026-03-02T09:00:00.000Z'],
    ['tomorrow, in summer time by then', '2026-03-28T13:00:00.000Z', '2026-03-29T08:00:00.000Z'],
    ['after the clocks went back', '2026-10-24T20:00:00.000Z', '2026-10-25T09:00:00.000Z'],
    ['after the bank holidays of Christmas', '2027-12-24T12:00:00.000Z', '2027-12-29T09:00:00.000Z'],
    ['not while it is open', '2026-03-02T09:30:00.000Z', undefined],
  ])('%s', (_what, now, next) => expect(nextOf(opening, now)).toBe(next))
  test('a season that is over opens no more', () =>
    expect(nextOf({ times: [{ ...tuesdays, endsOn: '2026-01-31' }] }, '2026-02-01T00:00:00.000Z')).toBeUndefined())
  test('in the hour that is left out it opens when the clocks have changed', () =>
    expect(nextOf({ times: [{ days: ['sunday'], from: '01:30', to: '04:00' }] }, '2026-03-29T00:30:00.000Z')).toBe('2026-03-29T01:00:00.000Z'))
  test('in the hour that comes twice it opens twice', () => {
    const times: WeeklyTime[] = [{ days: ['sunday'], from: '01:30', to: '01:45' }]
    expect(nextOf({ times }, '2026-10-25T00:00:00.000Z')).toBe('2026-10-25T00:30:00.000Z')
    expect(nextOf({ times }, '2026-10-25T00:50:00.000Z')).toBe('2026-10-25T01:30:00.000Z')
  })

  const minuteMs = 60_000
  const anyOpening = fc.record(
    {
      times: fc.array(anyTime, { minLength: 1, maxLength: 3 }),
      exceptions: fc
        .record({
          on: fc.constantFrom('2026-03-28', '2026-03-29', '2026-10-25', '2026-12-25'),
          times: fc.constantFrom<Hours[]>([], [{ from: '01:15', to: '02:15' }]),
        })
        .map((one) => [one]),
      closedOnBankHolidays: fc.constant(true as const),
    },
    { requiredKeys: ['times'] },
  )
  /** Around both changes of the clocks, Easter and Christmas. */
  const anyInstant = fc
    .tuple(
      fc.constantFrom('2026-03-27T22:00:00.000Z', '2026-10-23T22:00:00.000Z', '2026-04-02T20:00:00.000Z', '2026-12-24T12:00:00.000Z'),
      fc.integer({ min: 0, max: 2 * 24 * 60 }),
    )
    .map(([from, minutes]) => Date.parse(from) + minutes * minuteMs)
  test('the next opening is the first minute at which it is open, looked for minute by minute over both changes of the clocks', () => {
    fc.assert(
      fc.property(anyOpening, anyInstant, (opening, nowMs) => {
        const asked = toAskedOften(opening)
        const isOpen = (ms: number) => isOpenAt(asked, londonMoment(ms))
        const minutes = Array.from({ length: 36 * 60 }, (_, at) => nowMs + at * minuteMs)
        const first = isOpen(nowMs) ? undefined : minutes.find(isOpen)
        const next = opensNextAt(opening, nowMs)
        expect(next !== undefined && next > minutes.at(-1)! ? undefined : next).toBe(first)
      }),
      { numRuns: 150 },
    )
  })
  test('hours that are the same every week are open alike when a season without bounds is said', () => {
    fc.assert(
      fc.property(someDays, fc.constantFrom('00:00', '22:00', '01:30'), fc.constantFrom('24:00', '02:30', '09:00'), anyInstant, (days, from, to, nowMs) =>
        expect(openAt({ times: [{ days, from, to, startsOn: '2000-01-01' }] }, nowMs)).toBe(openAt({ times: [{ days, from, to }] }, nowMs)),
      ),
    )
  })
  test('a moment of London’s clocks is at no instant, one or two', () => {
    const instants = (day: string, minute: number) => londonInstants({ day: toDay(day), minute }).map((ms) => new Date(ms).toISOString().slice(11, 16))
    expect([instants('2026-03-29', 90), instants('2026-10-25', 90), instants('2026-07-01', 90)]).toEqual([[], ['00:30', '01:30'], ['00:30']])
    expect(weekDayOf(toDay('2026-11-27'))).toBe(4)
  })
})

describe('what cannot be is refused at its field', () => {
  const refusal = (opening: Opening) => {
    try {
      checkOpening(opening)
      return undefined
    } catch (error) {
      if (error instanceof RefusedError) return { code: error.code, field: error.field }
      throw error
    }
  }
  test.each<[string, Opening, string, string]>([
    ['no days', { times: [{ days: [], ...nineToNoon }] }, 'days-missing', '/times/0/days'],
    ['every second week of no first one', { times: [{ ...tuesdays, interval: 2 }] }, 'start-missing', '/times/0/startsOn'],
    ['a season that ends first', { times: [{ ...tuesdays, startsOn: '2026-02-02', endsOn: '2026-02-01' }] }, 'days-turned-round', '/times/0/endsOn'],
    [
      'an exception that ends first',
      { times: [], exceptions: [{ on: '2026-02-02', until: '2026-02-01', times: [] }] },
      'days-turned-round',
      '/exceptions/0/until',
    ],
    [
      'an exception of no length',
      { times: [], exceptions: [{ on: '2026-02-02', times: [{ from: '09:00', to: '09:00' }] }] },
      'empty-time',
      '/exceptions/0/times/0/to',
    ],
    [
      'a day in two exceptions',
      {
        times: [],
        exceptions: [
          { on: '2026-02-01', until: '2026-02-03', times: [] },
          { on: '2026-02-03', times: [] },
        ],
      },
      'exceptions-overlap',
      '/exceptions/1/on',
    ],
  ])('%s', (_what, opening, code, field) => expect(refusal(opening)).toEqual({ code, field }))
  test('what is said of days, weeks and dates is taken', () =>
    expect(refusal({ times: [tuesdays, { days: [], ...nineToNoon, monthDays: [1] }, { ...tuesdays, interval: 2, startsOn: '2026-01-01' }] })).toBeUndefined())
})
