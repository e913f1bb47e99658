import type { EventRun, Lag } from '@patchwork/event-log'
import type { EventEnvelope } from '@patchwork/events'
import { instant, sleep } from '@patchwork/runtime'
import { measure, observe } from '@patchwork/telemetry'
import type { Command } from './aggregate.ts'
import { backOffMs, codeOf, isUnavailable } from './backOff.ts'
import { consumerInvariants } from './consumerInvariants.ts'
import { BusyError } from './errors.ts'
import type { Invariant } from './invariant.ts'
import { type Mark, openMarks, type ParkedEvent, type ParkedReason, type ParkedRow } from './marks.ts'
import { processInSpan, processRunInSpans, watchLag } from './messagingSpans.ts'
import type { Reaction } from './on.ts'
import type { Ports } from './ports.ts'
import { queuePerId } from './queuePerId.ts'

const attemptsMaxByDefault = 5
const retry = { firstMs: 50, mostMs: 2_000 }
/** How long an event is held before it is given back to the log while something it needs is away. */
const unavailable = { firstMs: 50, mostMs: 5_000 }
/** How often a mark is tried while other owners of the same key change it. */
const markAttemptsMax = 20
/** Source aggregates whose events one group handles at a time: their marks share commits, and one alone would pay for each. */
const handledAtOnceMax = 100
/** Events of one source aggregate that one move of its mark covers. After a crash so many may come again, and find their effects done. */
const runMax = 50
const pageSize = 200
const parkedLimitMax = 1_000

export type Consumer = {
  /** Resolves when everything published before the call has been handled or parked. */
  caughtUp(): Promise<void>
  lag(): Promise<Lag>
  /** How many events are parked. */
  countParked(): Promise<number>
  /** What is parked, in order per aggregate; `limit` 1 to 1,000. */
  parked(limit: number): Promise<ParkedEvent[]>
  /** Tries parked events again, in order: of one source aggregate (its id) or of all. What fails again stays parked, and so does what follows it. */
  replay(subject?: string): Promise<{ replayed: number; stillParked: number }>
  invariants: Invariant[]
  /** Ends after the events in hand. */
  stop(): Promise<void>
}

export type Effect = (event: EventEnvelope, context: { signal: AbortSignal; refusalsAnew: boolean }) => Promise<void>
/** The effects of events of one source that follow on each other, brought about as one. It may be asked again for what it has done in part or in whole. */
export type EffectOfRun = (run: EventRun, context: { signal: AbortSignal }) => Promise<void>

/**
 * Reacts to the events of some topics as one group: each event has its effect once, in order per source aggregate, however often it is delivered.
 * What fails `attemptsMax` times (5 when absent) is parked with the reason; later events of its aggregate queue behind it, all others flow on.
 * What fails because something is away (`kind: 'unavailable'`) is retried without limit. Events nobody here reacts to are passed over.
 * A group that is new starts from the first event there ever was. Throws RangeError when two reactions share a name.
 */
export const consume = async (
  options: { service: string; group: string; topics: readonly string[]; handlers: readonly Reaction[]; attemptsMax?: number },
  ports: Ports,
): Promise<Consumer> => {
  const { group, handlers } = options
  if (new Set(handlers.map(({ name }) => name)).size < handlers.length) throw new RangeError(`Two reactions of ${group} have the same name: give one another`)
  const byType = Map.groupBy(handlers, ({ definition }) => definition.type)
  const schemas = new Map(handlers.map(({ definition }) => [definition.type, definition.data.loose()]))

  const effect: Effect = async (event, { signal, refusalsAnew }) => {
    const reactions = byType.get(event.type)
    if (!reactions) return
    const parsed = schemas.get(event.type)?.safeParse(event.data)
    if (!parsed?.success) throw new UnreadableEventError()
    for (const { name, react } of reactions) {
      const command = (body: Command['body'] = null, part?: string): Command => ({
        key: `${group}/${name}:${event.id}${part === undefined ? '' : `/${part}`}`,
        repeatable: true,
        body,
        at: instant(ports.runtime),
        ...(event.correlationid === undefined ? {} : { correlationId: event.correlationid }),
        causationId: event.id,
        refusalsAnew,
      })
      await react({ ...event, data: parsed.data }, { command, signal })
    }
  }
  return consumeEach({ ...options, effect }, ports)
}

