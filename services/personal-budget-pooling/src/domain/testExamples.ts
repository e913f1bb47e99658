import { type Budget, type BudgetEvent, evolveBudget, unrecorded } from './budget.ts'
import type { PoolCommand, ProposeSpend } from './commands.ts'
import { decide } from './decide.ts'
import { type BudgetCommand, decideBudget } from './decideBudget.ts'
import { evolve, type FundSource, type Pool, type PoolEvent, type Terms, unfounded } from './pool.ts'
import type { Asker, Holder } from './relation.ts'

export const id = (digit: string | number) => `00000000-0000-4000-8000-${String(digit).padStart(12, '0')}`

export const poolId = id(1)
export const gardener = id(2)
export const holderId = id(3)
export const outcomeOf = (who: Asker) => `${who.personId.slice(0, -4)}9${who.personId.slice(-3)}`
const resident = (digit: number): Asker => ({ personId: id(digit), role: 'resident', organisationIds: [] })
export const [george, nora, harold, beatrice, stranger] = [resident(61), resident(62), resident(63), resident(64), resident(65)] as [
  Asker,
  Asker,
  Asker,
  Asker,
  Asker,
]
export const members = [george, nora, harold, beatrice]
export const holder: Asker = { personId: id(71), role: 'provider', organisationIds: [holderId] }
export const priya: Asker = { personId: id(72), role: 'commissioner', organisationIds: [] }

export const at = '2026-11-23T10:00:00.000Z'
export const today = '2026-11-23'
export const later = '2026-11-24T10:00:00.000Z'
export const tooLate = '2026-12-05T10:00:00.000Z'

export const terms: Terms = {
  costs: 'equally',
  absence: 'pays-share',
  joining: 'all-agree',
  dispute: 'members-meet',
  leavingNoticeDays: 0,
  decideWithinDays: 7,
  approvals: [{ uptoPence: 5_000, needed: 1 }, { needed: 2 }],
}

export const found: PoolCommand = {
  type: 'FoundPool',
  poolId,
  accountHolder: { kind: 'organisation', organisationId: holderId } as Holder,
  joiningKey: 'a'.repeat(64),
  by: george,
  at,
}
export const join = (by: Asker): PoolCommand => ({ type: 'JoinPool', poolId, by, at })
export const propose = (by = george, changes: Partial<Terms> = {}): PoolCommand => ({ type: 'ProposeRules', poolId, terms: { ...terms, ...changes }, by, at })
export const sign = (by: Asker, rulesVersion = 1): PoolCommand => ({ type: 'SignRules', poolId, rulesVersion, by, at })
export const earmark = (who: Asker, amountPence: number, fundSource: FundSource = 'council-net', outcomeId = outcomeOf(who)): PoolCommand => ({
  ...({ type: 'EarmarkShare', poolId, earmarkId: id(8), memberId: who.personId, budgetId: `${who.personId.slice(0, -4)}8${who.personId.slice(-3)}` } as const),
  ...{ fundSource, outcomeId, amountPence, fromOn: '2026-11-01', untilOn: '2026-12-31', at },
})
export const release = (by: Asker, amountPence: number): PoolCommand => ({
  ...({ type: 'ReleaseShare', poolId, fundSource: 'council-net', outcomeId: outcomeOf(by), amountPence, by, at: later } as const),
})
export const leave = (by: Asker): PoolCommand => ({ type: 'LeavePool', poolId, by, at: later })
export const spend = (spendId: string, parts: readonly [Asker, number][], changes: Partial<ProposeSpend> = {}): ProposeSpend => ({
  ...({ type: 'ProposeSpend', poolId, spendId, payeeOrganisationId: gardener, payeePersonIds: [], barredMemberIds: [], isInvoiceKnown: false } as const),
  ...{ invoiceKey: `invoice-${spendId}`, invoicedOn: today, today, by: george, at },
  totalPence: parts.reduce((sum, [, pence]) => sum + pence, 0),
  shares: parts.map(([who, amountPence]) => ({ memberId: who.personId, amountPence })),
  ...changes,
})
export const vote = (by: Asker, spendId: string, choice: 'approve' | 'object' = 'approve', when = later): PoolCommand => ({
  ...({ type: 'VoteOnSpend', poolId, spendId, vote: choice, by, at: when } as const),
})
export const takeBack = (by: Asker, spendId: string): PoolCommand => ({ type: 'TakeBackSpend', poolId, spendId, by, at: later })
export const pay = (spendId: string, by = holder, paidOn = '2026-11-24'): PoolCommand => ({
  ...({ type: 'ConfirmPayment', poolId, spendId, paymentId: id(9), paidOn, today: '2026-11-24', instructedOn: '2026-11-24', by, at: later } as const),
})
export const reverse = (spendId: string, by = holder): PoolCommand => ({
  ...({ type: 'ReversePayment', poolId, spendId, reason: 'returned-by-bank', isPaid: true, by, at: later } as const),
})

