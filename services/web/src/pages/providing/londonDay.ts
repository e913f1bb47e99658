import { z } from 'zod'

const minuteMs = 60_000
const london = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Europe/London',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})

const partsAt = (ms: number): Record<string, string> => Object.fromEntries(london.formatToParts(ms).map(({ type, value }) => [type, value]))
const dayAt = (ms: number): string => {
  const { year, month, day } = partsAt(ms)
  return `${year}-${month}-${day}`
}

/** The calendar day (`2026-03-31`) that an instant falls on in Europe/London. */
export const londonDayOf = (at: string): string => dayAt(Date.parse(at))

/** The last minute of a calendar day in Europe/London, as an instant. */
export const endOfLondonDay = (day: string): string => {
  const inWinter = Date.parse(`${day}T23:59:00.000Z`)
  const inSummer = inWinter - 60 * minuteMs
  return new Date(dayAt(inWinter) === day ? inWinter : inSummer).toISOString()
}

/** A day as a date field sends it (`2026-03-31`), or as a person types it (`31/3/2026`). Gives `2026-03-31`. */
export const day = () =>
  z
    .string({ error: 'missing' })
    .trim()
    .min(1, { error: 'missing' })
    .transform((typed) =>
      typed.replace(
        /^(\d{1,2})[/. ](\d{1,2})[/. ](\d{4})$/,
        (_all, date: string, month: string, year: string) => `${year}-${month.padStart(2, '0')}-${date.padStart(2, '0')}`,
      ),
    )
    .pipe(z.iso.date({ error: 'not-a-date' }))
