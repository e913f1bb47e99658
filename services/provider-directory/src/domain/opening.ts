import { isBankHoliday } from './bankHolidays.ts'
import { type Day, daysInMonth, londonInstants, londonMoment, type Moment, partsOf, toDay, weekDayOf, writtenDay } from './days.ts'
import { RefusedError } from './refusals.ts'
import { checkTimes, isWithin, minuteOf, minutesPerDay, toSpans, type WeeklyTime, weekDays } from './weeklyTimes.ts'

/** From one wall-clock time to another of the same day or of the next. */
export type Hours = { from: string; to: string }
/** On a day, or on all days until another, these hours and none else; closed where there are none. */
export type Exception = { on: string; until?: string; times: Hours[] }

/** All that an offer says of when it is open, in days and wall-clock times of Europe/London. */
export type Opening = {
  times: WeeklyTime[]
  exceptions?: Exception[]
  /** Those of England and Wales; an exception for such a day stands before it. */
  closedOnBankHolidays?: true
}

const lastOf = ({ on, until }: Exception): string => until ?? on

/**
 * Throws RefusedError `empty-time`, `days-missing`, `days-turned-round`, `start-missing` (which weeks or months are counted from is not said),
 * `exceptions-overlap`.
 */
export const checkOpening = ({ times, exceptions = [] }: Opening): void => {
  checkTimes(times)
  for (const [index, time] of times.entries()) {
    const at = `/times/${index}`
    if (time.days.length === 0 && time.monthDays === undefined) throw new RefusedError('days-missing', `${at}/days`)
    if ((time.interval ?? 1) > 1 && time.startsOn === undefined) throw new RefusedError('start-missing', `${at}/startsOn`)
    if (time.startsOn !== undefined && time.endsOn !== undefined && time.endsOn < time.startsOn) throw new RefusedError('days-turned-round', `${at}/endsOn`)
  }
  for (const [index, exception] of exceptions.entries()) {
    const at = `/exceptions/${index}`
    if (lastOf(exception) < exception.on) throw new RefusedError('days-turned-round', `${at}/until`)
    const empty = exception.times.findIndex(({ from, to }) => from === to)
    if (empty !== -1) throw new RefusedError('empty-time', `${at}/times/${empty}/to`)
    if (exceptions.slice(0, index).some((other) => other.on <= lastOf(exception) && exception.on <= lastOf(other)))
      throw new RefusedError('exceptions-overlap', `${at}/on`)
  }
}

/**
 * Whether a time of the week falls on a day, as RFC 5545 has WEEKLY and MONTHLY rules with INTERVAL, BYDAY, BYMONTHDAY, DTSTART and UNTIL: weeks begin on
 * Monday, and BYDAY narrows BYMONTHDAY.
 */
export const fallsOn = ({ days, interval = 1, weeksOfMonth, monthDays, startsOn, endsOn }: WeeklyTime, day: Day): boolean => {
  const start = startsOn === undefined ? undefined : toDay(startsOn)
  if ((start !== undefined && day < start) || (endsOn !== undefined && day > toDay(endsOn))) return false
  const weekDay = weekDayOf(day)
  if (days.length > 0 && !days.includes(weekDays[weekDay]!)) return false
  if (weeksOfMonth === undefined && monthDays === undefined)
    return interval === 1 || start === undefined || ((day - weekDay - (start - weekDayOf(start))) / 7) % interval === 0
  const { year, month, day: ofMonth } = partsOf(day)
  if (interval > 1 && start !== undefined) {
    const from = partsOf(start)
    if (((year - from.year) * 12 + month - from.month) % interval !== 0) return false
  }
  const beforeEnd = daysInMonth(year, month) - ofMonth
  const isInWeek = weeksOfMonth?.some((week) => (week > 0 ? Math.ceil(ofMonth / 7) === week : Math.floor(beforeEnd / 7) + 1 === -week)) ?? true
  return isInWeek && (monthDays?.some((one) => one === ofMonth || one === -beforeEnd - 1) ?? true)
}