/** The event's data is not what its definition says; trying again cannot help. */
class UnreadableEventError extends Error {
  readonly code = 'unreadable-event'
}

/** The same for every event of the topics, whatever its type. Where `effectOfRun` fails, each event of the run is tried by itself. */
export const consumeEach = async (
  options: { service: string; group: string; topics: readonly string[]; attemptsMax?: number; effect: Effect; effectOfRun?: EffectOfRun },
  ports: Ports,
): Promise<Consumer> => {
  const { service, group, topics, effect, effectOfRun, attemptsMax = attemptsMaxByDefault } = options
  const { log, runtime, logger, onStep } = ports
  const marks = await openMarks({ service, group }, ports)
  const stopping = new AbortController()
  const queue = queuePerId()
  let unavailableInARow = 0
  /** Each subscription tells one signal with all of its events. */
  const orStopping = new WeakMap<AbortSignal, AbortSignal>()
  const withStopping = (signal: AbortSignal): AbortSignal => {
    const either = orStopping.get(signal) ?? AbortSignal.any([signal, stopping.signal])
    orStopping.set(signal, either)
    return either
  }

  /** Each event of a run is counted with its share of the time. */
  const timed = async (run: readonly EventEnvelope[], work: () => Promise<void>): Promise<void> => {
    const startedAt = runtime.now()
    const tell = (outcome: 'done' | 'failed') => {
      const seconds = (runtime.now() - startedAt) / 1000 / run.length
      for (const { type } of run)
        measure('patchwork.handler.duration', seconds, { 'patchwork.group': group, 'patchwork.event.type': type, 'patchwork.outcome': outcome })
    }
    await work().catch((error: unknown) => {
      tell('failed')
      throw error
    })
    tell('done')
  }

  /** Gives undefined when the effect is done, else why the event must be parked. Throws what only time can mend. */
  const attempt = async (event: EventEnvelope, signal: AbortSignal, isReplay: boolean): Promise<ParkedReason | undefined> => {
    for (let attempts = 1; ; attempts += 1) {
      try {
        await onStep?.('before-effect', group)
        await timed([event], () => effect(event, { signal, refusalsAnew: isReplay || attempts > 1 }))
        await onStep?.('after-effect', group)
        unavailableInARow = 0
        return undefined
      } catch (error) {
        if (isUnavailable(error) || signal.aborted) throw error
        const code = codeOf(error) ?? (error as Error).name
        logger.warn({ group, code, eventId: event.id, eventType: event.type, attempt: attempts, err: error }, 'An event could not be handled')
        if (error instanceof UnreadableEventError) return { why: 'unreadable', code }
        if (attempts >= attemptsMax) return { why: 'failed', code }
        await sleep(runtime, backOffMs(runtime, attempts, retry), signal)
        signal.throwIfAborted()
      }
    }
  }

  const moveOn = async (mark: Mark, by: number, nextParked: number | undefined): Promise<Mark | undefined> => {
    const moved = await marks.moveOn(mark, by, nextParked)
    if (moved) await onStep?.('after-mark', group)
    return moved
  }

  /**
   * One try at bringing the first of these events to its end, with those that follow on it: of how many it was the end. 0 when another owner changed the
   * mark meanwhile, and all must be looked at again.
   */
  const handleOnce = async (run: EventRun, signal: AbortSignal): Promise<number> => {
    const [event] = run
    const recent = marks.recent(event)
    const mark = recent ?? (await marks.load(event))
    const { sequence, parkedFrom, parkedTo } = mark.body
    if (event.sequence === sequence && parkedFrom === sequence + 1) await drainAfterGap(mark, signal)
    if (event.sequence <= sequence || event.sequence === parkedFrom) return 1
    if (event.sequence > sequence + 1) {
      const why = parkedTo !== undefined && event.sequence > (parkedFrom ?? 0) ? 'behind' : 'gap'
      return Number(await marks.park(mark, event, { why }))
    }
    const { done, failed, thrown } = await attemptRun(parkedFrom === undefined ? followingOn(run) : [event], signal)
    // Whatever became of the next one, these are done.
    const moved = done === 0 ? mark : await moveOn(mark, done, parkedFrom)
    if (thrown) throw thrown.error
    if (!moved) return 0
    if (failed) {
      const { event: poison, reason } = failed
      logger.error({ group, code: reason.code, eventId: poison.id, eventType: poison.type }, 'An event is parked, and what follows it')
      return done + Number(await marks.park(moved, poison, reason))
    }
    if (parkedFrom === event.sequence + 1) await drain(event, signal)
    return done
  }

  /** Whether the effects of all of them were brought about as one. Throws what only time can mend. */
  const attemptAsOne = async (run: EventRun, of: EffectOfRun, signal: AbortSignal): Promise<boolean> => {
    try {
      await onStep?.('before-effect', group)
      await processRunInSpans({ log, service, group }, run, () => timed(run, () => of(run, { signal })))
      await onStep?.('after-effect', group)
      unavailableInARow = 0
      return true
    } catch (error) {
      if (isUnavailable(error) || signal.aborted) throw error
      return false
    }
  }

  type RunEnd = { done: number; failed?: { event: EventEnvelope; reason: ParkedReason }; thrown?: { error: unknown } }

  /** Brings about the effects of events that follow on each other, each in the trace that it came with, until one must be parked or only time can mend it. */
  const attemptRun = async (run: readonly EventEnvelope[], signal: AbortSignal): Promise<RunEnd> => {
    let done = 0
    try {
      if (run.length > 1 && effectOfRun && (await attemptAsOne(run as EventRun, effectOfRun, signal))) return { done: run.length }
      for (const event of run) {
        if (done > 0) signal.throwIfAborted()
        let reason: ParkedReason | undefined
        await processInSpan({ log, service, group }, event, async () => {
          reason = await attempt(event, signal, false)
        })
        if (reason) return { done, failed: { event, reason } }
        done += 1
      }
      return { done }
    } catch (error) {
      return { done, thrown: { error } }
    }
  }

  /** A gap was closed and then the process ended, or something was away: what waited for it can go on. What failed by itself waits for an operator. */
  const drainAfterGap = async (mark: Mark, signal: AbortSignal): Promise<void> => {
    const head = await marks.nextRow(mark, mark.body.sequence)
    if (head && (head.body.reason.why === 'gap' || head.body.reason.why === 'behind')) await drain(mark.body, signal)
  }

  const handle = async (run: EventRun, signal: AbortSignal): Promise<void> => {
    let attempts = 1
    for (let rest: readonly EventEnvelope[] = run; rest.length > 0; ) {
      signal.throwIfAborted()
      const ended = await handleOnce(rest as EventRun, signal)
      rest = rest.slice(ended)
      attempts = ended === 0 ? attempts + 1 : 1
      if (attempts > markAttemptsMax) throw new BusyError()
      if (attempts > 1) await sleep(runtime, backOffMs(runtime, attempts - 1, { firstMs: 2, mostMs: 100 }), signal)
    }
  }

  /** Brings parked events of one source to their end, in order, until one fails or none is left. */
  const drain = async (source: { source: string; subject: string }, signal: AbortSignal): Promise<number> => {
    for (let done = 0; ; ) {
      signal.throwIfAborted()
      const mark = await marks.load(source)
      if (mark.body.parkedFrom === undefined) return done
      const row = await marks.nextRow(mark, mark.body.sequence)
      if (!row || row.body.sequence !== mark.body.sequence + 1) return done
      const reason = await attempt(row.body.event, signal, true)
      if (reason) {
        await marks.giveReason(row, reason)
        return done
      }
      const next = await marks.nextRow(mark, row.body.sequence)
      if (!(await moveOn(mark, 1, next?.body.sequence))) continue
      await marks.dropRow(mark, row.body.sequence)
      done += 1
    }
  }

  const deliver = async (run: EventRun, signal: AbortSignal): Promise<void> => {
    const [{ id: eventId }] = run
    try {
      for (const ofSource of bySource(run)) await queue.run(markKeyOf(ofSource[0]), () => handle(ofSource, signal))
    } catch (error) {
      if (!signal.aborted) {
        unavailableInARow += 1
        logger.warn({ group, code: codeOf(error), eventId, attempt: unavailableInARow }, 'Events wait for something that is away')
        await sleep(runtime, backOffMs(runtime, unavailableInARow, unavailable), signal)
      }
      throw error
    }
  }

  /** What is parked under one mark. A row at or below the mark is left from a crash: its event is done. */
  const parkedUnder = async (mark: Mark, limit: number): Promise<ParkedRow[]> => {
    const { documents: rows } = await marks.rowsOf(mark, { limit })
    const left = rows.filter(({ body }) => body.sequence <= mark.body.sequence)
    await Promise.all(left.map(({ body }) => marks.dropRow(mark, body.sequence)))
    return rows.filter(({ body }) => body.sequence > mark.body.sequence)
  }

  async function* marksWithParked(subject?: string): AsyncGenerator<Mark> {
    let after: string | undefined
    do {
      const page = await marks.page({
        parkedOnly: true,
        limit: pageSize,
        ...(subject === undefined ? {} : { subject }),
        ...(after === undefined ? {} : { after }),
      })
      yield* page.documents
      after = page.after
    } while (after !== undefined)
  }

  await log.ensureTopics(topics)
  const subscription = await log.subscribe({
    group,
    topics,
    concurrencyMax: handledAtOnceMax,
    runMax,
    handler: (run, { signal }) => deliver(run, withStopping(signal)),
  })
  const gauges = [
    watchLag(log, group, topics),
    observe('patchwork.dead_letters', async () => [{ value: await marks.countAllParked(), attributes: { 'patchwork.group': group } }]),
  ]

  return {
    invariants: consumerInvariants({ group, topics, marks, log }),
    caughtUp: subscription.caughtUp,
    lag: () => log.lag(group, topics),
    countParked: marks.countAllParked,
    parked: async (limit) => {
      if (!Number.isInteger(limit) || limit < 1 || limit > parkedLimitMax) throw new RangeError('limit is a whole number from 1 to 1,000')
      const found: ParkedEvent[] = []
      for await (const mark of marksWithParked()) {
        const { source, subject } = mark.body
        for (const { body } of await parkedUnder(mark, limit)) {
          const { sequence, reason, parkedAt } = body
          found.push({ group, source, subject, sequence, eventId: body.event.id, type: body.event.type, reason, parkedAt })
        }
        if (found.length >= limit) break
      }
      return found.slice(0, limit)
    },
    replay: async (subject) => {
      let replayed = 0
      let stillParked = 0
      for await (const mark of marksWithParked(subject)) {
        const { source } = mark.body
        replayed += await queue.run(markKeyOf(mark.body), () => drain({ source, subject: mark.body.subject }, stopping.signal))
        const now = await marks.load({ source, subject: mark.body.subject })
        if (now.body.parkedFrom !== undefined) stillParked += await marks.countParked(now)
      }
      return { replayed, stillParked }
    },
    stop: async () => {
      for (const forget of gauges) forget()
      stopping.abort()
      await subscription.stop()
    },
  }
}

/** What a topic holds under one key may be of several sources. */
const bySource = (run: EventRun): EventRun[] => {
  const [{ source }] = run
  if (run.every((event) => event.source === source)) return [run]
  return [...Map.groupBy(run, (event) => event.source).values()] as unknown as EventRun[]
}

/** The first of them and those that come right behind it, one after the other. */
const followingOn = (run: EventRun): readonly EventEnvelope[] => {
  const end = run.findIndex(({ sequence }, place) => sequence !== run[0].sequence + place)
  return end < 0 ? run : run.slice(0, end)
}

const markKeyOf = ({ source, subject }: { source: string; subject: string }): string => `${source}:${subject}`
