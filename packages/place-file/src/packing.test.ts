import fc from 'fast-check'
import { openPacking, openUnpacking } from './packing.ts'
import type { SqlValue } from './placeFile.ts'

const value = fc.oneof(fc.string(), fc.integer(), fc.double({ noNaN: true }), fc.bigInt(), fc.uint8Array(), fc.constant(null)) as fc.Arbitrary<SqlValue>
const statement = fc.record(
  {
    sql: fc.constantFrom('SELECT 1', 'SELECT ?', 'DELETE FROM things', 'INSERT INTO things VALUES (?, ?)'),
    mode: fc.constantFrom('run' as const, 'all' as const, 'get' as const),
    parameters: fc.array(value, { maxLength: 5 }),
    expectChanges: fc.nat({ max: 3 }),
  },
  { requiredKeys: ['sql', 'mode', 'parameters'] },
)
const operations = fc.array(fc.record({ statements: fc.array(statement, { maxLength: 4 }) }), { maxLength: 10 })

describe('what crosses to the worker', () => {
  test('comes out as it went in, batch after batch', () => {
    fc.assert(
      fc.property(fc.array(operations, { maxLength: 5 }), (batches) => {
        const [pack, unpack] = [openPacking(), openUnpacking()]
        for (const batch of batches) expect(unpack(structuredClone(pack(batch)))).toEqual(batch)
      }),
    )
  })
  test('sends the text of a statement once', () => {
    const pack = openPacking()
    const twice = [{ statements: [{ sql: 'SELECT 1', mode: 'get' as const }] }, { statements: [{ sql: 'SELECT 1', mode: 'all' as const }] }]
    expect(pack(twice).texts).toEqual(['SELECT 1'])
    expect(pack(twice).texts).toEqual([])
  })
  test('keeps a bounded number of texts, and is still understood once they are numbered anew', () => {
    const [pack, unpack] = [openPacking(), openUnpacking()]
    let startedAnew = 0
    for (let number = 0; number < 12_000; number += 1) {
      const batch = [
        { statements: [{ sql: `SELECT ${number}`, mode: 'get' as const, parameters: [number] }] },
        { statements: [{ sql: 'SELECT 1', mode: 'get' as const, parameters: [] }] },
      ]
      const packed = pack(batch)
      if (packed.startsAnew) startedAnew += 1
      expect(unpack(packed)).toEqual(batch)
    }
    expect(startedAnew).toBe(2)
  })
})
