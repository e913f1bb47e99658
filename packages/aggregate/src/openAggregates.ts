import { AsyncLocalStorage } from 'node:async_hooks'
import type { JsonObject, Stored } from '@patchwork/document-store'
import { createSealer } from '@patchwork/encryption'
import type { EventEnvelope } from '@patchwork/events'
import { sleep } from '@patchwork/runtime'
import { inSpan } from '@patchwork/telemetry'
import type { Aggregate, AggregateDefinition, Aggregates, Command, Decision, Outcome, PlainEvent } from './aggregate.ts'
import { type AggregateBody, type AnswerEntry, aggregateCollection, type HistoryBody, historyCollection, type OutboxEntry } from './aggregateDocument.ts'
import { aggregateInvariants } from './aggregateInvariants.ts'
import { backOffMs, codeOf } from './backOff.ts'
import { onlyBorn } from './births.ts'
import { bodyDigest, keyDigest } from './commandKey.ts'
import { eventWriter } from './envelopes.ts'
import { BacklogError, BusyError, KeyReusedError, StaleError } from './errors.ts'
import type { Invariant } from './invariant.ts'
import { openLogStanding } from './logStanding.ts'
import { watchOutbox } from './outbox.ts'
import type { Ports } from './ports.ts'
import { queuePerId } from './queuePerId.ts'
import { type KeptDocument, recentDocuments } from './recentDocuments.ts'
import { RememberedRefusalError, refusalOf } from './refusal.ts'
import { createRelay, type Relay } from './relay.ts'
import { waitingPerId } from './waitingPerId.ts'

/** How often a change is tried while other processes win the race for the document. */
const attemptsMax = 16
const retry = { firstMs: 4, mostMs: 250 }
/** How long the answer to a command without events is remembered. */
const answersKeptMs = 24 * 3_600_000
/** Events of one aggregate that may wait to be passed on: its document is rewritten with all of them at each change. */
const outboxMax = 5_000

export type OpenedAggregates<State extends object, Event extends PlainEvent, Details = undefined> = Aggregates<State, Event, Details> & {
  relay: Relay
  invariants: Invariant[]
  /** Stops the relay after the trip under way. Store and log stay open: they were handed in. */
  stop(): Promise<void>
}

/** A command with its key and its body as the digests that are stored. */
type KeyedCommand = Command & { digest: string; bodyHash: string }
/** A command that waits for its turn, with the trace it came in. */
type Waiting<Decide, Result> = {
  command: KeyedCommand
  decide: Decide
  inItsTrace: <T>(work: () => T) => T
  settle: { resolve(outcome: Result): void; reject(error: unknown): void }
}
type Together = { settled: number; unsure?: unknown; asked?: number }
type Found = { answer: JsonObject; bodyHash: string } | { refusal: RememberedRefusalError; bodyHash: string }

/**
 * Opens one kind of aggregate: makes its collections and topic where they are not there, publishes again what the log lacks of its history, and
 * starts its relay. Throws StoreBehindLogError where the store was restored from a copy older than its log, RangeError for a definition that
 * contradicts itself, StoreUnavailableError, LogUnavailableError.
 */
