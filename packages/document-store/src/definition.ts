import type { CollectionDefinition, FieldDefinition } from './documentStore.ts'

/** Names become parts of names of tables, columns and indexes in both stores, so they are kept this plain. */
const kebabCase = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/
const fieldName = /^[a-zA-Z][a-zA-Z0-9]*$/
const fieldPath = /^[a-zA-Z_][a-zA-Z0-9_-]*(\.[a-zA-Z_][a-zA-Z0-9_-]*)*$/
const types = new Set(['string', 'integer', 'boolean'])
/** Every index costs each write; more than this is a mistake. */
const indexesMax = 30

/** The full name of a collection in the store. */
export const collectionName = ({ service, name }: { service: string; name: string }): string => `${service}__${name}`

/** Throws RangeError for a definition that contradicts itself or that the stores could not hold under its names. */
export const checkDefinition = (definition: CollectionDefinition): void => {
  const { service, name, fields, indexes } = definition
  const fail = (what: string): never => {
    throw new RangeError(`Collection ${service}/${name}: ${what}`)
  }
  if (!kebabCase.test(service) || !kebabCase.test(name)) fail('service and name must be kebab-case')
  const seen = new Set<string>()
  for (const [field, { path, type }] of Object.entries(fields)) {
    if (!fieldName.test(field)) fail(`the field name ${field} must be letters and digits`)
    if (!fieldPath.test(path)) fail(`the path of field ${field} must be names joined by dots`)
    if (!types.has(type)) fail(`the type of field ${field} is unknown`)
    if (seen.has(field.toLowerCase())) fail(`two fields are called ${field} when case is ignored`)
    seen.add(field.toLowerCase())
  }
  if (Object.keys(indexes).length > indexesMax) fail(`there are more than ${indexesMax} indexes`)
  for (const [index, { fields: indexed }] of Object.entries(indexes)) {
    if (!kebabCase.test(index)) fail(`the index name ${index} must be kebab-case`)
    if (indexed.length === 0) fail(`index ${index} has no field`)
    if (new Set(indexed).size !== indexed.length) fail(`index ${index} has a field twice`)
    for (const field of indexed) {
      if (!Object.hasOwn(fields, field)) fail(`index ${index} is on the undeclared field ${field}`)
      if (fields[field]!.array && indexed.length > 1) fail(`index ${index} has the array field ${field} beside others`)
    }
  }
}

export const scalarFields = (definition: CollectionDefinition): [string, FieldDefinition][] =>
  Object.entries(definition.fields).filter(([, { array }]) => !array)

export const arrayFields = (definition: CollectionDefinition): [string, FieldDefinition][] => Object.entries(definition.fields).filter(([, { array }]) => array)
