import type { Collection, CollectionDefinition, DocumentStore } from '../documentStore.ts'
import { StoreUnavailableError } from '../errors.ts'
import { openOnce } from '../openOnce.ts'
import { type MongoOptions, openMongo } from './connection.ts'
import { gatherWrites } from './gatheredWrites.ts'
import { migrate } from './migrate.ts'
import { mongoCollection } from './mongoCollection.ts'
import { toStoreError } from './mongoErrors.ts'

/**
 * The document store on MongoDB: a standalone server, a replica set or a sharded cluster. It connects at the first need, and again by itself;
 * meanwhile every call rejects with StoreUnavailableError. What resolved is on the journal of a majority; reads are from the primary.
 */
export const mongoDocumentStore = (options: MongoOptions): DocumentStore => {
  const { runtime } = options
  const { connect, greet, concerns, modelOf, isClosed, close } = openMongo(options)
  const write = gatherWrites(runtime, concerns)
  const open = async (definition: CollectionDefinition): Promise<Collection<object>> => {
    const model = await modelOf(definition)
    await migrate(definition, model, concerns).catch((error: unknown) => {
      throw toStoreError(error, definition)
    })
    return refusedAfter(mongoCollection(definition, model, { concerns, runtime, write }), isClosed)
  }

  return {
    collection: openOnce(open),
    collectionNames: async (service) => {
      const { db } = await connect()
      const found = await db!
        .listCollections({}, { nameOnly: true })
        .toArray()
        .catch((error: unknown) => {
          throw toStoreError(error)
        })
      const prefix = `${service}__`
      return found.flatMap(({ name }) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : [])).sort()
    },
    ping: async () => {
      const hello = await greet().catch((error: unknown) => {
        throw toStoreError(error)
      })
      if (hello.isWritablePrimary !== true) throw new StoreUnavailableError('MongoDB has no primary that can write just now')
    },
    close,
  }
}

/** After closing, every call is refused in our words, whatever mongoose would say. */
const refusedAfter = (collection: Collection<object>, isClosed: () => boolean): Collection<object> =>
  Object.fromEntries(
    Object.entries(collection).map(([name, member]) => [
      name,
      typeof member !== 'function'
        ? member
        : async (...parameters: never[]) => {
            if (isClosed()) throw new StoreUnavailableError('The document store has been closed')
            return (member as (...parameters: never[]) => unknown)(...parameters)
          },
    ]),
  ) as unknown as Collection<object>
