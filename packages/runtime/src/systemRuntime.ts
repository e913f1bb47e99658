import { randomBytes, randomUUID } from 'node:crypto'
import type { Runtime } from './runtime.ts'

/** The real world: the machine's clock, its random source, its timers and its network. */
export const systemRuntime: Runtime = {
  now: () => Date.now(),
  uuid: () => randomUUID(),
  randomBytes: (count) => randomBytes(count),
  after: (delayMs, action) => {
    const timer = setTimeout(action, delayMs)
    timer.unref()
    return () => clearTimeout(timer)
  },
  fetch: (...request) => globalThis.fetch(...request),
}
