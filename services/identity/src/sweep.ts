import { type Repeated, type Runtime, repeatedly } from '@patchwork/runtime'
import type { Logger } from '@patchwork/telemetry'

const everyMs = 10 * 60_000

/** Takes away what has expired, every ten minutes. What fails is looked at again the next time. */
export const sweepEvery = (options: { runtime: Pick<Runtime, 'after'>; logger: Logger; sweeps: readonly (() => Promise<void>)[] }): Repeated<void> => {
  const { runtime, logger, sweeps } = options
  const onError = (error: unknown): void => logger.warn({ code: (error as { code?: unknown }).code }, 'What has expired could not be taken away')
  const work = async (): Promise<void> => {
    // One that fails must not keep the others from their turn.
    for (const sweep of sweeps) await sweep().catch(onError)
  }
  return repeatedly(runtime, { everyMs, work, onError })
}
