import type {
  BudgetAmountSet,
  BudgetPayeeBarred,
  BudgetPayeeExceptionGranted,
  BudgetRecorded,
  BudgetShareReturned,
  BudgetShareSetAside,
  DomainEvent,
} from '@patchwork/events'
import { dayNumber } from './calendar.ts'

export type BudgetEvent =
  | DomainEvent<typeof BudgetRecorded>
  | DomainEvent<typeof BudgetAmountSet>
  | DomainEvent<typeof BudgetPayeeBarred>
  | DomainEvent<typeof BudgetPayeeExceptionGranted>
  | DomainEvent<typeof BudgetShareSetAside>
  | DomainEvent<typeof BudgetShareReturned>

type Recorded = DomainEvent<typeof BudgetRecorded>['data']
type SetAsideEvent = DomainEvent<typeof BudgetShareSetAside>['data']
type ReturnedEvent = DomainEvent<typeof BudgetShareReturned>['data']
export type FundSource = SetAsideEvent['fundSource']

/** What a week gives from one fund source, both days counted. Where amounts of a source share a day, the one that was set last holds on it. */
export type Amount = Pick<DomainEvent<typeof BudgetAmountSet>['data'], 'amountId' | 'fundSource' | 'weeklyPence' | 'fromOn' | 'untilOn'>
export type Bar = Pick<DomainEvent<typeof BudgetPayeeBarred>['data'], 'barId' | 'payee' | 'relation' | 'sameHousehold'> & {
  exceptions: readonly { fromOn: string; untilOn: string }[]
}
/** What is still set aside of one earmark. */
export type SetAside = Pick<SetAsideEvent, 'earmarkId' | 'poolId' | 'fundSource' | 'outcomeId' | 'amountPence' | 'fromOn' | 'untilOn'>

export type RecordedBudget = {
  status: 'recorded'
  /** The person, while the budget is open: at most one budget has the same. */
  openFor: string
  personId: string
  holder: Recorded['holder']
  outcomes: Recorded['outcomes']
  recordedBy: string
  recordedAt: string
  amounts: readonly Amount[]
  bars: readonly Bar[]
  setAside: readonly SetAside[]
  /** Earmarks that came back whole because their pool could not take them, the latest. */
  returnedEarmarkIds: readonly string[]
}
export type Budget = { status: 'unrecorded' } | RecordedBudget

export const unrecorded: Budget = { status: 'unrecorded' }

/** An earmark whose last day is longer ago than this takes part in no new count, so it is no longer held. */
export const setAsideKeptDays = 366
const returnedEarmarksMax = 300

/** What an event makes of a budget. Total: an event in a state where it cannot be leaves the state as it is. */
export const evolveBudget = (budget: Budget, event: BudgetEvent): Budget => {
  if (event.type === 'budget.recorded.v1') return budget.status === 'unrecorded' ? recorded(event.data) : budget
  if (budget.status === 'unrecorded') return budget
  switch (event.type) {
    case 'budget.amount-set.v1': {
      const { amountId, fundSource, weeklyPence, fromOn, untilOn } = event.data
      return { ...budget, amounts: [...budget.amounts, { amountId, fundSource, weeklyPence, fromOn, untilOn }] }
    }
    case 'budget.payee-barred.v1': {
      const { barId, payee, relation, sameHousehold } = event.data
      return { ...budget, bars: [...budget.bars, { barId, payee, relation, sameHousehold, exceptions: [] }] }
    }
    case 'budget.payee-exception-granted.v1': {
      const { barId, fromOn, untilOn } = event.data
      const bars = budget.bars.map((bar) => (bar.barId === barId ? { ...bar, exceptions: [...bar.exceptions, { fromOn, untilOn }] } : bar))
      return { ...budget, bars }
    }
    case 'budget.share-set-aside.v1':
      return { ...budget, setAside: withSetAside(budget.setAside, event.data) }
    case 'budget.share-returned.v1':
      return {
        ...budget,
        setAside: withReturned(budget.setAside, event.data),
        returnedEarmarkIds:
          event.data.earmarkId === undefined ? budget.returnedEarmarkIds : [...budget.returnedEarmarkIds, event.data.earmarkId].slice(-returnedEarmarksMax),
      }
    default:
      return assertNever(event)
  }
}

const recorded = ({ personId, holder, outcomes, recordedBy, recordedAt }: Recorded): Budget => ({
  status: 'recorded',
  openFor: personId,
  personId,
  holder,
  outcomes,
  recordedBy,
  recordedAt,
  amounts: [],
  bars: [],
  setAside: [],
  returnedEarmarkIds: [],
})

const withSetAside = (setAside: readonly SetAside[], { earmarkId, poolId, fundSource, outcomeId, amountPence, fromOn, untilOn, setAsideAt }: SetAsideEvent) => {
  const oldestHeld = dayNumber(setAsideAt.slice(0, 10)) - setAsideKeptDays
  return [...setAside.filter((one) => dayNumber(one.untilOn) >= oldestHeld), { earmarkId, poolId, fundSource, outcomeId, amountPence, fromOn, untilOn }]
}

/**
 * What comes back lessens what is set aside for the same pool, source and outcome: the earmark it names first, then the one that ends last, as late days
 * are unused longest.
 */
const withReturned = (setAside: readonly SetAside[], { poolId, fundSource, outcomeId, amountPence, earmarkId }: ReturnedEvent): SetAside[] => {
  const rank = (one: SetAside) => (one.earmarkId === earmarkId ? Number.MAX_SAFE_INTEGER : dayNumber(one.untilOn))
  const order = setAside
    .map((one, position) => ({ one, position }))
    .filter(({ one }) => one.poolId === poolId && one.fundSource === fundSource && one.outcomeId === outcomeId)
    .sort((left, right) => rank(right.one) - rank(left.one) || right.position - left.position)
  const taken = new Map<number, number>()
  let left = amountPence
  for (const { one, position } of order) {
    const taking = Math.min(left, one.amountPence)
    taken.set(position, taking)
    left -= taking
  }
  return setAside.flatMap((one, position) => {
    const remaining = one.amountPence - (taken.get(position) ?? 0)
    return remaining === 0 ? [] : [{ ...one, amountPence: remaining }]
  })
}

const assertNever = (event: never): never => {
  throw new TypeError(`There is no rule for ${JSON.stringify((event as { type: string }).type)}`)
}
