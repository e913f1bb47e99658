import { createRateLimit } from './rateLimit.ts'

const given = (count: number) => {
  let ms = 1_000
  const limit = createRateLimit({ count, perSeconds: 60 }, { now: () => ms })
  const times = (number: number, key = 'one') => Array.from({ length: number }, () => limit.take(key))
  return { times, pass: (seconds: number) => (ms += seconds * 1_000) }
}

test('a key has its share, and again when its window has ended', () => {
  const { times, pass } = given(2)
  expect(times(3)).toEqual([true, true, false])
  pass(59)
  expect(times(1)).toEqual([false])
  pass(1)
  expect(times(3)).toEqual([true, true, false])
})

test('each key has a share of its own', () => {
  const { times } = given(1)
  expect([...times(2, 'one'), ...times(2, 'other')]).toEqual([true, false, true, false])
})

test('past the most keys that are counted, the oldest is forgotten and memory does not grow', () => {
  const { times, pass } = given(1)
  times(1, 'oldest')
  for (let key = 1; key < 100_000; key += 1) times(1, `key ${key}`)
  expect(times(1, 'key 1')).toEqual([false])
  times(1, 'one more')
  expect(times(1, 'oldest')).toEqual([true])
  pass(60)
  expect(times(1, 'key 99999')).toEqual([true])
})
