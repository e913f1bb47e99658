import { generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAuthenticator } from '@patchwork/http'
import { systemRuntime } from '@patchwork/runtime'

export type Person = { name: string; email?: string; language?: 'en' | 'cy'; demonstration: boolean }
export type Link = { url: string; purpose: string; personId: string; stillTrue: boolean }

/** The services that notification asks, and the issuer, as real HTTP servers that keep to their contracts. */
export type Neighbours = {
  people: Map<string, Person>
  links: Map<string, Link>
  /** Open invitations to act for an organisation, by their ids. */
  invitations: Map<string, { email: string; language: 'en' | 'cy'; url: string }>
  /** Each read of an address: who asked, for whom. */
  reads: { service: string; personId: string }[]
  /** People whose details cannot be opened: whatever asks for them is answered with an error. */
  unreadable: Set<string>
  /** The next answers of people, identity or the directory are 503. */
  away: { people: boolean; identity: boolean; 'provider-directory': boolean }
  urls: { people: string; identity: string; directory: string; jwks: string; issuer: string }
  tokenFor(personId: string, role: string): string
  stop(): Promise<void>
}

const listening = async (server: Server): Promise<string> => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

export const startNeighbours = async (dataKey: Uint8Array): Promise<Neighbours> => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const keys = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'test', alg: 'ES256', use: 'sig' }] }
  const issuerServer = createServer((_request, response) => response.setHeader('content-type', 'application/json').end(JSON.stringify(keys)))
  const issuer = await listening(issuerServer)

  const serve = async (service: 'people' | 'identity' | 'provider-directory', answer: (path: string, caller: string) => object | undefined) => {
    const authenticate = createAuthenticator({ service, issuer, jwksUrl: `${issuer}/jwks`, dataKey, runtime: systemRuntime })
    const server = createServer((request: IncomingMessage, response) => {
      const send = (status: number, body: object) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      if (neighbours.away[service]) return void send(503, { status: 503, code: 'store-unavailable' })
      authenticate(request.headers.authorization).then(
        (caller) => {
          if (caller.kind !== 'service') return send(403, { status: 403, code: 'not-allowed' })
          try {
            const body = answer(request.url ?? '', caller.service)
            return body ? send(200, body) : send(404, { status: 404, code: 'not-found' })
          } catch {
            return send(500, { status: 500, code: 'internal-error' })
          }
        },
        () => send(401, { status: 401, code: 'not-signed-in' }),
      )
    })
    return { server, url: `${await listening(server)}` }
  }
  const peopleServer = await serve('people', (path, service) => {
    const ids = /^\/people\/contacts\?ids=([0-9a-f,-]+)$/.exec(path)?.[1]?.split(',') ?? []
    if (ids.some((personId) => neighbours.unreadable.has(personId))) throw new Error('These details cannot be read')
    const items = ids.flatMap((personId) => {
      const person = neighbours.people.get(personId)
      return person ? [{ personId, language: 'en', ...person, accessNeeds: [] }] : []
    })
    neighbours.reads.push(...items.map(({ personId }) => ({ service, personId })))
    return ids.length > 0 ? { items } : undefined
  })
  const identityServer = await serve('identity', (path) => neighbours.links.get(/^\/challenges\/([0-9a-f-]{36})\/link$/.exec(path)?.[1] ?? ''))

  const directoryServer = await serve('provider-directory', (path, caller) =>
    caller === 'notification' ? neighbours.invitations.get(/^\/invitations\/([0-9a-f-]{36})\/mail$/.exec(path)?.[1] ?? '') : undefined,
  )

  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const neighbours: Neighbours = {
    people: new Map(),
    links: new Map(),
    invitations: new Map(),
    reads: [],
    unreadable: new Set(),
    away: { people: false, identity: false, 'provider-directory': false },
    urls: { people: peopleServer.url, identity: identityServer.url, directory: directoryServer.url, jwks: `${issuer}/jwks`, issuer },
    tokenFor: (personId, role) => {
      const seconds = Math.floor(systemRuntime.now() / 1_000)
      const claims = { iss: issuer, aud: 'patchwork', sub: personId, iat: seconds - 5, exp: seconds + 36_000, person_id: personId, account_id: personId, role }
      const text = `${encode({ alg: 'ES256', kid: 'test' })}.${encode(claims)}`
      return `${text}.${sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
    },
    stop: async () => {
      for (const server of [issuerServer, peopleServer.server, identityServer.server, directoryServer.server]) {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      }
    },
  }
  return neighbours
}
