import { CalendarDay, Category, WardCode } from '@patchwork/events'
import { type AnyRoute, defineRoute, NotFoundError } from '@patchwork/http'
import { z } from 'zod'
import type { Key } from '../domain/disclosure.ts'
import { type Dimension, dimensions, type Filter, type Measure, measureNamed, measures } from '../domain/measures.ts'
import { type Figure, type Figures, filtersUnknownTo } from '../store/figures.ts'
import { seesCases } from './asker.ts'
import type { Changes } from './changes.ts'

const breakdownMax = 2
/** A page that is looked at asks for a handful of figures; a program that tries filters one after another is slowed. */
const rateLimit = { count: 600, perSeconds: 60 }

/** An empty field of a form stands for "not asked". */
const asked = <Schema extends z.ZodType>(schema: Schema) => z.preprocess((value) => (value === '' ? undefined : value), schema.optional())
const Unknown = z.literal('unknown')
const FilterQuery = z.strictObject({
  from: asked(CalendarDay),
  until: asked(CalendarDay),
  ward: asked(z.union([WardCode, Unknown])),
  category: asked(z.union([Category, Unknown])),
  contract: asked(z.uuid()),
})
const Version = asked(z.coerce.number().int().min(1).max(1_000))
const FigureQuery = FilterQuery.extend({
  by: z.preprocess(
    (value) => (value === undefined || value === '' ? [] : typeof value === 'string' ? value.split(',') : value),
    z.array(z.enum(dimensions)).max(breakdownMax),
  ),
  version: Version,
})
const keyText = asked(z.string().max(60))
const EventsQuery = FilterQuery.extend({
  version: Version,
  track: keyText,
  state: keyText,
  reason: keyText,
  time: keyText,
  month: asked(z.string().regex(/^\d{4}-\d{2}$/)),
  year: asked(z.string().regex(/^\d{4}$/)),
  partner: asked(z.uuid()),
  outcome: asked(z.uuid()),
  after: asked(z.string().max(2_000)),
})
const MeasureParams = z.strictObject({ measure: z.string().max(100) })

const Words = z.object({ en: z.string(), cy: z.string() })
/** A value, or `suppressed`; never both. */
const Shown = z.object({ value: z.int().optional(), suppressed: z.literal(true).optional() })
export const FigureView = z.object({
  measure: z.string(),
  version: z.int(),
  definition: Words,
  unit: z.enum(['count', 'pence', 'as-outcome']),
  by: z.array(z.enum(dimensions)),
  /** As they were applied: for those without the case-level right a period is whole months. */
  filters: z.record(z.string(), z.string()),
  /** Filters of the dashboard that this figure does not know. */
  notFilteredBy: z.array(z.string()).optional(),
  /** Exact; otherwise counts are rounded to 5, money to £100, and what rests on 1 to 7 is suppressed. */
  exact: z.boolean(),
  total: Shown.optional(),
  rows: z.array(Shown.extend({ key: z.record(z.string(), z.string()) })),
})
export type FigureView = z.infer<typeof FigureView>

const toView = ({ measure, version, by, filter, exact, total, rows }: Figure): FigureView => ({
  measure: measure.name,
  version,
  definition: measure.versions.find((one) => one.version === version)?.definition ?? { en: '', cy: '' },
  unit: measure.unit,
  by: [...by],
  filters: Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)),
  exact,
  ...(total === undefined ? {} : { total: shownOf(total) }),
  rows: rows.map((row) => ({ key: keyOf(row.key), ...shownOf(row) })),
})

const shownOf = (shown: Figure['rows'][number]) => ('suppressed' in shown ? { suppressed: true as const } : { value: shown.value })
const keyOf = (key: Key): Record<string, string> => Object.fromEntries(Object.entries(key).map(([dimension, value]) => [dimension, value ?? 'unknown']))

/** Throws NotFoundError. */
const measureOf = (name: string): Measure => {
  const measure = measureNamed(name)
  if (measure === undefined) throw new NotFoundError('There is no such measure.')
  return measure
}

