import { WardCode } from '@patchwork/events'
import { z } from 'zod'
import { answered, definePage, type Visit } from '../../http/page.ts'
import { wardsByName } from '../dashboard/page.ts'

const perPage = 50
const perRequest = 200
/** A register of a council has some hundreds of grants; a file longer than this is asked for by year. */
const csvRowsMax = 20_000

const asked = <Schema extends z.ZodType>(schema: Schema) => schema.optional().catch(undefined)
const GrantsQuery = z.object({
  year: asked(z.string().regex(/^\d{4}$/)),
  ward: asked(z.union([WardCode, z.literal('unknown')])),
  after: asked(z.string().max(2_000)),
})
const Grants = z.object({
  items: z.array(
    z.object({
      grantId: z.uuid(),
      title: z.string(),
      recipientName: z.string(),
      programme: z.string(),
      amountPence: z.int(),
      awardedOn: z.string(),
      organisationId: z.uuid().optional(),
      charityNumber: z.string().optional(),
      wardCode: z.string().optional(),
    }),
  ),
  after: z.string().optional(),
})
const Years = z.object({ rows: z.array(z.object({ key: z.object({ year: z.string() }) })) })

const grantsOf = ({ services }: Visit, { year, ward, after }: z.output<typeof GrantsQuery>, limit: number) =>
  services.get('commissioning', '/grants', Grants, { query: { limit, year, ward, after } })

/** The register of grants to voluntary groups, the latest first. */
export const grantsPage = definePage({
  name: 'grants',
  path: '/grants',
  for: 'anyone',
  load: async (visit) => {
    const { services, t, language } = visit
    const query = GrantsQuery.parse(visit.query)
    const [{ items, after }, { rows }, wards] = await Promise.all([
      grantsOf(visit, query, perPage),
      services.get('commissioning', '/figures/grants', Years, { query: { by: 'year' } }),
      visit.wards(),
    ])
    const wardNames = new Map(wards.map(({ properties: { wardCode, name } }) => [wardCode, name]))
    const { after: _, ...filter } = query
    const address = (page: string, more: object = {}) => {
      const given = Object.entries({ ...filter, ...more }).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]]))
      return given.length === 0 ? page : `${page}?${new URLSearchParams(given)}`
    }
    const years = rows
      .map(({ key: { year } }) => year)
      .sort()
      .reverse()
    return {
      grants: items.map((grant) => ({ ...grant, wardName: wardNames.get(grant.wardCode ?? '') })),
      query,
      choices: {
        year: [{ value: '', text: t('grants.everyYear') }, ...years.map((year) => ({ value: year, text: year }))],
        ward: [{ value: '', text: t('grants.everyWard') }, ...wardsByName(wards, language), { value: 'unknown', text: t('figures.unknownOf.ward') }],
      },
      csv: address('/grants.csv'),
      firstPage: query.after && address('/grants'),
      nextPage: after && address('/grants', { after }),
    }
  },
})

/** The same as comma-separated values. */
export const grantsCsvPage = definePage({
  name: 'grants',
  path: '/grants.csv',
  for: 'anyone',
  load: async (visit) => {
    const { response } = visit.raw
    const query = GrantsQuery.parse(visit.query)
    const lines = ['awarded,recipient,charity number,title,programme,ward,pounds']
    let after: string | undefined
    do {
      const page = await grantsOf(visit, { ...query, after }, perRequest)
      for (const { awardedOn, recipientName, charityNumber = '', title, programme, wardCode = '', amountPence } of page.items)
        lines.push(
          [awardedOn, recipientName, charityNumber, title, programme, wardCode]
            .map(csvCell)
            .concat((amountPence / 100).toFixed(2))
            .join(','),
        )
      after = page.after
    } while (after !== undefined && lines.length < csvRowsMax)
    response.set({ 'Cache-Control': 'no-store', 'Content-Disposition': 'attachment; filename="grants.csv"' })
    response.type('text/csv').send(`${lines.join('\r\n')}\r\n`)
    return answered()
  },
})

/** A cell that no spreadsheet takes for a formula. */
const csvCell = (text: string): string => {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain
}
