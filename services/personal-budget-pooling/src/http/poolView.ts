import { AccountHolder, FundSource, Pence, PlanOutcomeKind, PoolTerms, Vote } from '@patchwork/events'
import { z } from 'zod'
import { type FoundedPool, type Share, takesPart } from '../domain/pool.ts'
import type { Relation } from '../domain/relation.ts'
import type { Spend, SpendShare } from '../domain/spend.ts'
import type { PoolDetails } from '../store/poolingStore.ts'
import type { PaymentWords, SpendWords } from '../store/words.ts'
import type { Viewing } from './asker.ts'

/** What the kinds of the outcomes are, by their ids, from the budgets of the members. */
export type OutcomeKinds = ReadonlyMap<string, z.infer<typeof PlanOutcomeKind>>

const Sums = { freePence: Pence, committedPence: Pence, paidPence: Pence }
const RulesView = z.object({
  rulesVersion: z.int(),
  terms: PoolTerms,
  proposedBy: z.uuid(),
  proposedAt: z.string(),
  inForceAt: z.string().optional(),
  signedBy: z.array(z.uuid()),
})

/**
 * A member's part of a spend, as the viewer may know it: one's own with fund source and outcome; of another member the kind of outcome it is for; for
 * the account-holder the fund source.
 */
const ShareLine = z.object({
  memberId: z.uuid(),
  amountPence: Pence,
  fundSource: FundSource.optional(),
  outcomeId: z.uuid().optional(),
  outcomeKind: PlanOutcomeKind.optional(),
})
export const SpendView = z.object({
  poolId: z.uuid(),
  spendId: z.uuid(),
  status: z.enum(['proposed', 'instructed', 'refused', 'paid', 'reversed']),
  payeeOrganisationId: z.uuid(),
  payeeName: z.string(),
  payeeHoldsTheMoney: z.boolean(),
  invoiceNumber: z.string(),
  purpose: z.string().optional(),
  invoicedOn: z.string(),
  sessions: z.int().optional(),
  totalPence: Pence,
  documentId: z.uuid().optional(),
  proposedBy: z.uuid(),
  proposedAt: z.string(),
  rulesVersion: z.int(),
  decideBy: z.string(),
  approvalsNeeded: z.int(),
  approverIds: z.array(z.uuid()),
  votes: z.array(z.object({ memberId: z.uuid(), vote: Vote })),
  /** What the viewer may do now. */
  steps: z.array(z.enum(['vote', 'take-back', 'confirm-payment', 'reverse-payment'])),
  shares: z.array(ShareLine),
  instructedAt: z.string().optional(),
  paidOn: z.string().optional(),
  reference: z.string().optional(),
  refusedFor: z.string().optional(),
  reversedFor: z.string().optional(),
  endedAt: z.string().optional(),
})
export type SpendView = z.input<typeof SpendView>

const MemberView = z.object({
  memberId: z.uuid(),
  calledName: z.string(),
  isYou: z.boolean(),
  joinedAt: z.string(),
  /** Signed the rules in force, so that they earmark, propose and vote. */
  takesPart: z.boolean(),
  ...Sums,
  /** For members: what a member's money is for, whatever source it comes from. */
  purposes: z.array(z.object({ outcomeKind: PlanOutcomeKind, ...Sums })).optional(),
  /** For the account-holder: where it comes from, whatever it is for. */
  sources: z.array(z.object({ fundSource: FundSource, ...Sums })).optional(),
})
export const PoolView = z.object({
  poolId: z.uuid(),
  name: z.string(),
  purpose: z.string(),
  status: z.enum(['gathering', 'open']),
  relation: z.enum(['member', 'former-member', 'account-holder']),
  accountHolder: AccountHolder,
  foundedAt: z.string(),
  /** For members, to pass on. */
  code: z.string().optional(),
  totals: z.object(Sums),
  members: z.array(MemberView),
  formerMembers: z.array(z.object({ memberId: z.uuid(), calledName: z.string(), leftAt: z.string() })),
  mine: z.object({
    ...Sums,
    shares: z.array(z.object({ fundSource: FundSource, outcomeId: z.uuid(), outcomeKind: PlanOutcomeKind.optional(), ...Sums })),
  }),
  rules: z.object({ inForce: RulesView.optional(), proposed: RulesView.optional(), latestVersion: z.int() }),
  waitsForYou: z.object({ signature: z.int().optional(), votes: z.array(z.uuid()), payments: z.array(z.uuid()) }),
  /** Open ones, and the latest that are paid. */
  spends: z.array(SpendView),
})

