import { FundSource, PlanOutcomeKind } from '@patchwork/events'
import { z } from 'zod'
import type { ServiceCalls } from '../../serviceCalls.ts'
import { service } from './pools.ts'

export const BudgetView = z.object({
  budgetId: z.uuid(),
  personId: z.uuid(),
  holder: z.string(),
  holderName: z.string().optional(),
  outcomes: z.array(z.object({ outcomeId: z.uuid(), kind: PlanOutcomeKind, words: z.string() })),
  amounts: z.array(z.object({ amountId: z.uuid(), fundSource: FundSource, weeklyPence: z.int(), fromOn: z.string(), untilOn: z.string() })),
  bars: z.array(
    z.object({
      barId: z.uuid(),
      payee: z.object({ kind: z.string(), id: z.uuid() }),
      relation: z.string(),
      sameHousehold: z.boolean(),
      exceptions: z.array(z.object({ fromOn: z.string(), untilOn: z.string(), reason: z.string() })),
    }),
  ),
  setAside: z.array(z.object({ poolId: z.uuid(), fundSource: FundSource, outcomeId: z.uuid(), amountPence: z.int(), fromOn: z.string(), untilOn: z.string() })),
  availableFor: z.object({ fromOn: z.string(), untilOn: z.string() }),
  available: z.array(z.object({ fundSource: FundSource, pence: z.int() })),
})
export type BudgetView = z.infer<typeof BudgetView>

const Mine = z.object({ personId: z.uuid(), budget: BudgetView.optional() })

/** The reader's own personal budget, where the council has recorded one, and the number by which it does. Throws ServiceProblem. */
export const ownBudget = (services: ServiceCalls) => services.get(service, '/budgets/mine', Mine)
