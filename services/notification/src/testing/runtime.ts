import { type Runtime, systemRuntime } from '@patchwork/runtime'

/** The real world with a clock that runs `speed` times as fast, timers too: an hour's delay need not take an hour. */
export const fasterRuntime = (speed: number): Runtime => {
  const startedAt = systemRuntime.now()
  return {
    ...systemRuntime,
    now: () => Math.floor(startedAt + (systemRuntime.now() - startedAt) * speed),
    after: (delayMs, action) => systemRuntime.after(delayMs / speed, action),
  }
}
