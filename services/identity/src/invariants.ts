import type { Invariant } from '@patchwork/aggregate'
import { isOpen } from './domain/account.ts'
import type { AccountStore } from './store/accountStore.ts'
import type { Logins } from './store/logins.ts'

const examplesMax = 10
const pageSize = 200

/** What must hold over everything that identity stores. */
export const identityInvariants = (store: AccountStore, logins: Logins): Invariant[] => [
  {
    name: 'identity: each account is found under its own address, and under no other',
    check: async () => {
      const seen = counter()
      for await (const { id, details } of allAccounts(store)) {
        const accountId = details && (await logins.accountIdOf(details.loginId))
        seen.count(id, accountId === id)
      }
      return seen.result()
    },
  },
  {
    name: 'identity: a person has at most one account that is not closed',
    check: async () => {
      const seen = counter()
      const accountOf = new Map<string, string>()
      for await (const { id, state } of allAccounts(store)) {
        if (!isOpen(state)) continue
        seen.count(id, !accountOf.has(state.personId))
        accountOf.set(state.personId, id)
      }
      return seen.result()
    },
  },
]

const counter = () => {
  let checked = 0
  let violations = 0
  const examples: string[] = []
  return {
    count: (id: string, holds: boolean): void => {
      checked += 1
      if (holds) return
      violations += 1
      if (examples.length < examplesMax) examples.push(id)
    },
    result: () => ({ checked, violations, examples }),
  }
}

async function* allAccounts(store: AccountStore) {
  let after: string | undefined
  do {
    const page = await store.list({ limit: pageSize, ...(after === undefined ? {} : { after }) })
    yield* page.aggregates
    after = page.after
  } while (after !== undefined)
}
