import { z } from 'zod'
import { defineEvent } from './eventDefinition.ts'
import { CalendarDay, Id, Instant, Pence, Role } from './terms.ts'

const budget = 'patchwork.personal-budget-pooling.budget'
const pool = 'patchwork.personal-budget-pooling.pool'

/** Whose money it is. `council-net` is what the council pays after the person's assessed contribution, which they pay in themselves. */
export const FundSource = z.enum(['council-net', 'own-contribution', 'top-up', 'nhs'])
/** Who holds a personal budget: six different things in law and practice, never one flag. */
export const BudgetHolder = z.enum(['own-payment', 'nominated', 'authorised-person', 'managed-account', 'individual-service-fund', 'council-managed'])
/** The outcomes of the Care and Support (Eligibility Criteria) Regulations 2015, regulation 2(2); `other` for what a plan names beside them. */
export const PlanOutcomeKind = z.enum([
  'managing-nutrition',
  'personal-hygiene',
  'toilet-needs',
  'dressing',
  'safe-at-home',
  'habitable-home',
  'relationships',
  'work-learning-volunteering',
  'community-facilities',
  'caring-for-a-child',
  'other',
])
/** How a payee stands to a member: a partner is never paid wherever they live; a listed relative is not where they live in the same household. */
export const PayeeRelation = z.enum(['spouse-or-partner', 'listed-relative'])
export const Vote = z.enum(['approve', 'object'])

/**
 * Where money stands. `budget` is the member's own personal budget outside the pool (it goes below zero by what is earmarked), `free` their share that
 * nothing is promised from, `committed` what is promised to a payee, `paid` what the account-holder has paid out. All four together are always zero.
 */
export const PoolAccount = z.enum(['budget', 'free', 'committed', 'paid'])
/** One movement between two accounts of one member, fund source and purpose: a line of the double-entry journal. */
export const Posting = z.object({
  memberId: Id,
  fundSource: FundSource,
  /** The outcome in the member's own plan that the money is for. */
  outcomeId: Id,
  from: PoolAccount,
  to: PoolAccount,
  amountPence: Pence.min(1),
})
export type Posting = z.infer<typeof Posting>
const Postings = z.array(Posting).min(1).max(500)

/** The account-holder: who really holds the money. Patchwork holds none. */
export const AccountHolder = z.union([z.object({ kind: z.literal('council') }), z.object({ kind: z.literal('organisation'), organisationId: Id })])

/** What members agree on. A band says how many others must approve a spend up to `uptoPence`; the last band has no upper end. */
export const PoolTerms = z.object({
  costs: z.enum(['equally', 'by-attendance', 'as-agreed-each-time']),
  absence: z.enum(['pays-share', 'pays-with-less-than-a-day-of-notice', 'pays-nothing']),
  joining: z.enum(['all-agree', 'most-agree']),
  dispute: z.enum(['members-meet', 'mediator', 'council']),
  leavingNoticeDays: z.int().min(0).max(365),
  decideWithinDays: z.int().min(1).max(60),
  approvals: z
    .array(z.object({ uptoPence: Pence.min(1).optional(), needed: z.int().min(1).max(50) }))
    .min(1)
    .max(5),
})

