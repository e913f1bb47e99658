import type { SqlValue, Statement } from '@patchwork/place-file'
import type { CollectionDefinition } from '../documentStore.ts'
import { idDirection, type Plan, type Test, tallyRowsMax } from '../query.ts'
import { columnOf, encode, encodeList, entriesOf, indexNameOf, quoted, tableOf } from './tables.ts'

type Sql = { sql: string; parameters: SqlValue[] }
const directions = { ascending: 'ASC', descending: 'DESC' } as const
const column = (field: string) => `d.${quoted(columnOf(field))}`

/** The page that a plan asks for, and one row more, which tells whether another page follows. */
export const findStatement = (definition: CollectionDefinition, plan: Plan): Statement => {
  const { from, conditions } = source(definition, plan)
  if (plan.after) conditions.push(behind(plan))
  const order = [...plan.sort.map(({ field, direction }) => `${column(field)} ${directions[direction]}`), `d.id ${directions[idDirection(plan.sort)]}`].join(
    ', ',
  )
  const { sql, parameters } = all(conditions)
  return { sql: `SELECT d.id, d.revision, d.body FROM ${from}${sql} ORDER BY ${order} LIMIT ?`, parameters: [...parameters, plan.limit + 1], mode: 'all' }
}

export const countStatement = (definition: CollectionDefinition, plan: Pick<Plan, 'tests' | 'index'>): Statement => {
  const { from, conditions } = source(definition, plan)
  const { sql, parameters } = all(conditions)
  return { sql: `SELECT count(*) AS count FROM ${from}${sql}`, parameters, mode: 'get' }
}

/** Groups as columns g0, g1, …, sums as text in s0, s1, … (they may be beyond what a number holds). */
export const tallyStatement = (
  definition: CollectionDefinition,
  plan: Pick<Plan, 'tests' | 'index'>,
  by: readonly string[],
  sum: readonly string[],
): Statement => {
  const { from, conditions } = source(definition, plan)
  const { sql, parameters } = all(conditions)
  const selected = [
    ...by.map((field, position) => `${column(field)} AS g${position}`),
    'count(*) AS count',
    ...sum.map((field, position) => `CAST(coalesce(sum(${column(field)}), 0) AS TEXT) AS s${position}`),
  ]
  const groups = by.map(column).join(', ')
  const grouping = by.length > 0 ? ` GROUP BY ${groups} ORDER BY ${groups}` : ''
  return { sql: `SELECT ${selected.join(', ')} FROM ${from}${sql}${grouping} LIMIT ${tallyRowsMax + 1}`, parameters, mode: 'all' }
}

/**
 * Where rows come from: through the index that the plan names, so that SQLite's own guess cannot turn a declared question into a scan.
 * An array field is reached through its entries.
 */
const source = (definition: CollectionDefinition, { tests, index }: Pick<Plan, 'tests' | 'index'>): { from: string; conditions: Sql[] } => {
  const table = quoted(tableOf(definition))
  if (index === undefined) return { from: `${table} AS d`, conditions: [] }
  const { fields, sparse } = definition.indexes[index]!
  const first = fields[0]!
  if (definition.fields[first]!.array) {
    const driving = tests.find((test): test is Test & { kind: 'has' } => test.field === first && test.kind === 'has')!
    const others = tests.filter((test) => test !== driving).map((test) => condition(definition, test))
    const from = `${quoted(entriesOf(definition, first))} AS e CROSS JOIN ${table} AS d ON d.id = e.document`
    return { from, conditions: [{ sql: 'e.value = ?', parameters: [encode(driving.value)] }, ...others] }
  }
  const present = sparse ? [{ sql: `${column(first)} IS NOT NULL`, parameters: [] }] : []
  return {
    from: `${table} AS d INDEXED BY ${quoted(indexNameOf(definition, index))}`,
    conditions: [...present, ...tests.map((test) => condition(definition, test))],
  }
}

const all = (conditions: Sql[]): Sql => ({
  sql: conditions.length === 0 ? '' : ` WHERE ${conditions.map(({ sql }) => `(${sql})`).join(' AND ')}`,
  parameters: conditions.flatMap(({ parameters }) => parameters),
})

const comparisons = { atLeast: '>=', above: '>', atMost: '<=', below: '<' } as const

const condition = (definition: CollectionDefinition, test: Test): Sql => {
  const at = column(test.field)
  switch (test.kind) {
    case 'equals':
      return { sql: `${at} = ?`, parameters: [encode(test.value)] }
    case 'missing':
      return { sql: `${at} IS NULL`, parameters: [] }
    case 'in':
      return { sql: `${at} IN (SELECT value FROM json_each(?))`, parameters: [encodeList(test.values)] }
    case 'has': {
      const entries = quoted(entriesOf(definition, test.field))
      return { sql: `EXISTS (SELECT 1 FROM ${entries} AS o WHERE o.value = ? AND o.document = d.id)`, parameters: [encode(test.value)] }
    }
    case 'range': {
      const bounds = Object.entries(test.bounds) as [keyof typeof comparisons, string | number | boolean][]
      return { sql: bounds.map(([bound]) => `${at} ${comparisons[bound]} ?`).join(' AND '), parameters: bounds.map(([, value]) => encode(value)) }
    }
  }
}

/** Rows behind the cursor in the order of the sort. Missing comes first ascending and last descending, as null does in SQLite. */
const behind = ({ sort, after, tests }: Plan): Sql => {
  const { values, id } = after!
  const rest = sort.reduceRight<Sql>(
    (later, { field, direction }, position) => {
      const at = column(field)
      const value = values[position] ?? null
      if (value === null && direction === 'descending') return { sql: `${at} IS NULL AND (${later.sql})`, parameters: later.parameters }
      if (value === null) return { sql: `${at} IS NOT NULL OR (${later.sql})`, parameters: later.parameters }
      const further = direction === 'ascending' ? `${at} > ?` : `${at} < ? OR ${at} IS NULL`
      return { sql: `${further} OR (${at} = ? AND (${later.sql}))`, parameters: [encode(value), encode(value), ...later.parameters] }
    },
    { sql: `d.id ${idDirection(sort) === 'ascending' ? '>' : '<'} ?`, parameters: [id] },
  )
  // Said once more about the first key alone, so that the index can start there.
  const [first] = sort
  const value = values[0] ?? null
  if (first === undefined || value === null) return rest
  // A descending one may still have the missing behind it, which no bound of an index leaves in.
  if (first.direction === 'descending' && !tests.some(({ field, kind }) => field === first.field && kind !== 'missing')) return rest
  return { sql: `${column(first.field)} ${first.direction === 'ascending' ? '>=' : '<='} ? AND (${rest.sql})`, parameters: [encode(value), ...rest.parameters] }
}
