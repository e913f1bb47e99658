import type { Invariant } from '@patchwork/aggregate'
import type { EventEnvelope, Posting } from '@patchwork/events'
import { keyOf, movement } from './domain/pool.ts'
import type { Documents } from './store/documents.ts'
import type { PoolingStore } from './store/poolingStore.ts'
import type { Spends } from './store/spends.ts'

const pageSize = 100
const eventsPage = 1_000
const examplesMax = 10
const looksMax = 3

type Result = { checked: number; violations: number; examples: string[] }
const tally = () => {
  const result: Result = { checked: 0, violations: 0, examples: [] }
  return {
    result,
    look: (isRight: boolean, example: string) => {
      result.checked += 1
      if (isRight) return
      result.violations += 1
      if (result.examples.length < examplesMax && !result.examples.includes(example)) result.examples.push(example)
    },
  }
}

async function* pages<Item>(find: (after: string | undefined) => Promise<{ items: Item[]; after?: string }>): AsyncGenerator<Item> {
  let after: string | undefined
  do {
    const page = await find(after)
    yield* page.items
    after = page.after
  } while (after !== undefined)
}

type Sums = Record<Posting['from'], number>
const accounts = ['budget', 'free', 'committed', 'paid'] as const
const noSums: Sums = { budget: 0, free: 0, committed: 0, paid: 0 }
const postingsOf = ({ data }: EventEnvelope): Posting[] => (data.postings as Posting[] | undefined) ?? []

