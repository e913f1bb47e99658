import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { Caller } from '@patchwork/access'
import { type Runtime, systemRuntime } from '@patchwork/runtime'
import { createLogger } from '@patchwork/telemetry'
import express from 'express'
import fc from 'fast-check'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import supertest from 'supertest'
import { z } from 'zod'
import { createApp } from './app.ts'
import { createAuthenticator, UnauthenticatedError } from './authenticator.ts'
import { type AnyRoute, defineRoute } from './route.ts'
import { createServiceClient } from './serviceClient.ts'
import { ListQuery, plainText } from './text.ts'

const personId = '7f1fda3c-6b57-4ef1-9f6c-0d5d3ff1a0a1'
const logged: string[] = []
const logger = createLogger({ service: 'test', level: 'debug', destination: { write: (line) => void logged.push(line) } })
const resident: Caller = { kind: 'person', personId, accountId: personId, role: 'resident' }
const callers: Record<string, Caller> = { resident, provider: { ...resident, role: 'provider' } }

const authenticate = async (authorization: string | undefined): Promise<Caller> => {
  if (authorization === undefined) return { kind: 'anyone' }
  const caller = callers[authorization.slice(7)]
  if (!caller) throw new UnauthenticatedError()
  return caller
}

const appWith = (routes: AnyRoute[]) =>
  supertest(createApp({ service: 'test', routes, authenticate, runtime: systemRuntime, logger, ready: async () => undefined }))

const record = defineRoute({
  method: 'post',
  path: '/needs/:id',
  policy: 'need.record',
  summary: 'Record a need',
  params: z.strictObject({ id: z.string() }),
  body: z.strictObject({ words: plainText(100) }),
  answer: z.object({ key: z.string(), repeatable: z.boolean(), words: z.string() }),
  own: ({ params }) => params.id === 'mine',
  handle: async ({ command, body }) => ({
    status: 201,
    sequence: 3,
    body: { key: command.key, repeatable: command.repeatable, words: body.words, secret: 'never leaves' },
  }),
})

const send = (id = 'mine', as = 'resident') => appWith([record]).post(`/needs/${id}`).set('authorization', `Bearer ${as}`)

describe('a route', () => {
  test('answers those its policy allows, with what it declared and nothing else', async () => {
    const { status, body, headers } = await send().send({ words: 'hello' })
    expect({ status, words: body.words, etag: headers.etag, secret: body.secret }).toEqual({ status: 201, words: 'hello', etag: '"3"', secret: undefined })
  })
  test('tells a stranger to sign in', async () => {
    const { status, headers, body } = await appWith([record]).post('/needs/mine').send({ words: 'x' })
    expect({ status, asks: headers['www-authenticate'], type: headers['content-type'], code: body.code }).toEqual({
      status: 401,
      asks: 'Bearer',
      type: 'application/problem+json; charset=utf-8',
      code: 'not-signed-in',
    })
  })
  test('refuses a role its policy does not name', async () => expect((await send('mine', 'provider').send({ words: 'x' })).status).toBe(403))
  test('does not tell whether the record of another exists', async () => expect((await send('theirs').send({ words: 'x' })).status).toBe(404))
  test('refuses a token that is not ours', async () => expect((await send('mine', 'forged').send({ words: 'x' })).status).toBe(401))
  test('that speaks of own records and does not say whose cannot be built', () => {
    const { own: _own, ...careless } = record
    expect(() => appWith([careless as AnyRoute])).toThrow('does not say which are the caller')
  })
  test('gives the same command key for the same Idempotency-Key, and another for each request without', async () => {
    const keyed = () => send().set('idempotency-key', 'one-two-three').send({ words: 'a' })
    const [first, second, plain, other] = [await keyed(), await keyed(), await send().send({ words: 'a' }), await send().send({ words: 'a' })]
    expect(first.body.key).toBe(second.body.key)
    expect(new Set([first.body.key, plain.body.key, other.body.key]).size).toBe(3)
    expect([first.body.repeatable, plain.body.repeatable]).toEqual([true, false])
  })
})

