import { inRequests, type Runtime } from '@patchwork/runtime'
import mongoose, { type mongo } from 'mongoose'
import { StoreUnavailableError } from '../errors.ts'
import type { Concerns } from './concerns.ts'
import type { MongoDocument } from './documents.ts'

const writesPerRequestMax = 500
/** Of JSON text, of which BSON makes six times as many bytes at most; a request may have 48 MB. */
const bytesPerRequestMax = 4 * 1_048_576

/** A document to insert or, with the revision that it has until then, to put in the place of the one with its id. */
export type Write = {
  client: mongo.MongoClient
  collection: mongo.Collection<MongoDocument>
  document: MongoDocument
  replaces?: number
  /** How long the body is as JSON text. */
  bytes: number
}

/** `stale`: the document has another revision; `missing`: there is none with this id. */
export type Written = 'written' | 'stale' | 'missing'
type Waiting = Write & { resolve(written: Written): void; reject(error: unknown): void }

/**
 * Gives a way to write that sends what is asked for at a time in one request, whatever collection it is for: a request and its turn at the journal cost far
 * more than one document in it. Each write has its own answer, given when it is durable, or rejects with the driver's own error; one that is refused says
 * nothing of those beside it.
 */
export const gatherWrites = (runtime: Pick<Runtime, 'after'>, concerns: () => Concerns): ((write: Write) => Promise<Written>) => {
  const ask = inRequests<Waiting>({ runtime, countOf, send: (request) => send(request, concerns()) })
  return (write) => new Promise((resolve, reject) => ask({ ...write, resolve, reject }))
}

const countOf = (waiting: readonly Waiting[]): number => {
  let bytes = 0
  let end = 0
  while (end < waiting.length && end < writesPerRequestMax && (end === 0 || bytes + waiting[end]!.bytes <= bytesPerRequestMax)) {
    bytes += waiting[end]!.bytes
    end += 1
  }
  return end
}

/** Settles every write of the request; never rejects. */
const send = async (request: readonly Waiting[], { writeConcern }: Concerns): Promise<void> => {
  const [first] = request as [Waiting]
  if (request.length === 1) return sendAlone(first)
  // Of an insert nothing is to be told but that it was refused, which is told in any case.
  const verboseResults = request.some(({ replaces }) => replaces !== undefined)
  let done: mongo.ClientBulkWriteResult
  let refused: ReadonlyMap<number, unknown> = new Map()
  try {
    done = await first.client.bulkWrite<{ [namespace: string]: MongoDocument }>(request.map(toModel), { ordered: false, verboseResults, writeConcern })
  } catch (error) {
    const partly = error instanceof mongoose.mongo.MongoClientBulkWriteError ? error : undefined
    if (!partly?.partialResult || partly.cause || partly.writeConcernErrors.length > 0) {
      const why = partly === undefined ? error : (partly.cause ?? new StoreUnavailableError('MongoDB could not make the writes durable', { cause: error }))
      for (const { reject } of request) reject(why)
      return
    }
    done = partly.partialResult
    refused = partly.writeErrors
  }
  for (const [position, write] of request.entries())
    if (!refused.has(position)) write.resolve(write.replaces === undefined ? 'written' : toWritten(done.updateResults?.get(position)))
  // The server says less of a refusal in such an answer: asked alone, it says by which index.
  await Promise.all([...refused.keys()].map((position) => sendAlone(request[position]!)))
}

const sendAlone = async ({ collection, document, replaces, resolve, reject }: Waiting): Promise<void> => {
  try {
    if (replaces !== undefined) return resolve(toWritten(await collection.updateOne({ _id: document._id }, inPlaceOf(replaces, document))))
    await collection.insertOne(document)
    resolve('written')
  } catch (error) {
    reject(error)
  }
}

const toModel = ({ collection: { namespace }, document, replaces }: Write): mongo.AnyClientBulkWriteModel<MongoDocument> =>
  replaces === undefined
    ? { name: 'insertOne', namespace, document }
    : { name: 'updateOne', namespace, filter: { _id: document._id }, update: inPlaceOf(replaces, document) }

/** What is asked for by its id alone is found without a plan, which would cost as much again as the writing; the answer then also tells stale from missing. */
const inPlaceOf = (revision: number, document: MongoDocument): mongo.Document[] => [
  { $replaceWith: { $cond: [{ $eq: ['$revision', revision] }, { $literal: document }, '$$ROOT'] } },
]

const toWritten = (answer: { matchedCount: number; modifiedCount: number } | undefined): Written =>
  answer?.modifiedCount === 1 ? 'written' : answer?.matchedCount === 1 ? 'stale' : 'missing'
