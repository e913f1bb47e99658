import fc from 'fast-check'
import { availablePence } from './available.ts'
import { isBarred } from './barredPayee.ts'
import { evolveBudget, type RecordedBudget } from './budget.ts'
import { type BudgetCommand, decideBudget } from './decideBudget.ts'
import { amount, budgetAfter, gardener, giveBack, id, nora, record, setAside, today } from './testExamples.ts'

const given = (...commands: readonly BudgetCommand[]) => ({
  left: (fromOn: string, untilOn: string) => availablePence(budgetAfter(record, ...commands) as RecordedBudget, { fundSource: 'council-net', fromOn, untilOn }),
  refuses: (command: BudgetCommand, code: string) =>
    expect(() => decideBudget(budgetAfter(record, ...commands), command)).toThrow(expect.objectContaining({ code })),
})
// A Monday, and Sundays one to eight weeks after it.
const monday = '2026-11-23'
const sunday = ['2026-11-29', '2026-12-06', '2026-12-13', '2026-12-20', '2026-12-27', '2027-01-03', '2027-01-10', '2027-01-17']
const weeks = amount(7_000, monday, sunday[7] as string)

describe('what can be set aside', () => {
  test('is the weekly amount times the weeks, and pro rata by days, rounded down', () => {
    expect(given(weeks).left(monday, sunday[3] as string)).toBe(28_000)
    expect(given(amount(1_000, monday, sunday[7] as string)).left(monday, '2026-11-25')).toBe(428)
    expect(given(weeks).left('2027-01-17', '2027-02-28')).toBe(1_000)
    expect(given().left(monday, sunday[0] as string)).toBe(0)
  })
  test('a later amount holds on its days in place of the earlier one', () => {
    expect(given(weeks, amount(0, '2026-11-30', sunday[7] as string)).left(monday, sunday[3] as string)).toBe(7_000)
    expect(given(weeks, amount(14_000, '2026-11-30', sunday[1] as string)).left(monday, sunday[2] as string)).toBe(28_000)
  })
  test('is never set aside twice, in whichever pool and over whichever days', () => {
    const first = setAside(28_000, monday, sunday[3] as string)
    expect(given(weeks, first).left(monday, sunday[3] as string)).toBe(0)
    expect(given(weeks, first).left('2026-12-07', sunday[2] as string)).toBe(0)
    expect(given(weeks, first).left('2026-12-21', sunday[4] as string)).toBe(7_000)
    given(weeks, first).refuses(setAside(1, monday, sunday[1] as string, { poolId: id(77), earmarkId: id(78) }), 'not-enough-in-budget')
  })
  test('an earmark may be met from any of its days, so what the others leave can still be set aside', () => {
    expect(given(weeks, setAside(7_000, monday, sunday[3] as string)).left('2026-12-14', sunday[7] as string)).toBe(35_000)
  })
  test('comes back when a pool gives it back, once for a whole earmark', () => {
    const given28 = [weeks, setAside(28_000, monday, sunday[3] as string)] as const
    expect(given(...given28, giveBack(8_000)).left(monday, sunday[3] as string)).toBe(8_000)
    expect(given(...given28, giveBack(28_000, id(43)), giveBack(28_000, id(43))).left(monday, sunday[3] as string)).toBe(28_000)
  })
  test('is told apart from other fund sources', () => {
    given(weeks).refuses(setAside(1, monday, sunday[0] as string, { fundSource: 'nhs' }), 'not-enough-in-budget')
  })
})

test('P4 only for an outcome of the plan, and only by the person', () => {
  given(weeks).refuses(setAside(100, monday, sunday[0] as string, { outcomeId: id(99) }), 'outcome-not-in-plan')
  given(weeks).refuses(setAside(100, monday, sunday[0] as string, { by: nora }), 'not-your-part')
})

test('dates that are back to front, over, or far apart are refused', () => {
  given().refuses(amount(100, '2026-12-02', '2026-12-01'), 'dates-back-to-front')
  given().refuses(amount(100, '2026-12-02', '2036-12-01'), 'dates-too-far')
  given(weeks).refuses(setAside(100, '2026-12-02', '2026-12-01'), 'dates-back-to-front')
  given(weeks).refuses(setAside(100, '2026-10-01', '2026-11-22'), 'dates-too-far')
})

