import type { Cancel, Runtime } from '@patchwork/runtime'
import type { Logger } from '@patchwork/telemetry'

const everyMs = 10 * 60_000

/** Takes away what has expired, every ten minutes. What fails is looked at again the next time. */
export const sweepEvery = (options: { runtime: Pick<Runtime, 'after'>; logger: Logger; sweeps: readonly (() => Promise<void>)[] }) => {
  const { runtime, logger, sweeps } = options
  let underWay: Promise<void> = Promise.resolve()
  let stopped = false
  let cancel: Cancel = () => {}
  const run = async (): Promise<void> => {
    for (const sweep of sweeps)
      await sweep().catch((error: unknown) => logger.warn({ code: (error as { code?: unknown }).code }, 'What has expired could not be taken away'))
  }
  const plan = (): void => {
    cancel = runtime.after(everyMs, () => {
      underWay = run().finally(() => {
        if (!stopped) plan()
      })
    })
  }
  plan()
  return {
    stop: async (): Promise<void> => {
      stopped = true
      cancel()
      await underWay
    },
  }
}
