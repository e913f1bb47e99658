import { createHash } from 'node:crypto'
import { collectionName } from './definition.ts'
import type { CollectionDefinition, Condition, FieldDefinition, IndexDefinition, Query, Scalar, Sort, Where } from './documentStore.ts'
import { InvalidQueryError } from './errors.ts'
import { isOfType } from './fieldValues.ts'
import { isStorableId } from './storable.ts'

const limitMax = 1_000
const limitDefault = 200
/** Values of one `in`. */
const inMax = 20_000
/** Rows of one tally. */
export const tallyRowsMax = 10_000
const afterCharactersMax = 10_000

/** A bound on a scalar field; prefixes have become ranges. */
export type Bounds = { atLeast?: Scalar; above?: Scalar; atMost?: Scalar; below?: Scalar }
/** One condition in the few forms that a driver must know. */
export type Test =
  | { field: string; kind: 'equals'; value: Scalar }
  | { field: string; kind: 'missing' }
  | { field: string; kind: 'in'; values: Scalar[] }
  | { field: string; kind: 'range'; bounds: Bounds }
  | { field: string; kind: 'has'; value: Scalar }

/** The place of the last row of the page before: its sort values and its id. */
export type Cursor = { values: (Scalar | null)[]; id: string }

/** A query that has been checked. `index` is the declared index that serves it; absent where ids alone do. */
export type Plan = { tests: Test[]; sort: Sort; limit: number; after?: Cursor; index?: string }

/** Checks a query against its collection. Throws InvalidQueryError. */
export const planFind = (definition: CollectionDefinition, query: Query): Plan => {
  const { where = {}, sort = [], limit = limitDefault } = query
  const tests = planWhere(definition, where)
  if (!Number.isInteger(limit) || limit < 1 || limit > limitMax) throw new InvalidQueryError(`limit must be 1 to ${limitMax}`)
  for (const { field, direction } of sort) {
    if (fieldOf(definition, field).array) throw new InvalidQueryError(`Cannot sort by the array field ${field}`)
    if (direction !== 'ascending' && direction !== 'descending') throw new InvalidQueryError(`Sort ${field} ascending or descending`)
  }
  if (new Set(sort.map(({ field }) => field)).size !== sort.length) throw new InvalidQueryError('A field is sorted by twice')
  const index = indexFor(definition, tests, sort)
  const after = query.after === undefined ? undefined : readAfter(definition, { where, sort }, query.after)
  return { tests, sort, limit, ...(index !== undefined && { index }), ...(after && { after }) }
}

/** Checks the conditions of a count or tally, and which index serves them. Throws InvalidQueryError. */
export const planConditions = (definition: CollectionDefinition, where: Where = {}): Pick<Plan, 'tests' | 'index'> => {
  const tests = planWhere(definition, where)
  const index = indexFor(definition, tests, [])
  return { tests, ...(index !== undefined && { index }) }
}

/** Checks what a tally groups by and sums. Throws InvalidQueryError. */
export const planTally = (definition: CollectionDefinition, { by = [], sum = [] }: { by?: readonly string[]; sum?: readonly string[] }) => {
  for (const field of by) if (fieldOf(definition, field).array) throw new InvalidQueryError(`Cannot group by the array field ${field}`)
  for (const field of sum) {
    const { type, array } = fieldOf(definition, field)
    if (array || type !== 'integer') throw new InvalidQueryError(`Cannot sum ${field}: it is not an integer`)
  }
  return { by, sum }
}

/** A sum that left the integers that every store and JSON hold exactly. */
export const sumOverflow = (field: string) => new InvalidQueryError(`The sum of ${field} is beyond 2^53`)
export const tooManyGroups = () => new InvalidQueryError(`More than ${tallyRowsMax} groups`)

/** The direction of the id, which is the last key of every sort: that of the key before it, so that one index serves the sort read forwards or backwards. */
export const idDirection = (sort: Sort): Sort[number]['direction'] => sort.at(-1)?.direction ?? 'ascending'

/** What asks for the page after a row; readable only with the same where and sort. */
export const writeAfter = (definition: CollectionDefinition, query: Pick<Query, 'where' | 'sort'>, { values, id }: Cursor): string =>
  Buffer.from(JSON.stringify([digestOf(definition, query), ...values, id])).toString('base64url')

const readAfter = (definition: CollectionDefinition, query: Required<Pick<Query, 'where' | 'sort'>>, after: string): Cursor => {
  const foreign = () => new InvalidQueryError('after belongs to another query')
  const parts = after.length <= afterCharactersMax ? parseList(Buffer.from(after, 'base64url').toString()) : []
  if (parts.length !== query.sort.length + 2 || parts[0] !== digestOf(definition, query)) throw foreign()
  const values = parts.slice(1, -1)
  const id = parts.at(-1)
  const areTyped = query.sort.every(({ field }, position) => values[position] === null || isOfType(values[position], fieldOf(definition, field).type))
  if (!areTyped || !isStorableId(id)) throw foreign()
  return { values: values as (Scalar | null)[], id }
}

const parseList = (text: string): unknown[] => {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}

