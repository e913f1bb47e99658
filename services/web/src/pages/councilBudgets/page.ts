import { PlanOutcomeKind } from '@patchwork/events'
import { z } from 'zod'
import { definePage } from '../../http/page.ts'
import { councilRoles, service } from '../pooling/pools.ts'

const budgetsMax = 50
const Budgets = z.object({
  items: z.array(
    z.object({
      budgetId: z.uuid(),
      personId: z.uuid(),
      holder: z.string(),
      outcomes: z.array(z.object({ kind: PlanOutcomeKind })),
      recordedAt: z.string(),
    }),
  ),
  after: z.string().optional(),
})

/** The personal budgets that are recorded here, by personal number. */
export const councilBudgetsPage = definePage({
  name: 'councilBudgets',
  path: '/council/budgets',
  for: councilRoles,
  load: async ({ services, query }) => {
    const personId = z.uuid().safeParse(query.person?.trim()).data
    const budgets = await services.get(service, '/budgets', Budgets, { query: { personId, limit: budgetsMax, after: query.after } })
    return { ...budgets, isFirst: query.after === undefined, asked: query.person ?? '' }
  },
})
