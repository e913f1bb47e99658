import type { SimulatedWorld } from '@patchwork/runtime/simulation'
import type { Collection, CollectionDefinition, DocumentStore, Scalar, Sort, Stored, TallyRow } from '../documentStore.ts'
import { AlreadyExistsError, NotUniqueError, StoreUnavailableError } from '../errors.ts'
import { type FieldValues, fieldValues } from '../fieldValues.ts'
import { openOnce } from '../openOnce.ts'
import { idDirection, type Plan, planConditions, planFind, planTally, sumOverflow, type Test, tallyRowsMax, tooManyGroups, writeAfter } from '../query.ts'
import { checkId, toJsonText } from '../storable.ts'

export type StoreFaults = {
  /** Chance that a call fails and has done nothing. */
  before: number
  /** Chance that a write happens and is reported as failed. */
  after: number
  /** Longest time a call takes, each way. */
  delayMs: number
}

type Row = { revision: number; text: string }
type Rows = Map<string, Row>
/** A row with what it has in the fields that are asked for. */
type Found = { id: string; row: Row; values: FieldValues }

/** The documents themselves, by `service/name` of their collection and their id: what survives when a process ends. */
export type SimulatedDisk = Map<string, Rows>

/** The disk as it is now: what is done to either afterwards does not show on the other. */
export const copyOfDisk = (disk: SimulatedDisk): SimulatedDisk => new Map([...disk].map(([name, rows]) => [name, new Map(rows)]))

/**
 * The document store as its port describes it, in memory, with time and faults of a seed; the conformance suite holds it to that. Each open store can
 * be cut off, as if its process ended: what it had asked for then happens or does not, by the seed, and nobody hears of it.
 */
export const simulatedStore = (world: SimulatedWorld, disk: SimulatedDisk, faults: () => StoreFaults, processName = 'process') => {
  let isCut = false
  let isClosed = false
  const pause = () => new Promise<void>((resolve) => void world.runtime.after(world.pick(faults().delayMs + 1), resolve))
  const away = (why = 'The simulated store is away') => new StoreUnavailableError(why)
  const forever = () => new Promise<never>(() => {})

  const call = async <Result>(what: string, work: () => Result, writes: boolean): Promise<Result> => {
    if (isClosed) throw away('The document store has been closed')
    await pause()
    if (isCut) {
      if (writes && world.chance() < 0.5) attempt(what, work)
      return forever()
    }
    if (world.chance() < faults().before) {
      world.note(`${processName} ${what}: away`)
      throw away()
    }
    const done = attempt(what, work)
    await pause()
    if (isCut) return forever()
    if ('error' in done) throw done.error
    if (writes && world.chance() < faults().after) {
      world.note(`${processName} ${what}: done, and told to have failed`)
      throw away()
    }
    return done.result
  }
  const attempt = <Result>(what: string, work: () => Result): { result: Result } | { error: unknown } => {
    try {
      const result = work()
      world.note(`${processName} ${what}${typeof result === 'string' ? `: ${result}` : ''}`)
      return { result }
    } catch (error) {
      world.note(`${processName} ${what}: ${(error as { code?: string }).code}`)
      return { error }
    }
  }

  const open = async (definition: CollectionDefinition): Promise<Collection<object>> => {
    if (isClosed) throw away('The document store has been closed')
    const label = `${definition.service}/${definition.name}`
    const rows: Rows = disk.get(label) ?? new Map()
    const valuesOf = fieldValuesOnce(definition)
    const all = (): Found[] => [...rows].map(([id, row]) => ({ id, row, values: valuesOf(row) }))
    for (const { id, values } of all()) checkUnique(definition, all, id, values)
    disk.set(label, rows)
    const save = (id: string, text: string, revision: number): Stored<object> => {
      const row = { revision, text }
      checkUnique(definition, all, id, valuesOf(row))
      rows.set(id, row)
      return { id, revision, body: JSON.parse(text) }
    }
    const read = (id: string, row = rows.get(id)): Stored<object> | undefined => row && { id, revision: row.revision, body: JSON.parse(row.text) }
    const matching = (tests: readonly Test[]): Found[] => all().filter(({ values }) => tests.every((test) => holds(values[test.field], test)))

    return {
      definition,
      get: (id) => call(`${label} get ${id}`, () => read(id), false),
      getMany: (ids) => call(`${label} getMany`, () => [...new Set(ids)].map((id) => read(id)).filter((stored) => stored !== undefined), false),
      insert: async (id, body) => {
        checkId(id)
        const text = toJsonText(body)
        fieldValues(definition, body)
        return call(
          `${label} insert ${id} ${text}`,
          () => {
            if (rows.has(id)) throw new AlreadyExistsError(label)
            return save(id, text, 1)
          },
          true,
        )
      },
      replace: async (id, body, { expectedRevision }) => {
        const text = toJsonText(body)
        fieldValues(definition, body)
        return call(
          `${label} replace ${id}@${expectedRevision} ${text}`,
          () => {
            const row = rows.get(id)
            if (!row) return 'missing'
            if (row.revision !== expectedRevision) return 'stale'
            save(id, text, row.revision + 1)
            return 'replaced'
          },
          true,
        )
      },
      remove: (id, options) =>
        call(
          `${label} remove ${id}`,
          () => {
            const row = rows.get(id)
            if (!row) return 'missing'
            if (options && row.revision !== options.expectedRevision) return 'stale'
            rows.delete(id)
            return 'removed'
          },
          true,
        ),
      find: async (query) => {
        const plan = planFind(definition, query)
        return call(
          `${label} find`,
          () => {
            const found = matching(plan.tests).sort((left, right) => compareKeys(keyOf(left, plan.sort), keyOf(right, plan.sort), plan.sort))
            const page = afterCursor(found, plan)
            const shown = page.slice(0, plan.limit)
            const end = shown.at(-1)
            const documents = shown.map(({ id, row }) => read(id, row) as Stored<object>)
            if (page.length <= plan.limit || !end) return { documents }
            return { documents, after: writeAfter(definition, query, { values: keyOf(end, plan.sort).slice(0, -1), id: end.id }) }
          },
          false,
        )
      },
      count: async (where) => {
        const { tests } = planConditions(definition, where)
        return call(`${label} count`, () => matching(tests).length, false)
      },
      tally: async (options) => {
        const { by, sum } = planTally(definition, options)
        const { tests } = planConditions(definition, options.where)
        return call(`${label} tally`, () => tallied(matching(tests), by, sum), false)
      },
      clear: () => call(`${label} clear`, () => rows.clear(), true),
    }
  }

  const documents: DocumentStore = {
    collection: openOnce(open),
    collectionNames: (service) =>
      call('names', () => [...disk.keys()].filter((name) => name.startsWith(`${service}/`)).map((name) => name.slice(service.length + 1)), false),
    ping: () => call('ping', () => undefined, false),
    close: async () => {
      isClosed = true
    },
  }
  return {
    documents,
    cut: () => {
      isCut = true
    },
  }
}

