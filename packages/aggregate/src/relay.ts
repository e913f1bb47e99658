import { isDeepStrictEqual } from 'node:util'
import type { EventLog } from '@patchwork/event-log'
import { type Cancel, type Runtime, sleep } from '@patchwork/runtime'
import type { Logger } from '@patchwork/telemetry'
import type { AggregateCollection, HistoryCollection, OutboxEntry } from './aggregateDocument.ts'
import { backOffMs, codeOf, isUnavailable } from './backOff.ts'
import { inParallel } from './inParallel.ts'
import { publishInSpans } from './messagingSpans.ts'
import type { Ports } from './ports.ts'
import type { QueuePerId } from './queuePerId.ts'
import type { RecentDocuments } from './recentDocuments.ts'

/** A write waits this long for others to share its trip, unless a trip is under way: then the next one takes it. */
const coalesceMs = 1
/** How often the store is searched for what a process that died left behind; a process that has a backlog of its own passes that on first, up to so many times. */
const searchEveryMs = 1_000
const searchPutOffMax = 10
/** Documents in one trip. */
const batchMax = 200
/** Archive inserts and trims under way at a time. */
const atOnceMax = 512
/** Documents remembered as written by this process; past it they are found by searching the store. */
const writtenMax = 5_000
/** Events remembered as archived and not yet published; past it they are archived when their turn has come to be published. */
const archivedMax = 20_000
/**
 * While documents are being written, one that is written again within this time is rid of what was passed on by its writer, at no cost; the others are
 * emptied together after it, or once nothing was written for `quietMs`. Well below `searchEveryMs`, or other processes would take the document for one
 * whose writer is gone.
 */
const trimAfterMs = 400
const quietMs = 50
const untrimmedMax = 1_000
const trimAttemptsMax = 20
const backOff = { firstMs: 50, mostMs: 5_000 }

export type Relay = {
  /** There is something to pass on; it need not be told what. */
  wake(): void
  /** Resolves when nothing waits in any outbox of this kind of aggregate, other processes' included. Rejects when the relay is stopped. */
  drained(): Promise<void>
  /** Ends after the trip under way; what still waits is passed on after the next start. */
  stop(): Promise<void>
}

/** What a writer tells the relay, and hears from it. */
export type RelayDesk = Relay & {
  /** This is the whole outbox as this process has just saved it. */
  wrote(id: string, outbox: readonly OutboxEntry[]): void
  /** Events of this document that are archived and published: a writer leaves them out of what it saves. */
  done(id: string): ReadonlySet<string>
  /** A writer saved the document without these events. */
  trimmed(id: string, eventIds: Iterable<string>): void
}

type Waiting = { id: string; entries: readonly OutboxEntry[] }

/**
 * Passes events on. Per document in order: archive to history, publish, remove from the outbox by event id. A crash at any point repeats and never
 * loses; two relays only repeat. Many documents share a trip. While log or store is away it waits longer each time, and writes stay possible.
 */
