import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { embeddedDocumentStore } from '@patchwork/document-store'
import type { Role } from '@patchwork/events'
import { openPlaceFile } from '@patchwork/place-file'
import { type Runtime, systemRuntime } from '@patchwork/runtime'
import { createLogger } from '@patchwork/telemetry'
import express, { type Request, type Response } from 'express'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import supertest from 'supertest'
import type { WebSettings } from './config.ts'
import { start } from './start.ts'

// A place for tests: the real pages, and beside them small real servers that keep the contract of the services and of the issuer.

export type Asked = { method: string; path: string; query: Record<string, string>; body: unknown; headers: Request['headers'] }
/** Answers one route of a service, by `GET /provider-directory/offers/:id`. What it gives is the JSON body; a number is a status alone. */
export type Answering = (asked: Asked & { params: Record<string, string> }, response: Response) => unknown

export const residentId = '0b9c1f4e-6c43-4c57-9a6e-2a5d8f0e1a11'
const accountId = '7a3b1c52-95c8-4f0e-8f6a-6f1f4a4b2b22'

export type TestPlace = Awaited<ReturnType<typeof startTestPlace>>

/** A refusal as the services give it. */
export const problem = (response: Response, status: number, code: string, errors?: { pointer: string; code: string }[]) =>
  void response
    .status(status)
    .type('application/problem+json')
    .send(JSON.stringify({ type: `/problems/${code}`, title: 'No', status, code, detail: 'No', ...(errors ? { errors } : {}) }))

export const startTestPlace = async (answers: Record<string, Answering> = {}, settings: WebSettings & { serviceUrls?: Record<string, string> } = {}) => {
  const placeFile = await openPlaceFile({ path: ':memory:' })
  const documents = embeddedDocumentStore(placeFile)
  const logged: string[] = []
  const logger = createLogger({ service: 'web', level: 'debug', destination: { write: (line) => void logged.push(line) } })
  let offsetMs = 0
  const runtime: Runtime = { ...systemRuntime, now: () => systemRuntime.now() + offsetMs }
  const front = express()
  const server = createServer(front)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const publicUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const asked: Asked[] = []
  const routes: Record<string, Answering> = { ...answers }
  const issuer = await createTestIssuer(`${publicUrl}/identity`, publicUrl, () => Math.floor(runtime.now() / 1_000))
  front.use('/identity', issuer.app)
  front.use('/api', serviceServer(routes, asked))
  const names = ['web', 'provider-directory', 'referral', 'people', 'notification', 'identity', 'personal-budget-pooling', 'commissioning']
  const service = await start(
    { documents, runtime, logger, dataKey: new Uint8Array(32).fill(7), log: undefined as never },
    {
      publicUrl,
      issuer: `${publicUrl}/identity`,
      jwksUrl: `${publicUrl}/identity/jwks`,
      ...settings,
      serviceUrls: { ...Object.fromEntries(names.map((name) => [name, `${publicUrl}/api/${name}`])), ...settings.serviceUrls },
    },
  )
  for (const mount of service.mounts) front.use(mount.path, mount.app)

  /** A browser of its own: it keeps cookies. */
  const browser = () => supertest.agent(publicUrl)
  const signedIn = async (role: Role) => {
    issuer.signsIn(role)
    const agent = browser()
    await agent.get('/sign-in').redirects(3)
    return agent
  }
  /** The session's cookie as a browser sends it, for clients that are no supertest agent. */
  const sessionCookie = async (role: Role): Promise<string> => {
    issuer.signsIn(role)
    const step = (address: string, cookie = '') => fetch(new URL(address, publicUrl), { redirect: 'manual', headers: { cookie } })
    const set = (response: globalThis.Response, name: string) =>
      response.headers
        .getSetCookie()
        .find((text) => text.startsWith(name))!
        .split(';')[0]!
    const begun = await step('/sign-in')
    const back = await step(begun.headers.get('location')!)
    return set(await step(back.headers.get('location')!, set(begun, 'patchwork_attempt')), 'patchwork_session')
  }
  return {
    publicUrl,
    mounts: service.mounts,
    sessionCookie,
    routes,
    asked,
    logged,
    issuer,
    documents,
    browser,
    signedIn,
    /** Lets time pass. */
    pass: (ms: number) => {
      offsetMs += ms
    },
    stop: async () => {
      await service.stop()
      server.closeAllConnections()
      server.close()
      await placeFile.close()
    },
  }
}

