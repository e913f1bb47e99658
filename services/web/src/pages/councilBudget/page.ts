import { FundSource } from '@patchwork/events'
import { z } from 'zod'
import { choice, line, lines, pounds, ticked } from '../../http/formFields.ts'
import { definePage, goTo, type SignedInVisit } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { BudgetView } from '../pooling/budgets.ts'
import { councilRoles, service } from '../pooling/pools.ts'
import { totalPenceMax } from '../pooling/spendDraft.ts'
import { day } from '../providing/londonDay.ts'

const reasonLengthMax = 1_000
const here = '/council/budgets/:budgetId'
const load = async ({ services, params }: SignedInVisit, part?: 'amount' | 'bar' | 'exception') => ({
  budget: await services.get(service, path`/budgets/${params.budgetId!}`, BudgetView),
  sources: FundSource.options,
  relations: ['spouse-or-partner', 'listed-relative'],
  part,
  barId: params.barId,
})
const fill = ({ budget }: { budget: BudgetView }) => ({ fromOn: budget.availableFor.fromOn, untilOn: budget.availableFor.untilOn })
const Period = { fromOn: day(), untilOn: day() }

/** A resident's personal budget: what it is for, how much comes from where, who may not be paid from it. */
const budgetPage = definePage({ name: 'councilBudget', path: here, for: councilRoles, load: (visit) => load(visit) })

/** How much a week comes from one source, from one day to another. */
const amountPage = definePage({
  name: 'councilBudget',
  path: `${here}/amounts`,
  for: councilRoles,
  load: (visit) => load(visit, 'amount'),
  form: z.strictObject({ fundSource: choice(FundSource.options), weeklyPence: pounds(totalPenceMax), ...Period }),
  fill,
  save: async (values, { services, params }) => {
    await services.post(service, path`/budgets/${params.budgetId!}/amounts`, values)
    return goTo(`/council/budgets/${params.budgetId}`, { notice: 'pooling.notice.amountSet' })
  },
})

/** Somebody close to the person who may not be paid from their budget. */
const barPage = definePage({
  name: 'councilBudget',
  path: `${here}/barred-payees`,
  for: councilRoles,
  load: (visit) => load(visit, 'bar'),
  form: z.strictObject({
    payeeKind: choice(['organisation', 'person']),
    payeeId: line(60).pipe(z.uuid({ error: 'not-a-number-here' })),
    relation: choice(['spouse-or-partner', 'listed-relative']),
    sameHousehold: ticked(),
  }),
  save: async ({ payeeKind: kind, payeeId: id, relation, sameHousehold }, { services, params }) => {
    await services.post(service, path`/budgets/${params.budgetId!}/barred-payees`, { payee: { kind, id }, relation, sameHousehold })
    return goTo(`/council/budgets/${params.budgetId}`, { notice: 'pooling.notice.barred' })
  },
})

/** The council finds it necessary that they are paid after all, and says why. */
const exceptionPage = definePage({
  name: 'councilBudget',
  path: `${here}/barred-payees/:barId/exceptions`,
  for: councilRoles,
  load: (visit) => load(visit, 'exception'),
  form: z.strictObject({ reason: lines(reasonLengthMax), ...Period }),
  fill,
  save: async (values, { services, params }) => {
    await services.post(service, path`/budgets/${params.budgetId!}/barred-payees/${params.barId!}/exceptions`, values)
    return goTo(`/council/budgets/${params.budgetId}`, { notice: 'pooling.notice.excepted' })
  },
})

export const councilBudgetPages = [budgetPage, amountPage, barPage, exceptionPage]
