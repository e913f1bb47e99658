import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { addWorkingDays } from './workingDays.ts'

const file = JSON.parse(readFileSync(new URL('../../data/bank-holidays-england.json', import.meta.url), 'utf8')) as {
  events: { date: string; title: string }[]
}
const bankHolidays = new Set(file.events.map(({ date }) => date))
const add = (at: string, days: number) => addWorkingDays(at, days, bankHolidays)

test.each([
  ['in one week', '2026-11-23T10:00:00.000Z', 3, '2026-11-26T10:00:00.000Z'],
  ['over a weekend', '2026-11-26T10:00:00.000Z', 3, '2026-12-01T10:00:00.000Z'],
  ['sent on a Saturday', '2026-11-21T15:30:00.000Z', 1, '2026-11-23T15:30:00.000Z'],
  ['over Christmas with its substitute day', '2026-12-23T10:00:00.000Z', 3, '2026-12-30T10:00:00.000Z'],
  ['over Christmas and New Year', '2026-12-24T10:00:00.000Z', 4, '2027-01-04T10:00:00.000Z'],
  ['over Easter', '2027-03-25T12:00:00.000Z', 1, '2027-03-30T11:00:00.000Z'],
  ['over the change to summer time', '2025-03-28T10:00:00.000Z', 1, '2025-03-31T09:00:00.000Z'],
  ['over the change to winter time', '2025-10-24T09:00:00.000Z', 1, '2025-10-27T10:00:00.000Z'],
  ['just after midnight in London, still the day before in UTC', '2026-06-30T23:30:00.000Z', 1, '2026-07-01T23:30:00.000Z'],
  ['sent late on a Sunday in UTC, which is Monday in London', '2026-07-05T23:30:00.000Z', 1, '2026-07-06T23:30:00.000Z'],
  ['with its milliseconds', '2026-11-23T10:00:00.123Z', 1, '2026-11-24T10:00:00.123Z'],
])('R6 working days are counted %s', (_, at, days, due) => expect(add(at, days)).toBe(due))

test('R6 a due instant is on a working day, at the same time by the clock in London, and never earlier for more days', () => {
  const london = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/London', dateStyle: 'short' })
  const time = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', timeStyle: 'medium' })
  const weekday = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', weekday: 'short' })
  const instants = fc.date({ min: new Date('2024-01-01T00:00:00Z'), max: new Date('2028-11-01T00:00:00Z'), noInvalidDate: true })
  // The clocks change at 01:00 UTC on a Sunday: what was sent in the hour that comes twice keeps its time all the same.
  fc.assert(
    fc.property(instants, fc.integer({ min: 1, max: 40 }), (at, days) => {
      const due = new Date(add(at.toISOString(), days))
      expect(['Sat', 'Sun']).not.toContain(weekday.format(due))
      expect(bankHolidays).not.toContain(london.format(due))
      expect(time.format(due)).toBe(time.format(at))
      expect(new Date(add(at.toISOString(), days + 1)).getTime()).toBeGreaterThan(due.getTime())
    }),
    { numRuns: 500 },
  )
})

test.each([0, -1, 1.5, 251, Number.NaN])('R6 %s is no number of working days', (days) =>
  expect(() => add('2026-11-23T10:00:00.000Z', days)).toThrow(RangeError),
)

test('R6 the list of bank holidays holds eight weekdays a year from 2024 to 2028', () => {
  const perYear = Map.groupBy(file.events, ({ date }) => date.slice(0, 4))
  expect([...perYear.keys()]).toEqual(['2024', '2025', '2026', '2027', '2028'])
  for (const days of perYear.values()) expect(days).toHaveLength(8)
  for (const { date } of file.events) expect([0, 6]).not.toContain(new Date(`${date}T12:00:00Z`).getUTCDay())
})
