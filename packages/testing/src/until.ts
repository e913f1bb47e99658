import { sleep, systemRuntime } from '@patchwork/runtime'

/**
 * Resolves with what `look` gives once `isTrue` of it; rejects with what it last saw after 30 seconds, a generous limit. It looks after 20 ms and then less and less often,
 * down to ten times a second, which no limit of requests refuses.
 */
export const until = async <Seen>(look: () => Promise<Seen> | Seen, isTrue: (seen: Seen) => boolean): Promise<Seen> => {
  const limit = systemRuntime.now() + 30_000
  for (let waitMs = 20; ; waitMs = Math.min(waitMs * 1.1, 100)) {
    const seen = await look()
    if (isTrue(seen)) return seen
    if (systemRuntime.now() > limit) throw new Error(`It did not come about; last seen: ${JSON.stringify(seen)?.slice(0, 2_000)}`)
    await sleep(systemRuntime, waitMs)
  }
}

type Counted = { name: string; check: () => Promise<{ checked: number }> }
/**
 * Resolves once a service has told the event log of all that it had decided, seen by its invariants; the answer to a command comes before its events are told.
 * Throws where no invariant counts what waits.
 */
export const passedOn = async (invariants: readonly Counted[]): Promise<void> => {
  const waiting = invariants.filter(({ name }) => name.includes('waiting to be passed on'))
  if (waiting.length === 0) throw new Error('Nothing says what waits to be passed on')
  await until(
    async () => (await Promise.all(waiting.map(({ check }) => check()))).reduce((sum, { checked }) => sum + checked, 0),
    (count) => count === 0,
  )
}