export const createRelay = (options: {
  label: string
  service: string
  topic: string
  documents: AggregateCollection
  history: HistoryCollection
  log: EventLog
  runtime: Runtime
  logger: Logger
  queue: QueuePerId
  recent: RecentDocuments
  /** Told how many events were published, each time. */
  passedOn(events: number): void
  onStep?: Ports['onStep']
}): RelayDesk => {
  const { label, service, topic, documents, history, log, runtime, logger, queue, recent, passedOn, onStep } = options
  /** The latest outbox of each document that this process wrote. */
  const written = new Map<string, readonly OutboxEntry[]>()
  /** Those of them that were written since what waits was last archived ahead. */
  const unarchived = new Set<string>()
  /** Events that were archived, or are just being, and are not known to be published. */
  const archived = new Map<string, Promise<void>>()
  let isPublishing = false
  let goingAhead: Promise<void> | undefined
  /** Event ids that are in history and in the log, and still in the outbox, by document. */
  const done = new Map<string, Set<string>>()
  /** The first event that waited in a document at the last search: seen again, its writer is gone. */
  let seenBefore = new Map<string, string>()
  /** While a page is read from the store: events that left their outbox meanwhile, which it may still show. */
  let leftMeanwhile: Set<string> | undefined
  const trims = new Set<Promise<void>>()
  const trimming = new Set<string>()
  let cancelTrim: Cancel | undefined
  /** Writes that it was told of. */
  let writes = 0
  const stopping = new AbortController()
  let searchDue: 'no' | 'for what was left' | 'for all' = 'for all'
  /** How often it came due and was put off. */
  let searchPutOff = 0
  let failures = 0
  let timer: Cancel | undefined
  let tripUnderWay: Promise<void> | undefined
  const nothing: ReadonlySet<string> = new Set()

  const waitingOf = (id: string, entries: readonly OutboxEntry[]): Waiting => ({
    id,
    entries: entries.filter((entry) => !done.get(id)?.has(entry.event.id) && !leftMeanwhile?.has(entry.event.id)),
  })

  const takeWritten = (): Waiting[] => {
    const taken: Waiting[] = []
    for (const [id, entries] of written) {
      if (taken.length === batchMax) break
      written.delete(id)
      unarchived.delete(id)
      taken.push(waitingOf(id, entries))
    }
    return taken.filter(({ entries }) => entries.length > 0)
  }

  /** Pages through everything pending; a document that another living process is about to pass on is left to it until the next search. */
  const search = async (depth: 'for what was left' | 'for all'): Promise<void> => {
    const seen = new Map<string, string>()
    let after: string | undefined
    do {
      leftMeanwhile = new Set()
      const page = await documents.find({
        where: { pendingSince: { above: '' } },
        sort: [{ field: 'pendingSince', direction: 'ascending' }],
        limit: batchMax,
        ...(after === undefined ? {} : { after }),
      })
      const batch: Waiting[] = []
      for (const { id, body } of page.documents) {
        const waiting = waitingOf(id, body.outbox)
        const first = waiting.entries[0]?.event.id
        if (first === undefined || written.has(id)) continue
        if (depth === 'for all' || seenBefore.get(id) === first) batch.push(waiting)
        else if (seen.size < writtenMax) seen.set(id, first)
      }
      leftMeanwhile = undefined
      await noteArchived(batch)
      await passOn(batch)
      after = page.after
    } while (after !== undefined && !stopping.signal.aborted)
    seenBefore = seen
  }

  const archive = async (entry: OutboxEntry): Promise<void> => {
    const { event } = entry
    try {
      await history.insert(event.id, entry)
    } catch (error) {
      if (codeOf(error) !== 'already-exists') throw error
      const kept = await history.get(event.id)
      if (kept && !isDeepStrictEqual(kept.body.event, event)) throw error
    }
  }

  const archiveOnce = (entry: OutboxEntry): Promise<void> => {
    const { id } = entry.event
    const begun = archived.get(id)
    if (begun || archived.size >= archivedMax) return begun ?? archive(entry)
    const archiving = archive(entry)
    archived.set(id, archiving)
    archiving.catch(() => archived.delete(id))
    return archiving
  }

  /** Of what a process left that died while the log was away, most is archived: that is asked for at once, where each insert that is refused costs three requests. */
  const noteArchived = async (batch: readonly Waiting[]): Promise<void> => {
    const unsure = batch
      .flatMap(({ entries }) => entries.map(({ event }) => event))
      .filter(({ id }) => !archived.has(id))
      .slice(0, archivedMax - archived.size)
    if (unsure.length === 0) return
    const kept = new Map((await history.getMany(unsure.map(({ id }) => id))).map(({ id, body }) => [id, body.event]))
    for (const event of unsure) if (archived.size < archivedMax && isDeepStrictEqual(kept.get(event.id), event)) archived.set(event.id, Promise.resolve())
  }

  /**
   * While the log is waited for, what was written meanwhile is archived already: the next trip has only to publish it, and after a time without a log so has
   * every trip. Nothing is published ahead, so no event overtakes another.
   */
  const goAhead = (): void => {
    const isDue = () => (isPublishing || failures > 0) && unarchived.size > 0 && archived.size < archivedMax && !stopping.signal.aborted
    if (goingAhead || !isDue()) return
    const ahead = async (): Promise<void> => {
      while (isDue()) {
        await sleep(runtime, coalesceMs, stopping.signal)
        const entries = [...unarchived].flatMap((id) => waitingOf(id, written.get(id) ?? []).entries)
        unarchived.clear()
        await inParallel(entries.slice(0, archivedMax - archived.size), atOnceMax, archiveOnce)
      }
    }
    goingAhead = ahead()
      // The trip whose turn it is meets the same fault, and tells.
      .catch(() => undefined)
      .finally(() => {
        goingAhead = undefined
      })
  }

  const passOn = async (batch: readonly Waiting[]): Promise<void> => {
    if (batch.length === 0) return
    try {
      await inParallel(
        batch.flatMap(({ entries }) => entries),
        atOnceMax,
        archiveOnce,
      )
      await onStep?.('after-archive')
      isPublishing = true
      goAhead()
      await publishInSpans(
        { log, service, topic },
        batch.flatMap(({ entries }) => entries.map(({ event }) => event)),
      ).finally(() => {
        isPublishing = false
      })
      passedOn(batch.reduce((sum, { entries }) => sum + entries.length, 0))
      await onStep?.('after-publish')
    } catch (error) {
      if (isUnavailable(error) || batch.length === 1) throw error
      // One document's fault must not hold up the others: each goes alone, and only what fails alone stays behind.
      return passOnOneByOne(batch)
    }
    for (const { id, entries } of batch) {
      const ids = done.get(id) ?? new Set()
      for (const { event } of entries) {
        ids.add(event.id)
        archived.delete(event.id)
      }
      done.set(id, ids)
    }
    if (done.size > untrimmedMax) trimAll()
    else if (cancelTrim === undefined) trimOnceQuiet()
    while (trims.size > batchMax) await Promise.race(trims)
  }

  const passOnOneByOne = async (batch: readonly Waiting[]): Promise<void> => {
    for (const waiting of batch) {
      try {
        await passOn([waiting])
      } catch (error) {
        if (isUnavailable(error)) throw error
        logger.error({ code: codeOf(error), aggregate: label, aggregateId: waiting.id, err: error }, 'The events of one record cannot be passed on')
      }
    }
  }

  const trimOnceQuiet = (looksLeft = trimAfterMs / quietMs - 1): void => {
    const before = writes
    cancelTrim = runtime.after(quietMs, () => {
      if (looksLeft === 0 || writes === before) trimAll()
      else trimOnceQuiet(looksLeft - 1)
    })
  }

  /** Removes what was passed on from all outboxes in which no writer has done so meanwhile. */
  const trimAll = (): void => {
    cancelTrim?.()
    cancelTrim = undefined
    for (const id of done.keys()) if (!trimming.has(id)) beginTrim(id)
  }

  const trimmedAll = async (): Promise<void> => {
    trimAll()
    await Promise.all(trims)
  }

  const beginTrim = (id: string): void => {
    trimming.add(id)
    const trim = queue
      .run(id, () => trimNow(id))
      .catch((error: unknown) => {
        // It stays marked as pending in the store, so a later search finds it; to publish it again then is only a repeat.
        logger.warn({ code: codeOf(error), aggregate: label, aggregateId: id }, 'An outbox could not be emptied yet')
        done.delete(id)
      })
      .finally(() => {
        trims.delete(trim)
        trimming.delete(id)
      })
    trims.add(trim)
  }

  /** Runs in the document's own line, so that only writers of other processes can come between. */
  const trimNow = async (id: string): Promise<void> => {
    for (let attempt = 1; attempt <= trimAttemptsMax; attempt += 1) {
      const ids = done.get(id)
      if (!ids || ids.size === 0) return
      const kept = attempt === 1 ? recent.take(id)?.stored : undefined
      const stored = kept ?? (await documents.get(id))
      if (!stored) return
      const { pendingSince, ...body } = stored.body
      const outbox = body.outbox.filter(({ event }) => !ids.has(event.id))
      if (outbox.length === body.outbox.length) {
        // What is kept is older than what another process wrote and left to be passed on.
        if (kept) continue
        return void done.delete(id)
      }
      const rest = outbox.length > 0 && pendingSince !== undefined ? { pendingSince } : {}
      const next = { ...body, outbox, ...rest }
      if ((await documents.replace(id, next, { expectedRevision: stored.revision })) === 'replaced') {
        recent.keep({ id, revision: stored.revision + 1, body: next })
        trimmed(id, ids)
        return void (await onStep?.('after-trim'))
      }
      await sleep(runtime, backOffMs(runtime, attempt, { firstMs: 2, mostMs: 200 }), stopping.signal)
    }
    throw new Error('Other processes changed the record each time')
  }

  const trimmed = (id: string, eventIds: Iterable<string>): void => {
    const gone = new Set(eventIds)
    const ids = done.get(id)
    for (const eventId of gone) {
      ids?.delete(eventId)
      leftMeanwhile?.add(eventId)
      archived.delete(eventId)
    }
    if (ids?.size === 0) done.delete(id)
    // What was noted before they were removed would send them again.
    const noted = written.get(id)?.filter(({ event }) => !gone.has(event.id))
    if (noted?.length === 0) {
      written.delete(id)
      unarchived.delete(id)
    } else if (noted) written.set(id, noted)
  }

  const trip = async (): Promise<void> => {
    const batch = takeWritten()
    try {
      await passOn(batch)
      if (searchDue !== 'no' && (written.size === 0 || searchPutOff >= searchPutOffMax)) {
        searchPutOff = 0
        const depth = searchDue
        searchDue = 'no'
        await search(depth).catch((error: unknown) => {
          searchDue = depth
          throw error
        })
      }
      failures = 0
      // What is left of it was published by another process.
      if (written.size === 0 && !goingAhead) archived.clear()
    } catch (error) {
      failures += 1
      searchPutOff = 0
      if (isUnavailable(error)) for (const { id, entries } of batch) if (written.size < writtenMax && !written.has(id)) written.set(id, entries)
      // What there was no room for is in the store: the search finds it, and in this process it need not wait for a second search.
      searchDue = 'for all'
      logger.warn({ code: codeOf(error), aggregate: label, attempt: failures, err: isUnavailable(error) ? undefined : error }, 'Events wait to be passed on')
    }
  }

  const travel = (): Promise<void> => {
    timer?.()
    timer = undefined
    tripUnderWay ??= trip().finally(() => {
      tripUnderWay = undefined
      schedule()
    })
    return tripUnderWay
  }

  const schedule = (): void => {
    if (stopping.signal.aborted || tripUnderWay || timer) return
    if (failures > 0) timer = runtime.after(backOffMs(runtime, failures, backOff), travel)
    else if (written.size > 0 || searchDue !== 'no') timer = runtime.after(coalesceMs, travel)
  }

  const searchNowAndThen = (): Cancel =>
    runtime.after(searchEveryMs, () => {
      if (searchDue === 'no') searchDue = 'for what was left'
      else searchPutOff += 1
      cancelSearch = searchNowAndThen()
      schedule()
    })
  let cancelSearch = searchNowAndThen()
  schedule()

  return {
    wrote: (id, outbox) => {
      writes += 1
      if (written.size < writtenMax || written.has(id)) {
        written.set(id, outbox)
        unarchived.add(id)
        goAhead()
      }
      schedule()
    },
    done: (id) => done.get(id) ?? nothing,
    trimmed,
    wake: () => {
      searchDue = 'for all'
      schedule()
    },
    drained: async () => {
      let waits = 0
      while (!stopping.signal.aborted) {
        await tripUnderWay
        if (written.size === 0) {
          // What was passed on already would only be found by the search.
          await trimmedAll()
          searchDue = 'for all'
        }
        await travel()
        await trimmedAll()
        if (written.size > 0 && failures === 0) continue
        if (failures === 0 && (await documents.count({ pendingSince: { above: '' } }).catch(() => 1)) === 0) return
        waits += 1
        await sleep(runtime, backOffMs(runtime, waits, { firstMs: 5, mostMs: 500 }), stopping.signal)
      }
      throw new Error('The relay was stopped')
    },
    stop: async () => {
      stopping.abort()
      timer?.()
      cancelSearch()
      await tripUnderWay
      await goingAhead
      await trimmedAll()
    },
  }
}
