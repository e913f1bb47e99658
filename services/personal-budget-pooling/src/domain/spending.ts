import { apportion } from './apportion.ts'
import { dayNumber } from './calendar.ts'
import type { ConfirmPayment, ProposeSpend, RefuseLate, ReversePayment, TakeBackSpend, VoteOnSpend } from './commands.ts'
import { RefusedError } from './errors.ts'
import { memberOf } from './membership.ts'
import { refuseUnsigned, releasedToThoseWhoLeft } from './money.ts'
import { type FoundedPool, type PoolEvent, takesPart } from './pool.ts'
import { actsForHolder } from './relation.ts'
import { movedBetween, type Spend } from './spend.ts'

/** Spends that wait for votes or for payment at once, and the shares of all of them: they stand in the pool's one document. */
const openSpendsMax = 200
const openSharesMax = 3_000
const spendSharesMax = 300
/** An invoice may be dated this long ago. */
const invoiceAgeDaysMax = 732
const dayMs = 86_400_000

const isOpen = ({ status }: Spend): boolean => status === 'proposed' || status === 'instructed'

/**
 * Promises each share at once. The proposer has no vote, nor has who acts for the payee. Throws RefusedError: not-your-part, pool-not-open,
 * rules-not-signed, invoice-date-not-sensible, shares-do-not-add-up, payee-is-oneself, payee-barred, invoice-already-entered, share-unmatched,
 * not-enough-free, too-few-approvers, too-many-open-spends.
 */
export const proposeSpend = (pool: FoundedPool, command: ProposeSpend): PoolEvent[] => {
  const { poolId, spendId, payeeOrganisationId, invoiceKey, invoicedOn, sessions, totalPence, documentId, by, at } = command
  const { memberId } = memberOf(pool, by)
  refuseUnsigned(pool, memberId)
  const { rulesInForce } = pool
  if (rulesInForce === undefined) throw new RefusedError('pool-not-open')
  refuseUnsound(pool, command)
  const shares = apportion(pool, command.shares)
  const open = pool.spends.filter(isOpen)
  const openShares = open.reduce((sum, spend) => sum + spend.shares.length, shares.length)
  if (open.length >= openSpendsMax || openShares > openSharesMax || shares.length > spendSharesMax) throw new RefusedError('too-many-open-spends')
  const approverIds = approversOf(pool, memberId, command.payeePersonIds)
  const { terms, rulesVersion } = rulesInForce
  const band = terms.approvals.find(({ uptoPence }) => uptoPence === undefined || totalPence <= uptoPence)
  const approvalsNeeded = band?.needed ?? Number.MAX_SAFE_INTEGER
  if (approverIds.length < approvalsNeeded) throw new RefusedError('too-few-approvers')
  const data = {
    poolId,
    spendId,
    proposedBy: memberId,
    payeeOrganisationId,
    invoiceKey,
    invoicedOn,
    ...(sessions === undefined ? {} : { sessions }),
    totalPence,
    ...(documentId === undefined ? {} : { documentId }),
    rulesVersion,
    approvalsNeeded,
    approverIds,
    decideBy: new Date(Date.parse(at) + terms.decideWithinDays * dayMs).toISOString(),
    postings: movedBetween(shares, 'free', 'committed'),
    proposedAt: at,
  }
  return [{ type: 'pool.spend-proposed.v1', data }]
}

const approversOf = (pool: FoundedPool, proposerId: string, payeePersonIds: readonly string[]): string[] =>
  pool.members.map(({ memberId }) => memberId).filter((memberId) => memberId !== proposerId && takesPart(pool, memberId) && !payeePersonIds.includes(memberId))

const refuseUnsound = (pool: FoundedPool, command: ProposeSpend): void => {
  const { invoicedOn, today, shares, totalPence, payeePersonIds, barredMemberIds, invoiceKey, isInvoiceKnown } = command
  const age = dayNumber(today) - dayNumber(invoicedOn)
  if (age < 0 || age > invoiceAgeDaysMax) throw new RefusedError('invoice-date-not-sensible', '/invoicedOn')
  if (shares.reduce((sum, { amountPence }) => sum + amountPence, 0) !== totalPence) throw new RefusedError('shares-do-not-add-up', '/shares')
  if (shares.some(({ memberId }) => payeePersonIds.includes(memberId))) throw new RefusedError('payee-is-oneself', '/payeeOrganisationId')
  if (shares.some(({ memberId }) => barredMemberIds.includes(memberId))) throw new RefusedError('payee-barred', '/payeeOrganisationId')
  const isHere = pool.spends.some((spend) => spend.invoiceKey === invoiceKey) || pool.paidInvoiceKeys.includes(invoiceKey)
  if (isHere || isInvoiceKnown) throw new RefusedError('invoice-already-entered', '/invoiceNumber')
}

/** A spend that the pool still holds. Throws RefusedError: spend-decided for one that it does not. */
const heldSpend = (pool: FoundedPool, spendId: string): Spend => {
  const spend = pool.spends.find((one) => one.spendId === spendId)
  if (spend === undefined) throw new RefusedError('spend-decided')
  return spend
}

