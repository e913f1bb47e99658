import { isDeepStrictEqual } from 'node:util'
import type { DocumentStore } from '@patchwork/document-store'
import type { LogPosition } from '@patchwork/event-log'
import type { EventEnvelope } from '@patchwork/events'
import { compareWithLog, everyPage, examplesMax, type Stores } from './aggregateInvariants.ts'
import { codeOf } from './backOff.ts'
import { StoreBehindLogError } from './errors.ts'
import { seenWords } from './seenWords.ts'

const publishMax = 500
const documentsPerPage = 100
/**
 * New events of one kind that a start reads one by one: a digest of each is kept, 16 MB in all, and room for half as much again while they move. A place that
 * saw more since its last start is compared as a whole, in bounded memory.
 */
const newEventsMax = 1_000_000
/** New events looked up at a time, each with its record. */
const newEventsPerLook = 250

/** How history and log stood when they were last found equal: so many events were in history and in no outbox any more, all of them before `end`. */
type StandingBody = { settled: number; end: LogPosition }
type Now = StandingBody & { waiting: ReadonlySet<string> }
type Source = Stores & { definition: { service: string; name: string } }

/**
 * To be called before anything is written: either may have been restored from a copy. Publishes again, in order, what the log lacks of history; gives
 * how many events that were. Throws StoreBehindLogError where the log holds events that the store lacks: such a store would give used sequences
 * again. Reads what is new since it last found both equal, or everything where that does not add up or is more than `newMax` events; memory is bounded. A repeat
 * publishes nothing.
 */
export const reconcile = async (source: Source, store: DocumentStore, { newMax = newEventsMax } = {}): Promise<{ republished: number }> => {
  const { service, name, topic } = source.definition
  const standings = await store.collection<StandingBody>({ service, name: 'log-standings', fields: {}, indexes: {} })
  const before = await standings.get(name)
  const now = await standNow(source, topic)
  const found = before ? await compareNew(source, before.body, now, newMax) : 'unclear'
  const { republished } = found === 'unclear' ? await compareAll(source) : { republished: 0 }
  if (found === 'ahead' || republished > 0) return { republished }
  const standing = { settled: now.settled, end: now.end }
  if (before && isDeepStrictEqual(before.body, standing)) return { republished }
  if (before) await standings.replace(name, standing, { expectedRevision: before.revision })
  else
    await standings.insert(name, standing).catch((error: unknown) => {
      // Another process that starts now has written its own.
      if (codeOf(error) !== 'already-exists') throw error
    })
  return { republished }
}

/** The log's end is asked for last: whatever counts as settled was published before it, also while others write. */
const standNow = async ({ documents, history, log }: Stores, topic: string): Promise<Now> => {
  const archived = await history.count()
  const waiting = new Set<string>()
  let unsettled = 0
  const pending = { where: { pendingSince: { above: '' } }, limit: documentsPerPage }
  for await (const page of everyPage((after) => documents.find({ ...pending, ...(after === undefined ? {} : { after }) }))) {
    const ids = page.flatMap(({ body }) => body.outbox.map(({ event }) => event.id))
    for (const id of ids) waiting.add(id)
    unsettled += (await history.getMany(ids)).length
  }
  return { settled: archived - unsettled, end: await log.end(topic), waiting }
}

/**
 * Looks at what was published since. `equal`: that is what was settled since, no more and no less; `ahead`: others were publishing meanwhile;
 * `unclear`: the log is shorter than it was, lacks something, or holds what the store does not know.
 */
const compareNew = async (source: Source, before: StandingBody, now: Now, newMax: number): Promise<'equal' | 'ahead' | 'unclear'> => {
  if (Object.entries(before.end).some(([part, at]) => (now.end[part] ?? 0) < at)) return 'unclear'
  const settled = now.settled - before.settled
  if (settled > newMax) return 'unclear'
  // Two ids taken for one would count as one too few, and so lead to everything being read.
  const published = seenWords()
  for await (const events of inPages(source.log.read(source.definition.topic, { from: before.end }))) {
    if (!(await areKnown(source, events))) return 'unclear'
    for (const { id } of events) if (!now.waiting.has(id)) published.add(id)
    if (published.size() > newMax) return 'unclear'
  }
  if (published.size() < settled) return 'unclear'
  return published.size() === settled ? 'equal' : 'ahead'
}

async function* inPages(events: AsyncIterable<EventEnvelope>): AsyncGenerator<EventEnvelope[]> {
  let page: EventEnvelope[] = []
  for await (const event of events) {
    page.push(event)
    if (page.length < newEventsPerLook) continue
    yield page
    page = []
  }
  if (page.length > 0) yield page
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
  for await (const { id, standing, loggedUpTo } of compareWithLog(source)) {
    if (standing === 'behind' || standing === 'other') behind.push(id)
    if (behind.length >= examplesMax) break
    if (standing !== 'lacking' || behind.length > 0) continue
    const where = { subject: { equals: id }, sequence: { above: loggedUpTo } }
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
