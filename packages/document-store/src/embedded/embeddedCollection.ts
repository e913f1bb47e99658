import type { Operation, OperationResult, Row, Statement } from '@patchwork/place-file'
import type { Collection, CollectionDefinition, Scalar, Stored, TallyRow } from '../documentStore.ts'
import { AlreadyExistsError, NotUniqueError } from '../errors.ts'
import { fieldValues } from '../fieldValues.ts'
import { planConditions, planFind, planTally, sumOverflow, tallyRowsMax, tooManyGroups, writeAfter } from '../query.ts'
import { checkId, isStorableId, toJsonText } from '../storable.ts'
import { countStatement, findStatement, tallyStatement } from './questions.ts'
import { indexBehind, quoted, tableOf, writesOf } from './tables.ts'

export type Run = (operation: Operation) => Promise<OperationResult>

/** A collection whose tables are there. */
export const embeddedCollection = <Body extends object>(definition: CollectionDefinition, run: Run): Collection<Body> => {
  const label = `${definition.service}/${definition.name}`
  const table = quoted(tableOf(definition))
  const writes = writesOf(definition)

  const ask = async (statement: Statement): Promise<Row[]> => {
    const result = await run({ statements: [statement] })
    if (result.outcome !== 'done') throw new Error(`A question was answered ${result.outcome}`)
    const [rows] = result.results
    return Array.isArray(rows) ? rows : rows === undefined ? [] : [rows as Row]
  }
  const stored = ({ id, revision, body }: Row): Stored<Body> => ({ id: String(id), revision: Number(revision), body: JSON.parse(String(body)) })
  const revisionOf = async (id: string): Promise<number | undefined> => (await ask(writes.revision(id)))[0]?.revision as number | undefined

  /** Answers what became of a conditional write; why one was not met is asked only then. */
  const change = async (id: string, statements: Statement[]): Promise<'done' | 'stale' | 'missing'> => {
    const result = await run({ statements })
    if (result.outcome === 'refused') throw new NotUniqueError(label, indexBehind(definition, result.constraint) ?? result.constraint)
    if (result.outcome === 'done') return 'done'
    return (await revisionOf(id)) === undefined ? 'missing' : 'stale'
  }

  return {
    definition,
    get: async (id) => {
      if (!isStorableId(id)) return undefined
      const [row] = await ask({ sql: `SELECT id, revision, body FROM ${table} WHERE id = ?`, parameters: [id], mode: 'get' })
      return row && stored(row)
    },
    getMany: async (ids) => {
      const wanted = [...new Set(ids)].filter(isStorableId)
      if (wanted.length === 0) return []
      const sql = `SELECT id, revision, body FROM ${table} WHERE id IN (SELECT value FROM json_each(?))`
      return (await ask({ sql, parameters: [JSON.stringify(wanted)], mode: 'all' })).map(stored)
    },
    insert: async (id, body) => {
      checkId(id)
      const text = toJsonText(body)
      const result = await run({ statements: writes.insert(id, text, fieldValues(definition, body)) })
      if (result.outcome === 'done') return insertedAs(id, text)
      // Where both hold, the id is what is told, on either store.
      const index = result.outcome === 'refused' ? indexBehind(definition, result.constraint) : undefined
      if (index === undefined || (await revisionOf(id)) !== undefined) throw new AlreadyExistsError(label)
      throw new NotUniqueError(label, index)
    },
    replace: async (id, body, { expectedRevision }) => {
      const text = toJsonText(body)
      const values = fieldValues(definition, body)
      if (!isStorableId(id)) return 'missing'
      const outcome = await change(id, writes.replace(id, text, values, expectedRevision))
      return outcome === 'done' ? 'replaced' : outcome
    },
    remove: async (id, options) => {
      if (!isStorableId(id)) return 'missing'
      const outcome = await change(id, writes.remove(id, options?.expectedRevision))
      return outcome === 'done' ? 'removed' : outcome
    },
    find: async (query) => {
      const plan = planFind(definition, query)
      const rows = await ask(findStatement(definition, plan))
      const documents = rows.slice(0, plan.limit).map(stored)
      const last = documents.at(-1)
      if (rows.length <= plan.limit || !last) return { documents }
      const values = fieldValues(definition, last.body)
      return {
        documents,
        after: writeAfter(definition, query, { values: plan.sort.map(({ field }) => (values[field] as Scalar | undefined) ?? null), id: last.id }),
      }
    },
    count: async (where) => Number((await ask(countStatement(definition, planConditions(definition, where))))[0]!.count),
    tally: async (options) => {
      const { by, sum } = planTally(definition, options)
      const plan = planConditions(definition, options.where)
      const rows = await ask(tallyStatement(definition, plan, by, sum)).catch((error: unknown) => {
        if (isOverflow(error)) throw sumOverflow(sum.join(' or '))
        throw error
      })
      if (rows.length > tallyRowsMax) throw tooManyGroups()
      return rows.map((row) => toTallyRow(definition, row, by, sum))
    },
    clear: async () => {
      await run({ statements: writes.clear() })
    },
  }
}

/** Its body is read out of the text only for who asks for it, which hardly anybody does who has just handed it in. */
const insertedAs = <Body extends object>(id: string, text: string): Stored<Body> => ({
  id,
  revision: 1,
  get body() {
    return JSON.parse(text) as Body
  },
})

const isOverflow = (error: unknown): boolean => (error as { code?: unknown; message?: unknown } | undefined)?.message === 'integer overflow'

const toTallyRow = (definition: CollectionDefinition, row: Row, by: readonly string[], sum: readonly string[]): TallyRow => ({
  by: Object.fromEntries(by.map((field, position) => [field, decode(definition, field, row[`g${position}`] as string | number | null)])),
  count: Number(row.count),
  sums: Object.fromEntries(
    sum.map((field, position) => {
      const value = Number(row[`s${position}`])
      if (!Number.isSafeInteger(value)) throw sumOverflow(field)
      return [field, value]
    }),
  ),
})

const decode = (definition: CollectionDefinition, field: string, value: string | number | null): Scalar | null =>
  value !== null && definition.fields[field]!.type === 'boolean' ? value === 1 : value
