import fc from 'fast-check'
import type { PoolCommand } from './commands.ts'
import { decide } from './decide.ts'
import { evolve, type Pool, type PoolEvent, unfounded } from './pool.ts'
import type { Asker } from './relation.ts'
import { earmark, id, join, leave, members, open, pay, poolAfter, release, reverse, sign, spend, stranger, takeBack, tooLate, vote } from './testExamples.ts'

const commandsInAll = 10_000
const commandsPerRun = 100

/**
 * A ledger beside the real one, sharing no code with it: what each person has in each place, told by what was asked for and whether it was granted.
 * Every earmark is council money for the one outcome of its member, so a person is enough of a key.
 */
class Ledger {
  readonly free = new Map<string, number>()
  readonly promised = new Map<string, Map<string, number>>()
  readonly paid = new Map<string, Map<string, number>>()
  readonly here = new Set<string>()
  outside = 0
  add(person: string, pence: number) {
    this.free.set(person, (this.free.get(person) ?? 0) + pence)
  }
  /** What becomes free of somebody who is gone leaves at once. */
  back(parts: Map<string, number>) {
    for (const [person, pence] of parts) {
      if (this.here.has(person)) this.add(person, pence)
      else this.outside += pence
    }
  }
  total(of: Map<string, Map<string, number>>, person: string) {
    return [...of.values()].reduce((sum, parts) => sum + (parts.get(person) ?? 0), 0)
  }
}

const anyMember = fc.constantFrom<Asker>(...members, stranger)
const anySpend = fc.integer({ min: 400, max: 430 }).map(id)
const pence = fc.integer({ min: 1, max: 400 })
const parts = fc.uniqueArray(fc.tuple(anyMember, pence), { minLength: 1, maxLength: 4, selector: ([who]) => who.personId })
const anyCommand: fc.Arbitrary<PoolCommand> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(anyMember, pence).map(([who, amount]) => earmark(who, amount)) },
  { weight: 5, arbitrary: fc.tuple(anySpend, parts, anyMember).map(([spendId, asked, by]) => spend(spendId, asked, { by })) },
  {
    weight: 8,
    arbitrary: fc
      .tuple(anyMember, anySpend, fc.constantFrom('approve', 'approve', 'object'))
      .map(([by, spendId, choice]) => vote(by, spendId, choice as 'approve')),
  },
  { weight: 3, arbitrary: anySpend.map((spendId) => pay(spendId)) },
  { weight: 2, arbitrary: anySpend.map((spendId) => reverse(spendId)) },
  { weight: 1, arbitrary: fc.tuple(anyMember, anySpend).map(([by, spendId]) => takeBack(by, spendId)) },
  { weight: 2, arbitrary: fc.tuple(anyMember, pence).map(([who, amount]) => release(who, amount)) },
  { weight: 1, arbitrary: anyMember.map(leave) },
  { weight: 2, arbitrary: anyMember.map(join) },
  { weight: 2, arbitrary: anyMember.map((by) => sign(by)) },
  { weight: 1, arbitrary: fc.constant<PoolCommand>({ type: 'RefuseLate', poolId: id(1), at: tooLate }) },
)

