import type {
  DomainEvent,
  PoolFounded,
  PoolMemberJoined,
  PoolMemberLeft,
  PoolRulesCameIntoForce,
  PoolRulesProposed,
  PoolRulesSigned,
  PoolShareEarmarked,
  PoolShareReleased,
  Posting,
} from '@patchwork/events'
import { type Holder, holderKeyOf } from './relation.ts'
import { evolveSpend, type Spend, type SpendEvent } from './spend.ts'

export type PoolEvent =
  | DomainEvent<typeof PoolFounded>
  | DomainEvent<typeof PoolRulesProposed>
  | DomainEvent<typeof PoolMemberJoined>
  | DomainEvent<typeof PoolRulesSigned>
  | DomainEvent<typeof PoolRulesCameIntoForce>
  | DomainEvent<typeof PoolShareEarmarked>
  | DomainEvent<typeof PoolShareReleased>
  | DomainEvent<typeof PoolMemberLeft>
  | SpendEvent

export type { Posting }
export type FundSource = Posting['fundSource']
export type Terms = DomainEvent<typeof PoolRulesProposed>['data']['terms']
export type Rules = { rulesVersion: number; terms: Terms; proposedBy: string; proposedAt: string }
/** What a member has in the pool from one fund source for one outcome of their plan. With `budget` the four accounts are zero together. */
export type Share = { memberId: string; fundSource: FundSource; outcomeId: string; freePence: number; committedPence: number; paidPence: number }
/** `signed`: the versions among those in force and proposed. `budgetId` from the first earmark on. */
export type Member = { memberId: string; joinedAt: string; signed: readonly number[]; budgetId?: string }
export type FormerMember = { memberId: string; leftAt: string; budgetId?: string }

export type FoundedPool = {
  /** `gathering` until the first rules are in force. */
  status: 'gathering' | 'open'
  /** The sequence of the last event. */
  sequence: number
  accountHolder: Holder
  holderKey: string
  joiningKey: string
  foundedBy: string
  foundedAt: string
  members: readonly Member[]
  formerMembers: readonly FormerMember[]
  /** Everyone who is or was a member, for finding the pool. */
  partyIds: readonly string[]
  latestVersion: number
  rulesInForce?: Rules & { inForceAt: string }
  rulesProposed?: Rules
  shares: readonly Share[]
  /** Proposed and instructed ones, and the latest that are paid. */
  spends: readonly Spend[]
  /** Of payments that are no longer among `spends`, the latest. */
  paidInvoiceKeys: readonly string[]
  /** When the next proposed spend is refused unless it is decided; absent while none is proposed. */
  awaitedUntil?: string
}
export type Pool = { status: 'unfounded' } | FoundedPool

export const unfounded: Pool = { status: 'unfounded' }

/** Paid spends that are held, so that their payment can be reversed; of older ones only the invoice is remembered. */
export const paidKeptMax = 50
const paidSharesKeptMax = 1_000
const paidInvoiceKeysMax = 300

/** What an event makes of a pool. Total: an event in a state where it cannot be leaves the state as it is. Money moves by postings and nothing else. */
export const evolve = (pool: Pool, event: PoolEvent): Pool => {
  if (event.type === 'pool.founded.v1') return pool.status === 'unfounded' ? founded(event.data) : pool
  if (pool.status === 'unfounded') return pool
  const sequence = pool.sequence + 1
  const posted = 'postings' in event.data ? post(pool.shares, event.data.postings) : pool.shares
  return { ...applied(pool, event, sequence), sequence, shares: posted }
}

const founded = ({ accountHolder, joiningKey, foundedBy, foundedAt }: DomainEvent<typeof PoolFounded>['data']): Pool => ({
  status: 'gathering',
  sequence: 1,
  accountHolder: accountHolder as Holder,
  holderKey: holderKeyOf(accountHolder as Holder),
  joiningKey,
  foundedBy,
  foundedAt,
  members: [],
  formerMembers: [],
  partyIds: [],
  latestVersion: 0,
  shares: [],
  spends: [],
  paidInvoiceKeys: [],
})

const applied = (pool: FoundedPool, event: Exclude<PoolEvent, DomainEvent<typeof PoolFounded>>, sequence: number): FoundedPool => {
  switch (event.type) {
    case 'pool.rules-proposed.v1': {
      const { rulesVersion, terms, proposedBy, proposedAt } = event.data
      const versions = [pool.rulesInForce?.rulesVersion, rulesVersion]
      const members = pool.members.map((member) => ({ ...member, signed: member.signed.filter((version) => versions.includes(version)) }))
      return { ...pool, latestVersion: rulesVersion, rulesProposed: { rulesVersion, terms: terms as Terms, proposedBy, proposedAt }, members }
    }
    case 'pool.member-joined.v1':
      return joined(pool, event.data)
    case 'pool.rules-signed.v1': {
      const { memberId, rulesVersion } = event.data
      return {
        ...pool,
        members: pool.members.map((member) => (member.memberId === memberId ? { ...member, signed: [...member.signed, rulesVersion] } : member)),
      }
    }
    case 'pool.rules-came-into-force.v1':
      return inForce(pool, event.data)
    case 'pool.share-earmarked.v1': {
      const { memberId, budgetId } = event.data
      return { ...pool, members: pool.members.map((member) => (member.memberId === memberId ? { ...member, budgetId } : member)) }
    }
    case 'pool.share-released.v1':
      return pool
    case 'pool.member-left.v1':
      return left(pool, event.data)
    default:
      return withSpend(pool, event, sequence)
  }
}