describe('an answer as JSON', () => {
  const told = defineRoute({
    method: 'get',
    path: '/told/:words',
    policy: 'directory.find',
    summary: 'Tell',
    params: z.strictObject({ words: z.string() }),
    answer: z.object({ words: z.string(), address: z.string() }),
    handle: async ({ params, address }) => ({ sequence: 3, body: { words: params.words, address }, ...(params.words === 'gone' ? { status: 204 } : {}) }),
  })
  const ask = (words: string, headers: Record<string, string> = {}) =>
    appWith([told])
      .get(`/told/${encodeURIComponent(words)}`)
      .set(headers)

  test('is what Express would give, byte for byte', () =>
    fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1 }), async (words) => {
        const app = express().set('etag', false)
        app.get('/told', (_request, response) => void response.json({ words, address: '127.0.0.1' }))
        const [given, ours] = [await supertest(app).get('/told'), await ask(words)]
        const asTold = ({ text, headers }: supertest.Response) => [text, headers['content-type'], headers['content-length']]
        expect(asTold(ours)).toEqual(asTold(given))
      }),
      { numRuns: 30 },
    ))
  test('is not sent again to who has it, and is to who has another', async () => {
    const [had, other] = [await ask('x', { 'if-none-match': '"3"' }), await ask('x', { 'if-none-match': '"2"' })]
    expect([had.status, had.text, had.headers.etag]).toEqual([304, '', '"3"'])
    expect([other.status, other.body.words, other.headers.etag]).toEqual([200, 'x', '"3"'])
  })
  test('has the same headers and no body for HEAD, and neither type nor length where there is none', async () => {
    const head = await appWith([told]).head('/told/x')
    const { headers, text } = await ask('x')
    expect([head.status, head.text, head.headers['content-length']]).toEqual([200, undefined, headers['content-length']])
    expect(Number(headers['content-length'])).toBe(text.length)
    const gone = await ask('gone')
    expect([gone.status, gone.text, gone.headers['content-type'], gone.headers['content-length']]).toEqual([204, '', undefined, undefined])
  })
  test('knows who asks by the address that a proxy on loopback names', async () => {
    const [direct, forwarded] = [await ask('x'), await ask('x', { 'x-forwarded-for': '192.0.2.7' })]
    expect([direct.body.address, forwarded.body.address]).toEqual([expect.stringMatching(/127\.0\.0\.1$/), '192.0.2.7'])
  })
})

