import { hash } from 'node:crypto'

const sha256 = (text: string): string => hash('sha256', text, 'hex')

/** What is kept of a command key: its SHA-256 in hex. A client's Idempotency-Key may hold anything, so the key itself is never stored. */
export const keyDigest = (commandKey: string): string => sha256(commandKey)

/** The digest by which the same body is recognised, whatever the order of its keys. */
export const bodyDigest = (body: unknown): string => sha256(canonicalJson(body))

/** JSON text with the keys of every object in order: equal values give equal text. */
export const canonicalJson = (value: unknown): string => JSON.stringify(value, keysInOrder) ?? 'undefined'

const keysInOrder = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)))
    : value

/** The id of what a command creates: a UUID (version 8) made from its key, so that a repeat meets what the first one made. */
export const idFor = (commandKey: string): string => {
  const hex = sha256(`id\u0000${commandKey}`)
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
