import { z } from 'zod'
import { definePage } from '../../http/page.ts'
import { path, ServiceProblem } from '../../serviceCalls.ts'
import { FigureQuery, measureIn } from '../dashboard/query.ts'
import { partInWords } from '../figures/figure.ts'
import { namesFor } from '../figures/names.ts'

const Events = z.object({
  items: z.array(z.object({ eventId: z.string(), type: z.string(), topic: z.string(), subject: z.string(), sequence: z.int(), at: z.string() })),
  after: z.string().optional(),
  explained: z.object({ code: z.string() }).optional(),
})
const Words = z.object({ en: z.string(), cy: z.string() })
const Measures = z.object({ items: z.array(z.object({ measure: z.string(), versions: z.array(z.object({ version: z.int(), definition: Words })) })) })
const keys = ['ward', 'category', 'track', 'state', 'reason', 'time', 'month', 'year', 'partner', 'outcome'] as const

/** The events behind a figure, for those who may see them; for everyone else why they are not shown. */
export const dashboardEventsPage = definePage({
  name: 'dashboardEvents',
  path: '/dashboard/events',
  for: 'anyone',
  load: async (visit) => {
    const { services, t, format, language } = visit
    const { by: _, ...query } = FigureQuery.parse(visit.query)
    const measure = measureIn(visit.query)
    const [{ items: measures }, names, { items, after, explained }] = await Promise.all([
      services.get('commissioning', '/measures', Measures),
      namesFor(visit, query.contract),
      services.get('commissioning', path`/figures/${measure}/events`, Events, { query }),
    ])
    const found = measures.find((one) => one.measure === measure)
    const version = found?.versions.find((one) => query.version === undefined || one.version === query.version)
    if (!version) throw new ServiceProblem('commissioning', 404, 'not-found')
    const wording = { t, format, language, names }
    const parts = keys.flatMap((dimension) => {
      const code = query[dimension]
      return code === undefined ? [] : [{ key: t(`figures.dimension.${dimension}`), value: partInWords(dimension, code, wording) }]
    })
    const { after: __, ...first } = query
    const address = (more: object) =>
      `/dashboard/events?${new URLSearchParams(Object.entries({ measure, ...first, ...more }).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, String(value)]])))}`
    return {
      measure,
      parts,
      period: { from: query.from, until: query.until },
      definition: t('figures.definition', { definition: version.definition[language], version: String(version.version) }),
      isExplained: explained !== undefined,
      items,
      newer: query.after && address({}),
      older: after && address({ after }),
    }
  },
})