export const BudgetRecorded = defineEvent({
  type: 'budget.recorded.v1',
  topic: budget,
  meaning: 'A council worker wrote down a resident’s personal budget: the outcomes of the plan it must meet and who holds it. The words stay in the service.',
  data: z.object({
    budgetId: Id,
    personId: Id,
    holder: BudgetHolder,
    outcomes: z
      .array(z.object({ outcomeId: Id, kind: PlanOutcomeKind }))
      .min(1)
      .max(20),
    recordedBy: Id,
    recordedByRole: Role,
    recordedAt: Instant,
  }),
})
export const BudgetAmountSet = defineEvent({
  type: 'budget.amount-set.v1',
  topic: budget,
  meaning: 'How much a week comes from one fund source, from one day to another.',
  data: z.object({
    budgetId: Id,
    personId: Id,
    amountId: Id,
    fundSource: FundSource,
    weeklyPence: Pence,
    fromOn: CalendarDay,
    untilOn: CalendarDay,
    setAt: Instant,
  }),
})
export const BudgetPayeeBarred = defineEvent({
  type: 'budget.payee-barred.v1',
  topic: budget,
  meaning: 'Somebody close to a resident may not be paid from their budget.',
  data: z.object({
    budgetId: Id,
    personId: Id,
    barId: Id,
    payee: z.object({ kind: z.enum(['person', 'organisation']), id: Id }),
    relation: PayeeRelation,
    sameHousehold: z.boolean(),
    barredAt: Instant,
  }),
})
export const BudgetPayeeExceptionGranted = defineEvent({
  type: 'budget.payee-exception-granted.v1',
  topic: budget,
  meaning: 'The council found it necessary that somebody close to a resident is paid after all, from one day to another.',
  data: z.object({ budgetId: Id, personId: Id, barId: Id, grantedBy: Id, fromOn: CalendarDay, untilOn: CalendarDay, grantedAt: Instant }),
})
export const BudgetShareSetAside = defineEvent({
  type: 'budget.share-set-aside.v1',
  topic: budget,
  meaning: 'Part of a personal budget was set aside for a pool, so that nothing else can be promised from it.',
  data: z.object({
    budgetId: Id,
    personId: Id,
    poolId: Id,
    earmarkId: Id,
    fundSource: FundSource,
    outcomeId: Id,
    amountPence: Pence.min(1),
    fromOn: CalendarDay,
    untilOn: CalendarDay,
    setAsideAt: Instant,
  }),
})
export const BudgetShareReturned = defineEvent({
  type: 'budget.share-returned.v1',
  topic: budget,
  meaning: 'What a pool did not use came back to a personal budget.',
  data: z.object({
    budgetId: Id,
    personId: Id,
    poolId: Id,
    fundSource: FundSource,
    outcomeId: Id,
    amountPence: Pence.min(1),
    /** Named when a whole earmark came back because the pool could not take it. */
    earmarkId: Id.optional(),
    returnedAt: Instant,
  }),
})

