/** Somebody has begun a verification that is not finished: two at a time would only slow each other down. */
export class VerificationUnderWayError extends Error {
  readonly kind = 'conflict'
  readonly code = 'verification-under-way'
  readonly title = 'A verification is under way'
  constructor(service: string, since?: string) {
    super(`A verification of ${service} ${since === undefined ? 'has just begun' : `has been under way since ${since}`}. Begin another when it has finished.`)
  }
}
