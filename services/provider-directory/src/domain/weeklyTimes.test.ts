import { londonMoment } from './days.ts'
import { isOpenAt, toAskedOften } from './opening.ts'
import { type WeeklyTime, weekDays } from './weeklyTimes.ts'

const openAt = (times: WeeklyTime[], instant: string) => isOpenAt(toAskedOften({ times }), londonMoment(Date.parse(instant)))
const weekdays: WeeklyTime[] = [{ days: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'], from: '09:00', to: '17:30' }]

test('open from its first minute until just before its last', () => {
  expect(openAt(weekdays, '2026-01-12T08:59:59.999Z')).toBe(false)
  expect(openAt(weekdays, '2026-01-12T09:00:00.000Z')).toBe(true)
  expect(openAt(weekdays, '2026-01-12T17:29:59.999Z')).toBe(true)
  expect(openAt(weekdays, '2026-01-12T17:30:00.000Z')).toBe(false)
})
test('the clocks of London count: nine in summer is eight in UTC', () => {
  expect(openAt(weekdays, '2026-07-13T07:59:59.999Z')).toBe(false)
  expect(openAt(weekdays, '2026-07-13T08:00:00.000Z')).toBe(true)
  expect(openAt(weekdays, '2026-07-13T16:30:00.000Z')).toBe(false)
})
test('on the night when the clocks go forward an hour is missing and the rest is kept', () => {
  const night: WeeklyTime[] = [{ days: ['saturday'], from: '22:00', to: '03:00' }]
  expect(openAt(night, '2026-03-29T00:59:00.000Z')).toBe(true) // 00:59
  expect(openAt(night, '2026-03-29T01:00:00.000Z')).toBe(true) // 02:00
  expect(openAt(night, '2026-03-29T01:59:00.000Z')).toBe(true) // 02:59
  expect(openAt(night, '2026-03-29T02:00:00.000Z')).toBe(false) // 03:00
  expect(openAt([{ days: ['sunday'], from: '09:00', to: '10:00' }], '2026-03-29T08:00:00.000Z')).toBe(true)
})
test('on the night when the clocks go back the hour that comes twice is open twice', () => {
  const night: WeeklyTime[] = [{ days: ['sunday'], from: '01:00', to: '02:00' }]
  expect(openAt(night, '2026-10-25T00:30:00.000Z')).toBe(true) // 01:30 summer time
  expect(openAt(night, '2026-10-25T01:30:00.000Z')).toBe(true) // 01:30 again
  expect(openAt(night, '2026-10-25T02:00:00.000Z')).toBe(false)
  expect(openAt([{ days: ['sunday'], from: '09:00', to: '10:00' }], '2026-10-25T09:00:00.000Z')).toBe(true)
})
test('a time past Sunday midnight goes on into Monday', () => {
  const late: WeeklyTime[] = [{ days: ['sunday'], from: '22:00', to: '02:00' }]
  expect(openAt(late, '2026-01-11T23:00:00.000Z')).toBe(true)
  expect(openAt(late, '2026-01-12T01:59:00.000Z')).toBe(true)
  expect(openAt(late, '2026-01-12T02:00:00.000Z')).toBe(false)
})
test('24:00 is midnight at the end of the day', () => {
  const all: WeeklyTime[] = [{ days: [...weekDays], from: '00:00', to: '24:00' }]
  for (const instant of ['2026-01-11T23:59:59.999Z', '2026-01-12T00:00:00.000Z', '2026-06-15T12:00:00.000Z']) expect(openAt(all, instant)).toBe(true)
})
