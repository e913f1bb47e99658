import { type AggregateDefinition, openAggregates, type Ports, together } from '@patchwork/aggregate'
import {
  BudgetAmountSet,
  BudgetPayeeBarred,
  BudgetPayeeExceptionGranted,
  BudgetRecorded,
  BudgetShareReturned,
  BudgetShareSetAside,
  PoolFounded,
  PoolMemberJoined,
  PoolMemberLeft,
  PoolPaymentReversed,
  PoolRulesCameIntoForce,
  PoolRulesProposed,
  PoolRulesSigned,
  PoolShareEarmarked,
  PoolShareReleased,
  PoolSpendInstructed,
  PoolSpendPaid,
  PoolSpendProposed,
  PoolSpendRefused,
  PoolSpendVoted,
} from '@patchwork/events'
import { type Budget, type BudgetEvent, evolveBudget, unrecorded } from '../domain/budget.ts'
import { evolve, type Pool, type PoolEvent, unfounded } from '../domain/pool.ts'

export const service = 'personal-budget-pooling'

/** The plan's own words, and who holds the budget: sealed at rest, never in an event. */
export type BudgetDetails = {
  holderName?: string
  outcomeWords: { outcomeId: string; words: string }[]
  /** Why the council made an exception, newest last. */
  exceptionReasons: { barId: string; reason: string; at: string }[]
}

/** What members call the pool, and each other in it: sealed at rest, never in an event. */
export type PoolDetails = { name: string; purpose: string; code: string; calledNames: { memberId: string; calledName: string }[] }

const string = (path: string) => ({ path, type: 'string' }) as const

/** At most one open budget of a person: the store holds this also when two are recorded at once. */
export const oneOpenPerPerson = 'one-open-per-person'

const budgets: AggregateDefinition<Budget, BudgetEvent> = {
  service,
  name: 'budget',
  topic: BudgetRecorded.topic,
  events: [BudgetRecorded, BudgetAmountSet, BudgetPayeeBarred, BudgetPayeeExceptionGranted, BudgetShareSetAside, BudgetShareReturned],
  initial: unrecorded,
  evolve: evolveBudget,
  fields: { openFor: string('state.openFor'), recordedAt: string('state.recordedAt') },
  indexes: { [oneOpenPerPerson]: { fields: ['openFor'], unique: true, sparse: true }, 'by-time': { fields: ['recordedAt'] } },
}

const pools: AggregateDefinition<Pool, PoolEvent> = {
  service,
  name: 'pool',
  topic: PoolFounded.topic,
  events: [
    PoolFounded,
    PoolRulesProposed,
    PoolMemberJoined,
    PoolRulesSigned,
    PoolRulesCameIntoForce,
    PoolShareEarmarked,
    PoolShareReleased,
    PoolSpendProposed,
    PoolSpendVoted,
    PoolSpendInstructed,
    PoolSpendRefused,
    PoolSpendPaid,
    PoolPaymentReversed,
    PoolMemberLeft,
  ],
  initial: unfounded,
  evolve,
  fields: {
    partyId: { path: 'state.partyIds', type: 'string', array: true },
    holderKey: string('state.holderKey'),
    foundedAt: string('state.foundedAt'),
    joiningKey: string('state.joiningKey'),
    awaitedUntil: string('state.awaitedUntil'),
  },
  indexes: {
    'by-party': { fields: ['partyId'] },
    'by-holder': { fields: ['holderKey', 'foundedAt'] },
    'by-joining-key': { fields: ['joiningKey'], unique: true },
    awaited: { fields: ['awaitedUntil'], sparse: true },
  },
}

/** Opens budgets and pools, each with its history and its relay. */
export const openPoolingStore = async (ports: Ports) => {
  const opened = await together({
    budgets: openAggregates<Budget, BudgetEvent, BudgetDetails>(budgets, ports),
    pools: openAggregates<Pool, PoolEvent, PoolDetails>(pools, ports),
  })
  return {
    ...opened,
    /** The open budget of a person; undefined where the council has recorded none. */
    budgetOf: async (personId: string) => (await opened.budgets.find({ where: { openFor: { equals: personId } }, limit: 1 })).aggregates[0],
  }
}
export type PoolingStore = Awaited<ReturnType<typeof openPoolingStore>>
