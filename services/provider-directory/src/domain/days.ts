/** A calendar day, as the number of days since 1 January 1970: what rules reckon with. */
export type Day = number

const dayMs = 24 * 3_600_000

/** `month` from 1. */
export const dayOf = (year: number, month: number, day: number): Day => Date.UTC(year, month - 1, day) / dayMs

/** Of `2026-03-29`. */
export const toDay = (written: string): Day => Date.parse(written) / dayMs
export const writtenDay = (day: Day): string => new Date(day * dayMs).toISOString().slice(0, 10)

/** `month` from 1. */
export const partsOf = (day: Day): { year: number; month: number; day: number } => {
  const date = new Date(day * dayMs)
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
}

export const daysInMonth = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate()

/** Monday is 0: the first day of 1970 was a Thursday. */
export const weekDayOf = (day: Day): number => (((day + 3) % 7) + 7) % 7

/** The day and the minute of it that clocks in London show. */
export type Moment = { day: Day; minute: number }

const london = new Intl.DateTimeFormat('en-GB', {
  ...({ timeZone: 'Europe/London', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const),
})

/** What clocks in London show at an instant. */
export const londonMoment = (ms: number): Moment => {
  const { year, month, day, hour, minute } = Object.fromEntries(london.formatToParts(ms).map(({ type, value }) => [type, Number(value)]))
  return { day: dayOf(year ?? 1970, month ?? 1, day ?? 1), minute: (hour ?? 0) * 60 + (minute ?? 0) }
}

/** Every instant at which clocks in London show this: none in the hour that is left out in March, two in the one that comes twice in October. */
export const londonInstants = ({ day, minute }: Moment): number[] => {
  const asUtc = day * dayMs + minute * 60_000
  return [asUtc - 3_600_000, asUtc].filter((ms) => {
    const shown = londonMoment(ms)
    return shown.day * 24 * 60 + shown.minute === day * 24 * 60 + minute
  })
}
