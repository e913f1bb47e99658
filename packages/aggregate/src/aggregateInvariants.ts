import type { Stored } from '@patchwork/document-store'
import type { EventLog } from '@patchwork/event-log'
import type { EventEnvelope } from '@patchwork/events'
import type { AggregateDefinition, PlainEvent } from './aggregate.ts'
import type { AggregateBody, AggregateCollection, HistoryBody, HistoryCollection } from './aggregateDocument.ts'
import { canonicalJson } from './commandKey.ts'
import type { Invariant } from './invariant.ts'

const documentsPerPage = 100
const eventsPerPage = 1_000
/** Aggregates followed through one reading of the log; memory is bounded by it, and more aggregates mean more readings. */
const aggregatesPerReading = 50_000
export const examplesMax = 10

/** Counts what was looked at and what was wrong. */
export const tallyOf = () => {
  const result = { checked: 0, violations: 0, examples: [] as string[] }
  return {
    result,
    look: (isRight: boolean, example: string, count = 1) => {
      result.checked += count
      if (isRight) return
      result.violations += 1
      if (result.examples.length < examplesMax && !result.examples.includes(example)) result.examples.push(example)
    },
  }
}

export type Stores = { documents: AggregateCollection; history: HistoryCollection; log: EventLog; definition: { topic: string } }
type Source<State extends object, Event extends PlainEvent> = Stores & { definition: AggregateDefinition<State, Event> }

/** Pages through a whole collection in the order of ids. */
export async function* everyPage<Body>(
  find: (after: string | undefined) => Promise<{ documents: Stored<Body>[]; after?: string }>,
): AsyncGenerator<Stored<Body>[]> {
  let after: string | undefined
  do {
    const page = await find(after)
    yield page.documents
    after = page.after
  } while (after !== undefined)
}

const pagesOf = ({ documents }: { documents: AggregateCollection }) =>
  everyPage((after) => documents.find({ limit: documentsPerPage, ...(after === undefined ? {} : { after }) }))

/** Archived events of some aggregates, in order per aggregate. */
async function* archived(history: HistoryCollection, subjects: readonly string[]): AsyncGenerator<HistoryBody> {
  const query = {
    where: { subject: { in: subjects } },
    sort: [
      { field: 'subject', direction: 'ascending' },
      { field: 'sequence', direction: 'ascending' },
    ],
    limit: eventsPerPage,
  } as const
  for await (const page of everyPage((after) => history.find({ ...query, ...(after === undefined ? {} : { after }) }))) yield* page.map(({ body }) => body)
}

/** The last event that must be in history, and in the log: all before those that still wait in the outbox. */
const archivedUpTo = (body: AggregateBody): number => (body.outbox[0]?.event.sequence ?? body.sequence + 1) - 1

/**
 * Gives each aggregate with every event it ever had, folded one by one: from history up to where its outbox begins, then from the outbox.
 * The document is read first, so what a writer adds meanwhile is left for the next time.
 */
async function* folded<Fold>(
  source: Stores,
  start: () => Fold,
  step: (fold: Fold, event: EventEnvelope) => Fold,
): AsyncGenerator<{ id: string; body: AggregateBody; fold: Fold }> {
  for await (const page of pagesOf(source)) {
    const folds = new Map(page.map(({ id }) => [id, start()]))
    const bodies = new Map(page.map(({ id, body }) => [id, body]))
    for await (const { event } of archived(source.history, [...bodies.keys()])) {
      const body = bodies.get(event.subject)
      if (body && event.sequence <= archivedUpTo(body)) folds.set(event.subject, step(folds.get(event.subject) as Fold, event))
    }
    for (const [id, body] of bodies) yield { id, body, fold: body.outbox.reduce((fold, { event }) => step(fold, event), folds.get(id) as Fold) }
  }
}

/** What must hold over everything that one kind of aggregate has stored and published; looked at page by page, also while it is written. */
export const aggregateInvariants = <State extends object, Event extends PlainEvent>(source: Source<State, Event>): Invariant[] => {
  const { definition, documents, history } = source
  const label = `${definition.service}/${definition.name}`
  return [
    {
      name: `${label}: events run from the first to the last without a gap`,
      check: async () => {
        const { result, look } = tallyOf()
        const next = (last: number, event: EventEnvelope) => (event.sequence === last + 1 ? event.sequence : Number.NaN)
        for await (const { id, body, fold } of folded(source, () => 0, next)) look(fold === body.sequence, id)
        return result
      },
    },
    {
      name: `${label}: state equals its events, replayed`,
      check: async () => {
        const { result, look } = tallyOf()
        const evolve = (state: State | undefined, { type, data }: EventEnvelope) =>
          definition.evolve(state ?? definition.initial, { type, data } as unknown as Event)
        for await (const { id, body, fold } of folded<State | undefined>(source, () => undefined, evolve)) {
          look(canonicalJson(fold) === canonicalJson(body.state), id)
        }
        return result
      },
    },
    {
      name: `${label}: each event id is used once`,
      check: async () => {
        const { result, look } = tallyOf()
        for await (const page of everyPage((after) => history.find({ limit: eventsPerPage, ...(after === undefined ? {} : { after }) }))) {
          for (const { id, body } of page) look(body.event.id === id, id)
        }
        for await (const page of pagesOf(source)) {
          const waiting = page.flatMap(({ body }) => body.outbox.map(({ event }) => event))
          const known = new Map((await history.getMany(waiting.map(({ id }) => id))).map(({ id, body }) => [id, body.event]))
          for (const event of waiting) {
            const before = known.get(event.id)
            look(!before || (before.subject === event.subject && before.sequence === event.sequence), event.id, before ? 0 : 1)
          }
        }
        return result
      },
    },
    {
      name: `${label}: the log holds every archived event, in order, and no other`,
      check: async () => {
        const { result, look } = tallyOf()
        for await (const { id, standing } of compareWithLog(source)) look(standing === 'equal', id)
        return result
      },
    },
    {
      name: `${label}: waiting to be passed on (a count; it is never wrong to wait)`,
      check: async () => ({ checked: await documents.count({ pendingSince: { above: '' } }), violations: 0, examples: [] }),
    },
  ]
}

