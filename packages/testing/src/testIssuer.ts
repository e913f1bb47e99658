import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

const keyId = 'test-issuer'
const lifetimeSeconds = 600

export type TestRole = 'resident' | 'provider' | 'navigator' | 'coordinator' | 'commissioner' | 'administrator'

export type TestIssuer = {
  issuer: string
  /** Where its public key is read, over loopback. */
  jwksUrl: string
  /** An access token as the real issuer gives one; `changes` overrides claims, for tokens that must be refused. */
  tokenFor(person: { personId: string; role: TestRole; accountId?: string }, changes?: { audience?: string; issuer?: string; nowMs?: number }): Promise<string>
  stop(): Promise<void>
}

/**
 * An issuer of access tokens on 127.0.0.1 with a key of its own (ES256), so that tests go through a service's real authenticator.
 * Tokens last ten minutes from `nowMs` (the machine's clock when absent).
 */
export const startTestIssuer = async (): Promise<TestIssuer> => {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: keyId, alg: 'ES256', use: 'sig' }] })
  const server = createServer((_request, response) => response.setHeader('content-type', 'application/json').end(keys)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const issuer = `${address}/identity`
  return {
    issuer,
    jwksUrl: `${issuer}/jwks`,
    tokenFor: ({ personId, role, accountId = personId }, changes = {}) => {
      const seconds = Math.floor((changes.nowMs ?? Date.now()) / 1000)
      return new SignJWT({ person_id: personId, account_id: accountId, role })
        .setProtectedHeader({ alg: 'ES256', kid: keyId })
        .setIssuer(changes.issuer ?? issuer)
        .setAudience(changes.audience ?? 'patchwork')
        .setSubject(accountId)
        .setIssuedAt(seconds)
        .setExpirationTime(seconds + lifetimeSeconds)
        .sign(privateKey)
    },
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
