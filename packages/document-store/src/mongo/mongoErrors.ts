import type { CollectionDefinition } from '../documentStore.ts'
import { AlreadyExistsError, NotUniqueError, StoreUnavailableError, UnstorableError } from '../errors.ts'

const duplicateKey = 11_000
const tooLarge = 10_334
const namespaceExists = 48
/** What the server says while it stops, starts or hands over to another: a later try may succeed. */
const passingCodes = new Set([6, 7, 24, 43, 50, 64, 89, 91, 100, 112, 134, 189, 202, 262, 9001, 10058, 10107, 11600, 11602, 13435, 13436])
/** The server cannot write: no room on its disk (it says so in two ways). */
const fullCodes = new Set([14031, 12501])

/** What the system says of a connection; the driver passes some of these on as they are. */
const connectionCodes = new Set(['ECONNRESET', 'ECONNREFUSED', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'])

type Shape = { name?: unknown; code?: unknown; message?: unknown; keyPattern?: unknown; errorLabels?: unknown }
const shapeOf = (error: unknown): Shape => (typeof error === 'object' && error !== null ? error : {})

/** The one place where errors of MongoDB become ours. An error that is neither a refusal nor passing stays as it is: a mistake of ours. */
export const toStoreError = (error: unknown, definition?: CollectionDefinition): unknown => {
  const { name, code } = shapeOf(error)
  if (code === duplicateKey && definition) return toDuplicate(error, definition)
  if (code === tooLarge || (name === 'RangeError' && code === 'ERR_OUT_OF_RANGE')) return new UnstorableError('', 'is too large for the store')
  return isPassing(error) ? new StoreUnavailableError(`MongoDB cannot answer just now (${String(name)})`, { cause: error }) : error
}

/** Whether the error only says that the collection is there already. */
export const isNamespaceExists = (error: unknown): boolean => shapeOf(error).code === namespaceExists

const toDuplicate = (error: unknown, definition: CollectionDefinition): Error => {
  const label = `${definition.service}/${definition.name}`
  const pattern = shapeOf(error).keyPattern as Record<string, unknown> | undefined
  const keys = Object.keys(pattern ?? {}).join()
  const index = Object.entries(definition.indexes).find(
    ([name, { fields, unique }]) => unique && [...fields.map((field) => `fields.${field}`), `open.${name}`].join() === keys,
  )
  return index ? new NotUniqueError(label, index[0]) : new AlreadyExistsError(label)
}

const passingNames =
  /^(Mongo(ose)?ServerSelection|MongoNetwork|MongoNetworkTimeout|MongoNotConnected|MongoTopologyClosed|MongoClientClosed|MongoPoolCleared|MongoPoolClosed|MongoConnectionPoolCleared|MongoWaitQueueTimeout|MongoOperationTimeout|MongoExpiredSession|MongoWriteConcern|MongoCursorExhausted|MongoUnexpectedServerResponse|MongoStalePrimary|MongooseError$|Disconnected|MongoServerClosed|PoolCleared|PoolClosed|WaitQueueTimeout)/

const isPassing = (error: unknown): boolean => {
  const { name, code, errorLabels } = shapeOf(error)
  if (typeof code === 'string' && connectionCodes.has(code)) return true
  if (typeof code === 'number' && (passingCodes.has(code) || fullCodes.has(code))) return true
  if (Array.isArray(errorLabels) && errorLabels.some((label) => label === 'RetryableWriteError' || label === 'TransientTransactionError')) return true
  return typeof name === 'string' && passingNames.test(name)
}