/**
 * With the last approval that is needed the payment is instructed; with an objection that puts it out of reach the spend is refused. The same vote again
 * changes nothing. Throws RefusedError: not-your-part, not-an-approver, spend-decided, too-late-to-vote, already-voted.
 */
export const voteOnSpend = (pool: FoundedPool, { poolId, spendId, vote, by, at }: VoteOnSpend): PoolEvent[] => {
  const { memberId } = memberOf(pool, by)
  const spend = heldSpend(pool, spendId)
  if (!spend.approverIds.includes(memberId)) throw new RefusedError('not-an-approver')
  const [same, other] = vote === 'approve' ? [spend.approvals, spend.objections] : [spend.objections, spend.approvals]
  if (same.includes(memberId)) return []
  if (spend.status !== 'proposed') throw new RefusedError('spend-decided')
  if (at >= spend.decideBy) throw new RefusedError('too-late-to-vote')
  if (other.includes(memberId)) throw new RefusedError('already-voted')
  const voted: PoolEvent = { type: 'pool.spend-voted.v1', data: { poolId, spendId, memberId, vote, votedAt: at } }
  if (vote === 'approve' && spend.approvals.length + 1 >= spend.approvalsNeeded)
    return [voted, { type: 'pool.spend-instructed.v1', data: { poolId, spendId, accountHolder: pool.accountHolder, instructedAt: at } }]
  if (vote === 'object' && spend.approverIds.length - spend.objections.length - 1 < spend.approvalsNeeded)
    return [voted, ...refused(pool, spend, 'objections', { poolId, at })]
  return [voted]
}

const refused = (
  pool: FoundedPool,
  { spendId, proposedBy, shares }: Spend,
  reason: NonNullable<Spend['refusedFor']>,
  about: { poolId: string; at: string },
): PoolEvent[] => {
  const postings = movedBetween(shares, 'committed', 'free')
  const data = { poolId: about.poolId, spendId, proposedBy, reason, postings, refusedAt: about.at }
  return [{ type: 'pool.spend-refused.v1', data }, ...releasedToThoseWhoLeft(pool, postings, about)]
}

/** The proposer thinks better of it, while it is not instructed. Throws RefusedError: not-your-part, spend-decided. */
export const takeBackSpend = (pool: FoundedPool, { poolId, spendId, by, at }: TakeBackSpend): PoolEvent[] => {
  const { memberId } = memberOf(pool, by)
  const spend = heldSpend(pool, spendId)
  if (spend.proposedBy !== memberId) throw new RefusedError('not-your-part')
  if (spend.status !== 'proposed') throw new RefusedError('spend-decided')
  return refused(pool, spend, 'taken-back', { poolId, at })
}

/** Every spend whose time to be decided is over is refused. */
export const refuseLate = (pool: FoundedPool, { poolId, at }: RefuseLate): PoolEvent[] =>
  pool.spends
    .filter(({ status, decideBy }) => status === 'proposed' && decideBy <= at)
    .flatMap((spend) => refused(pool, spend, 'not-decided-in-time', { poolId, at }))

/** The account-holder has paid. Throws RefusedError: not-your-part, spend-not-instructed, paid-on-not-sensible. */
export const confirmPayment = (pool: FoundedPool, { poolId, spendId, paymentId, paidOn, today, instructedOn, by, at }: ConfirmPayment): PoolEvent[] => {
  if (!actsForHolder(pool.accountHolder, by)) throw new RefusedError('not-your-part')
  const spend = pool.spends.find((one) => one.spendId === spendId)
  if (spend?.status !== 'instructed') throw new RefusedError('spend-not-instructed')
  const day = dayNumber(paidOn)
  if (day > dayNumber(today) || day < dayNumber(spend.invoicedOn) || day < dayNumber(instructedOn)) throw new RefusedError('paid-on-not-sensible', '/paidOn')
  const data = {
    poolId,
    spendId,
    paymentId,
    proposedBy: spend.proposedBy,
    payeeOrganisationId: spend.payeeOrganisationId,
    paidOn,
    confirmedBy: by.personId,
    confirmedByRole: by.role,
    postings: movedBetween(spend.shares, 'committed', 'paid'),
    confirmedAt: at,
  }
  return [{ type: 'pool.spend-paid.v1', data }]
}

/** Undoes a payment, once; its shares are free again. Throws RefusedError: not-your-part, not-paid, too-old-to-reverse. */
export const reversePayment = (pool: FoundedPool, { poolId, spendId, reason, isPaid, by, at }: ReversePayment): PoolEvent[] => {
  if (!actsForHolder(pool.accountHolder, by)) throw new RefusedError('not-your-part')
  const spend = pool.spends.find((one) => one.spendId === spendId)
  if (spend === undefined && isPaid) throw new RefusedError('too-old-to-reverse')
  if (spend?.status !== 'paid' || spend.paidSequence === undefined) throw new RefusedError('not-paid')
  const postings = movedBetween(spend.shares, 'paid', 'free')
  const data = { poolId, spendId, reversesSequence: spend.paidSequence, reason, reversedBy: by.personId, reversedByRole: by.role, postings, reversedAt: at }
  return [{ type: 'pool.payment-reversed.v1', data }, ...releasedToThoseWhoLeft(pool, postings, { poolId, at })]
}