const filterOf = ({ from, until, ward, category, contract }: z.output<typeof FilterQuery>): Filter => ({
  ...(from === undefined ? {} : { from }),
  ...(until === undefined ? {} : { until }),
  ...(ward === undefined ? {} : { ward }),
  ...(category === undefined ? {} : { category }),
  ...(contract === undefined ? {} : { contract }),
})

/** The figures of the dashboard, in its order: offers, referrals, pooled money, unmet need, contracts, grants. */
const dashboard: { measure: string; by: Dimension[]; only?: 'exactly-and-with-contract' }[] = [
  { measure: 'offers', by: ['category'] },
  { measure: 'offers', by: ['ward'] },
  { measure: 'referrals-sent', by: ['state'] },
  { measure: 'referrals-accepted', by: [] },
  { measure: 'time-to-answer', by: ['time'] },
  { measure: 'referrals-sent', by: ['month'] },
  { measure: 'pool-money-in', by: ['month'] },
  { measure: 'pool-money-committed', by: ['month'] },
  { measure: 'pool-money-spent', by: ['month'] },
  { measure: 'searches-found-nothing', by: ['ward'] },
  { measure: 'searches-found-nothing', by: ['category'] },
  { measure: 'searches-none-acceptable', by: ['ward'] },
  { measure: 'searches-none-acceptable', by: ['category'] },
  { measure: 'searches-none-acceptable', by: ['reason'] },
  { measure: 'referrals-declined', by: ['ward'] },
  { measure: 'referrals-declined', by: ['category'] },
  { measure: 'referrals-declined', by: ['reason'] },
  { measure: 'contract-value', by: ['year'] },
  { measure: 'contract-value', by: ['partner'], only: 'exactly-and-with-contract' },
  { measure: 'contract-outcomes', by: ['outcome', 'year'], only: 'exactly-and-with-contract' },
  { measure: 'grants', by: ['year'] },
  { measure: 'grants-awarded', by: ['year'] },
  { measure: 'grants-awarded', by: ['ward'] },
]

