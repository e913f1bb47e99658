import type { TemplateName } from '../domain/templates.ts'

/**
 * The words of one language. `{{ place }}` is the name of the place; `{{ name }}` is the reader's, and stands in the greeting of an e-mail only, where it is known.
 * A subject may hold nothing but the place: it is read over a shoulder, on a lock screen, by whoever shares the device.
 */
export type Words = {
  /** `draft`: no translator has seen it yet. */
  status: 'final' | 'draft'
  greeting: string
  /** To somebody of whom nothing but the address is known. */
  greetingUnnamed: string
  linkOnce: string
  signedOff: string
  whyYou: string
  messages: Record<TemplateName, { subject: string; body: readonly string[]; action: string }>
}