/** The declared fields of a row, looked at once. */
const fieldValuesOnce = (definition: CollectionDefinition) => {
  const known = new WeakMap<Row, { text: string; values: FieldValues }>()
  return (row: Row): FieldValues => {
    const found = known.get(row)
    if (found?.text === row.text) return found.values
    const values = fieldValues(definition, JSON.parse(row.text))
    known.set(row, { text: row.text, values })
    return values
  }
}

const checkUnique = (definition: CollectionDefinition, all: () => Found[], id: string, values: FieldValues): void => {
  for (const [index, { fields, unique }] of Object.entries(definition.indexes)) {
    const own = fields.map((field) => values[field])
    if (!unique || own.some((value) => value === undefined)) continue
    for (const other of all()) {
      const isSame = fields.every((field, at) => isShared(own[at] as Scalar | Scalar[], other.values[field]))
      if (other.id !== id && isSame) throw new NotUniqueError(`${definition.service}/${definition.name}`, index)
    }
  }
}

const isShared = (own: Scalar | Scalar[], other: Scalar | Scalar[] | undefined): boolean =>
  Array.isArray(own) ? Array.isArray(other) && own.some((value) => other.includes(value)) : own === other

const keyOf = ({ id, values }: Found, sort: Sort): [...(Scalar | null)[], string] => [
  ...sort.map(({ field }) => (values[field] as Scalar | undefined) ?? null),
  id,
]

const compareKeys = (left: (Scalar | null)[], right: (Scalar | null)[], sort: Sort): number => {
  for (const [at, value] of left.entries()) {
    const order = compareValues(value, right[at] ?? null)
    if (order !== 0) return (sort[at]?.direction ?? idDirection(sort)) === 'ascending' ? order : -order
  }
  return 0
}

const afterCursor = (found: Found[], { after, sort }: Plan): Found[] =>
  after === undefined ? found : found.filter((row) => compareKeys(keyOf(row, sort), [...after.values, after.id], sort) > 0)

/** Text in the order of its UTF-8 bytes, which is that of its code points. Missing comes first. */
const compareValues = (left: Scalar | null, right: Scalar | null): number => {
  if (left === right) return 0
  if (left === null || right === null) return left === null ? -1 : 1
  if (typeof left === 'string' && typeof right === 'string') return Buffer.compare(Buffer.from(left), Buffer.from(right))
  return left < right ? -1 : 1
}

const holds = (value: Scalar | Scalar[] | undefined, test: Test): boolean => {
  if (test.kind === 'missing') return value === undefined
  if (value === undefined) return false
  if (test.kind === 'has') return Array.isArray(value) && value.includes(test.value)
  if (Array.isArray(value)) return false
  if (test.kind === 'equals') return value === test.value
  if (test.kind === 'in') return test.values.includes(value)
  const { atLeast, above, atMost, below } = test.bounds
  return (
    (atLeast === undefined || compareValues(value, atLeast) >= 0) &&
    (above === undefined || compareValues(value, above) > 0) &&
    (atMost === undefined || compareValues(value, atMost) <= 0) &&
    (below === undefined || compareValues(value, below) < 0)
  )
}

const tallied = (rows: readonly Found[], by: readonly string[], sum: readonly string[]): TallyRow[] => {
  const groups = new Map<string, Found[]>(by.length === 0 ? [['[]', []]] : [])
  for (const row of rows) {
    const key = JSON.stringify(by.map((field) => row.values[field] ?? null))
    const members = groups.get(key)
    if (members) members.push(row)
    else groups.set(key, [row])
  }
  if (groups.size > tallyRowsMax) throw tooManyGroups()
  return [...groups]
    .map(([key, members]) => ({ values: JSON.parse(key) as (Scalar | null)[], members }))
    .sort((left, right) => left.values.reduce<number>((order, value, at) => order || compareValues(value, right.values[at] ?? null), 0))
    .map(({ values, members }) => ({
      by: Object.fromEntries(by.map((field, at) => [field, values[at] ?? null])),
      count: members.length,
      sums: Object.fromEntries(sum.map((field) => [field, summed(members, field)])),
    }))
}

const summed = (rows: readonly Found[], field: string): number => {
  const total = rows.reduce((sum, { values }) => sum + BigInt((values[field] as number | undefined) ?? 0), 0n)
  if (!Number.isSafeInteger(Number(total))) throw sumOverflow(field)
  return Number(total)
}
