import { idFor, type Outcome } from '@patchwork/aggregate'
import { BudgetHolder, CalendarDay, FundSource, PayeeRelation, Pence, PlanOutcomeKind } from '@patchwork/events'
import { type AnyRoute, defineRoute, IdParams, ListQuery, multilineText, NotFoundError, plainText, type RouteRequest } from '@patchwork/http'
import type { Runtime } from '@patchwork/runtime'
import { z } from 'zod'
import { availablePence } from '../domain/available.ts'
import type { Budget, BudgetEvent, RecordedBudget } from '../domain/budget.ts'
import { type BudgetCommand, decideBudget } from '../domain/decideBudget.ts'
import { RefusedError } from '../domain/errors.ts'
import { appearing } from '../store/appearing.ts'
import type { Disclosures } from '../store/disclosures.ts'
import type { Neighbours } from '../store/neighbours.ts'
import { type BudgetDetails, oneOpenPerPerson, type PoolingStore } from '../store/poolingStore.ts'
import { askerOf, dayOf } from './asker.ts'

const outcomesMax = 20
const availableDays = 91
const dayMs = 86_400_000

const BudgetBody = z.strictObject({
  personId: z.uuid(),
  holder: BudgetHolder,
  holderName: plainText(200).optional(),
  outcomes: z
    .array(z.strictObject({ kind: PlanOutcomeKind, words: plainText(300) }))
    .min(1)
    .max(outcomesMax),
})
const AmountBody = z.strictObject({ fundSource: FundSource, weeklyPence: Pence, fromOn: CalendarDay, untilOn: CalendarDay })
const BarBody = z.strictObject({
  payee: z.strictObject({ kind: z.enum(['person', 'organisation']), id: z.uuid() }),
  relation: PayeeRelation,
  sameHousehold: z.boolean(),
})
const ExceptionBody = z.strictObject({ fromOn: CalendarDay, untilOn: CalendarDay, reason: multilineText(1_000) })
const PeriodQuery = z.strictObject({ fromOn: CalendarDay.optional(), untilOn: CalendarDay.optional() })

const BudgetLine = z.object({
  budgetId: z.uuid(),
  personId: z.uuid(),
  holder: BudgetHolder,
  outcomes: z.array(z.object({ outcomeId: z.uuid(), kind: PlanOutcomeKind })),
  recordedAt: z.string(),
})
const Period = { fromOn: CalendarDay, untilOn: CalendarDay }
const BudgetView = BudgetLine.extend({
  holderName: z.string().optional(),
  outcomes: z.array(z.object({ outcomeId: z.uuid(), kind: PlanOutcomeKind, words: z.string() })),
  amounts: z.array(z.object({ amountId: z.uuid(), fundSource: FundSource, weeklyPence: Pence, ...Period })),
  bars: z.array(
    z.object({
      barId: z.uuid(),
      payee: z.object({ kind: z.string(), id: z.uuid() }),
      relation: PayeeRelation,
      sameHousehold: z.boolean(),
      exceptions: z.array(z.object({ ...Period, reason: z.string() })),
    }),
  ),
  setAside: z.array(z.object({ earmarkId: z.uuid(), poolId: z.uuid(), fundSource: FundSource, outcomeId: z.uuid(), amountPence: Pence, ...Period })),
  availableFor: z.object(Period),
  available: z.array(z.object({ fundSource: FundSource, pence: Pence })),
})
type BudgetView = z.input<typeof BudgetView>

type Dependencies = { store: PoolingStore; neighbours: Neighbours; disclosures: Disclosures; runtime: Runtime }
type Details = BudgetDetails | undefined

/** The routes about personal budgets: the council records them, and each resident reads their own. */
export const budgetRoutes = (dependencies: Dependencies): AnyRoute[] => [
  recordRoute(dependencies),
  listRoute(dependencies),
  mineRoute(dependencies),
  readRoute(dependencies),
  ...changeRoutes(dependencies),
]

const noDetails: BudgetDetails = { outcomeWords: [], exceptionReasons: [] }
const decided = (state: Budget, command: BudgetCommand, answer: Record<string, string>, details?: BudgetDetails) => {
  const events: BudgetEvent[] = decideBudget(state, command)
  return { events, answer, ...(details === undefined || events.length === 0 ? {} : { details }) }
}
const changedBy = ({ answer, sequence }: Outcome<Budget>) => ({ body: answer as never, sequence })

