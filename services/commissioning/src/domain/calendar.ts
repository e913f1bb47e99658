// Calendar days are YYYY-MM-DD, as people in the place mean them; they are reckoned without a clock or a time zone.

const dayMs = 86_400_000
const toMs = (day: string): number => Date.parse(`${day}T00:00:00.000Z`)
const toDay = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

export const addDays = (day: string, count: number): string => toDay(toMs(day) + count * dayMs)

/** The same day of another month; the last of a month that is too short for it. */
export const addMonths = (day: string, count: number): string => {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  const lastOfMonth = new Date(Date.UTC(year, month + count, 0)).getUTCDate()
  return toDay(Date.UTC(year, month - 1 + count, Math.min(date, lastOfMonth)))
}

/** Days from one to another, both counted: a day to itself is 1; back to front is 0 or less. */
export const daysFromTo = (from: string, to: string): number => Math.round((toMs(to) - toMs(from)) / dayMs) + 1

export const firstOfMonth = (day: string): string => `${day.slice(0, 7)}-01`
export const lastOfMonth = (day: string): string => addDays(addMonths(firstOfMonth(day), 1), -1)