export const PoolFounded = defineEvent({
  type: 'pool.founded.v1',
  topic: pool,
  meaning: 'A resident began a pool; it can be used once its members have signed the same rules.',
  data: z.object({
    poolId: Id,
    foundedBy: Id,
    accountHolder: AccountHolder,
    /** A keyed digest of the code by which others join; the code itself stays in the service. */
    joiningKey: z.string().regex(/^[0-9a-f]{64}$/),
    foundedAt: Instant,
  }),
})
export const PoolRulesProposed = defineEvent({
  type: 'pool.rules-proposed.v1',
  topic: pool,
  meaning: 'A member put rules to the others; they hold once every member has signed this version.',
  data: z.object({ poolId: Id, rulesVersion: z.int().min(1), terms: PoolTerms, proposedBy: Id, proposedAt: Instant }),
})
export const PoolMemberJoined = defineEvent({
  type: 'pool.member-joined.v1',
  topic: pool,
  meaning: 'A resident came into a pool; they take part once they have signed its rules.',
  data: z.object({ poolId: Id, memberId: Id, how: z.enum(['founded', 'by-code']), joinedAt: Instant }),
})
export const PoolRulesSigned = defineEvent({
  type: 'pool.rules-signed.v1',
  topic: pool,
  meaning: 'A member signed one version of the rules.',
  data: z.object({ poolId: Id, memberId: Id, rulesVersion: z.int().min(1), signedAt: Instant }),
})
export const PoolRulesCameIntoForce = defineEvent({
  type: 'pool.rules-came-into-force.v1',
  topic: pool,
  meaning: 'Every member has signed the same version of the rules: it holds from now on, and with the first one the pool is open.',
  data: z.object({ poolId: Id, rulesVersion: z.int().min(1), memberIds: z.array(Id).min(2).max(50), inForceAt: Instant }),
})
export const PoolShareEarmarked = defineEvent({
  type: 'pool.share-earmarked.v1',
  topic: pool,
  meaning: 'A member earmarked part of their budget for the pool, by fund source and by the outcome of their plan that it is for.',
  data: z.object({
    poolId: Id,
    earmarkId: Id,
    memberId: Id,
    budgetId: Id,
    fromOn: CalendarDay,
    untilOn: CalendarDay,
    postings: Postings,
    earmarkedAt: Instant,
  }),
})
export const PoolShareReleased = defineEvent({
  type: 'pool.share-released.v1',
  topic: pool,
  meaning: 'A free share went back to its member’s own budget.',
  data: z.object({ poolId: Id, memberId: Id, budgetId: Id, postings: Postings, releasedAt: Instant }),
})
export const PoolSpendProposed = defineEvent({
  type: 'pool.spend-proposed.v1',
  topic: pool,
  meaning: 'A member proposed to pay a provider’s invoice; each share of it is promised at once, so that it cannot be promised twice.',
  data: z.object({
    poolId: Id,
    spendId: Id,
    proposedBy: Id,
    payeeOrganisationId: Id,
    /** A digest of payee and invoice number: the number itself stays in the service. */
    invoiceKey: z.string().min(8).max(100),
    invoicedOn: CalendarDay,
    sessions: z.int().min(1).max(1_000).optional(),
    totalPence: Pence.min(1),
    documentId: Id.optional(),
    rulesVersion: z.int().min(1),
    approvalsNeeded: z.int().min(1).max(50),
    approverIds: z.array(Id).min(1).max(50),
    decideBy: Instant,
    postings: Postings,
    proposedAt: Instant,
  }),
})
export const PoolSpendVoted = defineEvent({
  type: 'pool.spend-voted.v1',
  topic: pool,
  meaning: 'A member approved a spend, or objected to it.',
  data: z.object({ poolId: Id, spendId: Id, memberId: Id, vote: Vote, votedAt: Instant }),
})
export const PoolSpendInstructed = defineEvent({
  type: 'pool.spend-instructed.v1',
  topic: pool,
  meaning: 'Enough members approved: the account-holder is asked to pay.',
  data: z.object({ poolId: Id, spendId: Id, accountHolder: AccountHolder, instructedAt: Instant }),
})
export const PoolSpendRefused = defineEvent({
  type: 'pool.spend-refused.v1',
  topic: pool,
  meaning: 'A spend will not be paid; every share promised to it is free again.',
  data: z.object({
    poolId: Id,
    spendId: Id,
    proposedBy: Id,
    reason: z.enum(['objections', 'not-decided-in-time', 'taken-back']),
    postings: Postings,
    refusedAt: Instant,
  }),
})
export const PoolSpendPaid = defineEvent({
  type: 'pool.spend-paid.v1',
  topic: pool,
  meaning: 'The account-holder confirmed with a date and a reference that it paid.',
  data: z.object({
    poolId: Id,
    spendId: Id,
    paymentId: Id,
    proposedBy: Id,
    payeeOrganisationId: Id,
    paidOn: CalendarDay,
    confirmedBy: Id,
    confirmedByRole: Role,
    postings: Postings,
    confirmedAt: Instant,
  }),
})
export const PoolPaymentReversed = defineEvent({
  type: 'pool.payment-reversed.v1',
  topic: pool,
  meaning: 'A payment is undone by its reverse; the shares are free again. The first entry stays as it was.',
  data: z.object({
    poolId: Id,
    spendId: Id,
    /** The sequence of the event that it reverses. */
    reversesSequence: z.int().min(1),
    reason: z.enum(['returned-by-bank', 'paid-in-error', 'wrong-amount', 'other']),
    reversedBy: Id,
    reversedByRole: Role,
    postings: Postings,
    reversedAt: Instant,
  }),
})
export const PoolMemberLeft = defineEvent({
  type: 'pool.member-left.v1',
  topic: pool,
  meaning: 'A member left: their free share went back to their budget, what was promised stays until it is paid or refused.',
  data: z.object({ poolId: Id, memberId: Id, budgetId: Id.optional(), postings: z.array(Posting).max(500), leftAt: Instant }),
})
