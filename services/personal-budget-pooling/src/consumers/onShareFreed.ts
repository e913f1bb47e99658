import { type EventOf, on, type ReactionContext } from '@patchwork/aggregate'
import { PoolMemberLeft, PoolShareReleased } from '@patchwork/events'
import { decideBudget } from '../domain/decideBudget.ts'
import type { PoolingStore } from '../store/poolingStore.ts'

type Freed = EventOf<typeof PoolShareReleased> | EventOf<typeof PoolMemberLeft>

/** What left a pool comes back to the budget it was from: a share that was released, and what was free of a member who left. */
export const onShareFreed = ({ budgets }: Pick<PoolingStore, 'budgets'>) => {
  const giveBack = async ({ data: { poolId, budgetId, postings } }: Freed, { command }: ReactionContext): Promise<void> => {
    if (budgetId === undefined || postings.length === 0) return
    const give = command()
    const parts = postings.map(({ fundSource, outcomeId, amountPence }) => ({ fundSource, outcomeId, amountPence }))
    await budgets.update(budgetId, give, ({ state }) => ({
      events: decideBudget(state, { type: 'ReturnShare', budgetId, poolId, parts, at: give.at }),
    }))
  }
  return [on(PoolShareReleased, giveBack), on(PoolMemberLeft, giveBack)]
}
