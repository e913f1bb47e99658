import fc from 'fast-check'
import type { Contract } from './contract.ts'
import { decideReturn, evolveReturn, type MakeReturn, type ReturnEvent, unmade } from './contractReturn.ts'
import { rollUp } from './rollUp.ts'
import { at, close, contractId, happened, id, loneliness, priya, record, stateAfter, turnout } from './testExamples.ts'

const contract = stateAfter(happened(record()))
const lead: MakeReturn['by'] = { personId: id(9), role: 'provider', organisationIds: [id(200)] }
const commissioner: MakeReturn['by'] = { personId: priya, role: 'commissioner', organisationIds: [] }
const make = (changes: Partial<MakeReturn> = {}): MakeReturn => ({
  returnId: id(70),
  contractId,
  partnerId: id(100),
  year: 1,
  quarter: 1,
  results: [
    { outcomeId: loneliness, value: 655 },
    { outcomeId: turnout, value: 120 },
  ],
  contract,
  by: lead,
  today: '2026-11-26',
  at,
  ...changes,
})
const after = (...events: ReturnEvent[]) => events.reduce(evolveReturn, unmade)
const decided = (command: MakeReturn, ...before: MakeReturn[]) => {
  const events: ReturnEvent[] = []
  for (const one of before) events.push(...decideReturn(after(...events), one))
  return decideReturn(after(...events), command)
}

test('M3 a partner’s member says what came of a quarter, in the order of the outcomes', () => {
  expect(decided(make())).toEqual([
    {
      type: 'return.made.v1',
      data: expect.objectContaining({
        organisationId: id(200),
        results: [
          { outcomeId: turnout, value: 120 },
          { outcomeId: loneliness, value: 655 },
        ],
        madeByRole: 'provider',
      }),
    },
  ])
})
test('M3 saying the same changes nothing, saying something else corrects it', () => {
  expect(decided(make(), make())).toEqual([])
  const other = [
    { outcomeId: turnout, value: 121 },
    { outcomeId: loneliness, value: 655 },
  ]
  expect(decided(make({ results: other, by: commissioner }), make())).toEqual([
    { type: 'return.corrected.v1', data: expect.objectContaining({ results: other, correctedByRole: 'commissioner' }) },
  ])
})
test.each<[string, Partial<MakeReturn>, string]>([
  ['a stranger', { by: { ...lead, organisationIds: [id(201)] } }, 'not-found'],
  ['a member, for another partner', { partnerId: id(101) }, 'not-found'],
  ['a contract that nobody recorded', { contract: { status: 'unrecorded' } as Contract }, 'not-found'],
  ['the commissioner, for a partner that is none', { partnerId: id(999), by: commissioner }, 'unknown-partner'],
  ['a quarter that is none', { year: 3 }, 'unknown-quarter'],
  ['a quarter that has not begun', { year: 2, quarter: 4 }, 'quarter-not-begun'],
  ['a closed quarter', { contract: stateAfter(happened(record(), close(1, 1))) }, 'quarter-closed'],
  ['an outcome without a value', { results: [{ outcomeId: turnout, value: 1 }] }, 'outcomes-incomplete'],
  ['an outcome twice', { results: [1, 2].map((value) => ({ outcomeId: turnout, value })) }, 'outcomes-incomplete'],
  [
    'an outcome that is none',
    {
      results: [
        { outcomeId: turnout, value: 1 },
        { outcomeId: id(33), value: 1 },
      ],
    },
    'outcomes-incomplete',
  ],
  [
    'more than all of a hundred',
    {
      results: [
        { outcomeId: turnout, value: 1 },
        { outcomeId: loneliness, value: 1_001 },
      ],
    },
    'value-too-high',
  ],
])('M3 %s is refused', (_, changes, code) => expect(() => decided(make(changes))).toThrow(expect.objectContaining({ code })))
test('M3 the quarter under way takes returns', () => expect(decided(make({ year: 2, quarter: 3 }))).toHaveLength(1))

describe('M3 rolling up', () => {
  const outcomes = record().outcomes
  const returned = (partner: number, took: number, felt: number) => ({
    partnerId: id(partner),
    results: [
      { outcomeId: turnout, value: took },
      { outcomeId: loneliness, value: felt },
    ],
  })
  test('M3 sums add over partners; a mean gives each partner the same weight however often it returned', () => {
    const returns = [returned(1, 10, 1_000), returned(1, 20, 1_000), returned(1, 30, 1_000), returned(2, 40, 0)]
    expect(rollUp(outcomes, returns)).toEqual([
      { outcomeId: turnout, value: 100, partnersReturned: 2 },
      { outcomeId: loneliness, value: 500, partnersReturned: 2 },
    ])
  })
  test('M3 what nobody returned is not zero but unknown', () => expect(rollUp(outcomes, [])).toEqual([]))
  test('M3 however returns are split over partners, the parts add up to the whole and no mean leaves its range', () => {
    const one = fc.record({ partner: fc.integer({ min: 1, max: 37 }), took: fc.nat(1_000), felt: fc.nat(1_000) })
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 150 }), (all) => {
        const returns = all.map(({ partner, took, felt }) => returned(partner, took, felt))
        const [sum, mean] = rollUp(outcomes, returns)
        const parts = [...Map.groupBy(returns, ({ partnerId }) => partnerId).values()].map((part) => rollUp(outcomes, part)[0]?.value ?? 0)
        expect(parts.reduce((total, value) => total + value, 0)).toBe(sum?.value)
        expect(mean?.value).toBeGreaterThanOrEqual(Math.min(...all.map(({ felt }) => felt)))
        expect(mean?.value).toBeLessThanOrEqual(Math.max(...all.map(({ felt }) => felt)))
      }),
    )
  })
})
