import { hash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { DocumentStore, Stored } from '@patchwork/document-store'
import type { LogPosition } from '@patchwork/event-log'
import type { EventEnvelope } from '@patchwork/events'
import { type Cancel, inBatches, type Runtime } from '@patchwork/runtime'
import type { Logger } from '@patchwork/telemetry'
import { compareWithLog, everyPage, examplesMax, type Stores } from './aggregateInvariants.ts'
import { codeOf } from './backOff.ts'
import { StoreBehindLogError } from './errors.ts'

const publishMax = 500
const documentsPerPage = 100
/** New events looked up at a time, each with its record. */
const newEventsPerLook = 250
/** While events are passed on, it is looked so often whether the standing should move on. */
const moveEveryMs = 15_000
/** Fewer new events than this are as well read by the next start. */
const moveFrom = 1_000
/** More than this within one interval is a rush, in which reading them once more would be felt: that is left for later, until so many wait. */
const rushFrom = 30_000
const moveAtLast = 500_000
/**
 * An event is published again by whoever goes on where a process ended, or where nobody knew whether it was published: within seconds. So many that came last are
 * remembered, and as many more while they are replaced.
 */
const recentMax = 10_000
const nameLength = 12

/** How the log stood when it was last read: it holds so many different events before `end`, each of which the store knew. */
type StandingBody = {
  published: number
  end: LogPosition
  /** The names of those that came last. */
  recent: string
}
const nothing: StandingBody = { published: 0, end: {}, recent: '' }

type Source = Stores & { definition: { service: string; name: string } }

export type LogStanding = {
  /**
   * To be called before anything is written: store or log may have been restored from a copy. Publishes again, in order, what the log lacks of history; gives how many
   * events that were. Throws StoreBehindLogError where the log holds events that the store lacks: such a store would give used sequences again. Reads what
   * is new since the standing, or everything where that does not add up; memory is bounded. A repeat publishes nothing.
   */
  reconcile(): Promise<{ republished: number }>
  /** So many events were passed on: the standing moves on now and then, or a start would have to read all that happened since the one before it. */
  passedOn(events: number): void
  /** Moves no more. What is being read is left. */
  stop(): void
}

/** How far the log of one kind of aggregate is known to agree with its history. */
export const openLogStanding = async (
  source: Source,
  { documents: store, runtime, logger }: { documents: DocumentStore; runtime: Runtime; logger: Logger },
): Promise<LogStanding> => {
  const { history, log, definition } = source
  const { service, name, topic } = definition
  const standings = await store.collection<StandingBody>({ service, name: 'log-standings', fields: {}, indexes: {} })

  const keep = async (before: Stored<StandingBody> | undefined, next: StandingBody): Promise<void> => {
    if (before && isDeepStrictEqual(before.body, next)) return
    // Another process that has written its own meanwhile is as right.
    if (before) await standings.replace(name, next, { expectedRevision: before.revision })
    else
      await standings.insert(name, next).catch((error: unknown) => {
        if (codeOf(error) !== 'already-exists') throw error
      })
  }

  /** Undefined where the log is shorter than it was, or `look` is not content with what is new. */
  const readOn = async (from: StandingBody, end: LogPosition, look: (events: readonly EventEnvelope[]) => boolean | Promise<boolean>) => {
    if (Object.entries(from.end).some(([part, at]) => (end[part] ?? 0) < at)) return undefined
    const recent = recentNames(from.recent)
    let { published } = from
    // What came since the end was asked for is read now, and again the next time; by then it is known.
    for await (const events of inBatches(log.read(topic, { from: from.end }), newEventsPerLook)) {
      if (!(await look(events))) return undefined
      for (const { id } of events) if (recent.add(id)) published += 1
    }
    return { standing: { published, end, recent: recent.words() }, isRecent: recent.has }
  }

  const reconcile = async (): Promise<{ republished: number }> => {
    const before = await standings.get(name)
    const archived = await history.count()
    const waiting = await archivedInOutboxes(source)
    const found = before && isStanding(before.body) ? await readOn(before.body, await log.end(topic), (events) => areKnown(source, events)) : undefined
    if (found) {
      // Whatever was archived by then is in the log, or still in its outbox; and whatever is in the log is archived by now.
      const unpublished = waiting.filter((id) => !found.isRecent(id)).length
      const { published } = found.standing
      if (archived - unpublished <= published && (published <= archived || published <= (await history.count()))) {
        await keep(before, found.standing)
        return { republished: 0 }
      }
    }
    const { republished } = await compareAll(source)
    const whole = await readOn(nothing, await log.end(topic), () => true)
    // What was published twice long ago was counted twice.
    if (whole) await keep(before, { ...whole.standing, published: Math.min(whole.standing.published, await history.count()) })
    return { republished }
  }

  let isStopped = false
  let passed = 0
  let passedBefore = 0
  let cancel: Cancel | undefined
  let isMoving = false

  /** An event is archived before it is published: of those that come while the place runs, none needs to be looked up. */
  const move = async (): Promise<void> => {
    const before = await standings.get(name)
    if (!before || !isStanding(before.body)) return
    const end = await log.end(topic)
    // Another process may have moved it.
    if (eventsBetween(before.body.end, end) < moveFrom) return
    const found = await readOn(before.body, end, () => !isStopped)
    if (found) await keep(before, found.standing)
  }

  const moveIfDue = (): void => {
    cancel = undefined
    const isRush = passed - passedBefore > rushFrom && passed < moveAtLast
    passedBefore = passed
    if (passed < moveFrom || isRush || isMoving) return void (passed > 0 && plan())
    passed = 0
    passedBefore = 0
    isMoving = true
    void move()
      .catch((error: unknown) => logger.debug({ code: codeOf(error), aggregate: `${service}/${name}` }, 'How far log and history agree could not be noted'))
      .finally(() => {
        isMoving = false
      })
  }
  const plan = (): void => {
    if (!isStopped) cancel ??= runtime.after(moveEveryMs, moveIfDue)
  }

  return {
    reconcile,
    passedOn: (events) => {
      passed += events
      plan()
    },
    stop: () => {
      isStopped = true
      cancel?.()
    },
  }
}

/** Earlier versions counted otherwise: where one of theirs is found, everything is read once. */
const isStanding = (body: Partial<StandingBody>): body is StandingBody => typeof body.published === 'number'

const eventsBetween = (from: LogPosition, to: LogPosition): number => Object.entries(to).reduce((sum, [part, at]) => sum + at - (from[part] ?? 0), 0)

/** The ids that came last, by 72 bits of their SHA-256. */
const recentNames = (words: string) => {
  const nameOf = (id: string) => hash('sha256', id, 'base64url').slice(0, nameLength)
  let older = new Set<string>()
  let newer = new Set(words.match(new RegExp(`.{${nameLength}}`, 'g')))
  const isKnown = (called: string) => newer.has(called) || older.has(called)
  return {
    has: (id: string) => isKnown(nameOf(id)),
    /** Whether it is new among them. */
    add: (id: string): boolean => {
      const called = nameOf(id)
      if (isKnown(called)) return false
      if (newer.size >= recentMax) [older, newer] = [newer, new Set()]
      newer.add(called)
      return true
    },
    words: () => [...older, ...newer].slice(-recentMax).join(''),
  }
}

/** Events that are in history and still in an outbox: whether the log holds them is open. */
const archivedInOutboxes = async ({ documents, history }: Stores): Promise<string[]> => {
  const found: string[] = []
  const pending = { where: { pendingSince: { above: '' } }, limit: documentsPerPage }
  for await (const page of everyPage((after) => documents.find({ ...pending, ...(after === undefined ? {} : { after }) })))
    found.push(...(await history.getMany(page.flatMap(({ body }) => body.outbox.map(({ event }) => event.id)))).map(({ id }) => id))
  return found
}

/** An event is archived before it is published, and its document was written before that: a store that knows less is older than the log. */
const areKnown = async ({ documents, history }: Stores, events: readonly EventEnvelope[]): Promise<boolean> => {
  const archived = new Map((await history.getMany([...new Set(events.map(({ id }) => id))])).map(({ id, body }) => [id, body.event]))
  const sequences = new Map((await documents.getMany([...new Set(events.map(({ subject }) => subject))])).map(({ id, body }) => [id, body.sequence]))
  return events.every(({ id, subject, sequence }) => {
    const own = archived.get(id)
    return own?.subject === subject && own.sequence === sequence && (sequences.get(subject) ?? 0) >= sequence
  })
}

const compareAll = async (source: Source): Promise<{ republished: number }> => {
  const { definition, history, log } = source
  let republished = 0
  const behind: string[] = []
  for await (const { id, standing, loggedUpTo, upTo } of compareWithLog(source)) {
    if (standing === 'behind' || standing === 'other') behind.push(id)
    if (behind.length >= examplesMax) break
    if (standing !== 'lacking' || behind.length > 0) continue
    // What is in history and still in the outbox is the relay's to publish: of that, history may lack an event that comes before another.
    const where = { subject: { equals: id }, sequence: { above: loggedUpTo, atMost: upTo } }
    const sort = [{ field: 'sequence', direction: 'ascending' }] as const
    for await (const page of everyPage((after) => history.find({ where, sort, limit: publishMax, ...(after === undefined ? {} : { after }) }))) {
      if (page.length === 0) continue
      await log.publish(page.map(({ body }) => ({ topic: definition.topic, event: body.event })))
      republished += page.length
    }
  }
  if (behind.length > 0) throw new StoreBehindLogError(`${definition.service}/${definition.name}`, behind)
  return { republished }
}
