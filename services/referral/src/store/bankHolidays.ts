import { readFileSync } from 'node:fs'
import { z } from 'zod'

const BankHolidays = z.object({ events: z.array(z.object({ date: z.iso.date(), title: z.string() })).min(1) })

/** England's bank holidays as calendar days (YYYY-MM-DD), from the data file of this service, and the last one it knows. Throws ZodError for a damaged file. */
export const readBankHolidays = (): { days: ReadonlySet<string>; lastDay: string } => {
  const file = readFileSync(new URL('../../data/bank-holidays-england.json', import.meta.url), 'utf8')
  const days = BankHolidays.parse(JSON.parse(file)).events.map(({ date }) => date)
  return { days: new Set(days), lastDay: days.toSorted().at(-1) as string }
}
