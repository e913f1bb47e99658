import fc from 'fast-check'
import { type Answer, type Cell, disclose, inWholeMonths, type Question, type Shown, widerThan } from './disclosure.ts'
import type { Dimension, Filter } from './measures.ts'

const cell = (ward: string, sources: number): Cell => ({ key: { ward }, sources, value: sources })
const byWard: Question = { by: ['ward'], filter: {} }
/** A figure by ward as anyone sees it, with nothing wider than its own total. */
const seen = (...sources: number[]): (number | 'suppressed')[] => {
  const cells = sources.map((count, index) => cell(`w${index}`, count))
  const total = sources.reduce((sum, count) => sum + count, 0)
  const wider = [{ question: { by: [], filter: {} }, cells: [{ key: {}, sources: total, value: total }] }]
  return disclose('count', { question: byWard, cells }, wider).map((row) => ('suppressed' in row ? 'suppressed' : row.value))
}

describe('M5 what anyone may see', () => {
  test('M5 counts of 1 to 7 are suppressed, others rounded to the nearest 5, and zero stays zero', () => {
    expect(seen(0, 1, 7, 8, 12, 13, 100)).toEqual([0, 'suppressed', 'suppressed', 10, 10, 15, 100])
  })
  test('M5 one suppressed cell alone takes the next smallest with it', () => expect(seen(3, 40, 20, 0, 30)).toEqual(['suppressed', 40, 'suppressed', 0, 30]))
  test('M5 a cell that is nearly everything is suppressed too: the rest would follow from the total', () =>
    expect(seen(40, 3, 0)).toEqual(['suppressed', 'suppressed', 0]))
  test('M5 money that rests on 1 to 7 facts is suppressed, other money rounded to £100, below zero as well', () => {
    const cells = [8, 8, 7].map((sources, index) => ({ key: { month: `2026-0${index + 1}` }, sources, value: [123_456, -123_456, 900_000][index] as number }))
    expect(disclose('pence', { question: { by: ['month'], filter: {} }, cells }, [])).toEqual([
      { key: { month: '2026-01' }, suppressed: true },
      { key: { month: '2026-02' }, value: -120_000 },
      { key: { month: '2026-03' }, suppressed: true },
    ])
  })
  test('M5 a period is whole months', () => {
    expect(inWholeMonths({ from: '2024-02-15', until: '2024-02-15', ward: 'w' })).toEqual({ from: '2024-02-01', until: '2024-02-29', ward: 'w' })
  })
})

type Fact = { ward: string; category: string; month: number }
const wards = ['w1', 'w2', 'w3']
const categories = ['food', 'health']
const months = [1, 2, 3, 4]
const firstDay = (month: number) => `2026-0${month}-01`
const lastDay = (month: number) => `2026-0${month}-28`

/** What the facts say exactly, as the store would. */
const exactly = (facts: readonly Fact[], { by, filter }: Question): Cell[] => {
  const meant = facts.filter(
    ({ ward, category, month }) =>
      (filter.ward ?? ward) === ward &&
      (filter.category ?? category) === category &&
      (filter.from ?? '') <= firstDay(month) &&
      (filter.until ?? '9') >= lastDay(month),
  )
  const keyOf = (fact: Fact) => Object.fromEntries(by.map((dimension) => [dimension, String(fact[dimension as keyof Fact])]))
  return [...Map.groupBy(meant, (fact) => JSON.stringify(keyOf(fact))).values()].map((group) => ({
    key: keyOf(group[0] as Fact),
    sources: group.length,
    value: group.length,
  }))
}
/** The same question is asked many times over, as a part of others. */
const answering = (facts: readonly Fact[]) => {
  const known = new Map<string, Answer>()
  return (question: Question): Answer => {
    const text = JSON.stringify(question)
    const answer = known.get(text) ?? { question, cells: exactly(facts, question) }
    known.set(text, answer)
    return answer
  }
}
const publicly = (answer: (question: Question) => Answer, question: Question): Shown[] => disclose('count', answer(question), widerThan(question).map(answer))

