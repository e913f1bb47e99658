import type { Ports } from '@patchwork/aggregate'
import type { Collection } from '@patchwork/document-store'
import type { SimulatedDisk } from '@patchwork/document-store/simulation'
import type { RunningWitness } from './witnesses.ts'

/** Tries that one command may make while others win the race for its document; the protocol's own number. */
const attemptsMax = 16

/**
 * Watches from outside what each process asks of its store and its log. Two writes of one aggregate by one process must never be under way together,
 * whoever asked for them; what is published must be archived by then. Where a rival is set on an id, somebody else always writes it just before; `lost` counts how often the race was lost.
 */
export const watchDrivers = () => {
  const violations = new Set<string>()
  const rivals = new Map<string, { lost: number }>()
  const watched = <Body extends object>(collection: Collection<Body>, processName: string): Collection<Body> => {
    const underWay = new Set<string>()
    const alone = async <Result>(id: string, write: () => Promise<Result>): Promise<Result> => {
      if (underWay.has(id)) violations.add(`rule 8: ${processName} writes ${collection.definition.name} ${id} twice at a time`)
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
          const rival = rivals.get(id)
          const now = rival && (await collection.get(id))
          if (now) await collection.replace(id, now.body, { expectedRevision: now.revision })
          const outcome = await collection.replace(id, body, options)
          if (rival && outcome === 'stale') rival.lost += 1
          return outcome
        }),
    }
  }
  return {
    violations,
    rivals,
    watch: (ports: Ports, processName: string, disk: SimulatedDisk): Ports => ({
      ...ports,
      log: {
        ...ports.log,
        publish: (events) => {
          for (const { topic, event } of events) {
            const [, service, aggregate] = topic.split('.')
            if (!disk.get(`${service}/${aggregate}-history`)?.has(event.id))
              violations.add(`rule 9: ${processName} publishes ${event.type} before it is archived`)
          }
          return ports.log.publish(events)
        },
      },
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

/** Somebody who always loses the race for a document is told so after the named number of tries, and is served when the race is over. */
export const checkRace = async ({ rivals }: ReturnType<typeof watchDrivers>, { testimonies }: RunningWitness, violations: string[]): Promise<void> => {
  const id = 'raced-for'
  const seeing = (key: string) => testimonies.update(id, commandOf(key), () => ({ events: [{ type: 'testimony.eyes-turned.v1', data: { areClosed: false } }] }))
  await seeing('race-before')
  await testimonies.relay.drained()
  const rival = { lost: 0 }
  rivals.set(id, rival)
  const told = await seeing('race').then(
    () => 'done',
    (error: { code?: string }) => error.code,
  )
  rivals.delete(id)
  if (told !== 'busy' || rival.lost > attemptsMax) violations.push(`rule 8: who lost the race for a document ${rival.lost} times was told ${told}`)
  await seeing('race')
  await testimonies.relay.drained()
}

export const commandOf = (key: string, at = '2025-01-06T09:00:00.000Z') => ({ key, repeatable: true, body: null, at })
