import type { Outbox } from '@patchwork/aggregate'
import { defineRoute, NotFoundError, type RouteRequest, type RunningService } from '@patchwork/http'
import { instant, type Runtime } from '@patchwork/runtime'
import { z } from 'zod'
import type { createRuns } from './operationsRuns.ts'
import type { OperationsStore, Run } from './operationsStore.ts'

/** Dead letters that are shown at once. */
const lettersMax = 200
const replaysShown = 5
/** Looking at every group and outbox costs the store something: within this time the same answer is given again. */
const rememberedMs = 1_000

const Checked = z.object({ name: z.string(), checked: z.int(), violations: z.int(), examples: z.array(z.string()) })
const RunView = z.object({
  runId: z.string(),
  status: z.enum(['running', 'finished', 'failed', 'interrupted']).meta({ description: 'interrupted: its process has gone' }),
  startedAt: z.string(),
  startedBy: z.string().optional().meta({ description: 'the account; absent where the patchwork command began it' }),
  finishedAt: z.string().optional(),
  failure: z.string().optional(),
  done: z.int(),
  of: z.int(),
  checked: z.array(Checked).optional(),
  group: z.string().optional(),
  replayed: z.int().optional(),
  stillParked: z.int().optional(),
})
const StatusView = z.object({
  service: z.string(),
  at: z.string(),
  processes: z.array(z.object({ processId: z.string(), startedAt: z.string(), seenAt: z.string(), isReady: z.boolean() })),
  consumers: z.array(z.object({ group: z.string(), behind: z.int().optional(), parked: z.int().optional() })),
  outboxes: z.array(z.object({ aggregate: z.string(), waiting: z.int().optional(), since: z.string().optional() })),
  verification: RunView.optional(),
  replays: z.array(RunView),
})
const LetterView = z.object({ group: z.string(), source: z.string(), sequence: z.int(), eventId: z.string(), type: z.string(), reason: z.string() })
const ReplayBody = z.strictObject({ group: z.string().min(1).max(200).optional().meta({ description: 'one group; all of the service when absent' }) })

export type OperationsDependencies = {
  service: RunningService
  outboxes: readonly Outbox[]
  store: OperationsStore
  runs: ReturnType<typeof createRuns>
  /** A process that has not said for so long that it is there has gone. */
  goneMs: number
  runtime: Runtime
}

/** How a service is, what is parked in it, and what an administrator can have done about it. */
export const operationsRoutes = (dependencies: OperationsDependencies) => {
  const { service, outboxes, store, runs, goneMs, runtime } = dependencies

  const viewed = (alive: ReadonlySet<string>, { id, body: { kind: _, process, finishedAt, failure, ...rest } }: Run): z.input<typeof RunView> => {
    const status = failure !== undefined ? 'failed' : finishedAt !== undefined ? 'finished' : alive.has(process) ? 'running' : 'interrupted'
    return { runId: id, status, ...rest, ...(finishedAt && { finishedAt }), ...(failure && { failure }) }
  }
  const alive = async () => new Set((await store.processes(goneMs)).map(({ id }) => id))

  /** What cannot be told just now is left out: the rest is told all the same. */
  const orNothing = <Value>(asked: Promise<Value>): Promise<Value | undefined> => asked.catch(() => undefined)

  const look = async (): Promise<z.input<typeof StatusView>> => {
    const [processes, consumers, waiting, [verification], replays] = await Promise.all([
      store.processes(goneMs),
      Promise.all(
        service.consumers.map(async ({ group, behind, countParked }) => {
          const [events, parked] = await Promise.all([orNothing(behind()), orNothing(countParked())])
          return { group, ...(events !== undefined && { behind: events }), ...(parked !== undefined && { parked }) }
        }),
      ),
      Promise.all(
        outboxes.map(async (outbox) => {
          const found = await orNothing(outbox.waiting())
          return { aggregate: outbox.aggregate, ...(found && { waiting: found.count, ...(found.since === undefined ? {} : { since: found.since }) }) }
        }),
      ),
      store.latest('verification', 1),
      store.latest('replay', replaysShown),
    ])
    const here = new Set(processes.map(({ id }) => id))
    return {
      service: service.name,
      at: instant(runtime),
      processes: processes.map(({ id, body }) => ({ processId: id, ...body })),
      consumers,
      outboxes: waiting,
      ...(verification && { verification: viewed(here, verification) }),
      replays: replays.map((run) => viewed(here, run)),
    }
  }
  let remembered: { at: number; status: Promise<z.input<typeof StatusView>> } | undefined
  const status = () => {
    if (!remembered || runtime.now() - remembered.at > rememberedMs) remembered = { at: runtime.now(), status: look() }
    return remembered.status
  }

  const started = async (run: Run) => {
    remembered = undefined
    return { status: 202 as const, body: viewed(await alive(), run) }
  }
  type Request = Pick<RouteRequest<undefined, undefined, undefined>, 'command' | 'caller'>
  const askedBy = ({ command, caller }: Request) => ({ id: command.key, ...(caller.kind === 'person' && { startedBy: caller.accountId }) })

  return [
    defineRoute({
      ...{ method: 'get', path: '/status', policy: 'operations.see', summary: 'Processes, lag, outboxes, the last verification and replays' },
      answer: StatusView,
      handle: async () => ({ body: await status() }),
    }),
    defineRoute({
      ...{ method: 'get', path: '/dead-letters', policy: 'operations.see', summary: 'Events that could not be handled, and what waits behind them' },
      query: z.strictObject({ limit: z.coerce.number().int().min(1).max(lettersMax).default(lettersMax) }),
      answer: z.object({ items: z.array(LetterView), isMore: z.boolean() }),
      handle: async ({ query: { limit } }) => {
        const lists = await Promise.all(service.consumers.map(async (one) => (await one.parked(limit + 1)).map((letter) => ({ group: one.group, ...letter }))))
        const letters = lists.flat()
        return { body: { items: letters.slice(0, limit), isMore: letters.length > limit } }
      },
    }),
    defineRoute({
      ...{ method: 'post', path: '/replays', policy: 'operations.run', summary: 'Try parked events again, in order', status: 202 },
      body: ReplayBody,
      answer: RunView,
      problems: ['not-found', 'idempotency-key-reused'],
      handle: async ({ body: { group }, command, caller }) => {
        if (group !== undefined && !service.consumers.some((consumer) => consumer.group === group)) throw new NotFoundError('There is no such consumer group.')
        return started(await runs.replay(askedBy({ command, caller }), group))
      },
    }),
    defineRoute({
      ...{ method: 'post', path: '/verifications', policy: 'operations.run', summary: 'Check every invariant over all stored data', status: 202 },
      answer: RunView,
      problems: ['idempotency-key-reused', 'verification-under-way'],
      handle: async (request) => started(await runs.verify(askedBy(request))),
    }),
  ] as const
}
