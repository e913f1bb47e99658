import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync } from 'node:crypto'
import type { Runtime } from '@patchwork/runtime'

/** The stored text was sealed with another key or for another place, or was changed. It carries nothing of the content. */
export class UnsealableError extends Error {
  readonly code = 'unsealable'
  constructor() {
    super('Stored data could not be opened: it was sealed with another key, for another record, or has been changed. Check DATA_KEY_FILE.')
  }
}

export interface Sealer {
  /** Encrypts any JSON value for one place (`context`, e.g. `people/person/<id>`): the result opens only with the same context. */
  seal(value: unknown, context: string): string
  /** The value that was sealed. Throws UnsealableError. */
  open<Value>(sealed: string, context: string): Value
  /** A keyed digest of a value (hex, 64 characters), the same each time: finds an e-mail address without storing it. */
  blindIndex(value: string, purpose: string): string
}

const algorithm = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16

/** Seals with AES-256-GCM under a key derived from the place's 32-byte data key for one `service`. Throws RangeError on another length. */
export const createSealer = (dataKey: Uint8Array, service: string, runtime: Pick<Runtime, 'randomBytes'>): Sealer => {
  if (dataKey.length !== 32) throw new RangeError('A data key has exactly 32 bytes')
  // As key objects: Node.js takes bytes for a key anew each time, which costs four times as much as sealing a record.
  const derive = (use: string) => createSecretKey(new Uint8Array(hkdfSync('sha256', dataKey, 'patchwork', `${service}/${use}`, 32)))
  const sealingKey = derive('seal')
  const indexKey = derive('blind-index')
  return {
    seal: (value, context) => {
      const nonce = runtime.randomBytes(nonceBytes)
      const cipher = createCipheriv(algorithm, sealingKey, nonce).setAAD(Buffer.from(context))
      const body = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()])
      return `s1.${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')}`
    },
    open: (sealed, context) => {
      if (!sealed.startsWith('s1.')) throw new UnsealableError()
      const bytes = Buffer.from(sealed.slice(3), 'base64url')
      try {
        const decipher = createDecipheriv(algorithm, sealingKey, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes })
        decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes))
        const body = Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()])
        return JSON.parse(body.toString('utf8'))
      } catch {
        throw new UnsealableError()
      }
    },
    blindIndex: (value, purpose) => createHmac('sha256', indexKey).update(`${purpose}\u0000${value}`).digest('hex'),
  }
}
