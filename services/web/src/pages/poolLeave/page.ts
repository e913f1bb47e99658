import { definePage, goTo } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { poolOf, service } from '../pooling/pools.ts'

/** Leaving a pool: what is free goes back at once, what is promised stays until it is paid or refused. */
export const poolLeavePage = definePage({
  name: 'poolLeave',
  path: '/my/pools/:poolId/leave',
  for: ['resident'],
  load: async ({ services, params }) => {
    const pool = await poolOf(services, params.poolId!)
    return pool.relation === 'member' ? { pool } : goTo(`/my/pools/${pool.poolId}`)
  },
  save: async (_values, { services, params }) => {
    await services.post(service, path`/pools/${params.poolId!}/departure`, {})
    return goTo(`/my/pools/${params.poolId}`, { notice: 'pooling.notice.left' })
  },
})
