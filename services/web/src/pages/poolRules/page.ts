import { definePage } from '../../http/page.ts'
import { namesIn, poolOf } from '../pooling/pools.ts'

/** The rules that members agreed on, and those that somebody proposes. */
export const poolRulesPage = definePage({
  name: 'poolRules',
  path: '/my/pools/:poolId/rules',
  for: ['resident'],
  load: async ({ services, params }) => {
    const pool = await poolOf(services, params.poolId!)
    return { pool, names: namesIn(pool) }
  },
})
