import type { Language, Translate } from '../words/words.ts'

const timeZone = 'Europe/London'
const localeOf: Readonly<Record<Language, string>> = { en: 'en-GB', cy: 'cy' }
const metresPerMile = 1609.344

export type WeeklyTime = { days: readonly string[]; from: string; to: string }

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
  /** Monday to Friday, 9am to 5pm: one line per group of days with the same times. */
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
    times: (times) => groupTimes(times, t, clock),
  }
}

const oneDecimal = (value: number): number => Math.round(value * 10) / 10

const groupTimes = (times: readonly WeeklyTime[], t: Translate, clock: (time: string) => string): { days: string; hours: string }[] => {
  const hoursByDay = weekDays.map((weekDay) =>
    times
      .filter(({ days }) => days.includes(weekDay))
      .map(({ from, to }) => ({ from, to }))
      .sort((one, other) => (one.from < other.from ? -1 : 1))
      .map(({ from, to }) => t('format.fromTo', { from: clock(from), to: clock(to) }))
      .join(', '),
  )
  const runs: { first: number; last: number; hours: string }[] = []
  hoursByDay.forEach((hours, at) => {
    const before = runs.at(-1)
    if (hours === '') return
    if (before?.hours === hours && before.last === at - 1) before.last = at
    else runs.push({ first: at, last: at, hours })
  })
  const name = (at: number) => t(`format.days.${weekDays[at]}`)
  return runs.map(({ first, last, hours }) => ({ days: first === last ? name(first) : t('format.fromTo', { from: name(first), to: name(last) }), hours }))
}
