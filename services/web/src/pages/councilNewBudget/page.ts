import { BudgetHolder, PlanOutcomeKind } from '@patchwork/events'
import { z } from 'zod'
import { choice, line, optionalChoice, optionalLine, together } from '../../http/formFields.ts'
import { definePage, goTo } from '../../http/page.ts'
import { councilRoles, service } from '../pooling/pools.ts'

const wordsLengthMax = 300
const outcomeNumbers = [1, 2, 3, 4] as const
const outcomeKind = optionalChoice(PlanOutcomeKind.options)
const outcomeWords = optionalLine(wordsLengthMax)

const NewBudgetForm = together(
  z.strictObject({
    personId: line(60).pipe(z.uuid({ error: 'not-a-personal-number' })),
    holder: choice(BudgetHolder.options),
    holderName: optionalLine(100),
    ...{ kind1: choice(PlanOutcomeKind.options), words1: line(wordsLengthMax) },
    ...{ kind2: outcomeKind, words2: outcomeWords, kind3: outcomeKind, words3: outcomeWords, kind4: outcomeKind, words4: outcomeWords },
  }),
  (form, refuse) => {
    for (const number of outcomeNumbers) {
      const [kind, words] = [`kind${number}`, `words${number}`] as const
      if ((form[kind] === undefined) !== (form[words] === undefined)) refuse(form[kind] === undefined ? kind : words, 'both-or-neither')
    }
  },
)
const Recorded = z.object({ budgetId: z.uuid() })

/** A council worker writes down a resident's personal budget: what the plan is for, and who holds it. */
export const councilNewBudgetPage = definePage({
  name: 'councilNewBudget',
  path: '/council/budgets/new',
  for: councilRoles,
  load: async () => ({ kinds: PlanOutcomeKind.options, holders: BudgetHolder.options, outcomeNumbers }),
  form: NewBudgetForm,
  save: async (form, { services }) => {
    const outcomes = outcomeNumbers.flatMap((number) => {
      const [kind, words] = [form[`kind${number}`], form[`words${number}`]]
      return kind && words ? [{ kind, words }] : []
    })
    const { personId, holder, holderName } = form
    const budget = { personId, holder, outcomes, ...(holderName === undefined ? {} : { holderName }) }
    const { budgetId } = await services.post(service, '/budgets', budget, Recorded)
    return goTo(`/council/budgets/${budgetId}`, { notice: 'pooling.notice.budgetRecorded' })
  },
})
