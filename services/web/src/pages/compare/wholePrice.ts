import type { Price } from '../../directory/offer.ts'

/** How much of something a person wants: hours in halves, so that sums stay whole; times are visits, sessions, days, nights, journeys or items. */
export type Use = { halfHoursPerWeek?: number | undefined; timesPerWeek?: number | undefined }
export const periods = ['week', 'month', 'year'] as const
export type Period = (typeof periods)[number]
export type Budget = { pence: number; per: Period }

/** The whole price of a year in pence, or why it cannot be told: nobody has said a price, or how many hours or times are wanted; or it is by the mile. */
export type WholePrice = { pencePerYear: number } | { missing: 'price' | 'hours' | 'times' | 'miles' }

const weeksPerYear = 52
const perYear = { week: weeksPerYear, month: 12, year: 1 } as const satisfies Record<Period, number>
/** The standard rate. What is taxed at none is said to be without VAT by whoever offers it. */
const vatPercent = 20

/** Price, travel and VAT together, for as much as is wanted; a year has 52 weeks. */
export const wholePriceOf = ({ kind, pence, unit, vat, travelPence }: Price, use: Use): WholePrice => {
  if (kind === 'free') return { pencePerYear: 0 }
  if (kind !== 'paid' || pence === undefined) return { missing: 'price' }
  const units = unitsPerYear(unit, use)
  if ('missing' in units) return units
  if (travelPence !== undefined && use.timesPerWeek === undefined) return { missing: 'times' }
  const withoutVat = pence * units.count + (travelPence ?? 0) * (use.timesPerWeek ?? 0) * weeksPerYear
  return { pencePerYear: vat === 'added' ? Math.round((withoutVat * (100 + vatPercent)) / 100) : withoutVat }
}

const unitsPerYear = (
  unit: string | undefined,
  { halfHoursPerWeek, timesPerWeek }: Use,
): { count: number } | { missing: 'price' | 'hours' | 'times' | 'miles' } => {
  switch (unit) {
    case 'hour':
      return halfHoursPerWeek === undefined ? { missing: 'hours' } : { count: (halfHoursPerWeek * weeksPerYear) / 2 }
    case 'half-hour':
      return halfHoursPerWeek === undefined ? { missing: 'hours' } : { count: halfHoursPerWeek * weeksPerYear }
    case 'week':
    case 'month':
    case 'year':
      return { count: perYear[unit] }
    case 'mile':
      return { missing: 'miles' }
    default:
      // Of a price for nothing that was named, a time of it is the nearest.
      return timesPerWeek === undefined ? { missing: 'times' } : { count: timesPerWeek * weeksPerYear }
  }
}

/** What a year's pence are in a week, a month or a year, to the nearest penny. */
export const per = (pencePerYear: number, period: Period): number => Math.round(pencePerYear / perYear[period])

/** What is left of a budget in its own period; below nought, what is lacking. */
export const leftOf = ({ pence, per: period }: Budget, pencePerYear: number): number => per(pence * perYear[period] - pencePerYear, period)