const recordRoute = ({ store, neighbours, runtime }: Dependencies) =>
  defineRoute({
    method: 'post',
    path: '/budgets',
    policy: 'budget.record',
    summary: 'Record a resident’s personal budget: the outcomes of the plan it must meet, and who holds it; Patchwork holds no money',
    body: BudgetBody,
    status: 201,
    answer: z.object({ budgetId: z.uuid(), outcomeIds: z.array(z.uuid()) }),
    problems: ['person-unknown', 'budget-stands-already'],
    handle: async ({ caller, body, command, signal }) => {
      const by = await askerOf(caller, neighbours)
      const known = await appearing(runtime, async () => ((await neighbours.isResident(body.personId)) ? true : undefined), signal)
      if (!known) throw new RefusedError('person-unknown', '/personId')
      const budgetId = idFor(command.key)
      const outcomes = body.outcomes.map(({ kind, words }, index) => ({ outcomeId: idFor(`${command.key}/outcome/${index}`), kind, words }))
      const { personId, holder, holderName } = body
      const record: BudgetCommand = {
        type: 'RecordBudget',
        ...{ budgetId, personId, holder, by, at: command.at },
        outcomes: outcomes.map(({ outcomeId, kind }) => ({ outcomeId, kind })),
      }
      const details: BudgetDetails = {
        ...(holderName === undefined ? {} : { holderName }),
        outcomeWords: outcomes.map(({ outcomeId, words }) => ({ outcomeId, words })),
        exceptionReasons: [],
      }
      const answer = { budgetId, outcomeIds: outcomes.map(({ outcomeId }) => outcomeId) }
      const outcome = await store.budgets
        .update(budgetId, command, ({ state }) => ({ events: decideBudget(state, record), answer, details }))
        .catch((error: unknown) => {
          if ((error as { index?: unknown } | null)?.index === oneOpenPerPerson) throw new RefusedError('budget-stands-already', '/personId')
          throw error
        })
      return changedBy(outcome)
    },
  })

const listRoute = ({ store }: Dependencies) =>
  defineRoute({
    method: 'get',
    path: '/budgets',
    policy: 'budget.read',
    summary: 'List personal budgets, newest first, or the one of a person; ids and codes only. A resident sees their own',
    query: ListQuery.extend({ personId: z.uuid().optional() }),
    answer: z.object({ items: z.array(BudgetLine), after: z.string().optional() }),
    own: 'by-caller',
    handle: async ({ caller, level, query: { personId, limit, after } }) => {
      if (caller.kind !== 'person') throw new NotFoundError()
      const whose = level === 'own' ? caller.personId : personId
      if (level === 'own' && personId !== undefined && personId !== whose) return { body: { items: [] } }
      const page = await store.budgets.find({
        ...(whose === undefined ? { sort: [{ field: 'recordedAt', direction: 'descending' }] } : { where: { openFor: { equals: whose } } }),
        limit,
        ...(after === undefined ? {} : { after }),
      })
      const items = page.aggregates.flatMap(({ id, state }) => (state.status === 'unrecorded' ? [] : [lineOf(id, state)]))
      return { body: { items, ...(page.after === undefined ? {} : { after: page.after }) } }
    },
  })

const lineOf = (budgetId: string, { personId, holder, outcomes, recordedAt }: RecordedBudget) => ({ budgetId, personId, holder, outcomes, recordedAt })

const mineRoute = ({ store, disclosures }: Dependencies) =>
  defineRoute({
    method: 'get',
    path: '/budgets/mine',
    policy: 'budget.read',
    summary: 'One’s personal number, which a council worker needs to record a budget, and one’s budget where there is one',
    query: PeriodQuery,
    answer: z.object({ personId: z.uuid(), budget: BudgetView.optional() }),
    own: 'by-caller',
    handle: async ({ caller, query, command }) => {
      if (caller.kind !== 'person') throw new NotFoundError()
      const { personId, role } = caller
      const found = await store.budgetOf(personId)
      if (found === undefined || found.state.status === 'unrecorded') return { body: { personId } }
      await disclosures.append({ personId, readBy: personId, role, what: 'budget', id: found.id, why: 'self', bySelf: true })
      return { body: { personId, budget: viewOf(found.id, found.state, found.details, periodOf(query, dayOf(command.at))) }, sequence: found.sequence }
    },
  })

const readRoute = ({ store, disclosures }: Dependencies) =>
  defineRoute({
    method: 'get',
    path: '/budgets/:id',
    policy: 'budget.read',
    summary: 'Read a personal budget, and what can still be set aside over a period (13 weeks from today when absent); each reading is logged',
    params: IdParams,
    query: PeriodQuery,
    answer: BudgetView,
    own: async ({ caller, params: { id } }) => {
      const state = (await store.budgets.get(id))?.state
      return caller.kind === 'person' && state?.status === 'recorded' && state.personId === caller.personId
    },
    handle: async ({ caller, params: { id }, query, command }) => {
      const found = await store.budgets.get(id)
      if (caller.kind !== 'person' || found === undefined || found.state.status === 'unrecorded') throw new NotFoundError()
      const bySelf = found.state.personId === caller.personId
      const { personId } = found.state
      await disclosures.append({ personId, readBy: caller.personId, role: caller.role, what: 'budget', id, why: bySelf ? 'self' : 'council', bySelf })
      return { body: viewOf(id, found.state, found.details, periodOf(query, dayOf(command.at))), sequence: found.sequence }
    },
  })

