import { definePage } from '../../http/page.ts'
import { ContractLines, seesContracts, withContracts } from '../contracting/contract.ts'

const perPage = 50

/** The contracts; for members of a partner those in which it has a part. */
export const contractsPage = definePage({
  name: 'contracts',
  path: '/contracts',
  for: withContracts,
  load: async ({ services, query, person }) => {
    const { items, after } = await services.get('commissioning', '/contracts', ContractLines, { query: { limit: perPage, after: query.after } })
    return {
      contracts: items,
      isCommissioning: seesContracts(person.role),
      nextPage: after && `/contracts?${new URLSearchParams({ after })}`,
      isFirst: query.after === undefined,
    }
  },
})
