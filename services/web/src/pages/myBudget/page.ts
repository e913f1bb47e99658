import { definePage } from '../../http/page.ts'
import { ownBudget } from '../pooling/budgets.ts'

/** One's own personal budget as the council recorded it, or the number by which it can. */
export const myBudgetPage = definePage({
  name: 'myBudget',
  path: '/my/budget',
  for: ['resident'],
  load: async ({ services }) => ownBudget(services),
})