test('a budget is recorded once', () => {
  given().refuses(record, 'budget-stands-already')
})

describe('P6 a payee is barred', () => {
  const bar = (relation: 'spouse-or-partner' | 'listed-relative', sameHousehold: boolean, kind: 'person' | 'organisation' = 'person') =>
    budgetAfter(record, {
      type: 'BarPayee',
      budgetId: id(40),
      barId: id(50),
      payee: { kind, id: kind === 'person' ? id(51) : gardener },
      relation,
      sameHousehold,
      at: today,
    })
  const payee = { organisationId: gardener, personIds: [id(51)] }
  test('a partner wherever they live, a listed relative where they live in the same household', () => {
    expect(isBarred(bar('spouse-or-partner', false) as RecordedBudget, payee, today)).toBe(true)
    expect(isBarred(bar('listed-relative', true) as RecordedBudget, payee, today)).toBe(true)
    expect(isBarred(bar('listed-relative', false) as RecordedBudget, payee, today)).toBe(false)
    expect(isBarred(bar('spouse-or-partner', false, 'organisation') as RecordedBudget, payee, today)).toBe(true)
    expect(isBarred(bar('spouse-or-partner', false) as RecordedBudget, { ...payee, personIds: [id(52)] }, today)).toBe(false)
  })
  test('but on the days of an exception of the council', () => {
    const barred = bar('spouse-or-partner', true)
    const by = { personId: id(72), role: 'commissioner' as const, organisationIds: [] }
    const granted = decideBudget(barred, { type: 'GrantException', budgetId: id(40), barId: id(50), fromOn: today, untilOn: today, by, at: today }).reduce(
      evolveBudget,
      barred,
    ) as RecordedBudget
    expect(isBarred(granted, payee, today)).toBe(false)
    expect(isBarred(granted, payee, '2026-11-24')).toBe(true)
    expect(isBarred(granted, payee, '2026-11-22')).toBe(true)
  })
})

test('P2 P10 whatever is set aside and given back, the days can always pay every earmark: a penny at a time from the day that ends first', () => {
  const dayOf = (offset: number) => new Date(Date.parse(`${monday}T00:00:00Z`) + offset * 86_400_000).toISOString().slice(0, 10)
  const asked = fc.record({ from: fc.nat(20), length: fc.nat(20), share: fc.integer({ min: 1, max: 1_000 }), back: fc.boolean() })
  fc.assert(
    fc.property(fc.array(asked, { maxLength: 12 }), fc.integer({ min: 1, max: 21 }), (steps, weeklyPence) => {
      let budget = budgetAfter(record, amount(weeklyPence * 7, monday, dayOf(40)))
      for (const [index, { from, length, share, back }] of steps.entries()) {
        const period = { fundSource: 'council-net' as const, fromOn: dayOf(from), untilOn: dayOf(from + length) }
        const pence = Math.floor((availablePence(budget as RecordedBudget, period) * share) / 1_000)
        if (pence > 0)
          budget = decideBudget(budget, setAside(pence, period.fromOn, period.untilOn, { earmarkId: id(200 + index) })).reduce(evolveBudget, budget)
        if (back && pence > 1) budget = decideBudget(budget, giveBack(1)).reduce(evolveBudget, budget)
      }
      // Each day gives whole pence here, so that earliest-deadline-first can pay by whole pence and answers whether all can be paid.
      const owed = (budget as RecordedBudget).setAside.map((one) => ({ ...one }))
      for (let offset = 0; offset <= 40; offset += 1) {
        let gives = weeklyPence
        const open = owed.filter(({ fromOn }) => fromOn <= dayOf(offset)).sort((one, other) => (one.untilOn < other.untilOn ? -1 : 1))
        for (const one of open.filter(({ untilOn }) => untilOn >= dayOf(offset))) {
          const paying = Math.min(gives, one.amountPence)
          one.amountPence -= paying
          gives -= paying
        }
      }
      expect(owed.every(({ amountPence }) => amountPence === 0)).toBe(true)
    }),
    { numRuns: 300 },
  )
})
