import { z } from 'zod'
import { choice } from '../../http/formFields.ts'
import { definePage, goTo } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { namesIn, poolOf, SpendView, service } from '../pooling/pools.ts'

const DecisionForm = z.strictObject({ decision: choice(['approve', 'object', 'take-back']) })
const noticeOf = { approve: 'pooling.notice.approve', object: 'pooling.notice.object', 'take-back': 'pooling.notice.take-back' } as const

/** One spend: who gets what from whom and for what, its invoice, the votes, and what one may do. */
export const poolSpendPage = definePage({
  name: 'poolSpend',
  path: '/my/pools/:poolId/spends/:spendId',
  for: ['resident'],
  load: async ({ services, params }) => {
    const { poolId, spendId } = params as { poolId: string; spendId: string }
    const [pool, spend] = await Promise.all([poolOf(services, poolId), services.get(service, path`/pools/${poolId}/spends/${spendId}`, SpendView)])
    const approvals = spend.votes.filter(({ vote }) => vote === 'approve').length
    return { pool, spend, names: namesIn(pool), approvals, stillNeeded: Math.max(0, spend.approvalsNeeded - approvals) }
  },
  form: DecisionForm,
  save: async ({ decision }, { services, params }) => {
    const { poolId, spendId } = params as { poolId: string; spendId: string }
    if (decision === 'take-back') await services.post(service, path`/pools/${poolId}/spends/${spendId}/take-back`, {})
    else await services.post(service, path`/pools/${poolId}/spends/${spendId}/votes`, { vote: decision })
    return goTo(`/my/pools/${poolId}/spends/${spendId}`, { notice: noticeOf[decision] })
  },
})
