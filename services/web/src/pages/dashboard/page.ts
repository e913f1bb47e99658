import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { Category } from '@patchwork/events'
import { z } from 'zod'
import { answered, definePage, type Visit } from '../../http/page.ts'
import type { Ward } from '../../map/boundaries.ts'
import { path } from '../../serviceCalls.ts'
import { ContractLines, seesContracts } from '../contracting/contract.ts'
import { barsOf, type Chart, funnelOf, linesOf } from '../figures/charts.ts'
import { Figure, type Wording } from '../figures/figure.ts'
import { namesFor } from '../figures/names.ts'
import { wardFigureOf } from '../figures/wardFigure.ts'
import { DashboardQuery, FigureQuery, measureIn } from './query.ts'

const contractsMax = 200
const Dashboard = z.object({ exact: z.boolean(), figures: z.array(Figure) })

/** The figures of the place: suppressed and rounded for everyone, exact for commissioners and administrators. */
export const dashboardPage = definePage({
  name: 'dashboard',
  path: '/dashboard',
  for: 'anyone',
  load: async (visit) => {
    const { services, wards: readWards, language, t, format } = visit
    const asked = DashboardQuery.parse(visit.query)
    const isBackToFront = asked.from !== undefined && asked.until !== undefined && asked.from > asked.until
    const query = isBackToFront ? { ...asked, from: undefined, until: undefined } : asked
    const [{ exact, figures }, wards, names, contracts] = await Promise.all([
      services.get('commissioning', '/dashboard', Dashboard, { query }),
      readWards(),
      namesFor(visit, query.contract),
      contractsFor(visit),
    ])
    const wording = { t, format, language, names }
    return {
      isLive: true,
      exact,
      query: asked,
      isBackToFront,
      isNarrowed: Object.values(query).some((value) => value !== undefined),
      snapped: snappedOf(figures, query),
      sections: sectionsOf(figures, wards, wording),
      choices: {
        ward: [{ value: '', text: t('dashboard.everyWard') }, ...wardsByName(wards, language), { value: 'unknown', text: t('figures.unknownOf.ward') }],
        category: [{ value: '', text: t('dashboard.everyKind') }, ...Category.options.map((value) => ({ value, text: t(`category.${value}`) }))],
        contract: contracts && [{ value: '', text: t('dashboard.everyContract') }, ...contracts],
      },
      address: visit.raw.request.originalUrl,
    }
  },
})

/** One figure as comma-separated values, with the rights of whoever asks. */
export const figureCsvPage = definePage({
  name: 'dashboard',
  path: '/dashboard/figures.csv',
  for: 'anyone',
  load: async ({ services, query, raw: { response } }) => {
    const { from, until, ward, category, contract, by, version } = FigureQuery.parse(query)
    const measure = measureIn(query)
    const given = Object.entries({ from, until, ward, category, contract, by, version }).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, String(value)]],
    )
    const gone = new AbortController()
    response.on('close', () => gone.abort())
    const csv = await services.open('commissioning', `${path`/figures/${measure}`}.csv?${new URLSearchParams(given)}`, { signal: gone.signal })
    response.set({ 'Content-Type': 'text/csv; charset=utf-8', 'Cache-Control': 'no-store', 'Content-Disposition': `attachment; filename="${measure}.csv"` })
    await pipeline(Readable.fromWeb(csv.body as ReadableStream), response).catch(() => undefined)
    return answered()
  },
})

export const wardsByName = (wards: readonly Ward[], language: string): { value: string; text: string }[] =>
  wards.map(({ properties: { wardCode, name } }) => ({ value: wardCode, text: name })).sort((one, other) => one.text.localeCompare(other.text, language))

/** The contracts to choose from, for those who may see them all. */
const contractsFor = async ({ services, person }: Visit): Promise<{ value: string; text: string }[] | undefined> => {
  if (!person || !seesContracts(person.role)) return undefined
  const { items } = await services.get('commissioning', '/contracts', ContractLines, { query: { limit: contractsMax } })
  return items.map(({ contractId, title }) => ({ value: contractId, text: title }))
}

/** The period as it was applied, where that is not the one asked for: whole months for those who do not see cases. */
const snappedOf = (figures: readonly Figure[], { from, until }: DashboardQuery): { from?: string; until?: string } | undefined => {
  const applied = figures.find(({ filters }) => filters.from !== undefined || filters.until !== undefined)?.filters
  if (!applied || (applied.from === from && applied.until === until)) return undefined
  return { ...(applied.from && { from: applied.from }), ...(applied.until && { until: applied.until }) }
}

type Section = { id: string; charts: Chart[] }

/** The charts of the dashboard in their sections. A figure that was not given has no chart. */
const sectionsOf = (figures: readonly Figure[], wards: readonly Ward[], wording: Wording): Section[] => {
  const given = (measure: string, ...by: string[]): Figure[] => figures.filter((figure) => figure.measure === measure && figure.by.join() === by.join())
  const bars = (measure: string, ...by: string[]) => given(measure, ...by).map((figure) => barsOf(figure, wording))
  const byWard = (measure: string) => given(measure, 'ward').map((figure) => wardFigureOf(figure, wards, wording))
  const [sent] = given('referrals-sent', 'state')
  const [accepted] = given('referrals-accepted')
  const pooled = (['in', 'committed', 'spent'] as const).flatMap((kind) => given(`pool-money-${kind}`, 'month').map((figure) => ({ kind, figure })))
  return [
    { id: 'offers', charts: [...bars('offers', 'category'), ...byWard('offers')] },
    {
      id: 'referrals',
      charts: [
        ...(sent && accepted ? [funnelOf(sent, accepted, wording)] : []),
        ...bars('referrals-sent', 'state'),
        ...bars('time-to-answer', 'time'),
        ...given('referrals-sent', 'month').map((figure) => linesOf('referrals-sent-month', [{ kind: 'sent', figure }], wording)),
      ],
    },
    { id: 'pools', charts: pooled.length === 0 ? [] : [linesOf('pool-money', pooled, wording)] },
    {
      id: 'unmet',
      charts: [
        ...byWard('searches-found-nothing'),
        ...bars('searches-found-nothing', 'category'),
        ...byWard('searches-none-acceptable'),
        ...bars('searches-none-acceptable', 'category'),
        ...bars('searches-none-acceptable', 'reason'),
        ...byWard('referrals-declined'),
        ...bars('referrals-declined', 'category'),
        ...bars('referrals-declined', 'reason'),
      ],
    },
    { id: 'contracts', charts: [...bars('contract-value', 'year'), ...bars('contract-value', 'partner'), ...bars('contract-outcomes', 'outcome', 'year')] },
    { id: 'grants', charts: [...bars('grants', 'year'), ...bars('grants-awarded', 'year'), ...byWard('grants-awarded')] },
  ].filter(({ charts }) => charts.length > 0)
}
