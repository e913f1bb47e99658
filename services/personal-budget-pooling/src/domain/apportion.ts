import type { AskedShare } from './commands.ts'
import { RefusedError } from './errors.ts'
import { type FoundedPool, type FundSource, keyOf, type Share } from './pool.ts'
import type { SpendShare } from './spend.ts'

/**
 * Whose money is used first. What the council and the NHS give is for the plan and is taken back when it is not used; a top-up is given for extras; what
 * people pay in themselves is refunded to them when it is not used, so it is used last.
 */
const order: readonly FundSource[] = ['council-net', 'nhs', 'top-up', 'own-contribution']

/**
 * Ties each part of a spend to money that is free in the pool: the member's own, of the fund source and outcome that were named; where none was named,
 * from what is free in the order above, and within a source in the order of the first earmarks. The same state gives the same answer.
 * Throws RefusedError: share-unmatched, not-enough-free, each with the place in the request.
 */
export const apportion = (pool: Pick<FoundedPool, 'shares'>, asked: readonly AskedShare[]): SpendShare[] => {
  const taken = new Map<string, SpendShare>()
  for (const [position, { memberId, amountPence, fundSource, outcomeIds }] of asked.entries()) {
    const candidates = pool.shares
      .filter(
        (share) => share.memberId === memberId && share.fundSource === (fundSource ?? share.fundSource) && (outcomeIds?.includes(share.outcomeId) ?? true),
      )
      .sort((one, other) => order.indexOf(one.fundSource) - order.indexOf(other.fundSource))
    if (candidates.length === 0) throw new RefusedError('share-unmatched', `/shares/${position}`)
    let left = amountPence
    for (const share of candidates) left -= take(taken, share, left)
    if (left > 0) throw new RefusedError('not-enough-free', `/shares/${position}/amountPence`)
  }
  return [...taken.values()]
}

const take = (taken: Map<string, SpendShare>, { memberId, fundSource, outcomeId, freePence }: Share, wantedPence: number): number => {
  const key = keyOf({ memberId, fundSource, outcomeId })
  const before = taken.get(key)?.amountPence ?? 0
  const taking = Math.min(wantedPence, freePence - before)
  if (taking > 0) taken.set(key, { memberId, fundSource, outcomeId, amountPence: before + taking })
  return Math.max(0, taking)
}

/** A total in equal parts, to the penny: the pennies that are left over fall to the first members. */
export const equalSplit = (memberIds: readonly string[], totalPence: number): { memberId: string; amountPence: number }[] => {
  const each = Math.floor(totalPence / memberIds.length)
  const over = totalPence - each * memberIds.length
  return memberIds.map((memberId, position) => ({ memberId, amountPence: each + (position < over ? 1 : 0) }))
}
