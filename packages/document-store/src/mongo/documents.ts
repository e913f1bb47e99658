import { Schema } from 'mongoose'
import { arrayFields, scalarFields } from '../definition.ts'
import type { CollectionDefinition, Scalar } from '../documentStore.ts'
import { fieldValues } from '../fieldValues.ts'

/**
 * How a document stands in MongoDB. `fields` holds the declared values beside the body, so that a question never depends on the body's shape.
 * `open` has an entry, the id, for each unique index that does not hold for want of a value; the index ends in it and so sees no two alike.
 * `shape` tells by which definition the fields were taken.
 */
export type MongoDocument = {
  _id: string
  revision: number
  body: object
  fields: Record<string, Scalar | Scalar[]>
  open: Record<string, string>
  shape: string
}

const types = { string: String, integer: Number, boolean: Boolean }

/** The schema of one collection: nothing but what is declared, nothing added, empty objects kept. */
export const schemaOf = (definition: CollectionDefinition, collection: string): Schema => {
  const scalars = scalarFields(definition).map(([name, { type }]) => [name, { type: types[type] }])
  const arrays = arrayFields(definition).map(([name, { type }]) => [name, { type: [types[type]], default: undefined }])
  const settings = { _id: false, id: false, minimize: false, strict: 'throw' } as const
  return new Schema(
    {
      _id: { type: String, required: true },
      revision: { type: Number, required: true },
      body: { type: Schema.Types.Mixed, required: true },
      fields: { type: new Schema(Object.fromEntries([...scalars, ...arrays]), settings), required: true },
      open: { type: Schema.Types.Mixed, required: true },
      shape: { type: String, required: true },
    },
    {
      collection,
      strict: 'throw',
      strictQuery: 'throw',
      minimize: false,
      versionKey: false,
      id: false,
      autoIndex: false,
      autoCreate: false,
      bufferCommands: false,
    },
  )
}

/** Gives what is stored beside a body under an id. It throws UnstorableError. */
export const besideOf = (definition: CollectionDefinition): ((id: string, body: object) => Pick<MongoDocument, 'fields' | 'open' | 'shape'>) => {
  const unique = Object.entries(definition.indexes).filter(([, index]) => index.unique)
  const shape = shapeOf(definition)
  return (id, body) => {
    const values = fieldValues(definition, body)
    const present = Object.entries(values).filter((entry): entry is [string, Scalar | Scalar[]] => entry[1] !== undefined)
    const open = unique.filter(([, { fields }]) => fields.some((field) => values[field] === undefined))
    return { fields: Object.fromEntries(present), open: Object.fromEntries(open.map(([name]) => [name, id])), shape }
  }
}

/** Which definition of fields and unique indexes a document's fields were taken by. */
export const shapeOf = ({ fields, indexes }: CollectionDefinition): string => {
  const unique = Object.entries(indexes).filter(([, index]) => index.unique)
  const sorted = (entries: [string, unknown][]) => entries.sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([
    sorted(Object.entries(fields).map(([name, { path, type, array }]) => [name, [path, type, array === true]])),
    sorted(unique.map(([name, index]) => [name, index.fields])),
  ])
}

export const fieldKey = (field: string): string => `fields.${field}`
