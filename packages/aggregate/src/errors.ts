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

/** So many events of one aggregate wait to be passed on that no more can be kept beside it. Trying again later is right. */
export class BacklogError extends Error {
  readonly kind = 'unavailable'
  readonly code = 'backlog'
  readonly title = 'Too much is waiting'
  constructor() {
    super('Too many changes of this record wait to be passed on. Try again later.')
  }
}

/** A rule decided an event that its schema does not allow: a mistake in the program, not in the request. Nothing was saved. */
export class InvalidEventError extends Error {
  readonly code = 'invalid-event'
  constructor(type: string, problem: string) {
    super(`The event ${type} cannot be saved: ${problem}`)
  }
}

/** The log holds events that the store has never heard of: it was restored from an older copy, and would give used sequences again. */
export class StoreBehindLogError extends Error {
  readonly code = 'store-behind-log'
  readonly examples: readonly string[]
  constructor(what: string, examples: readonly string[]) {
    super(
      `The log holds events of ${what} that the store lacks, so the store was restored from a copy that is older than its log. Nothing was changed. Restore a copy of the store that is at least as new as its log, or the log from the same copy. For example: ${examples.join(', ')}`,
    )
    this.examples = examples
  }
}