/** The routes about figures. Everyone may ask; who has the case-level right gets them exactly, and the events behind them. */
export const figureRoutes = ({ figures, changes }: { figures: Figures; changes: Changes }): AnyRoute[] => {
  const figure = (name: string, query: z.output<typeof FigureQuery>, exact: boolean): Promise<Figure> =>
    figures.figure({ measure: measureOf(name), version: query.version, by: query.by, filter: filterOf(query), exact })
  return [
    defineRoute({
      method: 'get',
      path: '/measures',
      policy: 'figure.read',
      summary: 'Every measure with its definitions, version by version, and how it can be broken down and filtered',
      answer: z.object({
        items: z.array(
          z.object({
            measure: z.string(),
            unit: FigureView.shape.unit,
            by: z.array(z.string()),
            filters: z.array(z.string()),
            /** What those without the case-level right may ask, where that is less. */
            open: z.object({ by: z.array(z.string()), filters: z.array(z.string()) }).optional(),
            caseLevelOnly: z.boolean(),
            versions: z.array(z.object({ version: z.int(), definition: Words })),
          }),
        ),
      }),
      handle: async () => ({
        body: {
          items: measures.map(({ name, unit, by, filters, open, caseLevelOnly = false, versions }) => ({
            measure: name,
            unit,
            by: [...by],
            filters: [...filters],
            ...(open === undefined ? {} : { open: { by: [...open.by], filters: [...open.filters] } }),
            caseLevelOnly,
            versions: versions.map(({ version, definition }) => ({ version, definition })),
          })),
        },
      }),
    }),
    defineRoute({
      method: 'get',
      path: '/figures/:measure.csv',
      policy: 'figure.read',
      summary: 'A figure as comma-separated values: a line per row, the total last',
      params: MeasureParams,
      query: FigureQuery,
      problems: ['not-found', 'case-level-only'],
      rateLimit,
      handle: async ({ caller, params, query, raw: { response } }) => {
        const view = toView(await figure(params.measure, query, seesCases(caller)))
        response
          .status(200)
          .set({ 'Cache-Control': 'no-store', 'Content-Disposition': `attachment; filename="${view.measure}.csv"` })
          .type('text/csv')
          .send(toCsv(view))
        return undefined
      },
    }),
    defineRoute({
      method: 'get',
      path: '/figures/:measure',
      policy: 'figure.read',
      summary: 'A figure: its total, its rows, its definition and the version it was computed under',
      params: MeasureParams,
      query: FigureQuery,
      answer: FigureView,
      problems: ['not-found', 'case-level-only'],
      rateLimit,
      handle: async ({ caller, params, query }) => ({ body: toView(await figure(params.measure, query, seesCases(caller))) }),
    }),
    defineRoute({
      method: 'get',
      path: '/figures/:measure/events',
      policy: 'figure.read',
      summary: 'The events behind a figure or one of its rows; without the case-level right, why they are not shown',
      params: MeasureParams,
      query: EventsQuery,
      answer: z.object({
        items: z.array(z.object({ eventId: z.string(), type: z.string(), topic: z.string(), subject: z.string(), sequence: z.int(), at: z.string() })),
        after: z.string().optional(),
        explained: z.object({ code: z.enum(['case-level-only']), words: z.string() }).optional(),
      }),
      problems: ['not-found'],
      rateLimit,
      handle: async ({ caller, params, query }) => {
        const measure = measureOf(params.measure)
        if (!seesCases(caller)) return { body: { items: [], explained } }
        const { from: _, until: __, ward, category, contract: ___, version, after, ...others } = query
        const key = Object.fromEntries(Object.entries({ ...others, ward, category }).filter(([, value]) => value !== undefined)) as Key
        const page = await figures.events({
          measure,
          version,
          by: [],
          filter: filterOf({ ...query, ward: undefined, category: undefined }),
          exact: true,
          key,
          after,
        })
        return {
          body: {
            items: page.items.map(({ id, ...event }) => ({ eventId: id, ...event })),
            ...(page.after === undefined ? {} : { after: page.after }),
          },
        }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/dashboard',
      policy: 'figure.read',
      summary: 'The figures of the dashboard in one answer; each says which of the filters it does not know',
      query: FilterQuery,
      answer: z.object({ exact: z.boolean(), figures: z.array(FigureView) }),
      rateLimit,
      handle: async ({ caller, query }) => {
        const exact = seesCases(caller)
        const filter = filterOf(query)
        const parts = dashboard.filter(
          ({ measure, only }) => (exact || !measureOf(measure).caseLevelOnly) && (only === undefined || filter.contract !== undefined),
        )
        const shown = await Promise.all(
          parts.map(async ({ measure: name, by }) => {
            const measure = measureOf(name)
            const unknown = filtersUnknownTo(measure, filter, exact)
            const known = Object.fromEntries(Object.entries(filter).filter(([one]) => !unknown.some((other) => other === one)))
            const view = toView(await figures.figure({ measure, by, filter: known, exact }))
            return { ...view, ...(unknown.length === 0 ? {} : { notFilteredBy: unknown }) }
          }),
        )
        return { body: { exact, figures: shown } }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/dashboard/changes',
      policy: 'figure.read',
      summary: 'Server-sent events: `changed`, at most once a second, when figures may have changed',
      problems: ['too-many-streams'],
      rateLimit,
      handle: async ({ raw }) => {
        await changes.open(raw.request, raw.response)
        return undefined
      },
    }),
  ]
}

const explained = {
  code: 'case-level-only',
  words:
    'Behind a figure stand single events, and behind a small one perhaps a person somebody knows. So counts from 1 to 7 are not shown, others are rounded, and only commissioners and administrators may open a figure.',
} as const

const toCsv = ({ by, rows, total, measure, version }: FigureView): string => {
  const lineOf = (key: readonly string[], shown: { value?: number | undefined; suppressed?: true | undefined } | undefined) =>
    [...key, shown?.value ?? '', shown?.suppressed ? 'yes' : '', measure, version].join(',')
  const lines = [
    [...by, 'value', 'suppressed', 'measure', 'version'].join(','),
    ...rows.map((row) =>
      lineOf(
        by.map((dimension) => row.key[dimension] ?? ''),
        row,
      ),
    ),
    ...(total === undefined
      ? []
      : [
          lineOf(
            by.map(() => 'total'),
            total,
          ),
        ]),
  ]
  return `${lines.join('\r\n')}\r\n`
}
