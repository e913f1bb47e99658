import type { EarmarkShare, ReleaseShare } from './commands.ts'
import { RefusedError } from './errors.ts'
import { memberOf } from './membership.ts'
import { type FoundedPool, keyOf, type PoolEvent, type Posting, takesPart } from './pool.ts'

/** Kinds of money (member, source, outcome) that a pool holds at once: all stand in its one document. */
const sharesMax = 1_000

/** Takes in what a budget has set aside. Throws RefusedError: not-your-part, pool-not-open, rules-not-signed, too-many-shares. */
export const earmarkShare = (pool: FoundedPool, command: EarmarkShare): PoolEvent[] => {
  const { poolId, earmarkId, memberId, budgetId, fundSource, outcomeId, amountPence, fromOn, untilOn, at } = command
  refuseUnsigned(pool, memberId)
  const isNew = !pool.shares.some((share) => keyOf(share) === keyOf({ memberId, fundSource, outcomeId }))
  if (isNew && pool.shares.length >= sharesMax) throw new RefusedError('too-many-shares')
  const postings: Posting[] = [{ memberId, fundSource, outcomeId, from: 'budget', to: 'free', amountPence }]
  return [{ type: 'pool.share-earmarked.v1', data: { poolId, earmarkId, memberId, budgetId, fromOn, untilOn, postings, earmarkedAt: at } }]
}

/** Throws RefusedError unless somebody takes part in money: not-your-part, pool-not-open, rules-not-signed. */
export const refuseUnsigned = (pool: FoundedPool, memberId: string): void => {
  if (!pool.members.some((member) => member.memberId === memberId)) throw new RefusedError('not-your-part')
  if (pool.rulesInForce === undefined) throw new RefusedError('pool-not-open')
  if (!takesPart(pool, memberId)) throw new RefusedError('rules-not-signed')
}

/** Takes a free share out again, to the member's own budget. Throws RefusedError: not-your-part, share-unmatched, not-enough-free. */
export const releaseShare = (pool: FoundedPool, { poolId, fundSource, outcomeId, amountPence, by, at }: ReleaseShare): PoolEvent[] => {
  const { memberId, budgetId } = memberOf(pool, by)
  const share = pool.shares.find((one) => keyOf(one) === keyOf({ memberId, fundSource, outcomeId }))
  if (share === undefined || budgetId === undefined) throw new RefusedError('share-unmatched', '/outcomeId')
  if (share.freePence < amountPence) throw new RefusedError('not-enough-free', '/amountPence')
  const postings: Posting[] = [{ memberId, fundSource, outcomeId, from: 'free', to: 'budget', amountPence }]
  return [{ type: 'pool.share-released.v1', data: { poolId, memberId, budgetId, postings, releasedAt: at } }]
}

/** What became free of members who have left goes back to their budgets at once. */
export const releasedToThoseWhoLeft = (pool: FoundedPool, freed: readonly Posting[], { poolId, at }: { poolId: string; at: string }): PoolEvent[] =>
  pool.formerMembers.flatMap(({ memberId, budgetId }): PoolEvent[] => {
    const postings = freed
      .filter((posting) => posting.memberId === memberId && posting.to === 'free')
      .map((posting): Posting => ({ ...posting, from: 'free', to: 'budget' }))
    if (postings.length === 0 || budgetId === undefined) return []
    return [{ type: 'pool.share-released.v1', data: { poolId, memberId, budgetId, postings, releasedAt: at } }]
  })
