import { z } from 'zod'
import type { Format } from '../../view/format.ts'
import type { Language, Translate } from '../../words/words.ts'

/** A value, or `suppressed` where too little stands behind it to be told. */
const Shown = z.object({ value: z.number().optional(), suppressed: z.boolean().optional() })
export type Shown = z.output<typeof Shown>

/** A figure as the commissioning service gives it. */
export const Figure = z.object({
  measure: z.string(),
  version: z.int(),
  definition: z.object({ en: z.string(), cy: z.string() }),
  unit: z.enum(['count', 'pence', 'as-outcome']),
  by: z.array(z.string()),
  filters: z.record(z.string(), z.string()),
  notFilteredBy: z.array(z.string()).default([]),
  exact: z.boolean(),
  total: Shown.optional(),
  rows: z.array(Shown.extend({ key: z.record(z.string(), z.string()) })),
})
export type Figure = z.output<typeof Figure>
export type Row = Figure['rows'][number]

export type OutcomeMeasure = 'count' | 'percentage-tenths' | 'score-tenths'

/** The names of what keys hold only the ids of. */
export type Names = {
  wards: ReadonlyMap<string, string>
  partners: ReadonlyMap<string, string>
  outcomes: ReadonlyMap<string, { words: string; measure: OutcomeMeasure }>
}

/** What turns figures into words of one language. */
export type Wording = { t: Translate; format: Format; language: Language; names: Names }

/** What was counted of an outcome: a number, a percentage, a score with one decimal. */
export const outcomeInWords = (measure: OutcomeMeasure, value: number, format: Format): string => {
  if (measure === 'count') return format.number(value)
  return measure === 'percentage-tenths' ? `${format.number(value / 10)}%` : format.number(value / 10)
}

/** What one place of a key means: `befriending` is Company and befriending. What has none is said to be unknown. */
export const partInWords = (dimension: string, code: string, { t, format, names }: Wording): string => {
  if (code === 'unknown') return t([`figures.unknownOf.${dimension}`, 'figures.unknown'])
  if (dimension === 'ward') return names.wards.get(code) ?? code
  if (dimension === 'partner') return names.partners.get(code) ?? t('figures.unknown')
  if (dimension === 'outcome') return names.outcomes.get(code)?.words ?? t('figures.unknown')
  if (dimension === 'month') return format.month(code)
  if (dimension === 'year') return code
  if (dimension === 'category') return t([`category.${code}`, 'figures.unknown'])
  return t([`figures.${dimension}.${code}`, 'figures.unknown'])
}

export const keyInWords = (figure: Figure, { key }: Row, wording: Wording): string =>
  figure.by.map((dimension) => partInWords(dimension, key[dimension] ?? 'unknown', wording)).join(', ')

/** A value as it is read. What is rounded says so; what is suppressed says that it is not shown. */
export const shownInWords = ({ unit, exact }: Figure, shown: Shown, wording: Wording, key: Readonly<Record<string, string>> = {}): string => {
  const { t, format, names } = wording
  if (shown.value === undefined) return t('figures.hidden')
  if (unit === 'as-outcome') return outcomeInWords(names.outcomes.get(key.outcome ?? '')?.measure ?? 'count', shown.value, format)
  const value = unit === 'pence' ? format.pounds(shown.value) : format.number(shown.value)
  return exact || shown.value === 0 ? value : t('figures.about', { value })
}

/** The page of the events behind a figure, or behind one of its rows. */
export const eventsAddress = ({ measure, version, filters }: Figure, key: Readonly<Record<string, string>> = {}): string =>
  `/dashboard/events?${new URLSearchParams({ measure, version: String(version), ...filters, ...key })}`

export const csvAddress = ({ measure, by, filters, version }: Figure): string =>
  `/dashboard/figures.csv?${new URLSearchParams({ measure, version: String(version), by: by.join(','), ...filters })}`
