import { createPrivateKey, createPublicKey, sign } from 'node:crypto'
import type { Role } from '@patchwork/events'
import type { Runtime } from '@patchwork/runtime'
import express, { type Express } from 'express'

const keyId = 'simulated-issuer'
const lifetimeSeconds = 600
/** The PKCS #8 form of an Ed25519 key, up to its 32 bytes. */
const ed25519Prefix = Buffer.from('302e020100300506032b657004220420', 'hex')

export type SimulatedIssuer = { issuer: string; app: Express; tokenFor(person: { personId: string; role: Role }): string }

/**
 * Signs people's tokens on simulated time with one key, and shows the other half of it. It stands for the OpenID Connect provider of the identity service,
 * whose library owns its clock, its chance and its crypto; services take its tokens by their real authenticator.
 */
export const simulatedIssuer = (host: string, runtime: Pick<Runtime, 'now'>): SimulatedIssuer => {
  const issuer = `http://${host}/identity`
  const privateKey = createPrivateKey({ key: Buffer.concat([ed25519Prefix, Buffer.alloc(32, 7)]), format: 'der', type: 'pkcs8' })
  const jwk = { ...createPublicKey(privateKey).export({ format: 'jwk' }), kid: keyId, alg: 'EdDSA', use: 'sig' }
  const app = express()
  app.get('/identity/jwks', (_request, response) => void response.json({ keys: [jwk] }))
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return {
    issuer,
    app,
    tokenFor: ({ personId, role }) => {
      const seconds = Math.floor(runtime.now() / 1_000)
      const claims = {
        person_id: personId,
        account_id: personId,
        role,
        iss: issuer,
        aud: 'patchwork',
        sub: personId,
        iat: seconds,
        exp: seconds + lifetimeSeconds,
      }
      const text = `${part({ alg: 'EdDSA', kid: keyId })}.${part(claims)}`
      return `${text}.${sign(null, Buffer.from(text), privateKey).toString('base64url')}`
    },
  }
}
