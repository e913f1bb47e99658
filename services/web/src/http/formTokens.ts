import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import type { Runtime } from '@patchwork/runtime'

const nonceBytes = 18

export interface FormTokens {
  /** A token for one showing of a form, good for as long as `binding` (the session, or the visitor's form cookie) is the same. */
  make(binding: string): string
  isGood(token: unknown, binding: string): boolean
}

/**
 * Proof that a form came from our own page: a digest over a nonce and the visitor's own secret. Nothing is stored; and as no two showings carry the same
 * token, pages can be compressed without telling it byte by byte (which is why no library that repeats its token serves here).
 */
export const createFormTokens = (dataKey: Uint8Array, runtime: Pick<Runtime, 'randomBytes'>): FormTokens => {
  const key = Buffer.from(hkdfSync('sha256', dataKey, 'patchwork', 'web/form-tokens', 32))
  const tokenOf = (nonce: string, binding: string) => `${nonce}.${createHmac('sha256', key).update(`${nonce}.${binding}`).digest('base64url')}`
  return {
    make: (binding) => tokenOf(Buffer.from(runtime.randomBytes(nonceBytes)).toString('base64url'), binding),
    isGood: (token, binding) => {
      if (typeof token !== 'string') return false
      const given = Buffer.from(token)
      const expected = Buffer.from(tokenOf(token.split('.')[0]!, binding))
      return given.length === expected.length && timingSafeEqual(given, expected)
    },
  }
}