/** What a command that was granted does to the ledger; of votes and time, what was told says whether it was the deciding one. */
const follow = (ledger: Ledger, command: PoolCommand, told: readonly string[], refusedIds: readonly string[]): void => {
  const person = 'by' in command ? command.by.personId : ''
  const free = (spendId: string) => {
    ledger.back(ledger.promised.get(spendId) ?? new Map())
    ledger.promised.delete(spendId)
  }
  switch (command.type) {
    case 'JoinPool':
      ledger.here.add(person)
      break
    case 'EarmarkShare':
      ledger.add(command.memberId, command.amountPence)
      ledger.outside -= command.amountPence
      break
    case 'ReleaseShare':
      ledger.add(person, -command.amountPence)
      ledger.outside += command.amountPence
      break
    case 'LeavePool':
      ledger.outside += ledger.free.get(person) ?? 0
      ledger.free.set(person, 0)
      ledger.here.delete(person)
      break
    case 'ProposeSpend': {
      const asked = new Map(command.shares.map(({ memberId, amountPence }) => [memberId, amountPence]))
      for (const [who, amount] of asked) ledger.add(who, -amount)
      ledger.promised.set(command.spendId, asked)
      break
    }
    case 'TakeBackSpend':
      free(command.spendId)
      break
    case 'VoteOnSpend':
      if (told.includes('pool.spend-refused.v1')) free(command.spendId)
      break
    case 'RefuseLate':
      for (const spendId of refusedIds) free(spendId)
      break
    case 'ConfirmPayment':
      ledger.paid.set(command.spendId, ledger.promised.get(command.spendId) as Map<string, number>)
      ledger.promised.delete(command.spendId)
      break
    case 'ReversePayment':
      ledger.back(ledger.paid.get(command.spendId) as Map<string, number>)
      ledger.paid.delete(command.spendId)
      break
  }
}

const standingOf = (pool: Pool) => (pool.status === 'unfounded' ? [] : pool.shares)

const expectEqual = (ledger: Ledger, pool: Pool): void => {
  let all = ledger.outside
  for (const { personId } of [...members, stranger]) {
    const share = standingOf(pool).find(({ memberId }) => memberId === personId)
    const theirs = { free: ledger.free.get(personId) ?? 0, promised: ledger.total(ledger.promised, personId), paid: ledger.total(ledger.paid, personId) }
    expect({ free: share?.freePence ?? 0, promised: share?.committedPence ?? 0, paid: share?.paidPence ?? 0 }).toEqual(theirs)
    expect(Math.min(theirs.free, theirs.promised, theirs.paid)).toBeGreaterThanOrEqual(0)
    all += theirs.free + theirs.promised + theirs.paid
  }
  expect(all).toBe(0)
}

let tried = 0
let granted = 0
test(`P2 P4 P10 over ${commandsInAll} commands no penny is made or lost, no share goes below zero, and a replay of the events gives the state to the byte`, () => {
  fc.assert(
    fc.property(fc.array(anyCommand, { minLength: commandsPerRun, maxLength: commandsPerRun, size: 'max' }), (commands) => {
      const events: PoolEvent[] = []
      const ledger = new Ledger()
      let pool: Pool = unfounded
      for (const command of [...open(300), ...commands]) {
        tried += 1
        let told: PoolEvent[] = []
        try {
          told = decide(pool, command)
        } catch (error) {
          expect(error).toMatchObject({ kind: expect.any(String), code: expect.any(String) })
          continue
        }
        if (command.type === 'FoundPool') ledger.here.add(command.by.personId)
        pool = told.reduce(evolve, pool)
        events.push(...told)
        const refusedIds = told.flatMap(({ type, data }) => (type === 'pool.spend-refused.v1' ? [(data as { spendId: string }).spendId] : []))
        if (told.length > 0) {
          granted += 1
          follow(
            ledger,
            command,
            told.map(({ type }) => type),
            refusedIds,
          )
        }
        expectEqual(ledger, pool)
      }
      expect(JSON.stringify(poolAfter(JSON.parse(JSON.stringify(events))))).toBe(JSON.stringify(pool))
      const tied = new Set(
        events.flatMap((event) =>
          event.type === 'pool.share-earmarked.v1' ? event.data.postings.map(({ memberId, outcomeId }) => `${memberId}/${outcomeId}`) : [],
        ),
      )
      for (const event of events)
        if (event.type === 'pool.spend-paid.v1') for (const { memberId, outcomeId } of event.data.postings) expect(tied).toContain(`${memberId}/${outcomeId}`)
    }),
    { numRuns: commandsInAll / commandsPerRun },
  )
  expect(tried).toBeGreaterThanOrEqual(commandsInAll)
  // The commands are not all refused: about a quarter come about.
  expect(granted).toBeGreaterThan(commandsInAll / 10)
})
