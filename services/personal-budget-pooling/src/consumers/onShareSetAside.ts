import { type Command, on } from '@patchwork/aggregate'
import { BudgetShareSetAside, type DomainEvent } from '@patchwork/events'
import type { EarmarkShare } from '../domain/commands.ts'
import { decide } from '../domain/decide.ts'
import { decideBudget } from '../domain/decideBudget.ts'
import type { PoolingStore } from '../store/poolingStore.ts'

type SetAside = DomainEvent<typeof BudgetShareSetAside>['data']

/** The command by which a pool takes in what a budget has set aside: the same from the route and from the consumer, so that it is carried out once. */
export const earmarkCommand = (earmarkId: string, at: string, causationId?: string): Command => ({
  key: `earmark/${earmarkId}`,
  repeatable: true,
  body: null,
  at,
  ...(causationId === undefined ? {} : { causationId }),
})

/** What a budget has set aside, as its pool takes it in. */
export const earmarkOf = (
  { poolId, earmarkId, personId, budgetId, fundSource, outcomeId, amountPence, fromOn, untilOn }: SetAside,
  at: string,
): EarmarkShare => ({
  type: 'EarmarkShare',
  poolId,
  earmarkId,
  memberId: personId,
  budgetId,
  fundSource,
  outcomeId,
  amountPence,
  fromOn,
  untilOn,
  at,
})

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
