import { type Runtime, sleep } from '@patchwork/runtime'

const waitMs = 2_000
const everyMs = 20

/** What `look` gives, looking again for up to 2 s while it gives nothing: another service told of it a moment ago and the news may be on its way. */
export const appearing = async <Found>(
  runtime: Pick<Runtime, 'after'>,
  look: () => Promise<Found | undefined>,
  signal?: AbortSignal,
): Promise<Found | undefined> => {
  for (let waitedMs = 0; ; waitedMs += everyMs) {
    const found = await look()
    if (found !== undefined || waitedMs >= waitMs || signal?.aborted) return found
    await sleep(runtime, everyMs, signal)
  }
}
