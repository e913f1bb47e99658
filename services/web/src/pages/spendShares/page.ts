import { z } from 'zod'
import { definePage, goTo, type SignedInVisit } from '../../http/page.ts'
import { path, ServiceProblem } from '../../serviceCalls.ts'
import { poolOf, service } from '../pooling/pools.ts'
import { draftOf, keepInDraft, missingBefore, type SpendDraft, sharesOf, stepPath } from '../pooling/spendDraft.ts'

const entryLengthMax = 40
const membersMax = 100

/** `amount-<member>` and `kind-<member>`, for each member who takes part. */
const SharesForm = z
  .record(z.string().regex(/^(amount|kind)-[0-9a-f-]{36}$/), z.string().max(entryLengthMax))
  .refine((fields) => Object.keys(fields).length <= 2 * membersMax, { error: 'form-not-read' })
const Split = z.object({ shares: z.array(z.object({ memberId: z.uuid(), amountPence: z.int() })) })

/** The parts that members would pay if they shared equally. */
const equalParts = async ({ services }: SignedInVisit, poolId: string, totalPence: number): Promise<Map<string, number>> => {
  const { shares } = await services.get(service, path`/pools/${poolId}/split`, Split, { query: { totalPence } })
  return new Map(shares.map(({ memberId, amountPence }) => [memberId, amountPence]))
}

/** What the draft says of the shares so far, beside the pool it belongs to. */
export const sharesNow = async (visit: SignedInVisit, draft: SpendDraft) => {
  const poolId = visit.params.poolId!
  const [pool, parts] = await Promise.all([
    poolOf(visit.services, poolId),
    draft.shares ? new Map<string, number>() : equalParts(visit, poolId, draft.totalPence ?? 1),
  ])
  return { pool, draft, ...sharesOf(pool, draft, parts) }
}

/** Step three of a spend: who pays what, in equal parts unless members say otherwise, each part for an outcome of that member's plan. */
export const spendSharesPage = definePage({
  name: 'spendShares',
  path: '/my/pools/:poolId/spends/new/shares',
  for: ['resident'],
  load: async (visit) => {
    const draft = await draftOf(visit)
    const before = missingBefore(draft, 'shares')
    return before ? goTo(stepPath(visit.params.poolId!, before)) : sharesNow(visit, draft)
  },
  form: SharesForm,
  save: async (fields, visit) => {
    const poolId = visit.params.poolId!
    const members = Object.keys(fields).flatMap((name) => (name.startsWith('amount-') ? [name.slice('amount-'.length)] : []))
    const shares = Object.fromEntries(members.map((id) => [id, { amount: fields[`amount-${id}`] ?? '', outcomeKind: fields[`kind-${id}`] ?? '' }]))
    // Kept before it is judged, so that the page can say by how much it is off.
    await keepInDraft(visit, { shares })
    const { rows, offPence } = await sharesNow(visit, await draftOf(visit))
    const wrong = rows.find(({ error }) => error !== undefined)
    if (wrong?.error) throw new ServiceProblem(service, 422, wrong.error)
    if (offPence !== 0) throw new ServiceProblem(service, 422, 'shares-do-not-add-up')
    return goTo(stepPath(poolId, 'check'))
  },
})
