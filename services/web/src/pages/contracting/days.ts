const dayMs = 86_400_000

const toDay = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** The day after a calendar day (`YYYY-MM-DD`). */
export const nextDay = (day: string): string => toDay(Date.parse(day) + dayMs)

/** The last of the twelve months that begin on a day: from 1 April to 31 March. */
export const lastDayOfYearFrom = (day: string): string => {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  return toDay(Date.UTC(year + 1, month - 1, date) - dayMs)
}
