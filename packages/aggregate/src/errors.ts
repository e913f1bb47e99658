// Each of these knows its kind, from which packages/http makes a status; the code is stable.

/** Other processes changed the same aggregate each time this one tried. Trying again later is right. */
export class BusyError extends Error {
  readonly kind = 'unavailable'
  readonly code = 'busy'
  readonly title = 'Too many changes at once'
  constructor() {
    super('This record is being changed by several people at once. Try again in a moment.')
  }
}

/** The caller's If-Match names another sequence than the aggregate has. */
export class StaleError extends Error {
  readonly kind = 'stale'
  readonly code = 'stale'
  readonly title = 'Changed by someone else'
  constructor() {
    super('This has changed since you last read it. Read it again, then make your change.')
  }
}

/** The same Idempotency-Key came with another body. */
export class KeyReusedError extends Error {
  readonly kind = 'invalid'
  readonly code = 'idempotency-key-reused'
  readonly title = 'Idempotency-Key used before'
  constructor() {
    super('This Idempotency-Key was used before with another request. Use a new key for a new request.')
  }
}
