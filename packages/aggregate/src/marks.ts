import type { Collection, CollectionDefinition, DocumentStore } from '@patchwork/document-store'
import type { EventEnvelope } from '@patchwork/events'
import { instant, type Runtime } from '@patchwork/runtime'
import { codeOf } from './backOff.ts'

/**
 * How far one group has come with one source aggregate. Changed by compare-and-set only; `sequence` never goes back. What is parked stands in rows
 * of its own, `parkedFrom` to `parkedTo` say which; a row that was written just before a crash and is not between them does not count.
 */
export type MarkBody = {
  group: string
  source: string
  subject: string
  sequence: number
  parkedFrom?: number
  parkedTo?: number
  /** The group again while something is parked: finds what is parked. */
  parkedIn?: string
}

/**
 * Why an event waits. `gap`: the one before it never came; `failed`: its reaction threw each time; `unreadable`: its data is not what its definition
 * says; `behind`: an earlier one of its aggregate is parked. `code` is the error's stable code or its name, never its text.
 */
export type ParkedReason = { why: 'gap' | 'failed' | 'unreadable' | 'behind'; code?: string }

export type ParkedRowBody = { group: string; mark: string; sequence: number; event: EventEnvelope; reason: ParkedReason; parkedAt: string }

export type ParkedEvent = {
  group: string
  source: string
  subject: string
  sequence: number
  eventId: string
  type: string
  reason: ParkedReason
  parkedAt: string
}

/** A mark as it was loaded; revision 0 when there is none yet. */
export type Mark = { id: string; revision: number; body: MarkBody }
export type ParkedRow = { id: string; revision: number; body: ParkedRowBody }

const markCollection = (service: string): CollectionDefinition => ({
  service,
  name: 'marks',
  fields: { group: { path: 'group', type: 'string' }, parkedIn: { path: 'parkedIn', type: 'string' }, subject: { path: 'subject', type: 'string' } },
  indexes: { 'of-group': { fields: ['group'] }, 'with-parked': { fields: ['parkedIn', 'subject'], sparse: true } },
})

const parkedCollection = (service: string): CollectionDefinition => ({
  service,
  name: 'parked-events',
  fields: { group: { path: 'group', type: 'string' }, mark: { path: 'mark', type: 'string' }, sequence: { path: 'sequence', type: 'integer' } },
  indexes: { 'of-group': { fields: ['group'] }, 'of-mark': { fields: ['mark', 'sequence'], unique: true } },
})

/** Marks kept in memory, those moved longest ago go first; and how long each is trusted, far below the time that no-ops are remembered. */
const keptMax = 10_000
const keptMs = 60_000

const rowIdOf = (markId: string, sequence: number) => `${markId}#${sequence}`

export type Marks = Awaited<ReturnType<typeof openMarks>>

