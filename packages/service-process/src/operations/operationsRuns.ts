import { KeyReusedError, type Ports } from '@patchwork/aggregate'
import type { RunningService } from '@patchwork/http'
import { instant, sleep } from '@patchwork/runtime'
import { VerificationUnderWayError } from './errors.ts'
import type { OperationsStore, Run, RunBody } from './operationsStore.ts'

/** How long whoever starts something waits for its end; most are done by then. */
const waitMs = 2_000

/** What starts a run: `id` is the command's, so that a repeat finds the first. Without an account it is the `patchwork` command. */
export type Asked = { id: string; startedBy?: string }
type Begun = { run: Run; ended: Promise<void> }

/** Verifications and replays of one service. Each goes on in the process that was asked; every process can tell how far it is. */
export const createRuns = (
  options: {
    service: RunningService
    store: OperationsStore
    processId: string
    /** A process that has not said for so long that it is there has gone, and verifies no more. */
    goneMs: number
  } & Pick<Ports, 'runtime' | 'logger' | 'whileAsking'>,
) => {
  const { service, store, processId, goneMs, runtime, logger, whileAsking = (work) => work() } = options
  const stopping = new AbortController()
  const underWay = new Map<string, Promise<void>>()
  /** Verifications of this process that may have their place and are not under way yet. */
  const beginning = new Set<string>()

  const earlierOf = async (id: string, body: RunBody): Promise<Begun | undefined> => {
    const run = await store.run(id)
    if (!run) return undefined
    if (run.body.kind !== body.kind || run.body.group !== body.group) throw new KeyReusedError()
    return { run, ended: underWay.get(id) ?? Promise.resolve() }
  }

  const begin = async (id: string, body: RunBody, work: (told: Run) => Promise<Run>): Promise<Begun> => {
    const run = await store.begin(id, body)
    const ended = work(run)
      .then((done) => store.tell(done, { ...done.body, finishedAt: instant(runtime) }))
      .catch(async (error: unknown) => {
        const code = String((error as { code?: unknown }).code ?? (error as Error).name)
        logger.error({ code, kind: body.kind, err: error }, 'What an administrator started could not be finished')
        const now = await store.run(id)
        if (now) await store.tell(now, { ...now.body, finishedAt: instant(runtime), failure: code })
      })
      .catch((error: unknown) => logger.warn({ code: (error as { code?: unknown }).code }, 'The end of it could not be kept'))
      .then(() => void underWay.delete(id))
    underWay.set(id, ended)
    return { run, ended }
  }

  const soon = async ({ run, ended }: Begun): Promise<Run> => {
    await Promise.race([ended, sleep(runtime, waitMs, stopping.signal)])
    return (await store.run(run.id)) ?? run
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
    ...{ kind, startedAt: instant(runtime), process: processId, done: 0, of },
    ...(startedBy === undefined ? {} : { startedBy }),
  })

  const beginVerification = async (asked: Asked): Promise<Begun> => {
    const body = bodyOf('verification', asked, service.invariants.length)
    const earlier = await earlierOf(asked.id, body)
    if (earlier) return earlier
    beginning.add(asked.id)
    try {
      const isUnderWayHere = (id: string) => underWay.has(id) || beginning.has(id)
      const other = await store.claimVerification({ runId: asked.id, process: processId }, { goneMs, isUnderWayHere })
      if (other) throw new VerificationUnderWayError(service.name, other.startedAt)
      return await begin(asked.id, body, (run) => whileAsking(() => checkEach(run)))
    } finally {
      beginning.delete(asked.id)
    }
  }

  return {
    /** Looks at every invariant of the service, and gives it as it is after two seconds. Throws VerificationUnderWayError while any process does so already. */
    verify: async (asked: Asked): Promise<Run> => soon(await beginVerification(asked)),
    /** The same, given when it has ended. */
    verifyToTheEnd: async (asked: Asked): Promise<Run> => {
      const { run, ended } = await beginVerification(asked)
      await ended
      return (await store.run(run.id)) ?? run
    },
    /** Tries the parked events of one group or of all again, in order. What fails again stays parked. */
    replay: async (asked: Asked, group: string | undefined): Promise<Run> => {
      const body = { ...bodyOf('replay', asked, group === undefined ? service.consumers.length : 1), ...(group === undefined ? {} : { group }) }
      return soon((await earlierOf(asked.id, body)) ?? (await begin(asked.id, body, replayEach)))
    },
    /** Ends what is under way after the step it is at. */
    stop: async (): Promise<void> => {
      stopping.abort()
      await Promise.all(underWay.values())
    },
  }
}