/** What must hold over all the money beside what holds of every aggregate: each recomputed from the events, none from what the rules have stored. */
export const poolingInvariants = (options: {
  store: PoolingStore
  documents: Documents
  spends: Spends
  /** Resolves when what is under way between budgets and pools has come to its end. */
  settled: () => Promise<void>
}): Invariant[] => {
  const { store, documents, spends, settled } = options
  const everyPool = () =>
    pages(async (after) => {
      const page = await store.pools.find({ limit: pageSize, ...(after === undefined ? {} : { after }) })
      return { items: page.aggregates, ...(page.after === undefined ? {} : { after: page.after }) }
    })
  const everyBudget = () =>
    pages(async (after) => {
      const page = await store.budgets.find({ limit: pageSize, ...(after === undefined ? {} : { after }) })
      return { items: page.aggregates, ...(page.after === undefined ? {} : { after: page.after }) }
    })
  async function* eventsOf(aggregates: PoolingStore['pools'] | PoolingStore['budgets'], id: string, upTo: number): AsyncGenerator<EventEnvelope> {
    for (let afterSequence = 0; afterSequence < upTo; ) {
      const events = await aggregates.history(id, { afterSequence, limit: eventsPage })
      yield* events.filter(({ sequence }) => sequence <= upTo)
      if (events.length === 0) return
      afterSequence = events.at(-1)?.sequence ?? upTo
    }
  }

  /** The sums of each share after each event of a pool. */
  async function* ledgerOf(id: string, upTo: number): AsyncGenerator<Map<string, Sums>> {
    const ledger = new Map<string, Sums>()
    for await (const event of eventsOf(store.pools, id, upTo)) {
      for (const posting of postingsOf(event)) {
        const before = ledger.get(keyOf(posting)) ?? noSums
        ledger.set(keyOf(posting), Object.fromEntries(accounts.map((account) => [account, before[account] + movement(posting, account)])) as Sums)
      }
      yield ledger
    }
    yield ledger
  }
  const isSound = (ledger: Map<string, Sums>): boolean =>
    [...ledger.values()].every(({ budget, free, committed, paid }) => budget + free + committed + paid === 0 && free >= 0 && committed >= 0 && paid >= 0)

  /** Whether what a budget set aside less what came back is, by pool, source and outcome, what the pools' entries took from it. */
  const setAsideEqualsPools = async (budgetId: string, personId: string): Promise<boolean> => {
    const differing = new Map<string, number>()
    const add = (key: string, pence: number) => differing.set(key, (differing.get(key) ?? 0) + pence)
    const poolIds = new Set<string>()
    for await (const { type, data } of eventsOf(store.budgets, budgetId, Number.MAX_SAFE_INTEGER)) {
      if (type !== 'budget.share-set-aside.v1' && type !== 'budget.share-returned.v1') continue
      poolIds.add(String(data.poolId))
      add([data.poolId, data.fundSource, data.outcomeId].join('/'), Number(data.amountPence) * (type === 'budget.share-set-aside.v1' ? 1 : -1))
    }
    for (const poolId of poolIds)
      for await (const event of eventsOf(store.pools, poolId, Number.MAX_SAFE_INTEGER))
        for (const posting of postingsOf(event))
          if (posting.memberId === personId) add([poolId, posting.fundSource, posting.outcomeId].join('/'), movement(posting, 'budget'))
    return [...differing.values()].every((pence) => pence === 0)
  }

  return [
    {
      name: 'personal-budget-pooling: the balances of each pool are what its entries come to',
      check: async () => {
        const { result, look } = tally()
        for await (const { id, sequence, state } of everyPool()) {
          if (state.status === 'unfounded') continue
          let last = new Map<string, Sums>()
          for await (const ledger of ledgerOf(id, sequence)) last = ledger
          const recomputed = [...last].filter(([, { free, committed, paid }]) => free !== 0 || committed !== 0 || paid !== 0)
          const stored = new Map(state.shares.map((share) => [keyOf(share), share]))
          const isEqual = ([key, { free, committed, paid }]: [string, Sums]) => {
            const share = stored.get(key)
            return share?.freePence === free && share.committedPence === committed && share.paidPence === paid
          }
          look(recomputed.length === stored.size && recomputed.every(isEqual), id)
        }
        return result
      },
    },
    {
      name: 'personal-budget-pooling: at every point of its history each share sums to zero over its four accounts and none of free, promised and paid is below zero',
      check: async () => {
        const { result, look } = tally()
        for await (const { id, sequence } of everyPool()) {
          let isAlwaysSound = true
          for await (const ledger of ledgerOf(id, sequence)) isAlwaysSound &&= isSound(ledger)
          look(isAlwaysSound, id)
        }
        return result
      },
    },
    {
      name: 'personal-budget-pooling: every share that was posted names an outcome of its member’s plan',
      check: async () => {
        const { result, look } = tally()
        for await (const { id, sequence, state } of everyPool()) {
          if (state.status === 'unfounded') continue
          const budgetIds = [...state.members, ...state.formerMembers].flatMap(({ budgetId }) => (budgetId === undefined ? [] : [budgetId]))
          const planned = new Set(
            (await store.budgets.getMany(budgetIds)).flatMap(({ state: budget }) =>
              budget.status === 'recorded' ? budget.outcomes.map(({ outcomeId }) => `${budget.personId}/${outcomeId}`) : [],
            ),
          )
          for await (const event of eventsOf(store.pools, id, sequence))
            for (const { memberId, outcomeId } of postingsOf(event)) look(planned.has(`${memberId}/${outcomeId}`), `${id}/${event.sequence}`)
        }
        return result
      },
    },
    {
      name: 'personal-budget-pooling: what a budget has set aside is what its pools took in less what they gave back, as far as that is settled',
      check: async () => {
        const { result, look } = tally()
        for await (const { id, state } of everyBudget()) {
          if (state.status === 'unrecorded') continue
          // What is under way between the two is brought to its end first; what still differs then is wrong.
          let isEqual = await setAsideEqualsPools(id, state.personId)
          for (let looks = 1; !isEqual && looks < looksMax; looks += 1) {
            await settled()
            isEqual = await setAsideEqualsPools(id, state.personId)
          }
          look(isEqual, id)
        }
        return result
      },
    },
    {
      name: 'personal-budget-pooling: what was instructed had enough approvals, none of them the proposer’s',
      check: async () => {
        const { result, look } = tally()
        for await (const { id, sequence } of everyPool()) {
          const open = new Map<string, { proposedBy: string; needed: number; approvals: Set<string> }>()
          for await (const { type, data } of eventsOf(store.pools, id, sequence)) {
            const spendId = String(data.spendId)
            if (type === 'pool.spend-proposed.v1')
              open.set(spendId, { proposedBy: String(data.proposedBy), needed: Number(data.approvalsNeeded), approvals: new Set() })
            if (type === 'pool.spend-voted.v1' && data.vote === 'approve') open.get(spendId)?.approvals.add(String(data.memberId))
            if (type !== 'pool.spend-instructed.v1') continue
            const spend = open.get(spendId)
            look(spend !== undefined && spend.approvals.size >= spend.needed && !spend.approvals.has(spend.proposedBy), spendId)
          }
        }
        return result
      },
    },
    {
      name: 'personal-budget-pooling: no invoice is paid twice',
      check: async () => {
        const { result, look } = tally()
        const paid = new Map<string, string>()
        for await (const { id, sequence } of everyPool()) {
          const keys = new Map<string, string>()
          for await (const { type, data } of eventsOf(store.pools, id, sequence)) {
            const spendId = String(data.spendId)
            if (type === 'pool.spend-proposed.v1') keys.set(spendId, String(data.invoiceKey))
            const key = keys.get(spendId)
            if (key === undefined) continue
            if (type === 'pool.payment-reversed.v1') paid.delete(key)
            if (type !== 'pool.spend-paid.v1') continue
            look(!paid.has(key), spendId)
            paid.set(key, spendId)
          }
        }
        return result
      },
    },
    {
      name: 'personal-budget-pooling: a document that a spend names is there, whole and attached to it',
      check: async () => {
        const { result, look } = tally()
        for await (const spend of pages(spends.page)) {
          if (spend.documentId === undefined) continue
          const document = await documents.get(spend.documentId)
          look(document?.attachedTo?.spendId === spend.spendId && (await documents.isComplete(spend.documentId, document)), spend.spendId)
        }
        return result
      },
    },
  ]
}
