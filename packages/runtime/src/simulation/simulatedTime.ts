import { createHash } from 'node:crypto'
import type { Cancel, Runtime } from '../runtime.ts'

/** What a simulated driver takes from its time. */
export type SimulatedWorld = Pick<SimulatedTime, 'chance' | 'pick' | 'note'> & { runtime: Pick<Runtime, 'after'> }

export type SimulatedTime = {
  runtime: Runtime
  /** A runtime for one process: once it has ended none of its timers rings. */
  openProcess(): { runtime: Runtime; end(): void }
  /** A number from 0 to 1, 1 left out, that follows from the seed. */
  chance(): number
  /** A whole number from 0 to `below`, `below` left out. */
  pick(below: number): number
  /** Sets the clock forward, or back, at a stroke; timers are late then. */
  jump(ms: number): void
  /** Adds a line to the trace. */
  note(line: string): void
  /** A digest over every line of the trace so far (SHA-256, hex), how many lines that is, and the last of them. */
  trace(): { digest: string; lines: number; last: readonly string[] }
  /** Lets time pass until the work is done; everything that waits on the clock happens in its order. Rejects when nothing is left to happen. */
  run<Result>(work: Promise<Result>): Promise<Result>
}

type Timer = { at: number; order: number; action: () => void; isOff: boolean }

const startsAtMs = Date.UTC(2025, 0, 6, 9)
/** Timers of one `run`; past it the work is taken never to end. */
const turnsMaxByDefault = 200_000
/** Lines of the trace that are kept to be shown, at least. */
const linesKeptByDefault = 400

/**
 * A clock, a source of chance and timers that belong to a test: the same seed gives the same run. `isAtRest`: whether nothing that was put off to
 * another turn of the event loop is left of the step before.
 */
export const simulatedTime = (
  seed: number,
  { turnsMax = turnsMaxByDefault, linesKept = linesKeptByDefault, isAtRest = (): boolean => true } = {},
): SimulatedTime => {
  const chance = chanceOf(seed)
  const pick = (below: number) => Math.floor(chance() * below)
  const timers = inOrder()
  const digest = createHash('sha256')
  const last: string[] = []
  let lines = 0
  let nowMs = startsAtMs
  let orders = 0
  const hex = (length: number) => Array.from({ length }, () => pick(16).toString(16)).join('')

  const after = (delayMs: number, action: () => void): Cancel => {
    orders += 1
    const timer: Timer = { at: nowMs + Math.max(0, delayMs), order: orders, action, isOff: false }
    timers.add(timer)
    return () => {
      timer.isOff = true
    }
  }
  const runtime: Runtime = {
    now: () => nowMs,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`,
    randomBytes: (count) => Uint8Array.from({ length: count }, () => pick(256)),
    after,
    fetch: () => Promise.reject(new Error('There is no network here')),
  }
  const nextTimer = (): Timer | undefined => {
    for (;;) {
      const timer = timers.take()
      if (!timer?.isOff) return timer
    }
  }

  return {
    runtime,
    openProcess: () => {
      let hasEnded = false
      return {
        runtime: { ...runtime, after: (delayMs, action) => after(delayMs, () => hasEnded || action()) },
        end: () => {
          hasEnded = true
        },
      }
    },
    chance,
    pick,
    jump: (ms) => {
      nowMs += ms
    },
    note: (line) => {
      lines += 1
      const whole = `${nowMs - startsAtMs} ${line}`
      digest.update(`${whole}\n`)
      last.push(whole)
      if (last.length > 2 * linesKept) last.splice(0, linesKept)
    },
    trace: () => ({ digest: digest.copy().digest('hex'), lines, last: last.slice(-linesKept) }),
    run: async (work) => {
      let isDone = false
      const end = () => {
        isDone = true
      }
      work.then(end, end)
      for (let turn = 0; ; turn += 1) {
        do await nextTurn()
        while (!isAtRest())
        if (isDone) return work
        const next = nextTimer()
        if (!next || turn > turnsMax) throw new Error(next ? 'This never ends' : 'Nothing is left to happen, and the work is not done')
        nowMs = Math.max(nowMs, next.at)
        next.action()
      }
    },
  }
}

/** By then everything that one step set going waits on the clock, or for a later turn, or it is over. */
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Numbers from 0 to 1 that follow from a seed (mulberry32). */
const chanceOf = (seed: number) => {
  let state = seed | 0
  return (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Timers by when they ring and, of one moment, by when they were set: a binary heap. */
const inOrder = () => {
  const heap: Timer[] = []
  const isBefore = (one: number, other: number) => {
    const [left, right] = [heap[one] as Timer, heap[other] as Timer]
    return left.at < right.at || (left.at === right.at && left.order < right.order)
  }
  const swap = (one: number, other: number) => {
    const timer = heap[one] as Timer
    heap[one] = heap[other] as Timer
    heap[other] = timer
  }
  return {
    add: (timer: Timer): void => {
      heap.push(timer)
      for (let at = heap.length - 1; at > 0; ) {
        const parent = (at - 1) >> 1
        if (!isBefore(at, parent)) return
        swap(at, parent)
        at = parent
      }
    },
    take: (): Timer | undefined => {
      const first = heap[0]
      const moved = heap.pop()
      if (heap.length === 0 || moved === undefined) return first
      heap[0] = moved
      for (let at = 0; ; ) {
        const [left, right] = [2 * at + 1, 2 * at + 2]
        let least = at
        if (left < heap.length && isBefore(left, least)) least = left
        if (right < heap.length && isBefore(right, least)) least = right
        if (least === at) return first
        swap(at, least)
        at = least
      }
    },
  }
}
