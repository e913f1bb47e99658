import { hkdfSync } from 'node:crypto'
import { SignJWT } from 'jose'

export const serviceTokenAlgorithm = 'HS256'
export const serviceTokenIssuer = 'patchwork-services'
const lifetimeSeconds = 60

/** The key that the services of one place sign for each other with, derived from its data key. */
export const serviceTokenKey = (dataKey: Uint8Array): Uint8Array => new Uint8Array(hkdfSync('sha256', dataKey, 'patchwork', 'service-tokens', 32))

/** A token by which `from` asks `to`, good for a minute. */
export const signServiceToken = (key: Uint8Array, from: string, to: string, nowMs: number): Promise<string> => {
  const seconds = Math.floor(nowMs / 1000)
  return new SignJWT()
    .setProtectedHeader({ alg: serviceTokenAlgorithm })
    .setIssuer(serviceTokenIssuer)
    .setSubject(from)
    .setAudience(to)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + lifetimeSeconds)
    .sign(key)
}
