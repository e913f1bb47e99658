import type { Exception, Hours, Opening } from '../domain/opening.ts'
import { type WeekDay, type WeeklyTime, weekDays } from '../domain/weeklyTimes.ts'
import type { PublicOffer } from '../store/publicOffer.ts'
import { type Fields, said } from './said.ts'

// Opening times as schedules of the open standard, which are rules of RFC 5545, and back from them: what leaves in our words comes in equal.

const dayCode = (day: WeekDay): string => day.slice(0, 2).toUpperCase()

const bydayOf = ({ days, weeksOfMonth }: WeeklyTime): string => {
  const codes = weekDays.filter((day) => days.includes(day)).map(dayCode)
  return (weeksOfMonth ? weeksOfMonth.flatMap((week) => codes.map((code) => `${week}${code}`)) : codes).join(',')
}

/**
 * Schedules of an offer. Wall-clock times are told by the clocks of the place, with the offset from UTC that these have at the moment. The standard has no field
 * for days that differ: they stand in `notes`, in fixed words.
 */
export const toSchedules = (
  { offerId, timesInWords, ...opening }: PublicOffer,
  { clockOffset, partId }: { clockOffset: string; partId: (offerId: string, part: string) => string },
): Fields[] => {
  const notes = notesOf(opening)
  const timed = opening.times.map((time, index) => {
    const { from, to, interval = 1, weeksOfMonth, monthDays, startsOn, endsOn } = time
    return said({
      id: partId(offerId, `schedule/${index}`),
      service_id: offerId,
      valid_from: startsOn,
      valid_to: endsOn,
      dtstart: startsOn,
      // Of HSDS, whose other fields the UK profile lets stand.
      timezone: Number(clockOffset.slice(0, 3)),
      until: endsOn,
      freq: weeksOfMonth || monthDays ? 'MONTHLY' : 'WEEKLY',
      interval,
      byday: bydayOf(time),
      bymonthday: monthDays?.join(','),
      opens_at: `${from}${clockOffset}`,
      // Midnight by its usual name, but where the whole day would read as no time at all.
      closes_at: `${to === '24:00' && from !== '00:00' ? '00:00' : to}${clockOffset}`,
      description: timesInWords,
      notes,
    })
  })
  if (timed.length > 0 || (timesInWords === undefined && notes === undefined)) return timed
  return [said({ id: partId(offerId, 'schedule/words'), service_id: offerId, description: timesInWords, notes })]
}

const hoursInWords = (hours: readonly Hours[]): string => hours.map(({ from, to }) => `${from} to ${to}`).join(', ')
const onBankHolidays = 'Closed on bank holidays in England and Wales'

const notesOf = ({ exceptions = [], closedOnBankHolidays }: Opening): string | undefined => {
  const sentences = [
    ...(closedOnBankHolidays ? [onBankHolidays] : []),
    ...exceptions.map(({ on, until, times }) => {
      const days = until === undefined ? `on ${on}` : `from ${on} to ${until}`
      return times.length === 0 ? `Closed ${days}` : `${days[0]!.toUpperCase()}${days.slice(1)} only ${hoursInWords(times)}`
    }),
  ]
  return sentences.length > 0 ? `${sentences.join('. ')}.` : undefined
}

const day = String.raw`\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])`
const time = String.raw`(?:[01]\d|2[0-3]):[0-5]\d`
const hours = `${time} to (?:${time}|24:00)`
const sentence = new RegExp(
  `^(?<closed>Closed )?(?:on (?<one>${day})|from (?<first>${day}) to (?<last>${day}))(?: only (?<hours>${hours}(?:, ${hours})*))?$`,
  'i',
)
const exceptionsMax = 100
const hoursOfDayMax = 10

/** The days that differ, as far as the notes of schedules say them in those words; undefined where they say nothing of them. */
export const exceptionsIn = (notes: readonly string[]): Pick<Opening, 'exceptions' | 'closedOnBankHolidays'> => {
  const sentences = [...new Set(notes.flatMap((text) => text.split('.').map((one) => one.trim())))]
  const exceptions: Exception[] = []
  for (const words of sentences.slice(0, 2 * exceptionsMax)) {
    const exception = exceptionIn(words)
    const isNew = exception && !exceptions.some((other) => other.on <= (exception.until ?? exception.on) && exception.on <= (other.until ?? other.on))
    if (isNew && exceptions.length < exceptionsMax) exceptions.push(exception)
  }
  return {
    ...(exceptions.length > 0 ? { exceptions: exceptions.sort((one, other) => (one.on < other.on ? -1 : 1)) } : {}),
    ...(sentences.includes(onBankHolidays) ? { closedOnBankHolidays: true as const } : {}),
  }
}

const exceptionIn = (words: string): Exception | undefined => {
  const { closed, one, first, last, hours: written } = sentence.exec(words)?.groups ?? {}
  const on = one ?? first
  if (on === undefined || (closed === undefined) === (written === undefined) || [on, last].some((day) => day !== undefined && !isDay(day))) return undefined
  if (last !== undefined && last <= on) return undefined
  const times = (written?.split(', ') ?? []).map((span) => ({ from: span.slice(0, 5), to: span.slice(-5) }))
  if (times.length > hoursOfDayMax || times.some(({ from, to }) => from === to)) return undefined
  return { on, ...(last === undefined ? {} : { until: last }), times }
}