/** The marks of one group, in the store of the service that consumes. */
export const openMarks = async (options: { service: string; group: string }, ports: { documents: DocumentStore; runtime: Runtime }) => {
  const { service, group } = options
  const { documents, runtime } = ports
  const marks: Collection<MarkBody> = await documents.collection<MarkBody>(markCollection(service))
  const rows: Collection<ParkedRowBody> = await documents.collection<ParkedRowBody>(parkedCollection(service))

  const kept = new Map<string, { mark: Mark; at: number }>()
  const keep = (mark: Mark): void => {
    kept.delete(mark.id)
    kept.set(mark.id, { mark, at: runtime.now() })
    if (kept.size > keptMax) kept.delete(kept.keys().next().value as string)
  }
  const idOf = ({ source, subject }: { source: string; subject: string }) => `${group}:${source}:${subject}`

  const write = async (mark: Mark, body: MarkBody): Promise<boolean> => {
    if (mark.revision > 0) return (await marks.replace(mark.id, body, { expectedRevision: mark.revision })) === 'replaced'
    try {
      await marks.insert(mark.id, body)
      return true
    } catch (error) {
      if (codeOf(error) === 'already-exists') return false
      throw error
    }
  }
  /** Writes the mark if nobody else has since it was loaded, and gives it as it then is; undefined when somebody has. */
  const save = async (mark: Mark, body: MarkBody): Promise<Mark | undefined> => {
    kept.delete(mark.id)
    if (!(await write(mark, body))) return undefined
    const saved = { id: mark.id, revision: mark.revision + 1, body }
    if (body.parkedFrom === undefined) keep(saved)
    return saved
  }

  return {
    /**
     * The mark as this process left it a moment ago, with nothing parked. Another process may have moved it on: so it is good for passing over what
     * is at or below it, and for the event that follows it, whose saving then fails; not for parking.
     */
    recent: (event: EventEnvelope): Mark | undefined => {
      const found = kept.get(idOf(event))
      if (!found || Math.abs(runtime.now() - found.at) > keptMs || event.sequence > found.mark.body.sequence + 1) return undefined
      return found.mark
    },
    load: async ({ source, subject }: { source: string; subject: string }): Promise<Mark> => {
      const id = idOf({ source, subject })
      return (await marks.get(id)) ?? { id, revision: 0, body: { group, source, subject, sequence: 0 } }
    },
    /**
     * Moves the mark on by so many events; what is parked stays parked from `nextParked` on. Gives the mark as it then is, undefined when somebody else
     * changed it.
     */
    moveOn: async (mark: Mark, by: number, nextParked: number | undefined): Promise<Mark | undefined> => {
      const { parkedFrom: _from, parkedTo, parkedIn: _in, ...body } = mark.body
      const parked = nextParked === undefined || parkedTo === undefined ? {} : { parkedFrom: nextParked, parkedTo, parkedIn: group }
      return save(mark, { ...body, sequence: body.sequence + by, ...parked })
    },
    /** Puts an event among the parked: its row first, then the mark. False when somebody else changed the mark; the row then does not count yet. */
    park: async (mark: Mark, event: EventEnvelope, reason: ParkedReason): Promise<boolean> => {
      const { parkedFrom = event.sequence, parkedTo = event.sequence } = mark.body
      const row = { group, mark: mark.id, sequence: event.sequence, event, reason, parkedAt: instant(runtime) }
      const isNew = await rows.insert(rowIdOf(mark.id, event.sequence), row).then(
        () => true,
        (error: unknown) => {
          if (codeOf(error) === 'already-exists') return false
          throw error
        },
      )
      if (!isNew && mark.body.parkedFrom !== undefined && event.sequence >= parkedFrom && event.sequence <= parkedTo) return true
      // Also when the range stays as it is, so that a replay that is about to find nothing more has to look again.
      const saved = await save(mark, {
        ...mark.body,
        parkedFrom: Math.min(parkedFrom, event.sequence),
        parkedTo: Math.max(parkedTo, event.sequence),
        parkedIn: group,
      })
      // Somebody else handled it meanwhile: nobody counts on the row.
      if (!saved && isNew && ((await marks.get(mark.id))?.body.sequence ?? 0) >= event.sequence) await rows.remove(rowIdOf(mark.id, event.sequence))
      return saved !== undefined
    },
    giveReason: async (row: ParkedRow, reason: ParkedReason): Promise<void> => {
      await rows.replace(row.id, { ...row.body, reason }, { expectedRevision: row.revision })
    },
    /** The first parked event of a mark after a sequence. */
    nextRow: async (mark: Mark, afterSequence: number): Promise<ParkedRow | undefined> =>
      (
        await rows.find({
          where: { mark: { equals: mark.id }, sequence: { above: afterSequence } },
          sort: [{ field: 'sequence', direction: 'ascending' }],
          limit: 1,
        })
      ).documents[0],
    dropRow: async (mark: Mark, sequence: number): Promise<void> => {
      await rows.remove(rowIdOf(mark.id, sequence))
    },
    /** One page of marks that have something parked, or of all of them. */
    page: (options: { parkedOnly: boolean; subject?: string; limit: number; after?: string }) =>
      marks.find({
        where: {
          ...(options.parkedOnly ? { parkedIn: { equals: group } } : { group: { equals: group } }),
          ...(options.subject === undefined ? {} : { subject: { equals: options.subject } }),
        },
        limit: options.limit,
        ...(options.after === undefined ? {} : { after: options.after }),
      }),
    rowsOf: (mark: { id: string }, options: { limit: number; after?: string }) =>
      rows.find({
        where: { mark: { equals: mark.id } },
        sort: [{ field: 'sequence', direction: 'ascending' }],
        limit: options.limit,
        ...(options.after === undefined ? {} : { after: options.after }),
      }),
    countParked: (mark: Mark) => rows.count({ mark: { equals: mark.id }, sequence: { above: mark.body.sequence } }),
    count: () => marks.count({ group: { equals: group } }),
    /** Rows, by the index of the group: what is left of a crash is counted with them until it is looked at. */
    countAllParked: () => rows.count({ group: { equals: group } }),
    /** Takes away all that this group remembers; only for a group that is never used again. */
    forget: async (): Promise<void> => {
      for (const collection of [marks, rows] as Collection<object>[]) {
        for (;;) {
          const { documents: page } = await collection.find({ where: { group: { equals: group } }, limit: 500 })
          if (page.length === 0) break
          await Promise.all(page.map(({ id }) => collection.remove(id)))
        }
      }
    },
  }
}