describe('bad input is refused in words, and nothing of it reaches the log', () => {
  test.each([
    ['an unknown field', JSON.stringify({ words: 'x', role: 'administrator' }), 400, '/role', 'unknown-field'],
    ['a repeated field', '{"words":"a","words":"b"}', 400, '/words', 'repeated-field'],
    ['an operator object', JSON.stringify({ words: { $ne: null } }), 400, '/words', 'invalid-type'],
    ['a field left out', '{}', 400, '/words', 'invalid-type'],
    ['control characters', JSON.stringify({ words: 'a\u0007' }), 400, '/words', 'control-characters'],
    ['10,000 characters', JSON.stringify({ words: 'x'.repeat(10_000) }), 400, '/words', 'too-long'],
    ['what is not JSON', 'words=x', 400, '', 'not-json'],
    ['nothing', '', 400, '', 'missing-body'],
  ])('%s', async (_what, body, status, pointer, code) => {
    const answer = await send().set('content-type', 'application/json').send(body)
    expect({ status: answer.status, errors: answer.body.errors }).toEqual({
      status,
      errors: expect.arrayContaining([expect.objectContaining({ pointer, code, detail: expect.stringMatching(/\w/) })]),
    })
  })
  const gzipped = gzipSync('{"words":"x"}')
  test.each<[string, Record<string, string>, string | Buffer, number, string]>([
    ['a body of 1 MB', {}, `{"words":"${'x'.repeat(1_000_000)}"}`, 413, 'body-too-large'],
    ['a small body that unpacks to 1 MB', { 'content-encoding': 'gzip' }, gzipSync(`{"words":"${'x'.repeat(1_000_000)}"}`), 413, 'body-too-large'],
    ['a body wrongly marked as gzip', { 'content-encoding': 'gzip' }, '{"words":"x"}', 400, 'body-not-readable'],
    ['a body wrongly marked as deflate', { 'content-encoding': 'deflate' }, '{"words":"x"}', 400, 'body-not-readable'],
    ['a body wrongly marked as br', { 'content-encoding': 'br' }, '{"words":"x"}', 400, 'body-not-readable'],
    ['half of a packed body', { 'content-encoding': 'gzip' }, gzipped.subarray(0, 15), 400, 'body-not-readable'],
    ['an encoding of no kind', { 'content-encoding': 'zip' }, '{"words":"x"}', 415, 'encoding-not-known'],
  ])('%s', async (_what, headers, body, status, code) => {
    const request = send().set('content-type', 'application/json').set(headers)
    request.write(body as string)
    const answer = await request
    expect({ status: answer.status, type: answer.type, problem: answer.body }).toEqual({
      status,
      type: 'application/problem+json',
      problem: { type: `/problems/${code}`, title: expect.any(String), status, code, detail: expect.stringMatching(/\w+ \w+.*\.$/) },
    })
  })
  test('an address that cannot be read', async () => {
    const { status, body } = await appWith([record]).post('/needs/%E0%A4%A').set('authorization', 'Bearer resident').send({ words: 'x' })
    expect({ status, code: body.code, detail: body.detail }).toEqual({ status: 400, code: 'address-not-readable', detail: expect.stringMatching(/%/) })
  })
  test('a request that is not valid says so in words, too', async () => {
    const unknown = await send().send({ words: 'x', role: 'administrator' })
    const unread = await send().set('content-type', 'application/json').send('words=x')
    expect([unknown.body.detail, unread.body.detail]).toEqual([expect.stringMatching(/\w+ \w+/), 'The body is not JSON.'])
  })
  test('an If-Match that no service gave', async () => expect((await send().set('if-match', 'yesterday').send({ words: 'x' })).status).toBe(400))
  test('an address that is not there', async () => expect((await appWith([record]).get('/nothing?secret=canary-in-query')).status).toBe(404))
  test('an unforeseen failure keeps its message to the log', async () => {
    const { policy, method, path, summary } = { policy: 'directory.find', method: 'get', path: '/boom', summary: 'Fails' } as const
    const answer = await appWith([defineRoute({ policy, method, path, summary, handle: async () => Promise.reject(new Error('inner words')) })]).get('/boom')
    expect({ status: answer.status, text: answer.text }).toEqual({ status: 500, text: expect.not.stringContaining('inner words') })
    expect(answer.body).toMatchObject({ code: 'unforeseen', detail: expect.stringMatching(/Try again/) })
  })
  test('an answer that does not fit what the route declares is our failure, not the caller’s', async () => {
    const careless = defineRoute({
      ...{ policy: 'directory.find', method: 'get', path: '/careless', summary: 'Fails' },
      answer: z.object({ count: z.number() }),
      handle: async () => ({ body: { count: 'many' as never } }),
    } as const)
    expect((await appWith([careless]).get('/careless')).status).toBe(500)
  })
  test('the log has route templates, never what was asked', () => {
    expect(logged.join('')).toContain('/api/test/needs/:id')
    expect(logged.join('')).not.toContain('canary-in-query')
  })
})

test('a route with a rate limit answers 429 past it, in words', async () => {
  const limited = appWith([
    defineRoute({ policy: 'directory.find', method: 'get', path: '/find', summary: 'Find', rateLimit: { count: 2, perSeconds: 60 }, handle: async () => ({}) }),
  ])
  const statuses = [(await limited.get('/find')).status, (await limited.get('/find')).status, (await limited.get('/find')).status]
  expect(statuses).toEqual([200, 200, 429])
})

test('a route with a rate limit for some roles counts only people in these', async () => {
  const limited = appWith([{ ...record, rateLimit: { count: 1, perSeconds: 60, roles: ['resident'] } }])
  const statusAs = async (role: string) => (await limited.post('/needs/mine').set('authorization', `Bearer ${role}`).send({ words: 'x' })).status
  expect([await statusAs('resident'), await statusAs('resident'), await statusAs('provider'), await statusAs('provider')]).toEqual([201, 429, 403, 403])
})

test('a page marker that its list did not give is refused by field, and the same failure without one is ours', async () => {
  const list = defineRoute({
    method: 'get',
    path: '/list',
    policy: 'directory.find',
    summary: 'List',
    query: ListQuery,
    handle: () => Promise.reject(Object.assign(new Error('of another list'), { code: 'invalid-query' })),
  })
  const refused = await appWith([list]).get('/list?after=made-up')
  expect([refused.status, refused.body.errors]).toEqual([400, [expect.objectContaining({ pointer: '/after', code: 'invalid-after' })]])
  expect((await appWith([list]).get('/list')).status).toBe(500)
})