const filters: Filter[] = [undefined, ...wards].flatMap((ward) =>
  [undefined, ...categories].flatMap((category) =>
    [undefined, ...months].flatMap((from) =>
      [undefined, ...months.filter((until) => until >= (from ?? 0))].map((until) => ({
        ...(ward && { ward }),
        ...(category && { category }),
        ...(from && { from: firstDay(from) }),
        ...(until && { until: lastDay(until) }),
      })),
    ),
  ),
)
const breakdowns: Dimension[][] = [[], ['ward'], ['category'], ['month'], ['ward', 'category']]
const questions = filters.flatMap((filter) => breakdowns.filter((by) => by.every((one) => !(one in filter))).map((by): Question => ({ by, filter })))

/** One number that anyone may read, and what it is a number of. */
type Read = { of: { ward: string | undefined; category: string | undefined; from: number; until: number }; value: number; truly: number }
const everythingToRead = (facts: readonly Fact[]): Read[] => {
  const answer = answering(facts)
  return questions.flatMap((question) => {
    const exact = new Map(answer(question).cells.map(({ key, sources }) => [JSON.stringify(key), sources]))
    return publicly(answer, question).flatMap((row) => {
      if ('suppressed' in row) return []
      const { filter } = question
      const month = row.key.month == null ? undefined : Number(row.key.month)
      const of = {
        ward: row.key.ward ?? filter.ward,
        category: row.key.category ?? filter.category,
        from: month ?? Number(filter.from?.slice(5, 7) ?? 0),
        until: month ?? Number(filter.until?.slice(5, 7) ?? 9),
      }
      return [{ of, value: row.value, truly: exact.get(JSON.stringify(row.key)) ?? 0 }]
    })
  })
}

const fact = fc.record({ ward: fc.constantFrom(...wards), category: fc.constantFrom(...categories), month: fc.constantFrom(...months) })
// Some cells get many facts, so that there is something to read at all.
const world = fc
  .tuple(fc.array(fact, { maxLength: 30 }), fc.array(fc.tuple(fact, fc.integer({ min: 5, max: 40 })), { maxLength: 6 }))
  .map(([single, many]): Fact[] => [...single, ...many.flatMap(([one, count]) => Array.from({ length: count }, () => one))])

const isPart = (one: Read['of'], whole: Read['of']): boolean =>
  (whole.ward === undefined || whole.ward === one.ward) &&
  (whole.category === undefined || whole.category === one.category) &&
  whole.from <= one.from &&
  whole.until >= one.until
const roundingMost = 2

test('M5 whoever asks any two questions cannot compute a count of 1 to 7 by subtracting one answer from the other', () => {
  fc.assert(
    fc.property(world, (facts) => {
      const read = everythingToRead(facts)
      for (const whole of read)
        for (const part of read) {
          if (!isPart(part.of, whole.of)) continue
          const difference = whole.truly - part.truly
          if (difference < 1 || difference > 7) continue
          // All that can be concluded from two rounded numbers must leave room for none at all, or for more than seven.
          const [least, most] = [whole.value - part.value - 2 * roundingMost, whole.value - part.value + 2 * roundingMost]
          expect({ whole, part, leavesRoom: least <= 0 || most > 7 }).toMatchObject({ leavesRoom: true })
        }
    }),
    { numRuns: 25 },
  )
}, 300_000)

test('M5 of a figure and the same with any filters left out, both are never shown when they differ by 1 to 7', () => {
  fc.assert(
    fc.property(world, fc.constantFrom(...filters), (facts, filter) => {
      const answer = answering(facts)
      const totalOf = (one: Filter) => publicly(answer, { by: [], filter: one })[0]
      const countOf = (one: Filter) => answer({ by: [], filter: one }).cells[0]?.sources ?? 0
      const isShown = (one: Filter) => totalOf(one) !== undefined && !('suppressed' in (totalOf(one) as Shown))
      for (const { filter: wider } of widerThan({ by: [], filter })) {
        const difference = countOf(wider) - countOf(filter)
        if (difference >= 1 && difference <= 7 && countOf(filter) > 0) expect(isShown(filter)).toBe(false)
      }
    }),
    { numRuns: 200 },
  )
})
