import type { Runtime } from '@patchwork/runtime'

export type SimulatedTime = {
  runtime: Runtime
  /** A number from 0 to 1, 1 left out, that follows from the seed. */
  chance(): number
  /** A whole number from 0 to `below`, `below` left out. */
  pick(below: number): number
  /** Sets the clock forward, or back, at a stroke; timers are late then. */
  jump(ms: number): void
  /** Lets time pass until the work is done; everything that waits on the clock happens in its order. Rejects when nothing is left to happen. */
  run<Result>(work: Promise<Result>): Promise<Result>
}

/** A clock, a source of chance and timers that belong to a test: the same seed gives the same run. */
export const simulatedTime = (seed: number): SimulatedTime => {
  let state = seed | 0
  const chance = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const pick = (below: number) => Math.floor(chance() * below)
  let nowMs = Date.UTC(2025, 0, 6, 9)
  let timers: { at: number; order: number; action: () => void }[] = []
  let orders = 0
  const hex = (length: number) => Array.from({ length }, () => pick(16).toString(16)).join('')

  const runtime: Runtime = {
    now: () => nowMs,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`,
    randomBytes: (count) => Uint8Array.from({ length: count }, () => pick(256)),
    after: (delayMs, action) => {
      orders += 1
      const timer = { at: nowMs + Math.max(0, delayMs), order: orders, action }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
    fetch: () => Promise.reject(new Error('There is no network here')),
  }

  const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

  return {
    runtime,
    chance,
    pick,
    jump: (ms) => {
      nowMs += ms
    },
    run: async (work) => {
      let isDone = false
      const end = () => {
        isDone = true
      }
      work.then(end, end)
      for (let turn = 0; ; turn += 1) {
        await settle()
        if (isDone) return work
        const next = timers.reduce<(typeof timers)[number] | undefined>(
          (first, timer) => (!first || timer.at < first.at || (timer.at === first.at && timer.order < first.order) ? timer : first),
          undefined,
        )
        if (!next || turn > 200_000) throw new Error(next ? 'This never ends' : 'Nothing is left to happen, and the work is not done')
        timers = timers.filter((timer) => timer !== next)
        nowMs = Math.max(nowMs, next.at)
        next.action()
      }
    },
  }
}
