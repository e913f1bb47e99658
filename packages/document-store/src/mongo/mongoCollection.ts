import type { Model, mongo } from 'mongoose'
import type { Collection, CollectionDefinition, Scalar, Stored, TallyRow } from '../documentStore.ts'
import { AlreadyExistsError, NotUniqueError } from '../errors.ts'
import { fieldValues } from '../fieldValues.ts'
import { planConditions, planFind, planTally, sumOverflow, tallyRowsMax, tooManyGroups, writeAfter } from '../query.ts'
import { checkId, isStorableId, toJsonText } from '../storable.ts'
import { beside, type MongoDocument } from './documents.ts'
import { toStoreError } from './mongoErrors.ts'
import { tallyPipeline, toFilter, toSort } from './questions.ts'

export type DocumentModel = Model<MongoDocument>
type NativeCollection<Document extends mongo.BSON.Document> = mongo.Collection<Document>
const projection = { _id: 1, revision: 1, body: 1 } as const
type Found = Pick<MongoDocument, '_id' | 'revision' | 'body'>

/** A collection whose indexes are there. */
export const mongoCollection = <Body extends object>(definition: CollectionDefinition, model: DocumentModel): Collection<Body> => {
  const seam = async <Answer>(answer: PromiseLike<Answer>): Promise<Answer> => {
    try {
      return await answer
    } catch (error) {
      throw toStoreError(error, definition)
    }
  }
  // The driver's own collection, for what mongoose would hydrate and cast: the body is checked JSON already.
  const documents = model.collection as unknown as NativeCollection<MongoDocument>
  const stored = ({ _id, revision, body }: Found): Stored<Body> => ({ id: _id, revision, body: body as Body })
  const exists = async (id: string) => (await seam(model.exists({ _id: id }))) !== null
  /** The checked copy that is written, so that a caller who goes on with the body changes nothing. */
  const copyOf = (body: object): object => JSON.parse(toJsonText(body))

  return {
    definition,
    get: async (id) => {
      if (!isStorableId(id)) return undefined
      const found = await seam(model.findOne({ _id: id }, projection).lean<Found>())
      return found ? stored(found) : undefined
    },
    getMany: async (ids) => {
      const wanted = [...new Set(ids)].filter(isStorableId)
      if (wanted.length === 0) return []
      return (await seam(model.find({ _id: { $in: wanted } }, projection).lean<Found[]>())).map(stored)
    },
    insert: async (id, body) => {
      checkId(id)
      const copy = copyOf(body)
      const document = { _id: id, revision: 1, body: copy, ...beside(definition, id, copy) }
      await seam(documents.insertOne(document)).catch(async (error: unknown) => {
        // Where both hold, the id is what is told, on either store.
        throw error instanceof NotUniqueError && (await exists(id)) ? new AlreadyExistsError(`${definition.service}/${definition.name}`) : error
      })
      return { id, revision: 1, body: copy as Body }
    },
    replace: async (id, body, { expectedRevision }) => {
      const copy = copyOf(body)
      const document = { revision: expectedRevision + 1, body: copy, ...beside(definition, id, copy) }
      if (!isStorableId(id)) return 'missing'
      const { matchedCount } = await seam(documents.replaceOne({ _id: id, revision: expectedRevision }, document))
      if (matchedCount === 1) return 'replaced'
      return (await exists(id)) ? 'stale' : 'missing'
    },
    remove: async (id, options) => {
      if (!isStorableId(id)) return 'missing'
      const expected = options === undefined ? {} : { revision: options.expectedRevision }
      const { deletedCount } = await seam(model.deleteOne({ _id: id, ...expected }))
      if (deletedCount === 1) return 'removed'
      return (await exists(id)) ? 'stale' : 'missing'
    },
    find: async (query) => {
      const plan = planFind(definition, query)
      const found = await seam(
        model
          .find(toFilter(definition, plan), projection)
          .sort(toSort(plan.sort))
          .limit(plan.limit + 1)
          .allowDiskUse(true)
          .lean<Found[]>(),
      )
      const documents = found.slice(0, plan.limit).map(stored)
      const last = documents.at(-1)
      if (found.length <= plan.limit || !last) return { documents }
      const values = fieldValues(definition, last.body)
      return {
        documents,
        after: writeAfter(definition, query, { values: plan.sort.map(({ field }) => (values[field] as Scalar | undefined) ?? null), id: last.id }),
      }
    },
    count: async (where) => seam(model.countDocuments(toFilter(definition, planConditions(definition, where)))),
    tally: async (options) => {
      const { by, sum } = planTally(definition, options)
      const filter = toFilter(definition, planConditions(definition, options.where))
      const rows = await seam(documents.aggregate<TallyDocument>(tallyPipeline(filter, by, sum), { allowDiskUse: true }).toArray())
      if (rows.length > tallyRowsMax) throw tooManyGroups()
      // SQLite answers one row about nothing where nothing is grouped by.
      const all = rows.length === 0 && by.length === 0 ? [{ _id: {}, count: 0 }] : rows
      return all.map((row) => toTallyRow(row, by, sum))
    },
    clear: async () => {
      await seam(model.deleteMany({}))
    },
  }
}

type TallyDocument = { _id: Record<string, Scalar | null>; count: number } & { [sum: `s${number}`]: unknown }

const toTallyRow = (row: TallyDocument, by: readonly string[], sum: readonly string[]): TallyRow => ({
  by: Object.fromEntries(by.map((field, position) => [field, row._id[`g${position}`] ?? null])),
  count: row.count,
  sums: Object.fromEntries(
    sum.map((field, position) => {
      // A sum of longs that is no safe integer comes as an object of the driver.
      const value = row[`s${position}`] ?? 0
      if (!Number.isSafeInteger(value)) throw sumOverflow(field)
      return [field, value as number]
    }),
  ),
})
