import { weathers } from '@patchwork/testing'
import { openTally } from '../faults/fault.ts'
import { faults } from '../faults/table.ts'

const killed = { name: 'kill -9', on: 'embedded', unit: 'kills', points: ['before-write', 'at random'] } as const

test('a line tells what struck how often and where, what was measured, and that nothing was violated', () => {
  const tally = openTally(killed)
  for (const point of ['before-write', 'at random', 'before-write']) tally.struck(point)
  expect(tally.line(['4,120 operations at 57/s'])).toBe(
    'kill -9, embedded: 3 kills over 2 points (before-write 2, at random 1), 4,120 operations at 57/s, 0 violations',
  )
  expect(tally.line([], 'a message came twice')).toMatch(/, VIOLATION: a message came twice$/)
})

test('a point at which it never struck is told, and one that it does not name is refused', () => {
  const tally = openTally(killed)
  tally.struck('before-write')
  expect(tally.missed()).toEqual(['at random'])
  expect(() => tally.struck('after-write')).toThrow('kill -9, embedded does not name the point after-write')
})

test('each fault is told apart from all others, strikes at least once, and in the night no less often than in CI', () => {
  const names = faults.map(({ name, on }) => `${name}, ${on}`)
  expect(new Set(names).size).toBe(names.length)
  for (const { points, pointsOf = () => points, counts } of faults) {
    expect(new Set(points).size).toBe(points.length)
    // The night leaves out nothing, and a round of CI strikes wherever it is said to.
    expect([...pointsOf(counts.full)].sort()).toEqual([...points].sort())
    for (const point of pointsOf(counts.ci)) expect(points).toContain(point)
    expect(points.length).toBeGreaterThan(0)
    expect(counts.full).toBeGreaterThanOrEqual(counts.ci)
    expect(counts.ci).toBeGreaterThan(0)
  }
})

test('a round of CI meets each kind of weather on the network once, and rounds of every chance all pairs', () => {
  const { points, pointsOf, counts } = faults.find(({ name }) => name === 'network') as (typeof faults)[number]
  const round = pointsOf?.(counts.ci) ?? []
  expect(round.map((point) => point.split(' to ')[0])).toEqual([...weathers])
  expect(new Set(round.map((point) => point.split(' to ')[1])).size).toBe(3)
  expect(pointsOf?.(points.length)).toHaveLength(points.length)
})
