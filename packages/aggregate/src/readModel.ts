import { createHash } from 'node:crypto'
import type { Collection, CollectionDefinition, FieldDefinition, IndexDefinition, Page, Query, Stored, TallyRow, Where } from '@patchwork/document-store'
import type { EventRun } from '@patchwork/event-log'
import type { EventEnvelope } from '@patchwork/events'
import { type Cancel, sleep } from '@patchwork/runtime'
import { backOffMs, codeOf } from './backOff.ts'
import { onlyBorn } from './births.ts'
import { canonicalJson } from './commandKey.ts'
import { type Consumer, consumeEach, type Effect, type EffectOfRun } from './consume.ts'
import { BusyError } from './errors.ts'
import { openMarks } from './marks.ts'
import type { Ports } from './ports.ts'
import { queuePerId } from './queuePerId.ts'

/** How often the other processes of a service look whether a rebuilt model has taken over. */
const followEveryMs = 1_000
const writeAttemptsMax = 20
/** A document is told from at most this many source aggregates; more would grow it without bound. One fact document per source is the rule. */
const sourcesMax = 1_000
const pageSize = 500
/** Events that may still be under way when a rebuilt model takes over; it goes on with them. */
const behindMax = 100

export type ReadModelOptions<Body extends object> = {
  service: string
  /** Kebab-case, unique in its service. */
  name: string
  /** Grows when `project`, `idOf`, the fields or the indexes change their meaning: the model is then built anew before it opens. */
  version: number
  topics: readonly string[]
  /** Fields that can be asked for, by their paths in the body that `project` gives. */
  fields?: Readonly<Record<string, FieldDefinition>>
  indexes?: Readonly<Record<string, IndexDefinition>>
  /** The document that an event tells something of; undefined passes it over. */
  idOf: (event: EventEnvelope) => string | undefined
  /**
   * What the event makes of the document: the next body, `current` itself to leave it, undefined for "there is none (any more)". Pure. Each event is
   * applied once and in order per source aggregate, also in a rebuild, so the body must depend on these events alone.
   */
  project: (current: Body | undefined, event: EventEnvelope) => Body | undefined
}

/** What may be read of a read model. Only its events write it. */
export type ReadCollection<Body extends object> = {
  get(id: string): Promise<Stored<Body> | undefined>
  getMany(ids: readonly string[]): Promise<Stored<Body>[]>
  /** A page can be shorter than its limit although there is an `after`. */
  find(query: Query): Promise<Page<Body>>
  count(where?: Where): Promise<number>
  tally(options: { where?: Where; by?: readonly string[]; sum?: readonly string[] }): Promise<TallyRow[]>
}

export type ReadModel<Body extends object> = {
  /** The live documents; ask each time, a rebuild changes which they are. */
  collection(): ReadCollection<Body>
  /**
   * Builds the model from the first event beside the live one, and takes over when it has caught up. Resolves then, with the count of its documents.
   * A call during a rebuild joins it. The former documents stay until the next rebuild, for processes that still read them.
   */
  rebuild(): Promise<{ documents: number }>
  /** A digest over every document and the last event of each source applied to it (SHA-256, hex): a rebuilt model has the same, to the event ids. */
  digest(): Promise<string>
  consumer(): Consumer
  caughtUp(): Promise<void>
  stop(): Promise<void>
}

/** The last event of a source aggregate that was applied. */
type Applied = { source: string; subject: string; sequence: number; eventId: string }
/** A document with how far each source aggregate has been applied to it. `unborn` where the projection says that there is none. */
type ReadBody<Body extends object> = { body?: Body; unborn?: true; applied: Applied[] }
/** Which generation of a model is live; `taken` is the highest number ever begun, below `kept` all but the live and the former one are cleared. */
type PointerBody = { version: number; live: number; former: number; taken: number; kept: number }
type Generation<Body extends object> = { number: number; documents: Collection<ReadBody<Body>>; consumer: Consumer }

/**
 * Opens a read model and keeps it up to date with its topics. On its first opening it fills while it is read; after its version has grown it is
 * built to the end before this resolves. Throws RangeError for a definition that contradicts itself.
 */