const joined = (pool: FoundedPool, { memberId, joinedAt }: DomainEvent<typeof PoolMemberJoined>['data']): FoundedPool => {
  if (pool.members.some((member) => member.memberId === memberId)) return pool
  const before = pool.formerMembers.find((member) => member.memberId === memberId)
  const member: Member = { memberId, joinedAt, signed: [], ...(before?.budgetId === undefined ? {} : { budgetId: before.budgetId }) }
  return {
    ...pool,
    members: [...pool.members, member],
    formerMembers: pool.formerMembers.filter((one) => one !== before),
    partyIds: before ? pool.partyIds : [...pool.partyIds, memberId],
  }
}

const left = (pool: FoundedPool, { memberId, leftAt }: DomainEvent<typeof PoolMemberLeft>['data']): FoundedPool => {
  const member = pool.members.find((one) => one.memberId === memberId)
  if (member === undefined) return pool
  const former: FormerMember = { memberId, leftAt, ...(member.budgetId === undefined ? {} : { budgetId: member.budgetId }) }
  return { ...pool, members: pool.members.filter((one) => one !== member), formerMembers: [...pool.formerMembers, former] }
}

const inForce = (pool: FoundedPool, { rulesVersion, inForceAt }: DomainEvent<typeof PoolRulesCameIntoForce>['data']): FoundedPool => {
  const { rulesProposed, ...rest } = pool
  if (rulesProposed?.rulesVersion !== rulesVersion) return pool
  const members = pool.members.map((member) => ({ ...member, signed: member.signed.filter((version) => version === rulesVersion) }))
  return { ...rest, status: 'open', members, rulesInForce: { ...rulesProposed, inForceAt } }
}

/**
 * The shares after some movements, each from one account to another of one member, source and outcome. What is zero on every account is not held.
 * Pure arithmetic: that nothing goes below zero is decided before an event is.
 */
export const post = (shares: readonly Share[], postings: readonly Posting[]): Share[] => {
  const byKey = new Map(shares.map((share) => [keyOf(share), share]))
  for (const posting of postings) {
    const { memberId, fundSource, outcomeId } = posting
    const share = byKey.get(keyOf(posting)) ?? { memberId, fundSource, outcomeId, freePence: 0, committedPence: 0, paidPence: 0 }
    byKey.set(keyOf(posting), {
      ...share,
      freePence: share.freePence + movement(posting, 'free'),
      committedPence: share.committedPence + movement(posting, 'committed'),
      paidPence: share.paidPence + movement(posting, 'paid'),
    })
  }
  return [...byKey.values()].filter(({ freePence, committedPence, paidPence }) => freePence !== 0 || committedPence !== 0 || paidPence !== 0)
}

/** What a posting adds to one of the accounts; negative where it takes away. */
export const movement = ({ from, to, amountPence }: Posting, account: Posting['from']): number =>
  (to === account ? amountPence : 0) - (from === account ? amountPence : 0)

export const keyOf = ({ memberId, fundSource, outcomeId }: Pick<Share, 'memberId' | 'fundSource' | 'outcomeId'>): string =>
  `${memberId}/${fundSource}/${outcomeId}`

const withSpend = (pool: FoundedPool, event: SpendEvent, sequence: number): FoundedPool => {
  const { spendId } = event.data
  const before = pool.spends.find((spend) => spend.spendId === spendId)
  const after = evolveSpend(before, event, sequence)
  if (after === undefined) return pool
  const spends = before ? pool.spends.map((spend) => (spend === before ? after : spend)) : [...pool.spends, after]
  const { awaitedUntil: _, ...rest } = pool
  const kept = keptSpends(spends.filter(({ isStanding }) => isStanding))
  const dropped = spends.filter((spend) => spend.isStanding && !kept.includes(spend)).map(({ invoiceKey }) => invoiceKey)
  const [awaitedUntil] = kept.flatMap(({ status, decideBy }) => (status === 'proposed' ? [decideBy] : [])).sort()
  return {
    ...rest,
    spends: kept,
    paidInvoiceKeys: [...pool.paidInvoiceKeys, ...dropped].slice(-paidInvoiceKeysMax),
    ...(awaitedUntil === undefined ? {} : { awaitedUntil }),
  }
}

/** All that are open; of those that are paid the latest, as far as their number and their shares leave room. */
const keptSpends = (spends: readonly Spend[]): Spend[] => {
  const paid = spends.filter(({ status }) => status === 'paid').sort((one, other) => (other.paidSequence ?? 0) - (one.paidSequence ?? 0))
  let shares = 0
  const dropped = new Set(
    paid.filter((spend, position) => {
      shares += spend.shares.length
      return position >= paidKeptMax || shares > paidSharesKeptMax
    }),
  )
  return dropped.size === 0 ? [...spends] : spends.filter((spend) => !dropped.has(spend))
}

/** Whether a member takes part in money: the pool is open and they have signed the rules that hold. */
export const takesPart = (pool: FoundedPool, memberId: string): boolean =>
  pool.rulesInForce !== undefined && pool.members.some((member) => member.memberId === memberId && member.signed.includes(pool.rulesInForce?.rulesVersion ?? 0))
