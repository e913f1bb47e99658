import { z } from 'zod'
import { definePage, goTo } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { service } from '../pooling/pools.ts'
import { askedShares, draftOf, dropDraft, missingBefore, stepPath } from '../pooling/spendDraft.ts'
import { sharesNow } from '../spendShares/page.ts'

const Proposed = z.object({ spendId: z.uuid() })

/** Step four of a spend: look it over, and propose it to the others. Sent twice, it is one spend. */
export const spendCheckPage = definePage({
  name: 'spendCheck',
  path: '/my/pools/:poolId/spends/new/check',
  for: ['resident'],
  load: async (visit) => {
    const draft = await draftOf(visit)
    const before = missingBefore(draft, 'check')
    return before ? goTo(stepPath(visit.params.poolId!, before)) : sharesNow(visit, draft)
  },
  save: async (_values, visit) => {
    const poolId = visit.params.poolId!
    const draft = await draftOf(visit)
    const before = missingBefore(draft, 'check')
    if (before) return goTo(stepPath(poolId, before))
    const { rows } = await sharesNow(visit, draft)
    const { payee, shares: _typed, ...invoice } = draft
    const spend = { ...invoice, payeeOrganisationId: payee?.organisationId, shares: askedShares(rows) }
    const { spendId } = await visit.services.post(service, path`/pools/${poolId}/spends`, spend, Proposed)
    await dropDraft(visit)
    return goTo(`/my/pools/${poolId}/spends/${spendId}`, { notice: 'pooling.notice.spendProposed' })
  },
})
