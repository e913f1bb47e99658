import type {
  DomainEvent,
  PoolPaymentReversed,
  PoolSpendInstructed,
  PoolSpendPaid,
  PoolSpendProposed,
  PoolSpendRefused,
  PoolSpendVoted,
  Posting,
} from '@patchwork/events'
import { type Holder, holderKeyOf } from './relation.ts'

export type SpendEvent =
  | DomainEvent<typeof PoolSpendProposed>
  | DomainEvent<typeof PoolSpendVoted>
  | DomainEvent<typeof PoolSpendInstructed>
  | DomainEvent<typeof PoolSpendRefused>
  | DomainEvent<typeof PoolSpendPaid>
  | DomainEvent<typeof PoolPaymentReversed>

type Proposed = DomainEvent<typeof PoolSpendProposed>['data']
export type SpendStatus = 'proposed' | 'instructed' | 'refused' | 'paid' | 'reversed'
/** A member's part of a spend, by fund source and by the outcome of their plan that it meets. */
export type SpendShare = Omit<Posting, 'from' | 'to'>

/** What members propose to pay, and what became of it. `standing` while the invoice counts as entered: until it is refused or its payment reversed. */
export type Spend = Omit<Proposed, 'poolId' | 'postings'> & {
  status: SpendStatus
  isStanding: boolean
  shares: readonly SpendShare[]
  approvals: readonly string[]
  objections: readonly string[]
  instructedAt?: string
  /** Who is asked to pay, from the instruction on: an organisation's id, or `council`. */
  holderKey?: string
  paidOn?: string
  paymentId?: string
  /** The event of the payment: what a reversal names. */
  paidSequence?: number
  refusedFor?: DomainEvent<typeof PoolSpendRefused>['data']['reason']
  reversedFor?: DomainEvent<typeof PoolPaymentReversed>['data']['reason']
  endedAt?: string
}

/** What the event of this `sequence` makes of a spend. Total: what does not fit leaves it as it is. */
export const evolveSpend = (spend: Spend | undefined, event: SpendEvent, sequence: number): Spend | undefined => {
  if (event.type === 'pool.spend-proposed.v1') return spend ?? proposed(event.data)
  if (spend === undefined) return undefined
  switch (event.type) {
    case 'pool.spend-voted.v1':
      return event.data.vote === 'approve'
        ? { ...spend, approvals: [...spend.approvals, event.data.memberId] }
        : { ...spend, objections: [...spend.objections, event.data.memberId] }
    case 'pool.spend-instructed.v1':
      return { ...spend, status: 'instructed', instructedAt: event.data.instructedAt, holderKey: holderKeyOf(event.data.accountHolder as Holder) }
    case 'pool.spend-refused.v1':
      return { ...spend, status: 'refused', isStanding: false, refusedFor: event.data.reason, endedAt: event.data.refusedAt }
    case 'pool.spend-paid.v1':
      return { ...spend, status: 'paid', paidOn: event.data.paidOn, paymentId: event.data.paymentId, paidSequence: sequence, endedAt: event.data.confirmedAt }
    case 'pool.payment-reversed.v1':
      return { ...spend, status: 'reversed', isStanding: false, reversedFor: event.data.reason, endedAt: event.data.reversedAt }
  }
}

const proposed = ({ poolId: _, postings, ...facts }: Proposed): Spend => ({
  ...facts,
  status: 'proposed',
  isStanding: true,
  shares: postings.map(({ from: __, to: ___, ...share }) => share),
  approvals: [],
  objections: [],
})

/** A spend's shares as movements from one account to another. */
export const movedBetween = (shares: readonly SpendShare[], from: Posting['from'], to: Posting['to']): Posting[] =>
  shares.map(({ memberId, fundSource, outcomeId, amountPence }) => ({ memberId, fundSource, outcomeId, from, to, amountPence }))
