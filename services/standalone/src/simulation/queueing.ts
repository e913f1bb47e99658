import type { Ports } from '@patchwork/aggregate'
import type { Collection } from '@patchwork/document-store'

/** Tries that one command may make while others win the race for its document; the protocol's own number. */
const attemptsMax = 16

/**
 * Watches the writes of each process from outside: two writes of one aggregate by one process must never be under way together, whoever asked for
 * them, and nobody may lose the race for one document more often in a row than the named number of times.
 */
export const watchQueueing = () => {
  const violations = new Set<string>()
  const watched = <Body extends object>(collection: Collection<Body>, processName: string): Collection<Body> => {
    const underWay = new Set<string>()
    const lostInARow = new Map<string, number>()
    const alone = async <Result>(id: string, write: () => Promise<Result>): Promise<Result> => {
      const what = `${processName} writes ${collection.definition.name} ${id}`
      if (underWay.has(id)) violations.add(`${what} twice at a time`)
      underWay.add(id)
      try {
        return await write()
      } finally {
        underWay.delete(id)
      }
    }
    return {
      ...collection,
      insert: (id, body) => alone(id, () => collection.insert(id, body)),
      replace: (id, body, options) =>
        alone(id, async () => {
          const outcome = await collection.replace(id, body, options)
          const lost = outcome === 'stale' ? (lostInARow.get(id) ?? 0) + 1 : 0
          lostInARow.set(id, lost)
          if (lost > attemptsMax) violations.add(`${processName} loses the race for ${collection.definition.name} ${id} ${lost} times in a row`)
          return outcome
        }),
    }
  }
  return {
    violations,
    watch: (ports: Ports, processName: string): Ports => ({
      ...ports,
      documents: {
        ...ports.documents,
        collection: async <Body extends object>(definition: Parameters<Ports['documents']['collection']>[0]) => {
          const collection = await ports.documents.collection<Body>(definition)
          return 'pendingSince' in definition.fields ? watched(collection, processName) : collection
        },
      },
    }),
  }
}
