import { abortAfter, calendarDay, instant, sleep } from './runtime.ts'
import { systemRuntime } from './systemRuntime.ts'

test('an instant is written in UTC with a fixed width, so that text sorts as time does', () => {
  expect(instant({ now: () => 0 })).toBe('1970-01-01T00:00:00.000Z')
})

test.each([
  ['in winter, midnight', '2026-01-15T00:00:00Z', '2026-01-15'],
  ['in summer, an hour before midnight UTC is the next day', '2026-06-30T23:30:00Z', '2026-07-01'],
  ['the night the clocks go forward', '2026-03-29T00:59:59Z', '2026-03-29'],
  ['the night they go back', '2026-10-24T23:30:00Z', '2026-10-25'],
])('a calendar day is the one in London: %s', (_what, at, day) => expect(calendarDay(Date.parse(at))).toBe(day))

describe('sleep', () => {
  test('ends when its time has come', async () => {
    await sleep(systemRuntime, 5)
  })
  test('ends at once when it is called off, before or during', async () => {
    const calledOff = new AbortController()
    const during = sleep(systemRuntime, 3_600_000, calledOff.signal)
    calledOff.abort()
    await during
    await sleep(systemRuntime, 3_600_000, calledOff.signal)
  })
})

test('a signal aborts when its time has come, and not before', async () => {
  const timers: [number, () => void][] = []
  const after = (delayMs: number, action: () => void) => {
    timers.push([delayMs, action])
    return () => {}
  }
  const signal = abortAfter({ after }, 500)
  expect([signal.aborted, timers[0]?.[0]]).toEqual([false, 500])
  timers[0]?.[1]()
  expect([signal.aborted, signal.reason.name]).toEqual([true, 'TimeoutError'])
})

test('a timer that was called off does not ring', async () => {
  let rang = false
  systemRuntime.after(1, () => {
    rang = true
  })()
  await sleep(systemRuntime, 20)
  expect(rang).toBe(false)
})
