import { on } from '@patchwork/aggregate'
import { BudgetShareSetAside } from '@patchwork/events'
import { decide } from '../domain/decide.ts'
import { decideBudget } from '../domain/decideBudget.ts'
import { earmarkCommand, earmarkOf } from '../earmarking.ts'
import type { PoolingStore } from '../store/poolingStore.ts'

/**
 * Brings an earmark to its end that was set aside and perhaps not posted. Where the pool can take it no more (the member has left meanwhile), it goes
 * back to the budget, and is never posted afterwards: a refusal is remembered for a day, that it was returned for good.
 */
export const onShareSetAside = ({ budgets, pools }: Pick<PoolingStore, 'budgets' | 'pools'>) =>
  on(BudgetShareSetAside, async ({ id, data }, { command }) => {
    const budget = (await budgets.get(data.budgetId))?.state
    if (budget?.status !== 'recorded' || budget.returnedEarmarkIds.includes(data.earmarkId)) return
    const give = command()
    const taken = await pools
      .update(data.poolId, earmarkCommand(data.earmarkId, give.at, id), ({ state }) => ({
        events: decide(state, earmarkOf(data, give.at)),
        answer: { earmarkId: data.earmarkId },
      }))
      .then(
        () => true,
        (error: unknown) => {
          const { kind } = error as { kind?: unknown }
          if (kind === undefined || kind === 'unavailable') throw error
          return false
        },
      )
    if (taken) return
    const { budgetId, poolId, earmarkId, fundSource, outcomeId, amountPence } = data
    const parts = [{ fundSource, outcomeId, amountPence }]
    await budgets.update(budgetId, give, ({ state }) => ({
      events: decideBudget(state, { type: 'ReturnShare', budgetId, poolId, parts, earmarkId, at: give.at }),
    }))
  })