describe('what a schema finds is said in plain words', () => {
  const found = defineRoute({
    method: 'get',
    path: '/found/:id',
    policy: 'directory.find',
    summary: 'Found',
    params: z.strictObject({ id: z.string() }),
    query: ListQuery.extend({
      ...{
        id: z.uuid().optional(),
        kind: z.enum(['a', 'b']).optional(),
        day: z.iso.date().optional(),
        at: z.iso.datetime().optional(),
        mail: z.email().optional(),
      },
      ...{
        short: z.string().max(1).optional(),
        code: z.string().regex(/^x$/).optional(),
        now: z.literal('now').optional(),
        long: z.string().min(9).optional(),
      },
      either: z.union([z.number(), z.boolean()]).optional(),
    }),
    answer: z.object({ ok: z.boolean() }),
    handle: async () => ({ body: { ok: true } }),
  })
  test.each([
    ['limit=201', '/limit', 'too-big', 'This must be 200 or less.'],
    ['limit=0', '/limit', 'too-small', 'This must be 1 or more.'],
    ['limit=many', '/limit', 'invalid-type', 'This must be a number.'],
    ['limit=1.5', '/limit', 'invalid-type', 'This must be a whole number.'],
    ['limit=1&limit=2', '/limit', 'repeated-field', 'This is given more than once.'],
    ['kind=a&kind=a', '/kind', 'repeated-field', 'This is given more than once.'],
    ['other=1', '/other', 'unknown-field', 'There is no such field.'],
    ['other=1&other=2', '/other', 'unknown-field', 'There is no such field.'],
    ['id=7', '/id', 'invalid-format', 'This must be an id, like 7f1fda3c-6b57-4ef1-9f6c-0d5d3ff1a0a1.'],
    ['kind=c', '/kind', 'invalid-value', 'This must be one of: a, b.'],
    ['now=later', '/now', 'invalid-value', 'This must be now.'],
    ['day=2026-02-30', '/day', 'invalid-format', 'Enter a date that there is, like 2026-03-31.'],
    ['at=2026-02-30T09:00:00Z', '/at', 'invalid-format', 'Enter a date and a time that there is, like 2026-03-31T17:00:00Z.'],
    ['mail=here', '/mail', 'invalid-format', 'Enter an e-mail address, like name@example.com.'],
    ['short=xx', '/short', 'too-big', 'Use 1 character or fewer.'],
    ['long=x', '/long', 'too-small', 'Use 9 characters or more.'],
    ['code=y', '/code', 'invalid-format', 'This is not written as it must be. The OpenAPI document says how.'],
    ['either=q', '/either', 'invalid-union', 'This fits none of the forms that it can have. The OpenAPI document says which.'],
  ])('%s', async (query, pointer, code, detail) => {
    const { status, body } = await appWith([found]).get(`/found/x?${query}`)
    expect([status, body.errors]).toEqual([400, [{ pointer, code, detail }]])
  })
})

test('while the issuer’s keys cannot be read nobody is told to sign in again; a key that the issuer does not have is refused', async () => {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA')
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'known', alg: 'EdDSA' }] }
  const id = systemRuntime.uuid()
  const tokenBy = (kid: string) =>
    new SignJWT({ person_id: id, account_id: id, role: 'resident' })
      .setProtectedHeader({ alg: 'EdDSA', kid })
      .setIssuer('http://issuer.test')
      .setAudience('patchwork')
      .setExpirationTime('1h')
      .sign(privateKey)
  const asking = async (kid: string, fetch: Runtime['fetch']) => {
    const runtime = { ...systemRuntime, fetch }
    const authenticate = createAuthenticator({
      service: 'people',
      issuer: 'http://issuer.test',
      jwksUrl: 'http://issuer.test/jwks',
      dataKey: new Uint8Array(32),
      runtime,
    })
    return authenticate(`Bearer ${await tokenBy(kid)}`).catch(({ kind, code }: { kind: string; code: string }) => ({ kind, code }))
  }
  const away = { kind: 'unavailable', code: 'issuer-unavailable' }
  expect(await asking('known', () => Promise.reject(new TypeError('fetch failed')))).toEqual(away)
  expect(await asking('known', async () => new Response('busy', { status: 503 }))).toEqual(away)
  expect(await asking('other', async () => Response.json(keys))).toMatchObject({ kind: 'unauthenticated' })
  expect(await asking('known', async () => Response.json(keys))).toMatchObject({ kind: 'person', personId: id })
})