/** A pool of four that is open; with `each`, every member has earmarked so much. */
export const open = (each = 0): PoolCommand[] => [
  found,
  ...members.slice(1).map(join),
  propose(),
  ...members.map((member) => sign(member)),
  ...(each > 0 ? members.map((member) => earmark(member, each)) : []),
]

export const poolAfter = (events: readonly PoolEvent[]): Pool => events.reduce(evolve, unfounded)
/** The events of some commands, one after another, each decided on what came before. */
export const happened = (...commands: readonly PoolCommand[]): PoolEvent[] => {
  const events: PoolEvent[] = []
  for (const command of commands) events.push(...decide(poolAfter(events), command))
  return events
}

/** Given what happened, when a command comes, then these kinds of events are told, nothing, or an error. */
export const given = (...commands: readonly PoolCommand[]) => ({
  when: (command: PoolCommand) => {
    const events = happened(...commands)
    const pool = poolAfter(events)
    const standing = () => {
      const after = decide(pool, command).reduce(evolve, pool)
      return after.status === 'unfounded' ? undefined : after
    }
    return {
      thenTells: (...types: string[]) => expect(decide(pool, command).map(({ type }) => type)).toEqual(types),
      thenNothing: () => expect(decide(pool, command)).toEqual([]),
      thenThrows: (code: string) => expect(() => decide(pool, command)).toThrow(expect.objectContaining({ code })),
      /** What a member then has: free, promised, paid. */
      thenHas: (who: Asker, ...pence: [number, number, number]) => {
        const shares = standing()?.shares.filter(({ memberId }) => memberId === who.personId) ?? []
        const sum = (key: 'freePence' | 'committedPence' | 'paidPence') => shares.reduce((total, share) => total + share[key], 0)
        expect([sum('freePence'), sum('committedPence'), sum('paidPence')]).toEqual(pence)
      },
      events: () => decide(pool, command),
      pool: standing,
    }
  },
})

export const budgetId = id(40)
export const outcomeId = id(41)
export const record: BudgetCommand = {
  type: 'RecordBudget',
  ...{ budgetId, personId: george.personId, holder: 'own-payment', outcomes: [{ outcomeId, kind: 'habitable-home' }], by: priya, at },
}
export const amount = (weeklyPence: number, fromOn: string, untilOn: string, fundSource: FundSource = 'council-net'): BudgetCommand => ({
  ...({ type: 'SetAmount', budgetId, amountId: id(42), fundSource, weeklyPence, fromOn, untilOn, at } as const),
})
export const setAside = (amountPence: number, fromOn: string, untilOn: string, changes: object = {}): BudgetCommand => ({
  ...({ type: 'SetAsideShare', budgetId, poolId, earmarkId: id(43), fundSource: 'council-net', outcomeId, amountPence, fromOn, untilOn } as const),
  ...{ by: george, today, at, ...changes },
})
export const giveBack = (amountPence: number, earmarkId?: string): BudgetCommand => ({
  ...({ type: 'ReturnShare', budgetId, poolId, parts: [{ fundSource: 'council-net', outcomeId, amountPence }], at } as const),
  ...(earmarkId === undefined ? {} : { earmarkId }),
})
export const budgetAfter = (...commands: readonly BudgetCommand[]): Budget =>
  commands.reduce<Budget>((budget, command) => (decideBudget(budget, command) as BudgetEvent[]).reduce(evolveBudget, budget), unrecorded)
