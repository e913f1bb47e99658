import { type Runtime, sleep, systemRuntime } from '@patchwork/runtime'

/** The real world with a clock that runs `speed` times as fast, timers too: an hour's delay need not take an hour. */
export const fasterRuntime = (speed: number): Runtime => {
  const startedAt = systemRuntime.now()
  return {
    ...systemRuntime,
    now: () => Math.floor(startedAt + (systemRuntime.now() - startedAt) * speed),
    after: (delayMs, action) => systemRuntime.after(delayMs / speed, action),
  }
}

/** Resolves when `isTrue` is, looking again and again; rejects with what it last saw after a generous limit. */
export const until = async <Seen>(look: () => Promise<Seen> | Seen, isTrue: (seen: Seen) => boolean): Promise<Seen> => {
  const limit = systemRuntime.now() + 30_000
  for (;;) {
    const seen = await look()
    if (isTrue(seen)) return seen
    if (systemRuntime.now() > limit) throw new Error(`It did not come about; last seen: ${JSON.stringify(seen)}`)
    await sleep(systemRuntime, 20)
  }
}
