import type { Refusal } from './aggregateDocument.ts'

/** A refusal that was remembered, thrown again: kind, code, title, message and field are those of the first time. */
export class RememberedRefusalError extends Error {
  readonly kind: string
  readonly code: string
  readonly title: string
  readonly field?: string
  constructor(refusal: Refusal) {
    super(refusal.message)
    this.kind = refusal.kind
    this.code = refusal.code
    this.title = refusal.title
    if (refusal.field !== undefined) this.field = refusal.field
  }
}

/** What to remember of an error that a rule threw; undefined when it is no refusal but a failure. */
export const refusalOf = (error: unknown): Refusal | undefined => {
  if (typeof error !== 'object' || error === null) return undefined
  const { kind, code, title, message, field } = error as Record<string, unknown>
  if (typeof kind !== 'string' || typeof code !== 'string' || kind === 'unavailable') return undefined
  return { kind, code, title: String(title ?? code), message: String(message ?? ''), ...(typeof field === 'string' ? { field } : {}) }
}
