import { createECDH } from 'node:crypto'
import type { DocumentStore } from '@patchwork/document-store'
import type { Sealer } from '@patchwork/encryption'
import { instant, type Runtime } from '@patchwork/runtime'
import { calculateJwkThumbprint, type JWK } from 'jose'
import { isAlreadyThere } from './logins.ts'

type KeyBody = { sealed: string; madeAt: string }
const keysMax = 10

/** The private keys that tokens are signed with, newest first: the first signs, all are published. Made on the first start, sealed at rest. */
export const openSigningKeys = async (documents: DocumentStore, sealer: Sealer, runtime: Pick<Runtime, 'now' | 'randomBytes'>): Promise<JWK[]> => {
  const keys = await documents.collection<KeyBody>({
    service: 'identity',
    name: 'signing-keys',
    fields: { madeAt: { path: 'madeAt', type: 'string' } },
    indexes: { 'by-age': { fields: ['madeAt'] } },
  })
  const contextOf = (id: string) => `identity/signing-keys/${id}`
  const read = async () => (await keys.find({ sort: [{ field: 'madeAt', direction: 'descending' }], limit: keysMax })).documents
  let found = await read()
  if (found.length === 0) {
    // A fixed id, so that of two processes starting at once only one makes the key.
    const id = 'first'
    await keys.insert(id, { sealed: sealer.seal(await makeKey(runtime), contextOf(id)), madeAt: instant(runtime) }).catch((error: unknown) => {
      if (!isAlreadyThere(error)) throw error
    })
    found = await read()
  }
  return found.map(({ id, body }) => sealer.open<JWK>(body.sealed, contextOf(id)))
}

const makeKey = async (runtime: Pick<Runtime, 'randomBytes'>): Promise<JWK> => {
  const pair = createECDH('prime256v1')
  const secret = Buffer.from(runtime.randomBytes(32))
  pair.setPrivateKey(secret)
  const publicKey = pair.getPublicKey()
  const key: JWK = {
    kty: 'EC',
    crv: 'P-256',
    x: publicKey.subarray(1, 33).toString('base64url'),
    y: publicKey.subarray(33).toString('base64url'),
    d: secret.toString('base64url'),
  }
  return { ...key, kid: await calculateJwkThumbprint(key), alg: 'ES256', use: 'sig' }
}
