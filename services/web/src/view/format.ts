import type { Language, Translate } from '../words/words.ts'

const timeZone = 'Europe/London'
const localeOf: Readonly<Record<Language, string>> = { en: 'en-GB', cy: 'cy' }
const metresPerMile = 1609.344

export type Hours = { from: string; to: string }
export type WeeklyTime = Hours & {
  days: readonly string[]
  interval?: number | undefined
  weeksOfMonth?: readonly number[] | undefined
  monthDays?: readonly number[] | undefined
  startsOn?: string | undefined
  endsOn?: string | undefined
}

/** Turns values into words of one language. Days and times are those of Europe/London. */
export type Format = {
  /** 3 March 2026 */
  date(at: string): string
  /** 3 March 2026 at 2:30pm */
  dateTime(at: string): string
  /** March 2026, from `2026-03` */
  month(month: string): string
  /** 2:30pm, from `14:30` */
  clock(time: string): string
  /** £12.50, or £12 */
  pounds(pence: number): string
  /** 350 yards, 1.2 miles */
  distance(metres: number): string
  number(value: number): string
  /** 9am to midday, 1pm to 5pm */
  hours(hours: readonly Hours[]): string
  /** Monday to Friday, 9am to 5pm: one line per group of days with the same times, of each season and way of coming again by itself. */
  times(times: readonly WeeklyTime[]): { days: string; hours: string }[]
}

const weekDays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']

export const createFormat = (language: Language, t: Translate): Format => {
  const locale = localeOf[language]
  const day = new Intl.DateTimeFormat(locale, { timeZone, day: 'numeric', month: 'long', year: 'numeric' })
  const month = new Intl.DateTimeFormat(locale, { timeZone, month: 'long', year: 'numeric' })
  const time = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const number = new Intl.NumberFormat(locale)
  const miles = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 })
  const clock = (value: string): string => {
    const [hours = 0, minutes = 0] = value.split(':').map(Number)
    if (minutes === 0 && hours % 24 === 0) return t('format.midnight')
    if (minutes === 0 && hours === 12) return t('format.midday')
    const twelve = hours % 12 === 0 ? 12 : hours % 12
    return t(hours < 12 ? 'format.am' : 'format.pm', { time: minutes === 0 ? String(twelve) : `${twelve}:${String(minutes).padStart(2, '0')}` })
  }
  const date = (at: string) => day.format(Date.parse(at))
  return {
    date,
    dateTime: (at) => t('format.dateAtTime', { date: date(at), time: clock(time.format(Date.parse(at))) }),
    month: (value) => month.format(Date.parse(`${value}-15`)),
    clock,
    pounds: (pence) => `£${pence % 100 === 0 ? number.format(pence / 100) : (pence / 100).toFixed(2).replace(/\B(?=(\d{3})+(?!\d))/g, ',')}`,
    distance: (metres) =>
      metres < metresPerMile / 10
        ? t('format.veryNear')
        : t('format.miles', { count: oneDecimal(metres / metresPerMile), miles: miles.format(oneDecimal(metres / metresPerMile)) }),
    number: (value) => number.format(value),
    hours: (hours) => hoursInWords(hours, t, clock),
    times: (times) => seasonsOf(times).flatMap((alike) => groupTimes(alike, t, clock, howInWords(alike[0]!, t, date))),
  }
}

const oneDecimal = (value: number): number => Math.round(value * 10) / 10

const hoursInWords = (hours: readonly Hours[], t: Translate, clock: (time: string) => string): string =>
  hours
    .map(({ from, to }) => ({ from, to }))
    .sort((one, other) => (one.from < other.from ? -1 : 1))
    .map(({ from, to }) => t('format.fromTo', { from: clock(from), to: clock(to) }))
    .join(', ')

/** Times that come again in the same way in the same season, in the order in which each way is first said. */
const seasonsOf = (times: readonly WeeklyTime[]): WeeklyTime[][] => {
  const alike = new Map<string, WeeklyTime[]>()
  for (const time of times) {
    const { interval, weeksOfMonth, monthDays, startsOn, endsOn } = time
    const way = JSON.stringify([interval, weeksOfMonth, monthDays, startsOn, endsOn])
    const known = alike.get(way)
    if (known) known.push(time)
    else alike.set(way, [time])
  }
  return [...alike.values()]
}

/** How a time comes again, where it is not every week all the year: every 2 weeks, from 1 June 2026 to 31 August 2026. */
const howInWords = ({ interval, weeksOfMonth, monthDays, startsOn, endsOn }: WeeklyTime, t: Translate, date: (day: string) => string): string[] => {
  const isMonthly = weeksOfMonth !== undefined || monthDays !== undefined
  const from = startsOn === undefined ? undefined : date(startsOn)
  const to = endsOn === undefined ? undefined : date(endsOn)
  return [
    ...(weeksOfMonth ? [t('format.inMonth', { which: weeksOfMonth.map((week) => t(`format.weekOfMonth.${week}`)).join(', ') })] : []),
    ...(monthDays ? [t('format.onDates', { dates: monthDays.map((day) => (day > 0 ? String(day) : t('format.fromEnd', { number: -day }))).join(', ') })] : []),
    ...(interval === undefined ? [] : [t(isMonthly ? 'format.everyMonths' : 'format.everyWeeks', { number: interval })]),
    ...(from === undefined
      ? to === undefined
        ? []
        : [t('format.until', { date: to })]
      : [to === undefined ? t('format.since', { date: from }) : t('format.fromTo', { from, to })]),
  ]
}

const groupTimes = (times: readonly WeeklyTime[], t: Translate, clock: (time: string) => string, how: readonly string[]): { days: string; hours: string }[] => {
  const withHow = (days: string) => (how.length === 0 ? days : days === '' ? how.join(', ') : t('format.daysHow', { days, how: how.join(', ') }))
  const onDates = times.filter(({ days }) => days.length === 0)
  const hoursByDay = weekDays.map((weekDay) =>
    hoursInWords(
      times.filter(({ days }) => days.includes(weekDay)),
      t,
      clock,
    ),
  )
  const runs: { first: number; last: number; hours: string }[] = []
  hoursByDay.forEach((hours, at) => {
    const before = runs.at(-1)
    if (hours === '') return
    if (before?.hours === hours && before.last === at - 1) before.last = at
    else runs.push({ first: at, last: at, hours })
  })
  const name = (at: number) => t(`format.days.${weekDays[at]}`)
  return [
    ...runs.map(({ first, last, hours }) => ({
      days: withHow(first === last ? name(first) : t('format.fromTo', { from: name(first), to: name(last) })),
      hours,
    })),
    ...(onDates.length > 0 ? [{ days: withHow(''), hours: hoursInWords(onDates, t, clock) }] : []),
  ]
}