const serviceServer = (routes: Record<string, Answering>, asked: Asked[]) => {
  const app = express()
  app.use(express.json(), express.raw({ limit: '3mb' }))
  app.use(async (request, response) => {
    const seen = { method: request.method, path: request.path, query: request.query as Record<string, string>, body: request.body, headers: request.headers }
    asked.push(seen)
    for (const [route, answer] of Object.entries(routes)) {
      const params = matches(route, `${request.method} ${request.path}`)
      if (!params) continue
      const given = await answer({ ...seen, params }, response)
      if (response.headersSent || given === undefined) return
      if (typeof given === 'number') return void response.status(given).end()
      return void response.json(given)
    }
    problem(response, 404, 'not-found')
  })
  return app
}

const matches = (route: string, path: string): Record<string, string> | undefined => {
  const pattern = new RegExp(`^${route.replaceAll(/:(\w+)/g, '(?<$1>[^/]+)')}$`)
  const found = pattern.exec(path)
  return found ? { ...found.groups } : undefined
}

/** An OpenID Connect issuer that signs in at once whom it is told to, and checks client, address, code and PKCE as a real one does. */
const createTestIssuer = async (issuer: string, publicUrl: string, seconds: () => number) => {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const key = { ...(await exportJWK(publicKey)), kid: 'test', alg: 'ES256', use: 'sig' }
  const codes = new Map<string, URLSearchParams>()
  const refreshTokens = new Set<string>()
  const state = { role: 'resident' as Role, isEnded: false, isDown: false, renewals: 0, tokenSeconds: 600 }
  let count = 0
  const sign = (claims: object, audience: string) =>
    new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'test' })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(accountId)
      .setIssuedAt(seconds())
      .setExpirationTime(seconds() + state.tokenSeconds)
      .sign(privateKey)
  const tokens = async (nonce: string | null) => {
    const claims = { person_id: residentId, account_id: accountId, role: state.role }
    count += 1
    const refreshToken = `refresh-${count}`
    refreshTokens.add(refreshToken)
    return {
      token_type: 'Bearer',
      expires_in: state.tokenSeconds,
      access_token: await sign({ ...claims, jti: String(count) }, 'patchwork'),
      refresh_token: refreshToken,
      id_token: await sign({ ...claims, ...(nonce === null ? {} : { nonce }) }, 'patchwork-web'),
    }
  }
  const app = express()
  app.use(express.urlencoded({ extended: false }))
  app.use((_request, response, next) => (state.isDown ? void response.status(503).end() : next()))
  app.get('/.well-known/openid-configuration', (_request, response) => {
    response.json({
      issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      end_session_endpoint: `${issuer}/session/end`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256'],
    })
  })
  app.get('/jwks', (_request, response) => void response.json({ keys: [key] }))
  app.get('/auth', (request, response) => {
    const query = new URL(request.originalUrl, publicUrl).searchParams
    const isRight =
      query.get('client_id') === 'patchwork-web' && query.get('redirect_uri') === `${publicUrl}/signed-in` && query.get('code_challenge_method') === 'S256'
    if (!isRight) return void response.status(400).end()
    const code = `code-${codes.size}`
    codes.set(code, query)
    response.redirect(303, `${publicUrl}/signed-in?${new URLSearchParams({ code, state: query.get('state')! })}`)
  })
  app.post('/token', async (request, response) => {
    const { grant_type: grant, code, code_verifier: verifier, refresh_token: refreshToken } = request.body as Record<string, string>
    if (!request.get('authorization')?.startsWith('Basic ')) return void response.status(401).json({ error: 'invalid_client' })
    if (grant === 'refresh_token') {
      state.renewals += 1
      // Rotation: a second use is taken for theft.
      if (state.isEnded || !refreshTokens.delete(refreshToken!)) return void response.status(400).json({ error: 'invalid_grant' })
      return void response.json(await tokens(null))
    }
    const query = codes.get(code!)
    codes.delete(code!)
    const challenge = createHash('sha256')
      .update(verifier ?? '')
      .digest('base64url')
    if (!query || query.get('code_challenge') !== challenge) return void response.status(400).json({ error: 'invalid_grant' })
    response.json(await tokens(query.get('nonce')))
  })
  app.get('/session/end', (request, response) => {
    const query = new URL(request.originalUrl, publicUrl).searchParams
    if (!query.get('id_token_hint')) return void response.status(400).end()
    response.redirect(303, query.get('post_logout_redirect_uri')!)
  })
  return {
    app,
    state,
    signsIn: (role: Role) => {
      state.role = role
    },
  }
}

/** The value of the hidden field of a page's form. */
export const hidden = (html: string, name: string): string => new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? ''
