import type { FoundedPool } from '../domain/pool.ts'
import type { Spend } from '../domain/spend.ts'
import type { PoolingStore } from '../store/poolingStore.ts'
import type { PaymentWords, SpendWords, Words } from '../store/words.ts'
import type { OutcomeKinds, ShownWords } from './poolView.ts'

/** The kinds of the outcomes that members, and those who left, may have money for: one reading of their budgets. */
export const kindsFor = async ({ budgets }: Pick<PoolingStore, 'budgets'>, { members, formerMembers }: FoundedPool): Promise<OutcomeKinds> => {
  const budgetIds = [...members, ...formerMembers].flatMap(({ budgetId }) => (budgetId === undefined ? [] : [budgetId]))
  const found = await budgets.getMany(budgetIds)
  return new Map(found.flatMap(({ state }) => (state.status === 'recorded' ? state.outcomes.map(({ outcomeId, kind }) => [outcomeId, kind] as const) : [])))
}

/** What was written of some spends and their payments: two readings, however many there are. */
export const wordsFor = async (words: Words, spends: readonly Spend[]): Promise<ShownWords> => {
  const paymentIds = spends.flatMap(({ paymentId }) => (paymentId === undefined ? [] : [paymentId]))
  const [ofSpends, ofPayments] = await Promise.all([words.getMany<SpendWords>(spends.map(({ spendId }) => spendId)), words.getMany<PaymentWords>(paymentIds)])
  return { spends: ofSpends, payments: ofPayments }
}