const digestOf = (definition: CollectionDefinition, { where = {}, sort = [] }: Pick<Query, 'where' | 'sort'>): string => {
  const canonical = Object.keys(where)
    .sort()
    .map((field) => [field, Object.entries(where[field]!).sort(([a], [b]) => (a < b ? -1 : 1))])
  const text = JSON.stringify([collectionName(definition), canonical, sort.map(({ field, direction }) => [field, direction])])
  return createHash('sha256').update(text).digest('base64url').slice(0, 16)
}

const fieldOf = (definition: CollectionDefinition, field: string): FieldDefinition => {
  if (!Object.hasOwn(definition.fields, field)) throw new InvalidQueryError(`${field} is not a declared field of ${definition.service}/${definition.name}`)
  return definition.fields[field]!
}

const planWhere = (definition: CollectionDefinition, where: Where): Test[] =>
  Object.entries(where).map(([field, condition]) => toTest(field, fieldOf(definition, field), condition))

const rangeKeys = new Set(['atLeast', 'above', 'atMost', 'below'])

const toTest = (field: string, declared: FieldDefinition, condition: Condition): Test => {
  const invalid = (reason: string) => new InvalidQueryError(`The condition on ${field} ${reason}`)
  const check = (value: unknown): Scalar => {
    if (!isOfType(value, declared.type)) throw invalid(`needs values of type ${declared.type}`)
    return value
  }
  const keys = typeof condition === 'object' && condition !== null ? Object.keys(condition) : []
  const only = keys.length === 1 ? keys[0] : undefined
  if (only === 'has' && 'has' in condition) {
    if (!declared.array) throw invalid('asks has of a field that is no array')
    return { field, kind: 'has', value: check(condition.has) }
  }
  if (declared.array) throw invalid('is on an array field, which can only be asked with has')
  if (only === 'equals' && 'equals' in condition)
    return condition.equals === null ? { field, kind: 'missing' } : { field, kind: 'equals', value: check(condition.equals) }
  if (only === 'in' && 'in' in condition) {
    if (!Array.isArray(condition.in)) throw invalid('needs a list')
    if (condition.in.length > inMax) throw invalid(`has more than ${inMax} values`)
    return { field, kind: 'in', values: [...new Set(condition.in.map(check))] }
  }
  if (only === 'prefix' && 'prefix' in condition) {
    if (declared.type !== 'string') throw invalid('asks the beginning of what is no text')
    return { field, kind: 'range', bounds: prefixBounds(String(check(condition.prefix))) }
  }
  if (keys.length === 0 || !keys.every((key) => rangeKeys.has(key))) throw invalid('must be one of equals, in, has, prefix, or bounds')
  return { field, kind: 'range', bounds: Object.fromEntries(Object.entries(condition).map(([key, value]) => [key, check(value)])) }
}

const lastCodePoint = 0x10ffff
const surrogates = { first: 0xd800, last: 0xdfff }

/**
 * All text that begins so. UTF-8 orders text as its code points do, so the first text past them ends in the code point after the last one;
 * a last code point that has none after it is dropped.
 */
const prefixBounds = (prefix: string): Bounds => {
  const codePoints = Array.from(prefix, (character) => character.codePointAt(0)!)
  while (codePoints.at(-1) === lastCodePoint) codePoints.pop()
  const last = codePoints.pop()
  if (last === undefined) return { atLeast: prefix }
  const next = last + 1 === surrogates.first ? surrogates.last + 1 : last + 1
  return { atLeast: prefix, below: [...codePoints, next].map((codePoint) => String.fromCodePoint(codePoint)).join('') }
}

/**
 * The declared index that serves best: the one of which most leading fields are asked for or sorted by. Throws InvalidQueryError when there is none,
 * for a question that reads a whole collection must not look like a cheap one.
 */
const indexFor = (definition: CollectionDefinition, tests: Test[], sort: Sort): string | undefined => {
  if (tests.length === 0 && sort.length === 0) return undefined
  const byField = new Map(tests.map((test) => [test.field, test]))
  const scored = Object.entries(definition.indexes).map(([name, index]) => ({ name, score: scoreOf(index, byField, sort) }))
  const best = scored.reduce<{ name: string; score: number } | undefined>((found, one) => (one.score > (found?.score ?? 0) ? one : found), undefined)
  if (best) return best.name
  const what = tests.length > 0 ? `where ${tests.map(({ field }) => field).join(', ')}` : `sort by ${sort.map(({ field }) => field).join(', ')}`
  throw new InvalidQueryError(`No index of ${definition.service}/${definition.name} begins with what is asked: ${what}`)
}

const scoreOf = ({ fields, sparse }: IndexDefinition, tests: Map<string, Test>, sort: Sort): number => {
  const first = tests.get(fields[0]!)
  if (!first && (tests.size > 0 || sort[0]?.field !== fields[0])) return 0
  // A sparse index lacks the documents without its first field, so it can only serve a question that lacks them too.
  if (sparse && (!first || first.kind === 'missing')) return 0
  let score = 0
  let sorted = 0
  for (const field of fields) {
    const test = tests.get(field)
    if (test && (test.kind === 'equals' || test.kind === 'missing' || test.kind === 'has')) score += 16
    else if (test?.kind === 'in') score += 8
    else if (test) return score + 4
    else if (sort[sorted]?.field === field) {
      score += 1
      sorted += 1
    } else return score
  }
  return score
}