test('a service asks another with a token of a minute, taken by that service alone', async () => {
  const dataKey = new Uint8Array(32).fill(7)
  const options = { issuer: 'http://127.0.0.1/identity', jwksUrl: 'http://127.0.0.1:1/jwks', dataKey, runtime: systemRuntime }
  const contact = defineRoute({
    policy: 'person.read-contact',
    method: 'get',
    path: '/contact',
    summary: 'Contact',
    answer: z.object({ ok: z.boolean() }),
    handle: async () => ({ body: { ok: true } }),
  })
  const server = createServer(
    createApp({
      service: 'people',
      routes: [contact],
      authenticate: createAuthenticator({ ...options, service: 'people' }),
      runtime: systemRuntime,
      logger,
      ready: async () => undefined,
    }),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = (service: string, runtime = systemRuntime) => createServiceClient({ service, serviceUrls: { people: url, referral: url }, dataKey, runtime })
  expect(await client('notification').call('people', 'GET', '/contact')).toEqual({ ok: true })
  await expect(client('referral').call('people', 'GET', '/contact')).rejects.toMatchObject({ kind: 'forbidden' })
  await expect(client('notification').call('referral', 'GET', '/contact')).rejects.toMatchObject({ status: 401 })
  await expect(client('notification', { ...systemRuntime, now: () => systemRuntime.now() - 120_000 }).call('people', 'GET', '/contact')).rejects.toMatchObject({
    status: 401,
  })
  await new Promise((resolve) => server.close(resolve))
  await expect(client('notification').call('people', 'GET', '/contact')).rejects.toMatchObject({ kind: 'unavailable' })
})

test('an answer of another service that is cut off in the middle is no answer: it may succeed later', async () => {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.write('{ "ok": ', () => response.socket?.resetAndDestroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = createServiceClient({ service: 'referral', serviceUrls: { people: url }, dataKey: new Uint8Array(32), runtime: systemRuntime })
  await expect(client.call('people', 'GET', '/contact')).rejects.toMatchObject({ kind: 'unavailable', code: 'unreachable' })
  await new Promise((resolve) => server.close(resolve))
})

test('the OpenAPI document is 3.1, names each route’s policy, and has the schemas that guard it', async () => {
  const { body } = await appWith([record]).get('/openapi.json')
  expect({ version: body.openapi, policy: body.paths['/needs/{id}'].post['x-policy'], required: body.paths['/needs/{id}'].post.requestBody.required }).toEqual({
    version: '3.1.0',
    policy: 'need.record',
    required: true,
  })
})

describe('a route that takes bytes', () => {
  const bytesMax = 300 * 1024
  const upload = defineRoute({
    method: 'post',
    path: '/files',
    policy: 'need.record',
    summary: 'Upload a file',
    rawBody: { bytesMax, contentTypes: ['application/pdf'] },
    answer: z.object({ bytes: z.int(), hash: z.string() }),
    own: 'by-caller',
    handle: async ({ rawBody, command }) => ({ body: { bytes: rawBody.length, hash: String(command.body) } }),
  })
  const sendBytes = (count: number, as = 'resident') =>
    appWith([upload, record]).post('/files').set('authorization', `Bearer ${as}`).set('content-type', 'application/pdf').send(Buffer.alloc(count, 7))

  test('has a limit of its own, and hands on every byte with a hash for repeats', async () => {
    const { status, body } = await sendBytes(bytesMax)
    expect({ status, body }).toEqual({ status: 200, body: { bytes: bytesMax, hash: expect.stringMatching(/^[0-9a-f]{64}$/) } })
    expect((await sendBytes(bytesMax + 1)).status).toBe(413)
    expect((await sendBytes(0)).status).toBe(400)
  })
  test('leaves the limit of every other route as it is', async () => {
    const { status } = await send().send({ words: 'x'.repeat(bytesMax) })
    expect(status).toBe(413)
  })
  test('takes nothing in from somebody who may not send', async () => {
    expect((await sendBytes(bytesMax + 1, 'provider')).status).toBe(403)
  })
})

describe('a route that reads bytes as they come', () => {
  const bytesMax = 400 * 1024
  const upload = defineRoute({
    method: 'post',
    path: '/streams',
    policy: 'need.record',
    summary: 'Send a long file',
    streamedBody: { bytesMax, contentTypes: ['application/octet-stream'] },
    answer: z.object({ bytes: z.int() }),
    own: 'by-caller',
    handle: async ({ streamedBody }) => {
      let bytes = 0
      for await (const part of streamedBody) bytes += part.length
      return { body: { bytes } }
    },
  })
  const sendBytes = (count: number, headers: Record<string, string> = {}, as = 'resident') =>
    appWith([upload])
      .post('/streams')
      .set({ authorization: `Bearer ${as}`, 'content-type': 'application/octet-stream', ...headers })
      .send(Buffer.alloc(count, 7))
  test('hands on every byte up to its limit, and refuses more, none, and an encoding that is not known or not what it says', async () => {
    const { status, body } = await sendBytes(bytesMax)
    expect({ status, body }).toEqual({ status: 200, body: { bytes: bytesMax } })
    expect((await sendBytes(bytesMax + 1)).body.code).toBe('body-too-large')
    expect((await sendBytes(0)).status).toBe(400)
    expect((await sendBytes(10, { 'content-encoding': 'zip' })).body.code).toBe('encoding-not-known')
    expect((await sendBytes(10, { 'content-encoding': 'gzip' })).body.code).toBe('body-not-readable')
  })
  test('what is packed is unpacked, and counted as it is then', async () => {
    const packed = (count: number) =>
      appWith([upload])
        .post('/streams')
        .set({ authorization: 'Bearer resident', 'content-type': 'application/octet-stream', 'content-encoding': 'gzip' })
        .send(gzipSync(Buffer.alloc(count, 7)))
    expect((await packed(bytesMax)).body).toEqual({ bytes: bytesMax })
    expect((await packed(bytesMax * 100)).status).toBe(413)
  })
  test('a body of which nobody says how long it is ends at the limit too', async () => {
    const server = createServer(createApp({ service: 'test', routes: [upload], authenticate, runtime: systemRuntime, logger, ready: async () => undefined }))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const body = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(64 * 1024)) })
    const refused = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/streams`, {
      ...{ method: 'POST', body, duplex: 'half', headers: { authorization: 'Bearer resident', 'content-type': 'application/octet-stream' } },
    }).then(
      ({ status }) => status,
      () => 413,
    )
    server.closeAllConnections()
    server.close()
    expect(refused).toBe(413)
  })
  test('takes nothing in from somebody who may not send', async () => {
    expect((await sendBytes(bytesMax + 1, {}, 'provider')).status).toBe(403)
  })
})

test.each([
  ['while it works', true],
  ['where it looks only then', false],
])('a route learns that whoever asked has gone: %s', async (_when, looksFirst) => {
  const [arrived, told] = [Promise.withResolvers<void>(), Promise.withResolvers<boolean>()]
  const route = defineRoute({
    ...{ method: 'get', path: '/long', policy: 'directory.find', summary: 'Takes long' },
    handle: async (asked) => {
      if (looksFirst) asked.signal.addEventListener('abort', () => told.resolve(true))
      asked.raw.response.on('close', () => void setImmediate(() => told.resolve(asked.signal.aborted)))
      arrived.resolve()
      await told.promise
      return {}
    },
  })
  const server = createServer(createApp({ service: 'test', routes: [route], authenticate, runtime: systemRuntime, logger, ready: async () => undefined }))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const leaving = new AbortController()
  const asking = fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/long`, { signal: leaving.signal })
  await arrived.promise
  leaving.abort()
  await expect(asking).rejects.toThrow()
  expect(await told.promise).toBe(true)
  server.close()
})
test('nobody who was answered is said to have gone', async () => {
  const signals: AbortSignal[] = []
  const route = defineRoute({
    ...{ method: 'get', path: '/short', policy: 'directory.find', summary: 'Is answered' },
    handle: async ({ signal, raw }) => {
      signals.push(signal)
      raw.response.on('close', () => setImmediate(() => signals.push(signal)))
      return {}
    },
  })
  expect((await appWith([route]).get('/short')).status).toBe(200)
  while (signals.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
  expect(signals[1]?.aborted).toBe(false)
})
