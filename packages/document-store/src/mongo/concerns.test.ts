import { concernsOf, refuseOlder } from './concerns.ts'

test.each<[string, object]>([
  ['a replica set', { setName: 'rs0' }],
  ['a sharded cluster', { msg: 'isdbgrid' }],
])('15. on %s a write is on the journal of a majority, and only such writes are read', (_what, hello) => {
  expect(concernsOf(hello)).toEqual({ writeConcern: { w: 'majority', journal: true, wtimeoutMS: 10_000 }, readConcern: { level: 'majority' } })
})
test('15. on a standalone server, its own majority, a write is on its journal', () => {
  expect(concernsOf({ isWritablePrimary: true } as object)).toMatchObject({ writeConcern: { w: 1, journal: true }, readConcern: { level: 'local' } })
})

test('a server that cannot take writes to many collections in one request is refused in words', () => {
  expect(() => refuseOlder({ maxWireVersion: 21 })).toThrow('older than 8.0')
  expect(() => refuseOlder({})).toThrow('older than 8.0')
  expect(() => refuseOlder({ maxWireVersion: 25 })).not.toThrow()
})
