import { type Runtime, sleep } from '@patchwork/runtime'
import mongoose, { type Connection } from 'mongoose'
import { collectionName } from '../definition.ts'
import type { CollectionDefinition } from '../documentStore.ts'
import { StoreUnavailableError } from '../errors.ts'
import { type Concerns, concernsOf, refuseOlder } from './concerns.ts'
import { schemaOf } from './documents.ts'
import { watchLooks } from './lostLooks.ts'
import type { DocumentModel } from './mongoCollection.ts'
import { toStoreError } from './mongoErrors.ts'

export type MongoOptions = {
  runtime: Pick<Runtime, 'after'>
  uri: string
  /** Instead of the database that the address names. */
  database?: string
  /** A connection on which nothing has come for so long while an answer was due is given up; 20,000 when absent. */
  silenceMs?: number
  /** When the driver has lost sight of a server for so long it is connected anew; 10,000 when absent. */
  lostAfterMs?: number
  logger?: { warn(fields: object, message: string): void }
}

/** How long a question waits for a server that can answer it. */
const serverSelectionMs = 3_000
const connectMs = 3_000
/**
 * Longer than a majority may take for a write. Without it a connection that somebody on the way has forgotten is waited on for ever, and in this process
 * everybody who writes to the same record with it.
 */
const silenceMsDefault = 20_000
/** Longer than a look at the server may take, which has one limit to connect and one for the answer. */
const lostAfterMsDefault = 10_000
const reconnectRetryMs = 500

/** A connection to MongoDB, made at the first need and again after one that failed. */
export const openMongo = ({ runtime, uri, database, silenceMs = silenceMsDefault, lostAfterMs = lostAfterMsDefault, logger }: MongoOptions) => {
  let isClosed = false
  let connection: Promise<Connection> | undefined
  // Until the server has said what it is, the strictest.
  let concerns = concernsOf({ setName: 'unknown' })

  const greet = async (open: Connection) => {
    const hello = await open.db!.admin().command({ hello: 1 })
    refuseOlder(hello)
    concerns = concernsOf(hello)
    return hello
  }
  const connect = async (): Promise<Connection> => {
    if (isClosed) throw new StoreUnavailableError('The document store has been closed')
    connection ??= openConnection({ runtime, uri, database, silenceMs, lostAfterMs, logger, greet, isClosed: () => isClosed }).catch((error: unknown) => {
      connection = undefined
      throw toStoreError(error)
    })
    return connection
  }
  return {
    /** Throws StoreUnavailableError. */
    connect,
    /** Asks the server anew what it is. */
    greet: async () => greet(await connect()),
    concerns: (): Concerns => concerns,
    modelOf: async (definition: CollectionDefinition): Promise<DocumentModel> => {
      const name = collectionName(definition)
      const open = await connect()
      return (open.models[name] ?? open.model(name, schemaOf(definition, name))) as unknown as DocumentModel
    },
    isClosed: () => isClosed,
    close: async (): Promise<void> => {
      isClosed = true
      const open = await connection?.catch(() => undefined)
      await open?.close()
    },
  }
}

type ConnectionOptions = {
  runtime: MongoOptions['runtime']
  uri: string
  database: string | undefined
  silenceMs: number
  lostAfterMs: number
  logger: MongoOptions['logger']
  greet: (open: Connection) => Promise<unknown>
  isClosed: () => boolean
}

const openConnection = async (options: ConnectionOptions): Promise<Connection> => {
  const { uri, database, silenceMs, logger, greet } = options
  const settings: mongoose.ConnectOptions = {
    ...(database !== undefined && { dbName: database }),
    serverSelectionTimeoutMS: serverSelectionMs,
    connectTimeoutMS: connectMs,
    socketTimeoutMS: silenceMs,
    readPreference: 'primary',
    // Asked now and then instead of listened to: listening, the driver was lost oftener. Whoever waits for a server has it asked at once, so nobody is told later for it.
    serverMonitoringMode: 'poll',
    // A write that is repeated unseen would hide whether it happened; who asked for it finds out by its command key.
    retryWrites: false,
    retryReads: false,
    bufferCommands: false,
    autoIndex: false,
    autoCreate: false,
  }
  const connection = mongoose.createConnection(uri, settings)
  connection.on('error', (error: Error) => logger?.warn({ error: error.name }, 'the connection to MongoDB failed'))
  connection.on('disconnected', () => logger?.warn({}, 'the connection to MongoDB is lost'))
  try {
    await connection.asPromise()
    await greet(connection)
    keepInSight(connection, settings, options)
    return connection
  } catch (error) {
    await connection.close().catch(() => {})
    throw error
  }
}

/**
 * Where a server was killed at the wrong moment the driver (7.8) has waited for its answer on a closed connection for ever, and that process found no server
 * until it was started again. So it is connected anew when that is seen; what was asked of it meanwhile is told that the store is away, as before.
 */
const keepInSight = (connection: Connection, settings: mongoose.ConnectOptions, options: ConnectionOptions): void => {
  const { runtime, uri, lostAfterMs, logger, isClosed } = options
  const again = async (): Promise<void> => {
    logger?.warn({}, 'the driver has lost sight of MongoDB and connects anew')
    await connection.close().catch(() => {})
    while (!isClosed())
      try {
        await connection.openUri(uri, settings)
        break
      } catch {
        await sleep(runtime, reconnectRetryMs)
      }
    // It was closed for good meanwhile.
    if (isClosed()) await connection.close().catch(() => {})
    else keepInSight(connection, settings, options)
  }
  watchLooks(connection.getClient(), { runtime, lostAfterMs, onLost: () => void again() })
}
