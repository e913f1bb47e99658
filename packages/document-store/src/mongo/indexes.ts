import { collectionName } from '../definition.ts'
import type { CollectionDefinition } from '../documentStore.ts'
import { type MongoOptions, openMongo } from './connection.ts'
import { migrate, planIndexes } from './migrate.ts'
import { toStoreError } from './mongoErrors.ts'

/**
 * What is to be done about the indexes of a collection: `make` those that it lacks and `drop` those that are not declared of it, as its service would at its
 * next start; one that nobody declared is `left` as it is.
 */
export type IndexPlan = { collection: string } & ({ action: 'apply'; make: string[]; same: string[]; drop: string[] } | { action: 'left' })

/** The indexes of MongoDB beside what is declared of them. */
export type MongoIndexes = {
  /** What `apply` would do, by the names of the collections. Throws StoreUnavailableError. */
  plan(definitions: readonly CollectionDefinition[]): Promise<IndexPlan[]>
  /**
   * Brings the collections to their definitions, as the store itself does at a start. A repeat changes nothing. Throws StoreUnavailableError, NotUniqueError, and
   * UnstorableError where a body has another type than a field declares.
   */
  apply(definitions: readonly CollectionDefinition[]): Promise<void>
  close(): Promise<void>
}

export const mongoIndexes = (options: MongoOptions): MongoIndexes => {
  const { connect, concerns, modelOf, close } = openMongo(options)
  const planOne = async (definition: CollectionDefinition): Promise<IndexPlan> => {
    const planned = await planIndexes(definition, await modelOf(definition))
    const names = (action: keyof typeof planned) => planned[action].map(({ name }) => name)
    return { collection: collectionName(definition), action: 'apply', make: names('make'), same: names('same'), drop: names('drop') }
  }
  return {
    plan: async (definitions) => {
      const { db } = await connect()
      try {
        const present = (await db!.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name)
        const declared = await Promise.all(definitions.map(planOne))
        const left = present.filter((name) => !name.startsWith('system.') && declared.every(({ collection }) => collection !== name))
        return [...declared, ...left.map((collection): IndexPlan => ({ collection, action: 'left' }))].sort((one, other) =>
          one.collection < other.collection ? -1 : 1,
        )
      } catch (error) {
        throw toStoreError(error)
      }
    },
    apply: async (definitions) => {
      // One after the other: a server has better to do than to build all indexes of a place at a time.
      for (const definition of definitions)
        await migrate(definition, await modelOf(definition), concerns).catch((error: unknown) => {
          throw toStoreError(error, definition)
        })
    },
    close,
  }
}