export const openReadModel = async <Body extends object>(options: ReadModelOptions<Body>, ports: Ports): Promise<ReadModel<Body>> => {
  const { service, name, version } = options
  const { runtime, logger } = ports
  const pointers = await ports.documents.collection<PointerBody>({ service, name: 'read-models', fields: {}, indexes: {} })
  const stopping = new AbortController()

  const openGeneration = async (number: number): Promise<Generation<Body>> => {
    const documents = await ports.documents.collection<ReadBody<Body>>(collectionOf(options, number))
    const group = groupOf(options, number)
    return { number, documents, consumer: await consumeEach({ service, group, topics: options.topics, ...applyTo(documents, options, ports) }, ports) }
  }

  const discard = async (number: number): Promise<void> => {
    await (await ports.documents.collection<ReadBody<Body>>(collectionOf(options, number))).clear()
    await (await openMarks({ service, group: groupOf(options, number) }, ports)).forget()
  }

  /** Changes the pointer by compare-and-set; gives it as it then is. `change` gives undefined to leave it. */
  const point = async (change: (pointer: PointerBody) => PointerBody | undefined): Promise<PointerBody> => {
    for (let attempts = 1; attempts <= writeAttemptsMax; attempts += 1) {
      if (attempts > 1) await sleep(runtime, backOffMs(runtime, attempts - 1, { firstMs: 2, mostMs: 100 }), stopping.signal)
      const stored = await pointers.get(name)
      if (!stored) {
        await pointers.insert(name, { version, live: 1, former: 0, taken: 1, kept: 1 }).catch((error: unknown) => {
          if (codeOf(error) !== 'already-exists') throw error
        })
        continue
      }
      const next = change(stored.body)
      if (!next) return stored.body
      if ((await pointers.replace(name, next, { expectedRevision: stored.revision })) === 'replaced') return next
    }
    throw new BusyError()
  }

  /** Builds a generation that nobody else writes, and makes it live; where a later one is live by then, gives that one. */
  const buildNext = async (): Promise<Generation<Body>> => {
    const { taken: number } = await point((pointer) => ({ ...pointer, taken: pointer.taken + 1 }))
    const next = await openGeneration(number)
    await isCaughtUp(next.consumer).catch(async (error: unknown) => {
      await next.consumer.stop()
      throw error
    })
    const pointer = await point((now) => (now.live < number ? { ...now, version, live: number, former: now.live } : undefined))
    if (pointer.live !== number) {
      await next.consumer.stop()
      await discard(number)
      return openGeneration(pointer.live)
    }
    for (let old = pointer.kept; old < number; old += 1) if (old !== pointer.former) await discard(old)
    await point((now) => (now.live === number ? { ...now, kept: pointer.former } : undefined))
    return next
  }

  /** Caught up as a group, whoever of its members handles what; live events keep coming, so a few may be under way. */
  const isCaughtUp = async (consumer: Consumer): Promise<void> => {
    for (let round = 1; ; round += 1) {
      await consumer.caughtUp()
      if ((await consumer.lag()).reduce((behind, topic) => behind + topic.behind, 0) <= behindMax) return
      await sleep(runtime, backOffMs(runtime, round, { firstMs: 20, mostMs: 500 }), stopping.signal)
      stopping.signal.throwIfAborted()
    }
  }

  const first = await point(() => undefined)
  if (first.version > version) throw new RangeError(`${service}/${name} was built by a newer version (${first.version}) of this program`)
  let live = first.version < version ? await buildNext() : await openGeneration(first.live)

  const switchTo = async (next: Generation<Body>): Promise<void> => {
    const former = live
    live = next
    await former.consumer.stop()
  }

  let building: Promise<{ documents: number }> | undefined
  const rebuild = async (): Promise<{ documents: number }> => {
    await switchTo(await buildNext())
    return { documents: await onlyBorn(live.documents).count() }
  }

  const follow = async (): Promise<void> => {
    if (building) return
    const pointer = await point(() => undefined)
    if (pointer.version === version && pointer.live > live.number) await switchTo(await openGeneration(pointer.live))
  }
  const followNowAndThen = (): Cancel =>
    runtime.after(followEveryMs, () => {
      follow()
        .catch((error: unknown) =>
          logger.warn({ code: codeOf(error), readModel: `${service}/${name}` }, 'Could not look whether a rebuilt read model took over'),
        )
        .finally(() => {
          if (!stopping.signal.aborted) cancelFollow = followNowAndThen()
        })
    })
  let cancelFollow = followNowAndThen()

  return {
    collection: () => readable(live.documents),
    rebuild: () => {
      building ??= rebuild().finally(() => {
        building = undefined
      })
      return building
    },
    digest: () => digestOf(live.documents),
    consumer: () => live.consumer,
    caughtUp: () => live.consumer.caughtUp(),
    stop: async () => {
      stopping.abort()
      cancelFollow()
      await live.consumer.stop()
    },
  }
}

const groupOf = ({ service, name }: { service: string; name: string }, generation: number) => `${service}-${name}-${generation}`

