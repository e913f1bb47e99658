import type { Collection, CollectionDefinition, Condition, DocumentStore, Json, Query, Scalar, Stored, Where } from '@patchwork/document-store'
import type { SimulatedTime } from './simulatedTime.ts'

export type Faults = {
  /** Chance that a call fails and has done nothing. */
  before: number
  /** Chance that a write happens and is reported as failed. */
  after: number
  /** Longest time a call takes, each way. */
  delayMs: number
}

/** An error with the code of the port, made without the port's package. */
const failure = (code: string, more: object = {}) => Object.assign(new Error(code), { code, ...more })
const away = () => failure('store-unavailable', { kind: 'unavailable' })

/** The documents themselves: what survives when a process ends. */
export type SimulatedDisk = Map<string, Map<string, { revision: number; text: string }>>

/** The document store as its port describes it, in memory, with time and faults of a seed. Each open store can be cut off, as if its process ended. */
export const simulatedStore = (time: SimulatedTime, disk: SimulatedDisk, faults: () => Faults) => {
  let isCut = false
  const pause = () => new Promise<void>((resolve) => time.runtime.after(time.pick(faults().delayMs + 1), resolve))
  const call = async <Result>(work: () => Result, writes: boolean): Promise<Result> => {
    await pause()
    if (isCut) return new Promise(() => {})
    if (time.chance() < faults().before) throw away()
    const result = work()
    await pause()
    if (isCut) return new Promise(() => {})
    if (writes && time.chance() < faults().after) throw away()
    return result
  }

  const collection = async <Body extends object>(definition: CollectionDefinition): Promise<Collection<Body>> => {
    const name = `${definition.service}/${definition.name}`
    const rows = disk.get(name) ?? new Map<string, { revision: number; text: string }>()
    disk.set(name, rows)
    const read = (id: string): Stored<Body> | undefined => {
      const row = rows.get(id)
      return row && { id, revision: row.revision, body: JSON.parse(row.text) }
    }
    const fieldOf = (body: object, field: string): Json | undefined => {
      const declared = definition.fields[field]
      if (!declared) throw failure('invalid-query')
      return declared.path
        .split('.')
        .reduce<Json | undefined>(
          (value, step) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? value[step] : undefined),
          body as Json,
        )
    }
    const checkUnique = (id: string, body: object) => {
      for (const [index, { fields, unique }] of Object.entries(definition.indexes)) {
        if (!unique) continue
        const values = JSON.stringify(fields.map((field) => fieldOf(body, field)))
        for (const other of rows.keys()) {
          if (other !== id && JSON.stringify(fields.map((field) => fieldOf(read(other)!.body, field))) === values) throw failure('not-unique', { index })
        }
      }
    }
    const store = (id: string, body: Body, revision: number): Stored<Body> => {
      checkUnique(id, body)
      rows.set(id, { revision, text: JSON.stringify(body) })
      return { id, revision, body }
    }
    const matching = (where: Where = {}): Stored<Body>[] =>
      [...rows.keys()].map((id) => read(id)!).filter(({ body }) => Object.entries(where).every(([field, condition]) => holds(fieldOf(body, field), condition)))
    const find = ({ where, sort = [], limit = 200, after }: Query) => {
      const keyOf = ({ id, body }: Stored<Body>): Json[] => [...sort.map(({ field }) => fieldOf(body, field) ?? null), id]
      const directions = [...sort.map(({ direction }) => direction), 'ascending']
      const compare = (left: Json[], right: Json[]) => {
        for (const [at, direction] of directions.entries()) {
          const order = compareValues(left[at]!, right[at]!)
          if (order !== 0) return direction === 'ascending' ? order : -order
        }
        return 0
      }
      const all = matching(where).sort((left, right) => compare(keyOf(left), keyOf(right)))
      const from = after === undefined ? all : all.filter((stored) => compare(keyOf(stored), JSON.parse(after)) > 0)
      const documents = from.slice(0, limit)
      return { documents, ...(from.length > limit ? { after: JSON.stringify(keyOf(documents.at(-1)!)) } : {}) }
    }

    return {
      definition,
      get: (id) => call(() => read(id), false),
      getMany: (ids) => call(() => ids.map(read).filter((stored) => stored !== undefined), false),
      insert: (id, body) =>
        call(() => {
          if (rows.has(id)) throw failure('already-exists')
          return store(id, body, 1)
        }, true),
      replace: (id, body, { expectedRevision }) =>
        call(() => {
          const row = rows.get(id)
          if (!row) return 'missing'
          if (row.revision !== expectedRevision) return 'stale'
          store(id, body, row.revision + 1)
          return 'replaced'
        }, true),
      remove: (id, options) =>
        call(() => {
          const row = rows.get(id)
          if (!row) return 'missing'
          if (options && row.revision !== options.expectedRevision) return 'stale'
          rows.delete(id)
          return 'removed'
        }, true),
      find: (query) => call(() => find(query), false),
      count: (where) => call(() => matching(where).length, false),
      tally: ({ where, by = [], sum = [] }) =>
        call(() => {
          const groups = Map.groupBy(matching(where), ({ body }) => JSON.stringify(by.map((field) => fieldOf(body, field) ?? null)))
          return [...groups].map(([key, members]) => ({
            by: Object.fromEntries(by.map((field, at) => [field, JSON.parse(key)[at] as Scalar | null])),
            count: members.length,
            sums: Object.fromEntries(sum.map((field) => [field, members.reduce((total, { body }) => total + Number(fieldOf(body, field) ?? 0), 0)])),
          }))
        }, false),
      clear: () => call(() => rows.clear(), true),
    }
  }

  const documents: DocumentStore = {
    collection,
    collectionNames: async (service) => [...disk.keys()].filter((name) => name.startsWith(`${service}/`)).map((name) => name.slice(service.length + 1)),
    ping: async () => {},
    close: async () => {},
  }
  return {
    documents,
    /** From now on nothing asked through this store happens, and nothing is answered. */
    cut: () => {
      isCut = true
    },
  }
}

const compareValues = (left: Json, right: Json): number => {
  if (left === right) return 0
  if (left === null || right === null) return left === null ? -1 : 1
  return left < right ? -1 : 1
}

const holds = (value: Json | undefined, condition: Condition): boolean => {
  const present = value ?? null
  if ('equals' in condition) return present === condition.equals
  if ('in' in condition) return present !== null && condition.in.includes(present as Scalar)
  if ('prefix' in condition) return typeof present === 'string' && present.startsWith(condition.prefix)
  if ('has' in condition) return Array.isArray(present) && present.includes(condition.has)
  const { atLeast, above, atMost, below } = condition
  return (
    present !== null &&
    (atLeast === undefined || present >= atLeast) &&
    (above === undefined || present > above) &&
    (atMost === undefined || present <= atMost) &&
    (below === undefined || present < below)
  )
}
