import type { CollectionDefinition, DocumentStore } from '../documentStore.ts'
import type { MongoOptions } from './connection.ts'
import type { MongoIndexes } from './indexes.ts'

/**
 * The document store on MongoDB. Its client, a good part of what a small process holds, is loaded at the first need, so that a place on SQLite never loads it.
 */
export const mongoDocumentStore = (options: MongoOptions): DocumentStore => {
  let store: Promise<DocumentStore> | undefined
  const opened = (): Promise<DocumentStore> => {
    store ??= import('./mongoDocumentStore.ts').then(({ mongoDocumentStore: open }) => open(options))
    return store
  }
  return {
    collection: async <Body extends object>(definition: CollectionDefinition) => (await opened()).collection<Body>(definition),
    collectionNames: async (service) => (await opened()).collectionNames(service),
    ping: async () => (await opened()).ping(),
    close: async () => (await opened()).close(),
  }
}

/** The indexes of MongoDB beside what is declared of them; its client is loaded here. */
export const mongoIndexes = async (options: MongoOptions): Promise<MongoIndexes> => (await import('./indexes.ts')).mongoIndexes(options)