/** There is no 30 February. */
const isDay = (written: string): boolean => {
  const ms = Date.parse(written)
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(written)
}

const textOf = (value: unknown): string | undefined => {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}
const calendarDay = (value: unknown): string | undefined => {
  const written = /^\d{4}-\d\d-\d\d/.exec(textOf(value) ?? '')?.[0]
  return written !== undefined && isDay(written) ? written : undefined
}

/** Times of a schedule that its rule says whole, one for each place in a month that its days have; none where any of it is left to words. */
export const timesOf = (schedule: Fields): WeeklyTime[] => {
  const freq = (textOf(schedule.freq) ?? 'weekly').toLowerCase()
  const interval = Number(schedule.interval ?? 1)
  const [from, to] = [clock(schedule.opens_at), clock(schedule.closes_at)]
  const isBeyond = ['count', 'byweekno', 'byyearday'].some((part) => textOf(schedule[part]) !== undefined)
  if (!['weekly', 'monthly'].includes(freq) || isBeyond || from === undefined || from === '24:00' || to === undefined || from === to) return []
  const season = seasonOf(schedule)
  if (!season || !Number.isSafeInteger(interval) || interval < 1 || interval > intervalMax) return []
  // Which weeks are meant cannot be known without a first one, or where weeks begin on another day.
  if (interval > 1 && (season.startsOn === undefined || /^(?!mo)/i.test(textOf(schedule.wkst) ?? 'mo'))) return []
  const often = { from, to: to === '00:00' ? '24:00' : to, ...(interval > 1 ? { interval } : {}), ...season }
  const codes = (textOf(schedule.byday) ?? textOf(schedule.bydays) ?? textOf(schedule.weekday) ?? '').toLowerCase().split(/[\s,]+/)
  const placed = codes.flatMap((code) => placedDay(code) ?? [])
  if (freq === 'weekly') {
    const days = inOrder(placed.map(({ day }) => day))
    return days.length > 0 ? [{ days, ...often }] : []
  }
  const written = textOf(schedule.bymonthday)
  const monthDays = written?.split(/[\s,]+/).map(Number)
  if (monthDays?.some((one) => !Number.isSafeInteger(one) || one === 0 || Math.abs(one) > 31) || (!monthDays && placed.length === 0)) return []
  const dates = monthDays ? { monthDays: [...new Set(monthDays)].slice(0, 31) } : {}
  if (placed.length === 0) return [{ days: [], ...often, ...dates }]
  const byPlaces = new Map<string, { days: WeekDay[]; weeks: number[] }>()
  for (const day of inOrder(placed.map(({ day }) => day))) {
    const weeks = [...new Set(placed.flatMap((one) => (one.day === day ? (one.week ?? (monthDays ? [] : everyOne)) : [])))]
    const known = byPlaces.get(String(weeks))
    if (known) known.days.push(day)
    else byPlaces.set(String(weeks), { days: [day], weeks })
  }
  return [...byPlaces.values()].map(({ days, weeks }) => ({ days, ...often, ...(weeks.length > 0 ? { weeksOfMonth: weeks } : {}), ...dates }))
}
const intervalMax = 52
/** Every such day of a month. */
const everyOne = [1, 2, 3, 4, 5]

const inOrder = (days: readonly WeekDay[]): WeekDay[] => weekDays.filter((day) => days.includes(day))

/** `TH`, `2TU`, `-1FR`, `thursday`. */
const placedDay = (code: string): { day: WeekDay; week?: number } | undefined => {
  const [, place, letters = ''] = /^([+-]?\d)?([a-z]{2,})$/.exec(code) ?? []
  const found = weekDays.find((name) => letters.length >= 2 && name.startsWith(letters))
  const week = place === undefined ? undefined : Number(place)
  if (!found || week === 0 || Math.abs(week ?? 1) > 5) return undefined
  return { day: found, ...(week === undefined ? {} : { week }) }
}

/** From the later beginning to the earlier end; undefined where nothing lies between. What is counted from its first day has that one. */
const seasonOf = (schedule: Fields): Pick<WeeklyTime, 'startsOn' | 'endsOn'> | undefined => {
  const [start, validFrom] = [calendarDay(schedule.dtstart), calendarDay(schedule.valid_from)]
  const startsOn =
    Number(schedule.interval ?? 1) > 1
      ? (start ?? validFrom)
      : [start, validFrom]
          .filter((one) => one !== undefined)
          .sort()
          .at(-1)
  const endsOn = [calendarDay(schedule.until), calendarDay(schedule.valid_to)].filter((one) => one !== undefined).sort()[0]
  if (startsOn !== undefined && endsOn !== undefined && endsOn < startsOn) return undefined
  return { ...(startsOn === undefined ? {} : { startsOn }), ...(endsOn === undefined ? {} : { endsOn }) }
}

const clock = (value: unknown): string | undefined => {
  const [, hour, minute] = /^(\d{1,2}):(\d\d)/.exec(textOf(value) ?? '') ?? []
  return hour !== undefined && Number(minute) < 60 && (Number(hour) < 24 || (hour === '24' && minute === '00'))
    ? `${hour.padStart(2, '0')}:${minute}`
    : undefined
}
