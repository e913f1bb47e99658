import type { CollectionDefinition, FieldDefinition, Scalar } from './documentStore.ts'
import { UnstorableError } from './errors.ts'
import { isPlainText } from './storable.ts'

/** What a document has in a declared field; undefined where it is missing. An array has each of its values once. */
export type FieldValues = Record<string, Scalar | Scalar[] | undefined>

/** The declared fields of a body. Throws UnstorableError where one has another type than declared. */
export const fieldValues = ({ fields }: CollectionDefinition, body: object): FieldValues => {
  const values: FieldValues = {}
  for (const name of Object.keys(fields)) values[name] = declaredValue(fields[name] as FieldDefinition, body)
  return values
}

const declaredValue = (field: FieldDefinition, body: object): Scalar | Scalar[] | undefined => {
  const value = valueAt(body, field.path)
  if (value === undefined || value === null) return undefined
  if (!field.array) return checked(value, field)
  if (!Array.isArray(value)) throw new UnstorableError(`/${field.path.replaceAll('.', '/')}`, 'must be a list, as its field is declared')
  return value.length === 0 ? undefined : [...new Set(value.map((element) => checked(element, field)))]
}

/** Each path in its steps: there are as many as fields are declared. */
const stepsOf = new Map<string, string[]>()

const valueAt = (body: object, path: string): unknown => {
  const known = stepsOf.get(path)
  const steps = known ?? path.split('.')
  if (!known) stepsOf.set(path, steps)
  let value: unknown = body
  for (const step of steps) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = (value as Record<string, unknown>)[step]
  }
  return value
}

const checked = (value: unknown, { path, type }: FieldDefinition): Scalar => {
  if (!isOfType(value, type)) throw new UnstorableError(`/${path.replaceAll('.', '/')}`, `must be ${nameOf[type]}, as its field is declared`)
  return value
}

const nameOf = { string: 'text without NUL characters', integer: 'an integer', boolean: 'true or false' }

/** Whether a value has the declared type, exactly: no text for a number, no 1 for true. */
export const isOfType = (value: unknown, type: FieldDefinition['type']): value is Scalar => {
  if (type === 'string') return typeof value === 'string' && isPlainText(value)
  if (type === 'integer') return Number.isSafeInteger(value) && !Object.is(value, -0)
  return typeof value === 'boolean'
}
