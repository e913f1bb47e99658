import { NotFoundError } from '@patchwork/http'
import { z } from 'zod'
import { definePage, goTo } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { Contract, commissioning, quarterInWords, quartersOf } from '../contracting/contract.ts'

/** Closes a quarter of a contract: from then on it takes no return. */
export const contractQuartersPage = definePage({
  name: 'contractQuarters',
  path: '/contracts/:contractId/quarters',
  for: commissioning,
  load: async ({ services, params, query, t, format }) => {
    const contract = await services.get('commissioning', path`/contracts/${params.contractId!}`, Contract)
    const quarter = quartersOf(contract).find(({ value }) => value === query.quarter)
    if (!quarter) throw new NotFoundError('There is no such quarter.')
    const { returned, expected } = contract.years.find(({ year }) => year === quarter.year)!.quarters.find((one) => one.quarter === quarter.quarter)!
    return { contract, value: quarter.value, words: quarterInWords(quarter, t, format), returned, expected }
  },
  form: z.strictObject({ quarter: z.string().regex(/^\d{1,2}-[1-4]$/, { error: 'form-not-read' }) }),
  save: async ({ quarter: named }, { services, params }) => {
    const [year, quarter] = named.split('-').map(Number)
    await services.post('commissioning', path`/contracts/${params.contractId!}/quarters`, { year, quarter })
    return goTo(`/contracts/${params.contractId}#quarters`, { notice: 'contractQuarters.closed' })
  },
})
