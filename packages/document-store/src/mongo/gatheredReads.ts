import { inRequests, type Runtime } from '@patchwork/runtime'
import type { mongo } from 'mongoose'
import type { MongoDocument } from './documents.ts'

const idsPerRequestMax = 100

export const projection = { _id: 1, revision: 1, body: 1 } as const
export type Found = Pick<MongoDocument, '_id' | 'revision' | 'body'>
type Waiting = { id: string; resolve(found: Found | undefined): void; reject(error: unknown): void }

/**
 * Gives a way to read documents of one collection by their ids that asks for those that are wanted at a time in one request: a consumer at work on a
 * hundred sources wants as many, and a request costs the server and this process far more than one document in it. Each is read after it was asked for.
 * Gives undefined where there is none; rejects with the driver's own error.
 */
export const gatherReads = (
  runtime: Pick<Runtime, 'after'>,
  collection: () => mongo.Collection<MongoDocument>,
): ((id: string) => Promise<Found | undefined>) => {
  const ask = inRequests<Waiting>({
    runtime,
    countOf: ({ length }) => Math.min(length, idsPerRequestMax),
    send: async (request) => {
      const ids = [...new Set(request.map(({ id }) => id))]
      try {
        const found = await read(collection(), ids)
        const given = new Set<string>()
        for (const { id, resolve } of request) {
          const document = found.get(id)
          // Whoever asks may change what they get.
          resolve(given.has(id) ? structuredClone(document) : document)
          given.add(id)
        }
      } catch (error) {
        for (const { reject } of request) reject(error)
      }
    },
  })
  return (id) => new Promise((resolve, reject) => ask({ id, resolve, reject }))
}

const read = async (collection: mongo.Collection<MongoDocument>, ids: readonly string[]): Promise<ReadonlyMap<string, Found>> => {
  // One id alone is found without a plan.
  const where = ids.length === 1 ? { _id: ids[0]! } : { _id: { $in: [...ids] } }
  const found = await collection.find<Found>(where, { projection }).toArray()
  return new Map(found.map((document) => [document._id, document]))
}
