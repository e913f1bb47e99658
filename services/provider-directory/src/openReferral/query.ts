import { z } from 'zod'
import { weekDays } from '../domain/weeklyTimes.ts'

// What the OpenAPI document of the standard calls valid is answered, if only that there is no such list (404, in words); what it calls invalid is refused
// (400). Not strict: clients send parameters of other versions of the standard, which mean nothing here.

export const perPageMax = 1_000

const text = z
  .string()
  .transform((value) => (value.trim() === '' ? undefined : value))
  .optional()
const id = z
  .string()
  .transform((value) => (value === '' ? undefined : value.toLowerCase()))
  .optional()
const integer = z
  .string()
  .regex(/^[+-]?\d+(?:\.0+)?$/, { error: 'Give a whole number.' })
  .transform((value) => Math.max(-1, Math.min(1_000_000_000, Number(value))))
  .optional()
const flag = z.stringbool({ truthy: ['true'], falsy: ['false'], case: 'insensitive', error: 'Give true or false.' }).optional()
const age = z
  .string()
  .regex(/^\d{1,3}(?:\.\d+)?$/, { error: 'Give an age in years.' })
  .transform(Number)
  .optional()
const clock = z
  .string()
  .regex(/^(?:[01]\d|2[0-4]):[0-5]\d/, { error: 'Give a time like 09:30.' })
  .transform((value) => value.slice(0, 5))
  .optional()
const day = z
  .string()
  .transform((value) => weekDays.find((name) => value.length >= 2 && name.startsWith(value.toLowerCase())))
  .pipe(z.enum(weekDays, { error: 'Give a day of the week, like MO or monday.' }))
  .optional()

const paging = { page: integer, per_page: integer, format: text }
const about = { search: text, taxonomy_term_id: id, taxonomy_id: id, organization_id: id, modified_after: text, full: flag }
/** Of the version of the standard before the one that is live. */
const timesAndAges = { minimum_age: age, maximum_age: age, start_time: clock, end_time: clock, day }

export const ServicesQuery = z.object({ ...paging, ...about, ...timesAndAges, minimal: flag })
export const PlacesQuery = z.object({ ...paging, ...about, ...timesAndAges, postcode: text, proximity: text })
export const OrganizationsQuery = z.object({ ...paging, search: text, full: flag, full_service: flag })
export const OrganizationQuery = z.object({ full_service: flag })
export const TaxonomiesQuery = z.object({ ...paging, search: text })
export const TermsQuery = z.object({ ...paging, search: text, taxonomy_id: id, top_only: flag, parent_id: id })

export type AboutServices = Partial<z.output<typeof ServicesQuery> & z.output<typeof PlacesQuery>>

/** There is no such list: what was asked can be written, but nothing can be under it. */
export class NoSuchListError extends Error {
  readonly kind = 'not-found'
  readonly title = 'There is no such list'
  readonly code: string
  readonly field: string
  constructor(field: string, code: string, words: string) {
    super(words)
    this.field = `/${field}`
    this.code = code
  }
}

/** Which entries are asked for. Throws NoSuchListError for a page before the first and for pages of nothing. */
export const pageOf = ({ page = 1, per_page: perPage }: { page?: number | undefined; per_page?: number | undefined }, usual: number, most = perPageMax) => {
  if (page < 1) throw new NoSuchListError('page', 'no-such-page', 'Pages are numbered from 1.')
  if (perPage !== undefined && perPage < 1) throw new NoSuchListError('per_page', 'no-such-page', 'A page holds at least 1 entry.')
  const size = Math.min(perPage ?? usual, most)
  return { page, perPage: size, offset: (page - 1) * size, limit: size }
}

/**
 * The instant that is meant. A day begins at midnight UTC, and an instant without an offset is in UTC: asking too early only repeats, asking too late would
 * miss something. An unescaped + arrives as a space. Throws NoSuchListError for what is no instant.
 */
export const toInstant = (given: string): string => {
  const written = given
    .trim()
    .replace(' ', 'T')
    .replace(/T(?=\d\d:?\d\d$)(?<=:\d\d(?:\.\d+)?T)/, '+')
  const parsed = z.union([z.iso.date(), z.iso.datetime({ offset: true, local: true })]).safeParse(written)
  const instant = parsed.success ? new Date(/^.{10}$|Z$|[+-]\d\d:?\d\d$/.test(written) ? written : `${written}Z`) : undefined
  if (instant && !Number.isNaN(instant.getTime())) return instant.toISOString()
  throw new NoSuchListError('modified_after', 'no-such-instant', 'Give a day or an instant, like 2026-03-01 or 2026-03-01T09:00:00Z.')
}
