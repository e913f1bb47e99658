import { inBatches } from '@patchwork/runtime'
import type { CollectionDefinition, IndexDefinition } from '../documentStore.ts'
import type { Concerns } from './concerns.ts'
import { besideOf, fieldKey, type MongoDocument, shapeOf } from './documents.ts'
import type { DocumentModel } from './mongoCollection.ts'
import { isNamespaceExists } from './mongoErrors.ts'

const batchSize = 500

type Index = { key: Record<string, 1>; name: string; unique?: true; partialFilterExpression?: Record<string, unknown> }

/** The documents that another definition wrote, and no others, so that a start finds them without a look at all that there are. */
const ofAnotherShape = (definition: CollectionDefinition): { $or: { shape: Record<string, string> }[] } => {
  const shape = shapeOf(definition)
  return { $or: [{ shape: { $lt: shape } }, { shape: { $gt: shape } }] }
}
const anotherShape = 'of-another-shape'

/**
 * Brings a collection to its definition: makes it, fills fields that are declared now and were not, builds indexes, drops those no longer declared.
 * A repeat changes nothing, and costs the same however many documents there are; two processes may do it at once. Throws UnstorableError where a body has
 * another type than a field now declares.
 */
export const migrate = async (definition: CollectionDefinition, model: DocumentModel, concerns: () => Concerns): Promise<void> => {
  await model.db.createCollection(model.collection.name).catch((error: unknown) => {
    if (!isNamespaceExists(error)) throw error
  })
  const { make, drop } = await planIndexes(definition, model)
  // Those that go must go first: a unique one would refuse what the new definition allows.
  for (const { name } of drop) await model.collection.dropIndex(name).catch(passOver('IndexNotFound'))
  const build = async (indexes: Index[]) => {
    if (indexes.length > 0) await model.collection.createIndexes(indexes)
  }
  const isForFilling = ({ name }: Index) => name === anotherShape
  await build(make.filter(isForFilling))
  await fill(definition, model, concerns().writeConcern)
  await build(make.filter((index) => !isForFilling(index)))
}

/** What bringing a collection to its definition does to its indexes: those it lacks, those it has as declared, and those that are not declared. */
export const planIndexes = async (definition: CollectionDefinition, model: DocumentModel): Promise<Record<'make' | 'same' | 'drop', Index[]>> => {
  const wanted = indexesOf(definition)
  const present = (await model.collection.indexes().catch(noneWithout('NamespaceNotFound'))).filter(({ name }) => name !== '_id_') as Index[]
  const isIn = (list: readonly Index[], index: Index) => list.some((one) => one.name === index.name && sameIndex(one, index))
  return {
    make: wanted.filter((index) => !isIn(present, index)),
    same: wanted.filter((index) => isIn(present, index)),
    drop: present.filter((index) => !isIn(wanted, index)),
  }
}

const noneWithout =
  (codeName: string) =>
  (error: { codeName?: unknown }): [] => {
    passOver(codeName)(error)
    return []
  }

const passOver = (codeName: string) => (error: { codeName?: unknown }) => {
  if (error.codeName !== codeName) throw error
}

const sameIndex = (one: Index, other: Index): boolean => {
  const text = ({ key, unique, partialFilterExpression }: Index) => JSON.stringify([Object.keys(key), unique === true, partialFilterExpression ?? null])
  return text(one) === text(other)
}

const indexesOf = (definition: CollectionDefinition): Index[] => [
  { name: anotherShape, key: { shape: 1 }, partialFilterExpression: ofAnotherShape(definition) },
  ...Object.entries(definition.indexes).map(([name, index]) => toIndex(definition, name, index)),
]

/** An index ends in the id, which is always the last sort key; a unique one in what tells apart the documents it does not hold for. */
const toIndex = (definition: CollectionDefinition, name: string, { fields, unique, sparse }: IndexDefinition): Index => {
  const isArray = definition.fields[fields[0]!]!.array === true
  const last = unique ? [`open.${name}`] : isArray ? [] : ['_id']
  return {
    name,
    key: Object.fromEntries([...fields.map(fieldKey), ...last].map((key) => [key, 1 as const])),
    ...(unique && { unique: true as const }),
    ...(sparse && { partialFilterExpression: { [fieldKey(fields[0]!)]: { $exists: true } } }),
  }
}

/** Takes the fields anew in documents that another definition wrote, each of them once. The revision stays: nothing that a caller sees has changed. */
const fill = async (definition: CollectionDefinition, model: DocumentModel, writeConcern: Concerns['writeConcern']): Promise<void> => {
  const beside = besideOf(definition)
  const found = model.find(ofAnotherShape(definition), { _id: 1, revision: 1, body: 1 }).lean<Pick<MongoDocument, '_id' | 'revision' | 'body'>>()
  for await (const batch of inBatches(found.cursor({ batchSize }), batchSize)) {
    const changes = batch.map(({ _id, revision, body }) => ({ updateOne: { filter: { _id, revision }, update: { $set: beside(_id, body) } } }))
    await model.collection.bulkWrite(changes as never, { ordered: false, writeConcern })
  }
}