export type ShownWords = { spends: ReadonlyMap<string, SpendWords>; payments: ReadonlyMap<string, PaymentWords> }

const sumsOf = (shares: readonly Share[]) =>
  shares.reduce(
    (sum, share) => ({
      freePence: sum.freePence + share.freePence,
      committedPence: sum.committedPence + share.committedPence,
      paidPence: sum.paidPence + share.paidPence,
    }),
    { freePence: 0, committedPence: 0, paidPence: 0 },
  )

/** A pool as the viewer may see it: members see shares and purposes, the account-holder sees fund sources, one who left sees what is theirs. */
export const toPoolView = ({ pool, current, asker, relation }: Viewing, kinds: OutcomeKinds, words: ShownWords): z.input<typeof PoolView> => {
  const details = current.details
  const mine = pool.shares.filter(({ memberId }) => relation !== 'account-holder' && memberId === asker.personId)
  const isShown = relation !== 'former-member'
  const spends = pool.spends.filter((spend) => isShown || spend.shares.some(({ memberId }) => memberId === asker.personId))
  return {
    poolId: current.id,
    name: details?.name ?? '',
    purpose: details?.purpose ?? '',
    status: pool.status,
    relation,
    accountHolder: pool.accountHolder,
    foundedAt: pool.foundedAt,
    ...(relation === 'member' && details ? { code: details.code } : {}),
    totals: isShown ? sumsOf(pool.shares) : sumsOf(mine),
    members: isShown ? pool.members.map((member) => toMemberView(pool, member, { details, relation, viewerId: asker.personId, kinds })) : [],
    formerMembers: isShown ? pool.formerMembers.map(({ memberId, leftAt }) => ({ memberId, calledName: calledNameOf(details, memberId), leftAt })) : [],
    mine: { ...sumsOf(mine), shares: mine.map(({ memberId: _, ...share }) => ({ ...share, ...kindOf(kinds, share.outcomeId) })) },
    rules: rulesOf(pool),
    waitsForYou: waitingFor(pool, relation, asker.personId),
    spends: spends.map((spend) => toSpendView({ ...spend, poolId: current.id }, { viewerId: asker.personId, relation, pool }, kinds, words)),
  }
}

export const calledNameOf = (details: PoolDetails | undefined, memberId: string): string =>
  details?.calledNames.find((one) => one.memberId === memberId)?.calledName ?? ''

const kindOf = (kinds: OutcomeKinds, outcomeId: string) => {
  const outcomeKind = kinds.get(outcomeId)
  return outcomeKind === undefined ? {} : { outcomeKind }
}

type MemberViewing = { details: PoolDetails | undefined; relation: Relation; viewerId: string; kinds: OutcomeKinds }

const toMemberView = (pool: FoundedPool, { memberId, joinedAt }: FoundedPool['members'][number], { details, relation, viewerId, kinds }: MemberViewing) => {
  const shares = pool.shares.filter((share) => share.memberId === memberId)
  const by = <Key extends string>(keyOf: (share: Share) => Key) => [...Map.groupBy(shares, keyOf)].map(([key, group]) => ({ key, sums: sumsOf(group) }))
  return {
    memberId,
    calledName: calledNameOf(details, memberId),
    isYou: relation === 'member' && memberId === viewerId,
    joinedAt,
    takesPart: takesPart(pool, memberId),
    ...sumsOf(shares),
    ...(relation === 'account-holder'
      ? { sources: by(({ fundSource }) => fundSource).map(({ key, sums }) => ({ fundSource: key, ...sums })) }
      : { purposes: by(({ outcomeId }) => kinds.get(outcomeId) ?? 'other').map(({ key, sums }) => ({ outcomeKind: key, ...sums })) }),
  }
}

const rulesOf = ({ rulesInForce, rulesProposed, latestVersion, members }: FoundedPool) => {
  const signedBy = (version: number) => members.filter(({ signed }) => signed.includes(version)).map(({ memberId }) => memberId)
  return {
    latestVersion,
    ...(rulesInForce ? { inForce: { ...rulesInForce, signedBy: signedBy(rulesInForce.rulesVersion) } } : {}),
    ...(rulesProposed ? { proposed: { ...rulesProposed, signedBy: signedBy(rulesProposed.rulesVersion) } } : {}),
  }
}

