/** There is a document under this id already. */
export class AlreadyExistsError extends Error {
  readonly code = 'already-exists'
  readonly collection: string
  constructor(collection: string) {
    super(`A document with this id exists already in ${collection}`)
    this.collection = collection
  }
}

/** Another document holds the same value of a unique index; the text names the index, never the value. */
export class NotUniqueError extends Error {
  readonly code = 'not-unique'
  readonly collection: string
  readonly index: string
  constructor(collection: string, index: string) {
    super(`Another document in ${collection} holds the same ${index}`)
    this.collection = collection
    this.index = index
  }
}

/** The body is not JSON that every store keeps as it is, or is too large, or a declared field has another type. */
export class UnstorableError extends Error {
  readonly code = 'unstorable'
  readonly path: string
  readonly reason: string
  constructor(path: string, reason: string) {
    super(`Cannot be stored: ${path || 'the body'} ${reason}`)
    this.path = path
    this.reason = reason
  }
}

/** The query asks what no declared index can answer, or brings an `after` of another query. */
export class InvalidQueryError extends Error {
  readonly code = 'invalid-query'
}

/** The store cannot be reached or cannot write (disk full, connection lost). A later try may succeed; the write may or may not have happened. */
export class StoreUnavailableError extends Error {
  readonly kind = 'unavailable'
  readonly code = 'store-unavailable'
  readonly title = 'Cannot save or read just now'
}
