import { type Day, dayOf, partsOf, weekDayOf } from './days.ts'

// Bank holidays of England and Wales by the rules of https://www.gov.uk/bank-holidays: the Banking and Financial Dealings Act 1971, schedule 1, with
// Good Friday and Christmas Day, which are holidays without an Act, and New Year's Day and the first Monday of May, proclaimed each year since 1974 and 1978.

const saturday = 5
const sunday = 6

/** Easter Sunday by the rule of the Western churches since 1583 (Meeus, Jones and Butcher, "Astronomical Algorithms", chapter 8). */
export const easterSunday = (year: number): Day => {
  const a = year % 19
  const b = Math.floor(year / 100)
  const c = year % 100
  const h = (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7
  const m = Math.floor((a + 11 * h + 22 * l) / 451)
  const n = h + l - 7 * m + 114
  return dayOf(year, Math.floor(n / 31), (n % 31) + 1)
}

/** What was proclaimed for one year alone since 2000. When another is, it is added here; nothing else has to change. */
const proclaimed: Readonly<Record<number, { added: readonly [month: number, day: number][]; moved?: 'early-may' | 'spring' }>> = {
  // The Golden Jubilee; the spring holiday moved to 4 June.
  2002: {
    added: [
      [6, 3],
      [6, 4],
    ],
    moved: 'spring',
  },
  2011: { added: [[4, 29]] },
  // The Diamond Jubilee; the spring holiday moved to 4 June.
  2012: {
    added: [
      [6, 4],
      [6, 5],
    ],
    moved: 'spring',
  },
  // Seventy-five years after the end of the war in Europe.
  2020: { added: [[5, 8]], moved: 'early-may' },
  // The Platinum Jubilee, with the spring holiday on 2 June, and the funeral of Queen Elizabeth II.
  2022: {
    added: [
      [6, 2],
      [6, 3],
      [9, 19],
    ],
    moved: 'spring',
  },
  // The coronation of King Charles III.
  2023: { added: [[5, 8]] },
}

const firstMondayFrom = (day: Day): Day => day + ((7 - weekDayOf(day)) % 7)
const lastMondayUpTo = (day: Day): Day => day - weekDayOf(day)

/** A day off for each of these days, on the next working day where it falls on a weekend or on another's substitute. */
const withSubstitutes = (days: readonly Day[]): Day[] => {
  const off: Day[] = []
  const isFree = (day: Day) => weekDayOf(day) !== saturday && weekDayOf(day) !== sunday && !days.includes(day) && !off.includes(day)
  for (const day of days) {
    if (weekDayOf(day) !== saturday && weekDayOf(day) !== sunday) continue
    let substitute = day + 1
    while (!isFree(substitute)) substitute += 1
    off.push(substitute)
  }
  // The day itself is kept too: whoever closes on bank holidays is closed on Christmas Day, also when that is a Saturday.
  return [...days, ...off]
}

const holidaysOf = (year: number): ReadonlySet<Day> => {
  const easter = easterSunday(year)
  const { added, moved } = proclaimed[year] ?? { added: [] }
  return new Set([
    ...withSubstitutes([dayOf(year, 1, 1)]),
    easter - 2,
    easter + 1,
    ...(moved === 'early-may' ? [] : [firstMondayFrom(dayOf(year, 5, 1))]),
    ...(moved === 'spring' ? [] : [lastMondayUpTo(dayOf(year, 5, 31))]),
    lastMondayUpTo(dayOf(year, 8, 31)),
    ...withSubstitutes([dayOf(year, 12, 25), dayOf(year, 12, 26)]),
    ...added.map(([month, day]) => dayOf(year, month, day)),
  ])
}

const years = new Map<number, ReadonlySet<Day>>()
const yearsMax = 200

/** Whether a day is a bank holiday in England and Wales, or the day that the holiday stands in for. */
export const isBankHoliday = (day: Day): boolean => {
  const { year } = partsOf(day)
  const known = years.get(year)
  if (known) return known.has(day)
  if (years.size >= yearsMax) years.clear()
  const found = holidaysOf(year)
  years.set(year, found)
  return found.has(day)
}
