import { type Runtime, systemRuntime } from '@patchwork/runtime'

const patienceMs = 30_000

/**
 * The real world with a clock that runs `speed` times as fast, timers too: an hour's delay need not take an hour. What it asks over the network is not given up
 * sooner for that.
 */
export const fasterRuntime = (speed: number): Runtime => {
  const startedAt = systemRuntime.now()
  return {
    ...systemRuntime,
    now: () => Math.floor(startedAt + (systemRuntime.now() - startedAt) * speed),
    after: (delayMs, action) => systemRuntime.after(delayMs / speed, action),
    fetch: (address, init) => systemRuntime.fetch(address, { ...init, signal: AbortSignal.timeout(patienceMs) }),
  }
}
