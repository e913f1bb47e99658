import { availablePence } from './available.ts'
import { type Amount, type Bar, type Budget, type BudgetEvent, type FundSource, type RecordedBudget, setAsideKeptDays } from './budget.ts'
import { dayNumber, daysFromTo } from './calendar.ts'
import { RefusedError } from './errors.ts'
import type { Asker } from './relation.ts'

const amountsMax = 100
const barsMax = 50
const exceptionsMax = 20
const setAsideMax = 300
/** The longest period of an amount, an exception or an earmark. */
const periodDaysMax = 1_100

type Outcomes = RecordedBudget['outcomes']
export type RecordBudget = {
  type: 'RecordBudget'
  budgetId: string
  personId: string
  holder: RecordedBudget['holder']
  outcomes: Outcomes
  by: Asker
  at: string
}
export type SetAmount = { type: 'SetAmount'; budgetId: string; at: string } & Amount
export type BarPayee = { type: 'BarPayee'; budgetId: string; at: string } & Omit<Bar, 'exceptions'>
export type GrantException = { type: 'GrantException'; budgetId: string; barId: string; fromOn: string; untilOn: string; by: Asker; at: string }
export type SetAsideShare = {
  type: 'SetAsideShare'
  budgetId: string
  poolId: string
  earmarkId: string
  fundSource: FundSource
  outcomeId: string
  amountPence: number
  fromOn: string
  untilOn: string
  by: Asker
  today: string
  at: string
}
/** A pool gives back. With `earmarkId`, a whole earmark that the pool could not take: once. */
export type ReturnShare = {
  type: 'ReturnShare'
  budgetId: string
  poolId: string
  parts: readonly { fundSource: FundSource; outcomeId: string; amountPence: number }[]
  earmarkId?: string
  at: string
}
export type BudgetCommand = RecordBudget | SetAmount | BarPayee | GrantException | SetAsideShare | ReturnShare

/** What follows when a command meets a budget. Throws RefusedError: budget-stands-already, not-found, and what the rule of the command throws. */
export const decideBudget = (budget: Budget, command: BudgetCommand): BudgetEvent[] => {
  if (command.type === 'RecordBudget') return recordBudget(budget, command)
  if (budget.status === 'unrecorded') throw new RefusedError('not-found')
  switch (command.type) {
    case 'SetAmount':
      return setAmount(budget, command)
    case 'BarPayee':
      return barPayee(budget, command)
    case 'GrantException':
      return grantException(budget, command)
    case 'SetAsideShare':
      return setAsideShare(budget, command)
    case 'ReturnShare':
      return returnShare(budget, command)
  }
}

const recordBudget = (budget: Budget, { budgetId, personId, holder, outcomes, by, at }: RecordBudget): BudgetEvent[] => {
  if (budget.status === 'recorded') throw new RefusedError('budget-stands-already')
  const data = { budgetId, personId, holder, outcomes, recordedBy: by.personId, recordedByRole: by.role, recordedAt: at }
  return [{ type: 'budget.recorded.v1', data }]
}

/** Throws RefusedError: dates-back-to-front, dates-too-far. */
const refusePeriod = ({ fromOn, untilOn }: { fromOn: string; untilOn: string }): void => {
  const days = daysFromTo(fromOn, untilOn)
  if (days < 1) throw new RefusedError('dates-back-to-front', '/untilOn')
  if (days > periodDaysMax) throw new RefusedError('dates-too-far', '/untilOn')
}

/** From the days of a new amount on, it holds in place of earlier ones of its source; a weekly amount of zero ends them. Throws RefusedError: too-many-amounts. */
const setAmount = (budget: RecordedBudget, { budgetId, amountId, fundSource, weeklyPence, fromOn, untilOn, at }: SetAmount): BudgetEvent[] => {
  refusePeriod({ fromOn, untilOn })
  if (budget.amounts.length >= amountsMax) throw new RefusedError('too-many-amounts')
  const data = { budgetId, personId: budget.personId, amountId, fundSource, weeklyPence, fromOn, untilOn, setAt: at }
  return [{ type: 'budget.amount-set.v1', data }]
}

/** Throws RefusedError: too-many-bars. */
const barPayee = (budget: RecordedBudget, { budgetId, barId, payee, relation, sameHousehold, at }: BarPayee): BudgetEvent[] => {
  if (budget.bars.length >= barsMax) throw new RefusedError('too-many-bars')
  return [{ type: 'budget.payee-barred.v1', data: { budgetId, personId: budget.personId, barId, payee, relation, sameHousehold, barredAt: at } }]
}

/** Throws RefusedError: no-such-bar, too-many-bars, dates-back-to-front, dates-too-far. */
const grantException = (budget: RecordedBudget, { budgetId, barId, fromOn, untilOn, by, at }: GrantException): BudgetEvent[] => {
  const bar = budget.bars.find((one) => one.barId === barId)
  if (bar === undefined) throw new RefusedError('no-such-bar')
  refusePeriod({ fromOn, untilOn })
  if (bar.exceptions.length >= exceptionsMax) throw new RefusedError('too-many-bars')
  const data = { budgetId, personId: budget.personId, barId, grantedBy: by.personId, fromOn, untilOn, grantedAt: at }
  return [{ type: 'budget.payee-exception-granted.v1', data }]
}

/** Throws RefusedError: not-your-part (only the person does), dates-*, outcome-not-in-plan, too-many-earmarks, not-enough-in-budget. */
const setAsideShare = (budget: RecordedBudget, command: SetAsideShare): BudgetEvent[] => {
  const { budgetId, poolId, earmarkId, fundSource, outcomeId, amountPence, fromOn, untilOn, by, today, at } = command
  if (by.personId !== budget.personId) throw new RefusedError('not-your-part')
  refusePeriod({ fromOn, untilOn })
  if (dayNumber(untilOn) < dayNumber(today) || dayNumber(fromOn) < dayNumber(today) - setAsideKeptDays) throw new RefusedError('dates-too-far', '/fromOn')
  if (!budget.outcomes.some((outcome) => outcome.outcomeId === outcomeId)) throw new RefusedError('outcome-not-in-plan', '/outcomeId')
  if (budget.setAside.length >= setAsideMax) throw new RefusedError('too-many-earmarks')
  if (amountPence > availablePence(budget, { fundSource, fromOn, untilOn })) throw new RefusedError('not-enough-in-budget', '/amountPence')
  const data = { budgetId, personId: budget.personId, poolId, earmarkId, fundSource, outcomeId, amountPence, fromOn, untilOn, setAsideAt: at }
  return [{ type: 'budget.share-set-aside.v1', data }]
}

const returnShare = (budget: RecordedBudget, { budgetId, poolId, parts, earmarkId, at }: ReturnShare): BudgetEvent[] => {
  if (earmarkId !== undefined && budget.returnedEarmarkIds.includes(earmarkId)) return []
  const about = { budgetId, personId: budget.personId, poolId }
  return parts.map((part) => ({
    type: 'budget.share-returned.v1',
    data: { ...about, ...part, ...(earmarkId === undefined ? {} : { earmarkId }), returnedAt: at },
  }))
}
