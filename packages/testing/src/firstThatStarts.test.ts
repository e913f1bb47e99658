import { jest } from '@jest/globals'
import { firstThatStarts } from './firstThatStarts.ts'

const fails = async () => {
  throw new Error('not here')
}
const written: string[] = []
beforeEach(() => {
  written.length = 0
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0)
})
afterEach(() => jest.restoreAllMocks())

test('the first kind that starts is taken, and no later one is tried', async () => {
  const later = jest.fn(fails)
  expect(await firstThatStarts('broker', { one: fails, two: async () => 'two', three: later }, { mendedBy: 'x', environment: {} })).toBe('two')
  expect([later.mock.calls.length, written]).toEqual([0, []])
})
test('where none starts, the skip is told with its reasons and counted', async () => {
  for (const count of [1, 2]) {
    expect(await firstThatStarts('broker', { one: fails, two: fails }, { mendedBy: 'start one', environment: {} })).toBeUndefined()
    expect(written.at(-1)).toBe(`SKIPPED (${count}): tests on a real broker: no broker can be had (one: not here; two: not here); start one\n`)
  }
})
test('where servers are required, a missing one is a failure', async () => {
  const started = firstThatStarts('broker', { one: fails }, { mendedBy: 'start one', environment: { REQUIRE_REAL_SERVERS: '1' } })
  await expect(started).rejects.toThrow('REQUIRE_REAL_SERVERS is set and no broker can be had (one: not here); start one')
})