/** Throws RefusedError: dates-back-to-front, dates-too-far. */
const periodOf = ({ fromOn, untilOn }: z.output<typeof PeriodQuery>, today: string) => {
  const from = fromOn ?? today
  const until = untilOn ?? new Date(Date.parse(from) + (availableDays - 1) * dayMs).toISOString().slice(0, 10)
  if (until < from) throw new RefusedError('dates-back-to-front', '/untilOn')
  return { fromOn: from, untilOn: until }
}

const viewOf = (budgetId: string, budget: RecordedBudget, details: Details, period: { fromOn: string; untilOn: string }): BudgetView => {
  const { outcomeWords, exceptionReasons, holderName } = details ?? noDetails
  const reasonsOf = (barId: string) => exceptionReasons.filter((one) => one.barId === barId)
  return {
    ...lineOf(budgetId, budget),
    ...(holderName === undefined ? {} : { holderName }),
    outcomes: budget.outcomes.map((outcome) => ({ ...outcome, words: outcomeWords.find(({ outcomeId }) => outcomeId === outcome.outcomeId)?.words ?? '' })),
    amounts: [...budget.amounts],
    bars: budget.bars.map((bar) => ({
      ...bar,
      exceptions: bar.exceptions.map((exception, position) => ({ ...exception, reason: reasonsOf(bar.barId)[position]?.reason ?? '' })),
    })),
    setAside: [...budget.setAside],
    availableFor: period,
    available: FundSource.options.map((fundSource) => ({ fundSource, pence: availablePence(budget, { fundSource, ...period }) })),
  }
}

const changeRoutes = ({ store, neighbours }: Dependencies): AnyRoute[] => {
  const change = async (
    { params: { id }, command }: Pick<RouteRequest<typeof IdParams, undefined, undefined>, 'params' | 'command'>,
    made: BudgetCommand,
    answer: Record<string, string>,
    note?: (details: BudgetDetails) => BudgetDetails,
  ) =>
    changedBy(await store.budgets.update(id, command, ({ state, details }) => decided(state, made, { budgetId: id, ...answer }, note?.(details ?? noDetails))))

  return [
    defineRoute({
      method: 'post',
      path: '/budgets/:id/amounts',
      policy: 'budget.change',
      summary: 'Say what a week gives from one fund source, from one day to another; on its days it holds in place of earlier amounts of the source',
      params: IdParams,
      body: AmountBody,
      status: 201,
      answer: z.object({ budgetId: z.uuid(), amountId: z.uuid() }),
      problems: ['dates-back-to-front', 'dates-too-far', 'too-many-amounts'],
      handle: ({ params, body, command }) => {
        const amountId = idFor(command.key)
        return change({ params, command }, { type: 'SetAmount', budgetId: params.id, amountId, ...body, at: command.at }, { amountId })
      },
    }),
    defineRoute({
      method: 'post',
      path: '/budgets/:id/barred-payees',
      policy: 'budget.change',
      summary: 'Bar a payee who is close to the person: a spouse or partner always, a listed relative where they live in the same household',
      params: IdParams,
      body: BarBody,
      status: 201,
      answer: z.object({ budgetId: z.uuid(), barId: z.uuid() }),
      problems: ['too-many-bars'],
      handle: ({ params, body, command }) => {
        const barId = idFor(command.key)
        return change({ params, command }, { type: 'BarPayee', budgetId: params.id, barId, ...body, at: command.at }, { barId })
      },
    }),
    defineRoute({
      method: 'post',
      path: '/budgets/:id/barred-payees/:barId/exceptions',
      policy: 'budget.change',
      summary: 'Find it necessary that a barred payee is paid after all, from one day to another, with the reason',
      params: z.strictObject({ id: z.uuid(), barId: z.uuid() }),
      body: ExceptionBody,
      status: 201,
      answer: z.object({ budgetId: z.uuid(), barId: z.uuid() }),
      problems: ['no-such-bar', 'dates-back-to-front', 'dates-too-far', 'too-many-bars'],
      handle: async ({ caller, params: { id, barId }, body: { fromOn, untilOn, reason }, command }) => {
        const by = await askerOf(caller, neighbours)
        const grant: BudgetCommand = { type: 'GrantException', budgetId: id, barId, fromOn, untilOn, by, at: command.at }
        return change({ params: { id }, command }, grant, { barId }, (details) => ({
          ...details,
          exceptionReasons: [...details.exceptionReasons, { barId, reason, at: command.at }],
        }))
      },
    }),
  ]
}