/** Where one generation of a read model lives. */
export const collectionOf = (
  { service, name, fields = {}, indexes = {} }: Pick<ReadModelOptions<object>, 'service' | 'name' | 'fields' | 'indexes'>,
  generation: number,
): CollectionDefinition => ({
  service,
  name: `${name}-${generation}`,
  fields: {
    ...Object.fromEntries(Object.entries(fields).map(([field, definition]) => [field, { ...definition, path: `body.${definition.path}` }])),
    unborn: { path: 'unborn', type: 'boolean' },
  },
  indexes: { ...indexes, 'still-unborn': { fields: ['unborn'], sparse: true } },
})

/**
 * Applies events to their documents, once: only a higher sequence of their source aggregate changes anything. Of a run those that follow on each other for
 * one document are one write.
 */
const applyTo = <Body extends object>(
  documents: Collection<ReadBody<Body>>,
  { idOf, project }: ReadModelOptions<Body>,
  { runtime }: Ports,
): { effect: Effect; effectOfRun: EffectOfRun } => {
  const queue = queuePerId()
  const applyOnce = async (id: string, run: EventRun): Promise<boolean> => {
    const stored = await documents.get(id)
    const [{ source, subject }] = run
    const applied = stored?.body.applied ?? []
    const upTo = applied.find((from) => from.source === source && from.subject === subject)?.sequence ?? 0
    const events = run.filter(({ sequence }) => sequence > upTo)
    const last = events.at(-1)
    if (last === undefined) return true
    const body = events.reduce<Body | undefined>(project, stored?.body.body)
    // Also when the body stays as it is: the trace keeps a slow former owner from applying these events after others have moved on.
    const others = applied.filter((from) => from.source !== source || from.subject !== subject)
    if (others.length >= sourcesMax) throw new RangeError(`A document of a read model has more than ${sourcesMax} sources`)
    const trace = { source, subject, sequence: last.sequence, eventId: last.id }
    const next = { ...(body === undefined ? { unborn: true as const } : { body }), applied: [...others, trace] }
    if (stored) return (await documents.replace(id, next, { expectedRevision: stored.revision })) === 'replaced'
    return documents.insert(id, next).then(
      () => true,
      (error: unknown) => {
        if (codeOf(error) === 'already-exists') return false
        throw error
      },
    )
  }
  const apply = (id: string, run: EventRun, signal: AbortSignal): Promise<void> =>
    queue.run(id, async () => {
      for (let attempts = 1; attempts <= writeAttemptsMax; attempts += 1) {
        if (attempts > 1) await sleep(runtime, backOffMs(runtime, attempts - 1, { firstMs: 2, mostMs: 100 }), signal)
        if (await applyOnce(id, run)) return
      }
      throw new BusyError()
    })
  const effectOfRun: EffectOfRun = async (run, { signal }) => {
    for (let begin = 0; begin < run.length; ) {
      const id = idOf(run[begin] as EventEnvelope)
      let end = begin + 1
      while (end < run.length && idOf(run[end] as EventEnvelope) === id) end += 1
      if (id !== undefined) await apply(id, run.slice(begin, end) as unknown as EventRun, signal)
      begin = end
    }
  }
  return { effect: (event, context) => effectOfRun([event], context), effectOfRun }
}

const readable = <Body extends object>(documents: Collection<ReadBody<Body>>): ReadCollection<Body> => {
  const born = onlyBorn(documents)
  const open = ({ id, revision, body }: Stored<ReadBody<Body>>): Stored<Body> => ({ id, revision, body: body.body as Body })
  return {
    get: async (id) => {
      const stored = await born.get(id)
      return stored && open(stored)
    },
    getMany: async (ids) => (await born.getMany(ids)).map(open),
    find: async (query) => {
      const page = await born.find(query)
      return { ...page, documents: page.documents.map(open) }
    },
    count: born.count,
    tally: born.tally,
  }
}

/** In the order of ids, and of sources in each; revisions are left out, they count writes and not facts. */
const digestOf = async <Body extends object>(documents: Collection<ReadBody<Body>>): Promise<string> => {
  const hash = createHash('sha256')
  let after: string | undefined
  do {
    const page = await documents.find({ limit: pageSize, ...(after === undefined ? {} : { after }) })
    for (const { id, body } of page.documents) {
      const applied = body.applied.map((from) => canonicalJson(from)).sort()
      hash.update(`${canonicalJson([id, body.body ?? null, applied])}\n`)
    }
    after = page.after
  } while (after !== undefined)
  return hash.digest('hex')
}
