import fc from 'fast-check'
import { drawBars, drawDividedBars } from './bars.ts'
import { drawLines } from './lines.ts'

const bar = (value?: number) => ({ label: 'a', shown: String(value), ...(value === undefined ? {} : { value }) })

describe('bars', () => {
  test('the longest is as wide as the picture, the others in proportion', () => {
    expect(drawBars([bar(50), bar(200), bar(0)]).map(({ percent }) => percent)).toEqual([25, 100, 0])
  })
  test('a value that is not shown tells nothing by its length', () => {
    expect(drawBars([bar(10), bar(undefined)])[1]).not.toHaveProperty('percent')
  })
  test('nothing at all is no bar, and no division by nothing', () => {
    expect(drawBars([bar(0)]).map(({ percent }) => percent)).toEqual([0])
    expect(drawBars([])).toEqual([])
  })
})

test('the parts of a divided bar follow each other without a gap and never leave the picture', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 }), (wholes) => {
      const bars = wholes.map((values) => ({ label: 'a', shown: '', parts: values.map((value) => ({ kind: 'free', label: '', shown: '', value })) }))
      for (const { parts } of drawDividedBars(bars))
        for (const [at, { from, percent }] of parts.entries()) {
          const before = parts[at - 1]
          expect(from).toBeCloseTo(before ? before.from + before.percent : 0, 1)
          expect(from + percent).toBeLessThan(100.03)
        }
    }),
  )
})

describe('lines', () => {
  const options = { moments: ['January', 'February', 'March'], inWords: String, shape: 'straight' as const }
  test('go from the left edge to the right, more being higher', () => {
    const drawn = drawLines({ ...options, lines: [{ kind: 'in', label: 'In', values: [0, 50, 100] }] })
    expect(drawn?.paths[0]?.d).toBe('M0,100L50,50L100,0')
    expect(drawn?.scale.map(({ words }) => words)).toEqual(['0', '20', '40', '60', '80', '100'])
  })
  test('are broken where a value is not shown', () => {
    const drawn = drawLines({ ...options, lines: [{ kind: 'in', label: 'In', values: [10, undefined, 10] }] })
    expect(drawn?.paths[0]?.d).toMatch(/^M[^M]+M/)
  })
  test('are not drawn for one moment, or for nothing', () => {
    expect(drawLines({ ...options, moments: ['January'], lines: [{ kind: 'in', label: 'In', values: [1] }] })).toBeUndefined()
    expect(drawLines({ ...options, lines: [] })).toBeUndefined()
  })
})