/** A digest of a chain of event ids: two chains with the same one hold the same ids in the same order. */
const chained = (chain: number, eventId: string): number => {
  let next = chain
  for (let at = 0; at < eventId.length; at += 1) next = Math.imul(next ^ eventId.charCodeAt(at), 0x01000193)
  return Math.imul(next ^ 0xff, 0x01000193)
}
const chainStart = 0x811c9dc5 | 0

/**
 * How an aggregate stands to the log. `lacking`: the log ends before what was archived, at `loggedUpTo`; `disordered`: an event came before one it
 * follows; `other`: the same sequence holds another event; `behind`: the log holds more than the store ever had.
 */
type Standing = 'equal' | 'lacking' | 'disordered' | 'other' | 'behind'
/** The log holds the events up to `loggedUpTo`, without a gap, where it should hold those up to `upTo`: what comes after may still wait in the outbox. */
type Compared = { id: string; standing: Standing; loggedUpTo: number; upTo: number }
type Followed = { upTo: number; chain: number; loggedUpTo: number; loggedMax: number; loggedChain: number; isDisordered: boolean }

/** Compares every aggregate, and every key of the topic, with the log: in bounded memory, by ranges of ids, one reading of the log for each. */
export async function* compareWithLog(source: Stores): AsyncGenerator<Compared> {
  const { history } = source
  let from: string | undefined
  let followed = new Map<string, Followed>()
  for await (const page of pagesOf(source)) {
    for (const { id, body } of page)
      followed.set(id, { upTo: archivedUpTo(body), chain: chainStart, loggedUpTo: 0, loggedMax: 0, loggedChain: chainStart, isDisordered: false })
    for await (const { event } of archived(
      history,
      page.map(({ id }) => id),
    )) {
      const key = followed.get(event.subject)
      if (key && event.sequence <= key.upTo) key.chain = chained(key.chain, event.id)
    }
    if (followed.size < aggregatesPerReading) continue
    const to = page.at(-1)?.id
    yield* standings(source, followed, { from, to })
    from = to
    followed = new Map()
  }
  yield* standings(source, followed, { from, to: undefined })
}

const isBefore = (left: string, right: string) => Buffer.compare(Buffer.from(left), Buffer.from(right)) <= 0

async function* standings(
  { definition, documents, log }: Stores,
  followed: Map<string, Followed>,
  range: { from: string | undefined; to: string | undefined },
): AsyncGenerator<Compared> {
  const strangers = new Map<string, number>()
  for await (const event of log.read(definition.topic)) {
    const key = followed.get(event.subject)
    if (key) follow(key, event)
    else if ((range.from === undefined || !isBefore(event.subject, range.from)) && (range.to === undefined || isBefore(event.subject, range.to))) {
      if (strangers.size < aggregatesPerReading) strangers.set(event.subject, Math.max(strangers.get(event.subject) ?? 0, event.sequence))
    }
  }
  for (const [id, key] of followed) {
    const standing = standingOf(key)
    // A writer may have gone on since the document was read; only what the store does not know now is more than it ever had.
    const isBehind = key.loggedMax > key.upTo && ((await documents.get(id))?.body.sequence ?? 0) < key.loggedMax
    yield { id, standing: isBehind ? 'behind' : standing, loggedUpTo: key.loggedUpTo, upTo: key.upTo }
  }
  for (const [id, sequence] of strangers) {
    if (((await documents.get(id))?.body.sequence ?? 0) < sequence) yield { id, standing: 'behind', loggedUpTo: sequence, upTo: 0 }
  }
}

const follow = (key: Followed, event: EventEnvelope): void => {
  key.loggedMax = Math.max(key.loggedMax, event.sequence)
  if (event.sequence > key.loggedUpTo + 1) key.isDisordered = true
  if (event.sequence !== key.loggedUpTo + 1) return
  key.loggedUpTo = event.sequence
  if (event.sequence <= key.upTo) key.loggedChain = chained(key.loggedChain, event.id)
}

const standingOf = (key: Followed): Standing => {
  if (key.loggedUpTo < key.upTo) return 'lacking'
  if (key.loggedChain !== key.chain) return 'other'
  return key.isDisordered ? 'disordered' : 'equal'
}
