import type { Runtime } from '@patchwork/runtime'
import type { Model, mongo } from 'mongoose'
import type { Collection, CollectionDefinition, Scalar, Stored, TallyRow } from '../documentStore.ts'
import { StoreUnavailableError } from '../errors.ts'
import { fieldValues } from '../fieldValues.ts'
import { planConditions, planFind, planTally, sumOverflow, tallyRowsMax, tooManyGroups, writeAfter } from '../query.ts'
import { checkId, isStorableId, toJsonText } from '../storable.ts'
import type { Concerns } from './concerns.ts'
import { besideOf, type MongoDocument } from './documents.ts'
import { type Found, gatherReads, projection } from './gatheredReads.ts'
import type { Write, Written } from './gatheredWrites.ts'
import { toStoreError } from './mongoErrors.ts'
import { tallyPipeline, toFilter, toSort } from './questions.ts'

export type DocumentModel = Model<MongoDocument>

/** The driver asks by a plain object which keys to leave as bytes, and would find those that every object inherits: a list under "constructor". */
const fieldsAsRaw = Object.fromEntries(
  Object.getOwnPropertyNames(Object.prototype)
    .filter((name) => name !== '__proto__')
    .map((name) => [name, false]),
)

/** A collection whose indexes are there. */
export const mongoCollection = <Body extends object>(
  definition: CollectionDefinition,
  model: DocumentModel,
  { concerns, runtime, write }: { concerns: () => Concerns; runtime: Pick<Runtime, 'after'>; write: (write: Write) => Promise<Written> },
): Collection<Body> => {
  const seam = async <Answer>(answer: PromiseLike<Answer>): Promise<Answer> => {
    try {
      return await answer
    } catch (error) {
      throw toStoreError(error, definition)
    }
  }
  // Bodies go through the driver's own collection: they are checked JSON already, and mongoose would look into them for its own.
  const documents = (): mongo.Collection<MongoDocument> => {
    const { db } = model.db
    // While it is connected anew there is none.
    if (!db) throw new StoreUnavailableError('MongoDB is being connected anew')
    return db.collection<MongoDocument>(model.collection.name, { fieldsAsRaw, ...concerns() })
  }
  const read = gatherReads(runtime, documents)
  const beside = besideOf(definition)
  const stored = ({ _id, revision, body }: Found): Stored<Body> => ({ id: _id, revision, body: body as Body })
  const exists = async (id: string) => (await seam(documents().findOne({ _id: id }, { projection: { _id: 1 } }))) !== null
  /** What is written: a checked copy of the body, so that a caller who goes on with it changes nothing. */
  const written = (id: string, revision: number, body: object) => {
    const text = toJsonText(body)
    const copy: object = JSON.parse(text)
    return {
      collection: documents(),
      client: model.db.getClient(),
      document: { _id: id, revision, body: copy, ...beside(id, copy) },
      bytes: text.length,
    }
  }

  return {
    definition,
    get: async (id) => {
      if (!isStorableId(id)) return undefined
      const found = await seam(read(id))
      return found ? stored(found) : undefined
    },
    getMany: async (ids) => {
      const wanted = [...new Set(ids)].filter(isStorableId)
      if (wanted.length === 0) return []
      return (
        await seam(
          documents()
            .find<Found>({ _id: { $in: wanted } }, { projection })
            .toArray(),
        )
      ).map(stored)
    },
    insert: async (id, body) => {
      checkId(id)
      const insert = written(id, 1, body)
      // MongoDB looks at the id first, so a taken id is told as such also where an index would refuse it too.
      await seam(write(insert))
      return { id, revision: 1, body: insert.document.body as Body }
    },
    replace: async (id, body, { expectedRevision }) => {
      const replacement = written(id, expectedRevision + 1, body)
      if (!isStorableId(id)) return 'missing'
      const answer = await seam(write({ ...replacement, replaces: expectedRevision }))
      return answer === 'written' ? 'replaced' : answer
    },
    remove: async (id, options) => {
      if (!isStorableId(id)) return 'missing'
      const expected = options === undefined ? {} : { revision: options.expectedRevision }
      const { deletedCount } = await seam(documents().deleteOne({ _id: id, ...expected }, { writeConcern: concerns().writeConcern }))
      if (deletedCount === 1) return 'removed'
      return (await exists(id)) ? 'stale' : 'missing'
    },
    find: async (query) => {
      const plan = planFind(definition, query)
      const options = { projection, sort: toSort(definition, plan), limit: plan.limit + 1, allowDiskUse: true }
      const found = await seam(documents().find<Found>(toFilter(definition, plan), options).toArray())
      const page = found.slice(0, plan.limit).map(stored)
      const last = page.at(-1)
      if (found.length <= plan.limit || !last) return { documents: page }
      const values = fieldValues(definition, last.body)
      return {
        documents: page,
        after: writeAfter(definition, query, { values: plan.sort.map(({ field }) => (values[field] as Scalar | undefined) ?? null), id: last.id }),
      }
    },
    count: async (where) => {
      const filter = toFilter(definition, planConditions(definition, where))
      // How many there are at all MongoDB would find out by reading each of them; the index of ids is a small part of that.
      const byIds = Object.keys(filter).length === 0 ? { hint: '_id_' } : {}
      return seam(documents().countDocuments(filter, { ...byIds, readConcern: concerns().readConcern }))
    },
    tally: async (options) => {
      const { by, sum } = planTally(definition, options)
      const filter = toFilter(definition, planConditions(definition, options.where))
      const rows = await seam(
        documents()
          .aggregate<TallyDocument>(tallyPipeline(filter, by, sum), { allowDiskUse: true })
          .toArray(),
      )
      if (rows.length > tallyRowsMax) throw tooManyGroups()
      // SQLite answers one row about nothing where nothing is grouped by.
      const all = rows.length === 0 && by.length === 0 ? [{ _id: {}, count: 0 }] : rows
      return all.map((row) => toTallyRow(row, by, sum))
    },
    clear: async () => {
      await seam(documents().deleteMany({}, { writeConcern: concerns().writeConcern }))
    },
  }
}

type TallyDocument = { _id: Record<string, Scalar | null>; count: number } & { [sum: `s${number}`]: unknown }

const toTallyRow = (row: TallyDocument, by: readonly string[], sum: readonly string[]): TallyRow => ({
  by: Object.fromEntries(by.map((field, position) => [field, row._id[`g${position}`] ?? null])),
  count: row.count,
  sums: Object.fromEntries(
    sum.map((field, position) => {
      // A sum beyond 2^53 is rounded, or comes as an object of the driver.
      const value = row[`s${position}`] ?? 0
      if (!Number.isSafeInteger(value)) throw sumOverflow(field)
      return [field, value as number]
    }),
  ),
})