export const openAggregates = async <State extends object, Event extends PlainEvent, Details = undefined>(
  definition: AggregateDefinition<State, Event>,
  ports: Ports,
): Promise<OpenedAggregates<State, Event, Details>> => {
  const { service, name, topic } = definition
  const { runtime, log, logger, onStep } = ports
  const documents = await ports.documents.collection<AggregateBody>(aggregateCollection(definition))
  const history = await ports.documents.collection<HistoryBody>(historyCollection(definition))
  await log.ensureTopics([topic])
  const label = `${service}/${name}`
  const source = { definition, documents, history, log }
  const standing = await openLogStanding(source, ports)
  const { republished } = await standing.reconcile()
  if (republished > 0) logger.warn({ aggregate: label, republished }, 'The log lacked events of the history; they were published again')
  const sealer = createSealer(ports.dataKey, service, runtime)
  const writeEvents = eventWriter(definition, runtime)
  const queue = queuePerId()
  const recent = recentDocuments()
  const relay = createRelay({
    ...{ label, service, recent, topic, documents, history, log, runtime, logger, queue },
    passedOn: standing.passedOn,
    ...(onStep ? { onStep } : {}),
  })
  const watched = watchOutbox(label, documents, runtime)
  ports.onOutbox?.(watched.outbox)
  const born = onlyBorn(documents)
  type Decide = (current: Aggregate<State, Details>) => Decision<Event, Details>
  const contextOf = (id: string) => `${service}/${name}/${id}`

  const toAggregate = (id: string, body: AggregateBody): Aggregate<State, Details> => ({
    id,
    sequence: body.sequence,
    state: (body.state as State | undefined) ?? definition.initial,
    details: body.details === undefined ? undefined : sealer.open<Details>(body.details, contextOf(id)),
  })

  /** What this command was answered before, by rule: the document's answers, then its outbox, then history, all read after the document. */
  const findAnswer = async (id: string, body: AggregateBody, command: KeyedCommand, keys: ReadonlySet<string> | undefined): Promise<Found | undefined> => {
    const remembered = body.answers.find((entry) => entry.key === command.digest && isKept(entry))
    if (remembered && 'answer' in remembered) return remembered
    if (remembered && !command.refusalsAnew) return { refusal: new RememberedRefusalError(remembered.refusal), bodyHash: remembered.bodyHash }
    const waiting = body.outbox.find((entry) => entry.event.commandkey === command.digest)
    if (waiting) return waiting
    // While the outbox still begins with the first event, nothing of this aggregate can be in history alone.
    if (body.sequence === 0 || body.outbox[0]?.event.sequence === 1) return undefined
    if (command.isFirst || (keys && !keys.has(command.digest))) return undefined
    const archived = await history.find({ where: { subject: { equals: id }, commandKey: { equals: command.digest } }, limit: 1 })
    return archived.documents[0]?.body
  }

  const isKept = (entry: AnswerEntry): boolean => runtime.now() - Date.parse(entry.at) < answersKeptMs

  /** Decides on what was loaded. A refusal is a decision too: it is what a repeat is answered. */
  const decideOn = (current: Aggregate<State, Details>, decide: Decide): { decision: Decision<Event, Details>; thrown?: unknown } => {
    try {
      return { decision: decide(current) }
    } catch (thrown) {
      return { decision: { events: [] }, thrown }
    }
  }

  /** The document as it is after the decision; undefined when there is nothing to save. Throws InvalidEventError, BacklogError. */
  const nextBody = (
    id: string,
    body: AggregateBody,
    command: KeyedCommand,
    { decision, thrown }: { decision: Decision<Event, Details>; thrown?: unknown },
  ): AggregateBody | undefined => {
    const now = new Date(runtime.now()).toISOString()
    const remembered = { key: command.digest, bodyHash: command.bodyHash, at: now }
    const refusal = refusalOf(thrown)
    const answer = structuredClone(decision.answer ?? {})
    const isQuiet = decision.events.length === 0
    const entry: AnswerEntry[] =
      thrown !== undefined
        ? refusal && command.repeatable
          ? [{ ...remembered, refusal }]
          : []
        : isQuiet && (command.repeatable || decision.details !== undefined)
          ? [{ ...remembered, answer }]
          : []
    if (isQuiet && entry.length === 0) return undefined

    const envelopes = writeEvents(decision.events, { id, sequence: body.sequence, commandKey: command.digest, command })
    const done = relay.done(id)
    const outbox: OutboxEntry[] = [
      ...body.outbox.filter(({ event }) => !done.has(event.id)),
      ...envelopes.map((event) => ({ event, bodyHash: command.bodyHash, answer })),
    ]
    if (outbox.length > outboxMax) throw new BacklogError()
    const sequence = body.sequence + envelopes.length
    const details = decision.details === undefined ? body.details : sealer.seal(decision.details, contextOf(id))
    return {
      sequence,
      // What evolves is what is saved, so that a replay of history gives the same state.
      ...(sequence === 0
        ? { unborn: true }
        : {
            state: envelopes.reduce(
              (state, { type, data }) => definition.evolve(state, { type, data } as unknown as Event),
              toAggregate(id, body).state,
            ) as JsonObject,
          }),
      ...(details === undefined ? {} : { details }),
      outbox,
      answers: [...body.answers.filter((kept) => isKept(kept) && kept.key !== command.digest), ...entry],
      ...(outbox.length > 0 ? { pendingSince: body.pendingSince ?? now } : {}),
    }
  }

  /** Whether the write won; `unsure` when the store failed in the middle of it, so that it may or may not have happened. */
  const save = async (id: string, stored: Stored<AggregateBody> | undefined, body: AggregateBody): Promise<'saved' | 'lost' | { unsure: unknown }> => {
    try {
      if (stored) return (await documents.replace(id, body, { expectedRevision: stored.revision })) === 'replaced' ? 'saved' : 'lost'
      await documents.insert(id, body)
      return 'saved'
    } catch (error) {
      if (codeOf(error) === 'already-exists') return 'lost'
      if (codeOf(error) === 'store-unavailable') return { unsure: error }
      throw error
    }
  }

  /**
   * One attempt. It gives undefined where a kept document led to anything but a write: that may have been overtaken, so all is done again on a fresh one.
   */
  const attempt = async (
    id: string,
    command: KeyedCommand,
    decide: Decide,
    kept?: KeptDocument,
  ): Promise<Outcome<State> | 'lost' | { unsure: unknown } | undefined> => {
    const stored = kept?.stored ?? (await documents.get(id))
    const body = stored?.body ?? { sequence: 0, outbox: [], answers: [] }
    const current = toAggregate(id, body)
    const found = await findAnswer(id, body, command, kept?.keys)
    const isStale = command.expectedSequence !== undefined && command.expectedSequence !== body.sequence
    if (kept && (found || isStale)) return undefined
    if (found) {
      if (found.bodyHash !== command.bodyHash) throw new KeyReusedError()
      if ('refusal' in found) throw found.refusal
      return { id, sequence: body.sequence, state: current.state, answer: found.answer, repeated: true }
    }
    if (isStale) throw new StaleError()

    const decided = decideOn(current, decide)
    const next = nextBody(id, body, command, decided)
    if (next) {
      await onStep?.('before-write')
      const saved = await save(id, stored, next)
      if (saved !== 'saved') return saved
      afterSave({ id, revision: (stored?.revision ?? 0) + 1, body: next }, body, [command.digest])
      await onStep?.('after-write')
    } else if (kept) return undefined
    if ('thrown' in decided) throw decided.thrown
    const { sequence, state } = next ?? body
    return { id, sequence, state: (state as State | undefined) ?? current.state, answer: decided.decision.answer ?? {}, repeated: false }
  }

  const afterSave = (stored: Stored<AggregateBody>, before: AggregateBody, keys: readonly string[]): void => {
    const { id, body: after } = stored
    recent.keep(stored, { keys, isBirth: before.sequence === 0 })
    const kept = new Set(after.outbox.map(({ event }) => event.id))
    relay.trimmed(
      id,
      before.outbox.map(({ event }) => event.id).filter((eventId) => !kept.has(eventId)),
    )
    if (after.outbox.length > 0) relay.wrote(id, after.outbox)
  }

  /** Tries until the write is won. A write that may have happened is looked for in the same way as a repeat: by its command key. */
  const carryOut = async (id: string, asked: KeyedCommand, decide: Decide, unsureBefore?: unknown): Promise<Outcome<State>> => {
    let unsure = unsureBefore
    let kept = recent.take(id)
    for (let attempts = 1; attempts <= attemptsMax; attempts += 1) {
      if (attempts > 1) await sleep(runtime, backOffMs(runtime, attempts - 1, retry))
      try {
        const command = unsure === undefined ? asked : { ...asked, isFirst: false }
        const outcome = (kept && (await attempt(id, command, decide, kept))) ?? (await attempt(id, command, decide))
        if (outcome && outcome !== 'lost' && !('unsure' in outcome)) return outcome
        if (outcome && outcome !== 'lost') unsure = outcome.unsure
      } catch (error) {
        // A store that is away is told at once, but not while it is open whether something was changed.
        if (unsure === undefined || codeOf(error) !== 'store-unavailable') throw error
      }
      recent.drop(id)
      kept = undefined
    }
    throw unsure ?? new BusyError()
  }

  /**
   * Decides what waits one by one, each on what the one before it made, up to the first that is anything but a plain change (a repeat, a refusal,
   * nothing to do), and saves them by one write. Gives how many were saved; with `unsure`, of how many it is open.
   */
  const attemptTogether = async (id: string, waiting: readonly Waiting<Decide, Outcome<State>>[]): Promise<Together> => {
    const kept = recent.take(id)
    const stored = kept?.stored ?? (await documents.get(id))
    const before = stored?.body ?? { sequence: 0, outbox: [], answers: [] }
    const answered = await Promise.all(waiting.map(({ command }) => findAnswer(id, before, command, kept?.keys)))
    let body = before
    const outcomes: Outcome<State>[] = []
    const digests = new Set<string>()
    for (const [position, { command, decide, inItsTrace }] of waiting.entries()) {
      const isStale = command.expectedSequence !== undefined && command.expectedSequence !== body.sequence
      if (answered[position] || isStale || digests.has(command.digest)) break
      const { decision, next } = inItsTrace(() => {
        const decided = decideOn(toAggregate(id, body), decide)
        const isPlain = !('thrown' in decided) && decided.decision.events.length > 0
        return { decision: decided.decision, next: isPlain ? fitting(() => nextBody(id, body, command, decided)) : undefined }
      })
      if (!next) break
      body = next
      digests.add(command.digest)
      outcomes.push({ id, sequence: body.sequence, state: body.state as State, answer: decision.answer ?? {}, repeated: false })
    }
    // One alone gains nothing by coming this way.
    if (outcomes.length < 2) return { settled: 0 }
    await onStep?.('before-write')
    const saved = await save(id, stored, body)
    if (saved !== 'saved') {
      recent.drop(id)
      return saved === 'lost' ? { settled: 0 } : { settled: 0, asked: outcomes.length, ...saved }
    }
    afterSave({ id, revision: (stored?.revision ?? 0) + 1, body }, before, [...digests])
    await onStep?.('after-write')
    for (const [position, outcome] of outcomes.entries()) waiting[position]?.settle.resolve(outcome)
    return { settled: outcomes.length }
  }

  /** What a change makes of the document; undefined where that cannot be saved: alone it is told why. */
  const fitting = (make: () => AggregateBody | undefined): AggregateBody | undefined => {
    try {
      return make()
    } catch {
      return undefined
    }
  }

  const carryOutOne = async (id: string, { command, decide, inItsTrace, settle }: Waiting<Decide, Outcome<State>>, unsure?: unknown): Promise<void> => {
    await inItsTrace(() => carryOut(id, command, decide, unsure)).then(settle.resolve, settle.reject)
  }

  /** Carries out all that waits for one aggregate, in the order asked. */
  const carryOutAll = async (id: string, all: readonly Waiting<Decide, Outcome<State>>[]): Promise<void> => {
    let left = all
    while (left.length > 0) {
      // Whatever goes wrong together is told to each alone.
      const {
        settled,
        unsure,
        asked = 1,
      } = left.length > 1 ? await attemptTogether(id, left).catch((): Together => ({ settled: 0 })) : ({ settled: 0 } as Together)
      if (settled === 0) for (const one of left.slice(0, asked)) await carryOutOne(id, one, unsure)
      left = left.slice(settled === 0 ? asked : settled)
    }
  }
  const line = waitingPerId<Waiting<Decide, Outcome<State>>>(queue, carryOutAll)

  return {
    definition,
    relay,
    invariants: aggregateInvariants(source),
    get: async (id) => {
      const stored = await born.get(id)
      return stored && toAggregate(id, stored.body)
    },
    getMany: async (ids) => (await born.getMany(ids)).map((stored) => toAggregate(stored.id, stored.body)),
    find: async (query) => {
      const { documents: found, after } = await born.find(query)
      return { aggregates: found.map((stored) => toAggregate(stored.id, stored.body)), ...(after === undefined ? {} : { after }) }
    },
    count: born.count,
    tally: born.tally,
    update: (id, command, decide) => {
      const keyed = { ...command, digest: keyDigest(command.key), bodyHash: bodyDigest(command.body) }
      return inSpan(`${name}.update`, { 'patchwork.service': service, 'patchwork.aggregate.id': id }, () => {
        const { promise, resolve, reject } = Promise.withResolvers<Outcome<State>>()
        line.add(id, { command: keyed, decide, inItsTrace: AsyncLocalStorage.snapshot(), settle: { resolve, reject } })
        return promise
      })
    },
    history: async (id, { afterSequence = 0, limit = 200 } = {}): Promise<EventEnvelope[]> => {
      if (!Number.isInteger(limit) || limit < 1 || limit > 1_000) throw new RangeError('limit is a whole number from 1 to 1,000')
      // The document first: what is not in its outbox any more was archived before.
      const waiting = ((await documents.get(id))?.body.outbox ?? []).map(({ event }) => event).filter(({ sequence }) => sequence > afterSequence)
      const { documents: archived } = await history.find({
        where: { subject: { equals: id }, sequence: { above: afterSequence } },
        sort: [{ field: 'sequence', direction: 'ascending' }],
        limit,
      })
      const events = new Map([...archived.map(({ body }) => body.event), ...waiting].map((event) => [event.sequence, event]))
      return [...events.values()].sort((left, right) => left.sequence - right.sequence).slice(0, limit)
    },
    stop: async () => {
      watched.forget()
      standing.stop()
      await relay.stop()
    },
  }
}
