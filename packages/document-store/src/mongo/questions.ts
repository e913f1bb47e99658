import type { CollectionDefinition, FieldDefinition, Scalar, Sort } from '../documentStore.ts'
import { idDirection, type Plan, type Test, tallyRowsMax } from '../query.ts'
import { fieldKey } from './documents.ts'

export type Filter = Record<string, unknown>

const bounds = { atLeast: '$gte', above: '$gt', atMost: '$lte', below: '$lt' } as const
/** The least value of each type: whatever is present is at least this. Missing is never stored as null. */
const least: Record<FieldDefinition['type'], Scalar> = { string: '', integer: Number.MIN_SAFE_INTEGER, boolean: false }

/** The documents a plan asks for; an empty filter for all. */
export const toFilter = (definition: CollectionDefinition, { tests, sort, after, index }: Pick<Plan, 'tests' | 'index'> & Partial<Plan>): Filter => {
  const parts = tests.map(condition)
  const first = index === undefined ? undefined : definition.indexes[index]!
  // Says what a partial index needs to hear before it may be used.
  if (first?.sparse) parts.push({ [fieldKey(first.fields[0]!)]: { $exists: true } })
  if (after && sort) parts.push(behind(definition, sort, after))
  return parts.length === 0 ? {} : parts.length === 1 ? parts[0]! : { $and: parts }
}

/** The order of a plan, down to the id. */
export const toSort = (definition: CollectionDefinition, { sort, tests, index }: Pick<Plan, 'sort' | 'tests' | 'index'>): Record<string, 1 | -1> => ({
  ...Object.fromEntries(sort.map(({ field, direction }) => [fieldKey(field), sign(direction)])),
  [isOrderOfUnique(definition, { sort, tests, index }) ? `open.${index}` : '_id']: sign(idDirection(sort)),
})
const sign = (direction: Sort[number]['direction']): 1 | -1 => (direction === 'ascending' ? 1 : -1)

/**
 * Whether a unique index gives the order by itself. It ends in what tells apart the documents that it does not hold for, which is their id, and others are never
 * alike: so its last key orders as the id would, and asked for the id itself MongoDB would sort what it had read in order already.
 */
const isOrderOfUnique = (definition: CollectionDefinition, { sort, tests, index }: { sort: Sort; tests: Test[]; index: string | undefined }): boolean => {
  const { fields = [], unique } = (index === undefined ? undefined : definition.indexes[index]) ?? {}
  if (!unique || sort.length === 0 || sort.some(({ direction }) => direction !== idDirection(sort))) return false
  const isSettled = (field: string) => tests.some((test) => test.field === field && (test.kind === 'equals' || test.kind === 'missing'))
  const open = fields.filter((field) => sort.some((one) => one.field === field) || !isSettled(field))
  return open.length === sort.length && open.every((field, position) => sort[position]!.field === field)
}

const condition = (test: Test): Filter => {
  const key = fieldKey(test.field)
  switch (test.kind) {
    case 'equals':
    case 'has':
      return { [key]: { $eq: test.value } }
    case 'missing':
      return { [key]: { $eq: null } }
    case 'in':
      return { [key]: { $in: test.values } }
    case 'range':
      return { [key]: Object.fromEntries((Object.entries(test.bounds) as [keyof typeof bounds, Scalar][]).map(([bound, value]) => [bounds[bound], value])) }
  }
}

/** Documents behind the cursor in the order of the sort. Missing comes first ascending and last descending, as null does in MongoDB. */
const behind = (definition: CollectionDefinition, sort: Sort, { values, id }: NonNullable<Plan['after']>): Filter => {
  const rest = sort.reduceRight<Filter>(
    (later, { field, direction }, position) => {
      const key = fieldKey(field)
      const value = values[position] ?? null
      const alike = { $and: [{ [key]: { $eq: value } }, later] }
      if (value === null && direction === 'descending') return alike
      if (value === null) return { $or: [{ [key]: { $gte: least[definition.fields[field]!.type] } }, alike] }
      if (direction === 'ascending') return { $or: [{ [key]: { $gt: value } }, alike] }
      return { $or: [{ [key]: { $lt: value } }, { [key]: { $eq: null } }, alike] }
    },
    { _id: { [idDirection(sort) === 'ascending' ? '$gt' : '$lt']: id } },
  )
  // Said once more about the first key alone, so that the index can start there and keep its order.
  const [first] = sort
  const value = values[0] ?? null
  if (first === undefined || value === null) return rest
  return { $and: [{ [fieldKey(first.field)]: first.direction === 'ascending' ? { $gte: value } : { $not: { $gt: value } } }, rest] }
}

/** Groups under `_id.g0`, `_id.g1`, …, sums under `s0`, `s1`, …. MongoDB adds numbers without losing a digit and rounds the sum. */
export const tallyPipeline = (filter: Filter, by: readonly string[], sum: readonly string[]): Filter[] => {
  const sums = sum.map((field, position) => [`s${position}`, { $sum: `$${fieldKey(field)}` }])
  const groups = by.map((field, position) => [`g${position}`, { $ifNull: [`$${fieldKey(field)}`, null] }])
  return [
    { $match: filter },
    { $group: { _id: Object.fromEntries(groups), count: { $sum: 1 }, ...Object.fromEntries(sums) } },
    { $sort: Object.fromEntries([...by.map((_, position) => [`_id.g${position}`, 1]), ['_id', 1]]) },
    { $limit: tallyRowsMax + 1 },
  ]
}