/** The hours that begin on a day, whatever goes on from the day before. */
export const hoursOn = ({ times, exceptions, closedOnBankHolidays }: Opening, day: Day): readonly Hours[] => {
  if (exceptions) {
    const written = writtenDay(day)
    const exception = exceptions.find((one) => one.on <= written && written <= lastOf(one))
    if (exception) return exception.times
  }
  if (closedOnBankHolidays && isBankHoliday(day)) return []
  return times.filter((time) => fallsOn(time, day))
}

const lengthOf = ({ from, to }: Hours): number => {
  const length = minuteOf(to) - minuteOf(from)
  return length > 0 ? length : length + minutesPerDay
}

/** Spans of minutes of a day in which it is open, with what goes on from the day before; each holds its first minute and not its last. */
const openMinutesOf = (opening: Opening, day: Day): Uint16Array =>
  Uint16Array.from([
    ...hoursOn(opening, day).flatMap((hours) => [minuteOf(hours.from), Math.min(minuteOf(hours.from) + lengthOf(hours), minutesPerDay)]),
    ...hoursOn(opening, day - 1).flatMap((hours) => [0, Math.max(minuteOf(hours.from) + lengthOf(hours) - minutesPerDay, 0)]),
  ])

/**
 * Opening hours fit to be asked often: every week the same in a few numbers, all others with those of the day that was asked about last, as whoever looks for
 * what is open now asks 50,000 of them about the same day.
 */
export type AskedOften = { hasTimes: boolean; spans: Uint16Array; others?: { opening: Opening; day: Day; minutes: Uint16Array } }

const isEveryWeek = ({ interval, weeksOfMonth, monthDays, startsOn, endsOn }: WeeklyTime): boolean =>
  [interval, weeksOfMonth, monthDays, startsOn, endsOn].every((part) => part === undefined)

export const toAskedOften = ({ times, exceptions, closedOnBankHolidays }: Opening): AskedOften => {
  const hasTimes = times.length > 0
  if (!exceptions?.length && !closedOnBankHolidays && times.every(isEveryWeek)) return { hasTimes, spans: toSpans(times) }
  const opening = { times, ...(exceptions ? { exceptions } : {}), ...(closedOnBankHolidays ? { closedOnBankHolidays } : {}) }
  return { hasTimes, spans: none, others: { opening, day: Number.NaN, minutes: none } }
}
const none = new Uint16Array()

/** Whether it is open at a moment of London's clocks. The hour that comes twice in October is open twice, the one that is left out in March never. */
export const isOpenAt = ({ hasTimes, spans, others }: AskedOften, { day, minute }: Moment): boolean => {
  if (!hasTimes) return false
  if (!others) return isWithin(spans, weekDayOf(day) * minutesPerDay + minute)
  if (others.day !== day) Object.assign(others, { day, minutes: openMinutesOf(others.opening, day) })
  return isWithin(others.minutes, minute)
}

const daysLookedAhead = 400

/** When it opens next: the instant, within a year or so; undefined while it is open, and where it does not open again. */
export const opensNextAt = (opening: Opening, nowMs: number): number | undefined => {
  const asked = toAskedOften(opening)
  const now = londonMoment(nowMs)
  if (!asked.hasTimes || isOpenAt(asked, now)) return undefined
  for (let day = now.day; day <= now.day + daysLookedAhead; day += 1) {
    const begins = [...hoursOn(opening, day).flatMap(({ from }) => londonInstants({ day, minute: minuteOf(from) })), ...changeOfClocks(day)]
    const [first] = begins.filter((ms) => ms > nowMs && isOpenAt(asked, londonMoment(ms))).sort((one, other) => one - other)
    if (first !== undefined) return first
  }
  return undefined
}

/** In the night when the clocks change, what is open may begin with the change itself: the last Sunday of March and of October, at 01:00 UTC. */
const changeOfClocks = (day: Day): number[] => {
  const { year, month, day: ofMonth } = partsOf(day)
  const isChange = (month === 3 || month === 10) && weekDayOf(day) === 6 && daysInMonth(year, month) - ofMonth < 7
  return isChange ? [Date.UTC(year, month - 1, ofMonth, 1)] : []
}
