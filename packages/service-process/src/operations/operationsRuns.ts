import { KeyReusedError } from '@patchwork/aggregate'
import type { RunningService } from '@patchwork/http'
import { instant, type Runtime, sleep } from '@patchwork/runtime'
import type { Logger } from '@patchwork/telemetry'
import type { OperationsStore, Run, RunBody } from './operationsStore.ts'

/** How long whoever starts something waits for its end; most are done by then. */
const waitMs = 2_000

/** What starts a run: `id` is the command's, so that a repeat finds the first. */
export type Asked = { id: string; startedBy: string }

/** Verifications and replays of one service. Each goes on in the process that was asked; every process can tell how far it is. */
export const createRuns = (options: { service: RunningService; store: OperationsStore; processId: string; runtime: Runtime; logger: Logger }) => {
  const { service, store, processId, runtime, logger } = options
  const stopping = new AbortController()
  const underWay = new Map<string, Promise<void>>()

  const start = async (id: string, body: RunBody, work: (told: Run) => Promise<Run>): Promise<Run> => {
    const earlier = await store.run(id)
    if (earlier) {
      if (earlier.body.kind !== body.kind || earlier.body.group !== body.group) throw new KeyReusedError()
      return earlier
    }
    const begun = await store.begin(id, body)
    const doing = work(begun)
      .then((run) => store.tell(run, { ...run.body, finishedAt: instant(runtime) }))
      .catch(async (error: unknown) => {
        const code = String((error as { code?: unknown }).code ?? (error as Error).name)
        logger.error({ code, kind: body.kind, err: error }, 'What an administrator started could not be finished')
        const now = await store.run(id)
        if (now) await store.tell(now, { ...now.body, finishedAt: instant(runtime), failure: code })
      })
      .catch((error: unknown) => logger.warn({ code: (error as { code?: unknown }).code }, 'The end of it could not be kept'))
      .then(() => void underWay.delete(id))
    underWay.set(id, doing)
    await Promise.race([doing, sleep(runtime, waitMs, stopping.signal)])
    return (await store.run(id)) ?? begun
  }

  /** One invariant after the other: on one disk two scans only slow each other down, and the service goes on serving. */
  const checkEach = async (run: Run): Promise<Run> => {
    let told = run
    for (const { name, check } of service.invariants) {
      stopping.signal.throwIfAborted()
      const checked = [...(told.body.checked ?? []), { name, ...(await check()) }]
      told = await store.tell(told, { ...told.body, checked, done: checked.length })
    }
    return told
  }

  const replayEach = async (run: Run): Promise<Run> => {
    let told = run
    for (const consumer of service.consumers.filter(({ group }) => run.body.group === undefined || group === run.body.group)) {
      const { replayed, stillParked } = await consumer.replay()
      const { body } = told
      told = await store.tell(told, {
        ...body,
        done: body.done + 1,
        replayed: (body.replayed ?? 0) + replayed,
        stillParked: (body.stillParked ?? 0) + stillParked,
      })
    }
    return told
  }

  const bodyOf = (kind: RunBody['kind'], { startedBy }: Asked, of: number): RunBody => ({
    ...{ kind, startedAt: instant(runtime), startedBy, process: processId, done: 0, of },
  })

  return {
    /** Looks at every invariant of the service. While one is under way in this process, that one is given and nothing new begun. */
    verify: async (asked: Asked): Promise<Run> => {
      const [latest] = await store.latest('verification', 1)
      if (latest && underWay.has(latest.id)) return latest
      return start(asked.id, bodyOf('verification', asked, service.invariants.length), checkEach)
    },
    /** Tries the parked events of one group or of all again, in order. What fails again stays parked. */
    replay: (asked: Asked, group: string | undefined): Promise<Run> =>
      start(
        asked.id,
        { ...bodyOf('replay', asked, group === undefined ? service.consumers.length : 1), ...(group === undefined ? {} : { group }) },
        replayEach,
      ),
    /** Ends what is under way after the step it is at. */
    stop: async (): Promise<void> => {
      stopping.abort()
      await Promise.all(underWay.values())
    },
  }
}