/** What waits for the viewer: rules to sign (those in force first), spends to vote on, payments to make. */
export const waitingFor = (pool: FoundedPool, relation: Relation, viewerId: string) => {
  const member = relation === 'member' ? pool.members.find(({ memberId }) => memberId === viewerId) : undefined
  const unsigned = [pool.rulesInForce?.rulesVersion, pool.rulesProposed?.rulesVersion].find(
    (version) => version !== undefined && member !== undefined && !member.signed.includes(version),
  )
  return {
    ...(unsigned === undefined ? {} : { signature: unsigned }),
    votes: member ? pool.spends.filter((spend) => mayVote(spend, viewerId)).map(({ spendId }) => spendId) : [],
    payments: relation === 'account-holder' ? pool.spends.filter(({ status }) => status === 'instructed').map(({ spendId }) => spendId) : [],
  }
}

const mayVote = (
  { status, approverIds, approvals, objections }: Pick<Spend, 'status' | 'approverIds' | 'approvals' | 'objections'>,
  memberId: string,
): boolean => status === 'proposed' && approverIds.includes(memberId) && !approvals.includes(memberId) && !objections.includes(memberId)

type SpendViewing = { viewerId: string; relation: Relation; pool: FoundedPool }

/** A spend as the viewer may see it. The words of members are not for the account-holder. */
export const toSpendView = (
  { shares, approvals, objections, isStanding: _, invoiceKey: __, holderKey: ___, paymentId, paidSequence: ____, ...spend }: Spend & { poolId: string },
  { viewerId, relation, pool }: SpendViewing,
  kinds: OutcomeKinds,
  words: ShownWords,
): SpendView => {
  const written = words.spends.get(spend.spendId)
  const reference = paymentId === undefined ? undefined : words.payments.get(paymentId)?.reference
  const isHeld = pool.spends.some(({ spendId }) => spendId === spend.spendId)
  const steps = [
    ...(relation === 'member' && mayVote({ ...spend, approvals, objections }, viewerId) ? (['vote'] as const) : []),
    ...(relation === 'member' && spend.status === 'proposed' && spend.proposedBy === viewerId ? (['take-back'] as const) : []),
    ...(relation === 'account-holder' && spend.status === 'instructed' ? (['confirm-payment'] as const) : []),
    ...(relation === 'account-holder' && spend.status === 'paid' && isHeld ? (['reverse-payment'] as const) : []),
  ]
  return {
    ...spend,
    payeeName: written?.payeeName ?? '',
    payeeHoldsTheMoney: pool.holderKey === spend.payeeOrganisationId,
    invoiceNumber: written?.invoiceNumber ?? '',
    ...(relation === 'account-holder' || written === undefined ? {} : { purpose: written.purpose }),
    votes: [...approvals.map((memberId) => ({ memberId, vote: 'approve' as const })), ...objections.map((memberId) => ({ memberId, vote: 'object' as const }))],
    steps,
    shares: shownShares(shares, { viewerId, relation }, kinds),
    ...(reference === undefined ? {} : { reference }),
  }
}

/** Shares as ShareLine says; what looks the same to the viewer is one line. */
const shownShares = (shares: readonly SpendShare[], { viewerId, relation }: Pick<SpendViewing, 'viewerId' | 'relation'>, kinds: OutcomeKinds) => {
  const lines = new Map<string, z.input<typeof ShareLine>>()
  for (const { memberId, amountPence, ...what } of shares) {
    const shown = { memberId, ...shownOf(memberId, what, { viewerId, relation }, kinds) }
    const key = JSON.stringify(shown)
    lines.set(key, { ...shown, amountPence: (lines.get(key)?.amountPence ?? 0) + amountPence })
  }
  return [...lines.values()]
}

/** What of one share or movement the viewer may know beside whose it is and how much. */
export const shownOf = (
  memberId: string,
  { fundSource, outcomeId }: Pick<SpendShare, 'fundSource' | 'outcomeId'>,
  { viewerId, relation }: Pick<SpendViewing, 'viewerId' | 'relation'>,
  kinds: OutcomeKinds,
) => {
  if (relation === 'account-holder') return { fundSource }
  return memberId === viewerId ? { fundSource, outcomeId, ...kindOf(kinds, outcomeId) } : kindOf(kinds, outcomeId)
}
