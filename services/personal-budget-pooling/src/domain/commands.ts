import type { FundSource, Terms } from './pool.ts'
import type { Asker, Holder } from './relation.ts'
import type { Spend } from './spend.ts'

type By = { by: Asker; at: string }
/** A member's part of a spend as it is asked for; without fund source, or without outcomes it may be for, the rule takes from what is free in the one fair order. */
export type AskedShare = { memberId: string; amountPence: number; fundSource?: FundSource | undefined; outcomeIds?: readonly string[] | undefined }

export type FoundPool = { type: 'FoundPool'; poolId: string; accountHolder: Holder; joiningKey: string } & By
export type ProposeRules = { type: 'ProposeRules'; poolId: string; terms: Terms } & By
export type JoinPool = { type: 'JoinPool'; poolId: string } & By
export type SignRules = { type: 'SignRules'; poolId: string; rulesVersion: number } & By
/** Follows from what the budget has set aside; nobody asks for it by itself. */
export type EarmarkShare = {
  type: 'EarmarkShare'
  poolId: string
  earmarkId: string
  memberId: string
  budgetId: string
  fundSource: FundSource
  outcomeId: string
  amountPence: number
  fromOn: string
  untilOn: string
  at: string
}
export type ReleaseShare = { type: 'ReleaseShare'; poolId: string; fundSource: FundSource; outcomeId: string; amountPence: number } & By
export type LeavePool = { type: 'LeavePool'; poolId: string } & By
export type ProposeSpend = {
  type: 'ProposeSpend'
  poolId: string
  spendId: string
  payeeOrganisationId: string
  /** People who act for the payee, as the directory's events tell. */
  payeePersonIds: readonly string[]
  /** Members from whose budgets the payee may not be paid. */
  barredMemberIds: readonly string[]
  invoiceKey: string
  /** Another spend, of any pool, stands on the same invoice, as the read model knows. */
  isInvoiceKnown: boolean
  invoicedOn: string
  sessions?: number | undefined
  totalPence: number
  documentId?: string | undefined
  shares: readonly AskedShare[]
  today: string
} & By
export type VoteOnSpend = { type: 'VoteOnSpend'; poolId: string; spendId: string; vote: 'approve' | 'object' } & By
export type TakeBackSpend = { type: 'TakeBackSpend'; poolId: string; spendId: string } & By
export type ConfirmPayment = {
  type: 'ConfirmPayment'
  poolId: string
  spendId: string
  paymentId: string
  paidOn: string
  today: string
  /** The calendar day of the instruction. */
  instructedOn: string
} & By
export type ReversePayment = {
  type: 'ReversePayment'
  poolId: string
  spendId: string
  reason: NonNullable<Spend['reversedFor']> /** As the read model knows: tells a payment that is too old from none. */
  isPaid: boolean
} & By
/** Time asks, nobody else. */
export type RefuseLate = { type: 'RefuseLate'; poolId: string; at: string }

export type PoolCommand =
  | FoundPool
  | ProposeRules
  | JoinPool
  | SignRules
  | EarmarkShare
  | ReleaseShare
  | LeavePool
  | ProposeSpend
  | VoteOnSpend
  | TakeBackSpend
  | ConfirmPayment
  | ReversePayment
  | RefuseLate
