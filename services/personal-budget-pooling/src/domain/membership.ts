import type { FoundPool, JoinPool, LeavePool, ProposeRules, SignRules } from './commands.ts'
import { RefusedError } from './errors.ts'
import type { FoundedPool, Member, Pool, PoolEvent, Posting, Terms } from './pool.ts'
import type { Asker } from './relation.ts'

export const membersMax = 50
/** Everyone who ever was a member stands in the pool's document. */
const membersEverMax = 200

/** The asker as a member of the pool. Throws RefusedError: not-found for a stranger, not-your-part for somebody who stands to it in another way. */
export const memberOf = (pool: FoundedPool, by: Asker): Member => {
  const member = by.role === 'resident' ? pool.members.find(({ memberId }) => memberId === by.personId) : undefined
  if (member === undefined) throw new RefusedError('not-your-part')
  return member
}

export const foundPool = (pool: Pool, { poolId, accountHolder, joiningKey, by, at }: FoundPool): PoolEvent[] => {
  if (pool.status !== 'unfounded') return []
  return [
    { type: 'pool.founded.v1', data: { poolId, foundedBy: by.personId, accountHolder, joiningKey, foundedAt: at } },
    { type: 'pool.member-joined.v1', data: { poolId, memberId: by.personId, how: 'founded', joinedAt: at } },
  ]
}

/** Joining again changes nothing. Throws RefusedError: pool-full. */
export const joinPool = (pool: FoundedPool, { poolId, by, at }: JoinPool): PoolEvent[] => {
  const memberId = by.personId
  if (pool.members.some((member) => member.memberId === memberId)) return []
  const isNew = !pool.partyIds.includes(memberId)
  if (pool.members.length >= membersMax || (isNew && pool.partyIds.length >= membersEverMax)) throw new RefusedError('pool-full')
  return [{ type: 'pool.member-joined.v1', data: { poolId, memberId, how: 'by-code', joinedAt: at } }]
}

/** Puts a version to the members; what is in force stays so until all have signed. Throws RefusedError: not-your-part, bands-not-in-order. */
export const proposeRules = (pool: FoundedPool, { poolId, terms, by, at }: ProposeRules): PoolEvent[] => {
  const { memberId } = memberOf(pool, by)
  refuseDisorder(terms.approvals)
  return [{ type: 'pool.rules-proposed.v1', data: { poolId, rulesVersion: pool.latestVersion + 1, terms, proposedBy: memberId, proposedAt: at } }]
}

const refuseDisorder = (bands: Terms['approvals']): void => {
  for (const [position, { uptoPence }] of bands.entries()) {
    const isLast = position === bands.length - 1
    const before = bands[position - 1]?.uptoPence ?? 0
    if (isLast ? uptoPence !== undefined : uptoPence === undefined || uptoPence <= before)
      throw new RefusedError('bands-not-in-order', `/approvals/${position}/uptoPence`)
  }
}

/**
 * Signs the version that waits for signatures, or, as one who came later, the one in force. When every member, of at least two, has signed the waiting
 * one it comes into force. Signing twice changes nothing. Throws RefusedError: not-your-part, rules-old, rules-unknown.
 */
export const signRules = (pool: FoundedPool, { poolId, rulesVersion, by, at }: SignRules): PoolEvent[] => {
  const { memberId, signed } = memberOf(pool, by)
  if (rulesVersion > pool.latestVersion) throw new RefusedError('rules-unknown')
  if (rulesVersion !== pool.rulesProposed?.rulesVersion && rulesVersion !== pool.rulesInForce?.rulesVersion) throw new RefusedError('rules-old')
  if (signed.includes(rulesVersion)) return []
  const members = pool.members.map((member) => (member.memberId === memberId ? { ...member, signed: [...signed, rulesVersion] } : member))
  return [{ type: 'pool.rules-signed.v1', data: { poolId, memberId, rulesVersion, signedAt: at } }, ...comingIntoForce(pool, members, { poolId, at })]
}

const comingIntoForce = ({ rulesProposed }: FoundedPool, members: readonly Member[], { poolId, at }: { poolId: string; at: string }): PoolEvent[] => {
  if (rulesProposed === undefined || members.length < 2) return []
  const { rulesVersion } = rulesProposed
  if (!members.every(({ signed }) => signed.includes(rulesVersion))) return []
  const memberIds = members.map(({ memberId }) => memberId)
  return [{ type: 'pool.rules-came-into-force.v1', data: { poolId, rulesVersion, memberIds, inForceAt: at } }]
}

/**
 * What is free goes back to the member's budget; what is promised stays until it is paid or refused. If only they had not signed the rules that wait,
 * those come into force. Throws RefusedError: not-your-part.
 */
export const leavePool = (pool: FoundedPool, { poolId, by, at }: LeavePool): PoolEvent[] => {
  const { memberId, budgetId } = memberOf(pool, by)
  const postings = pool.shares
    .filter((share) => share.memberId === memberId && share.freePence > 0)
    .map(({ fundSource, outcomeId, freePence }): Posting => ({ memberId, fundSource, outcomeId, from: 'free', to: 'budget', amountPence: freePence }))
  const remaining = pool.members.filter((member) => member.memberId !== memberId)
  return [
    { type: 'pool.member-left.v1', data: { poolId, memberId, ...(budgetId === undefined ? {} : { budgetId }), postings, leftAt: at } },
    ...comingIntoForce(pool, remaining, { poolId, at }),
  ]
}
