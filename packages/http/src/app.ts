import { createHash } from 'node:crypto'
import type { Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { type Caller, type Level, levelFor, policies } from '@patchwork/access'
import type { Command } from '@patchwork/aggregate'
import { instant, type Runtime } from '@patchwork/runtime'
import type { Logger } from '@patchwork/telemetry'
import express, { type ErrorRequestHandler, type Express, type Request, type RequestHandler, type Response } from 'express'
import type { z } from 'zod'
import type { Authenticator } from './authenticator.ts'
import { UnauthenticatedError } from './authenticator.ts'
import { parseJsonBody } from './json.ts'
import { openApiDocument } from './openApi.ts'
import { plainWords } from './plainWords.ts'
import { InvalidRequestError, NotFoundError, toProblem } from './problem.ts'
import { createRateLimit, type RateLimit } from './rateLimit.ts'
import type { AnyRoute, RouteRequest } from './route.ts'
import { securityHeaders } from './securityHeaders.ts'
import { served } from './served.ts'

const bodyBytesMax = 256 * 1024

export type AppOptions = {
  service: string
  /** Where it is mounted; `/api/<service>` when absent. */
  mountPath?: string
  routes: readonly AnyRoute[]
  authenticate: Authenticator
  runtime: Runtime
  logger: Logger
  /** Rejects while the service cannot do its work. */
  ready: () => Promise<void>
  /** Mounted before the routes, e.g. another standard's addresses. */
  before?: readonly RequestHandler[]
}

/**
 * The HTTP face of a service: each route guarded by its policy and schemas, its OpenAPI document at `/openapi.json`, `/livez`, `/readyz`, and
 * problem+json for every refusal. Throws at once when a route names no policy, or one that speaks of `own` records without saying which those are.
 */
export const createApp = (options: AppOptions): Express => {
  const { service, routes, logger } = options
  // The compiler says so first; a table that was put together past it is refused here.
  for (const { method, path, policy } of routes)
    if (!Object.hasOwn(policies, policy)) throw new Error(`${method.toUpperCase()} /api/${service}${path} names no policy of packages/access`)
  const app = express()
  app.disable('x-powered-by')
  // The web service and a council's own proxy stand before us on loopback; nobody else's word on the address counts.
  app.set('trust proxy', 'loopback')
  app.set('etag', false)
  app.use(
    securityHeaders({
      contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
      referrerPolicy: { policy: 'no-referrer' },
      // These say something of pages only, and nothing here is one.
      crossOriginOpenerPolicy: false,
      originAgentCluster: false,
      xDnsPrefetchControl: false,
      xDownloadOptions: false,
      xPermittedCrossDomainPolicies: false,
      xXssProtection: false,
    }),
  )
  for (const handler of options.before ?? []) app.use(handler)
  app.get('/livez', (_request, response) => void response.json({ status: 'alive' }))
  app.get('/readyz', async (_request, response) => {
    const failed = await options.ready().then(
      () => false,
      () => true,
    )
    response.status(failed ? 503 : 200).json({ status: failed ? 'not-ready' : 'ready' })
  })
  const document = openApiDocument(service, routes, options.mountPath)
  app.get('/openapi.json', (_request, response) => void response.json(document))
  for (const route of routes) app[route.method](route.path, guarded(route, options))
  app.use(() => {
    throw new NotFoundError()
  })
  app.use(problemHandler(logger))
  return app
}

const problemHandler =
  (logger: Logger): ErrorRequestHandler =>
  (error, request: Request, response: Response, _next) => {
    const problem = toProblem(error)
    if (problem.status >= 500)
      logger.error({ err: { type: error?.name, code: error?.code, stack: error?.stack }, route: request.route?.path ?? 'none' }, 'request failed')
    if (response.headersSent) return void response.destroy()
    if (problem.status === 401) response.set('WWW-Authenticate', 'Bearer')
    if (problem.status === 503) response.set('Retry-After', '2')
    response.status(problem.status).set('Cache-Control', 'no-store').type('application/problem+json').send(JSON.stringify(problem))
  }

const guarded = (route: AnyRoute, { service, mountPath = `/api/${service}`, authenticate, runtime, logger }: AppOptions): RequestHandler => {
  const levels: Record<string, unknown> = policies[route.policy]
  if (Object.values(levels).includes('own') && route.own === undefined)
    throw new Error(
      `${route.method.toUpperCase()} ${mountPath}${route.path}: policy ${route.policy} speaks of own records, but the route does not say which are the caller's`,
    )
  const limit = route.rateLimit && createRateLimit(route.rateLimit, runtime)
  const receive = express.raw({ type: () => true, limit: route.rawBody?.bytesMax ?? bodyBytesMax })
  const template = `${mountPath}${route.path}`
  const takesBody = route.method !== 'get' || route.body !== undefined || route.rawBody !== undefined
  const answer = async (request: Request, response: Response): Promise<void> => {
    const caller = await authenticate(request.headers.authorization)
    const isCounted = route.rateLimit?.roles === undefined || (caller.kind === 'person' && route.rateLimit.roles.includes(caller.role))
    if (limit && isCounted) take(limit, caller.kind === 'person' ? [caller.personId, addressOf(request)] : [addressOf(request)], caller)
    const level = levelFor(caller, route.policy)
    if (level === 'none') throw caller.kind === 'anyone' ? new UnauthenticatedError() : new ForbiddenError()
    if (takesBody && !route.streamedBody) await received(receive, request, response)
    const body = route.body?.parse(readBody(request), { error: plainWords })
    const rawBody = route.rawBody ? readRawBody(request) : noBytes
    const asked = new Asked(route, request, response, caller, level, body, rawBody, runtime)
    // What only reads has a command by itself, and seldom asks for it; any other is refused for one that cannot be understood.
    if (route.method !== 'get') void asked.command
    if (level === 'own' && typeof route.own === 'function' && !(await route.own(asked))) throw new NotFoundError()
    const result = await handled(route, asked)
    if (result === undefined) return
    response.status(result.status ?? route.status ?? 200).setHeader('Cache-Control', 'no-store')
    if (result.headers) response.set(result.headers)
    if (result.sequence !== undefined) response.setHeader('ETag', `"${result.sequence}"`)
    if (route.answer && result.body !== undefined) sendJson(request, response, answerOf(route, result.body))
    else response.end()
  }
  return served({ service, template, runtime, logger }, answer)
}

/** The caller is signed in, but this is not theirs to do. */
class ForbiddenError extends Error {
  readonly kind = 'forbidden'
  readonly code = 'not-allowed'
  readonly title = 'Not allowed'
  constructor() {
    super('Your role does not allow this.')
  }
}

/** More requests than the route's limit. */
class TooManyRequestsError extends Error {
  readonly kind = 'too-many'
  readonly code = 'too-many-requests'
  readonly title = 'Too many tries'
  constructor() {
    super('That was tried too often. Wait a few minutes, then try again.')
  }
}

/** Whether whoever is connected may speak for another address is looked at only where they do. */
const addressOf = (request: Request): string => (request.headers['x-forwarded-for'] === undefined ? request.socket.remoteAddress : request.ip) ?? ''

const take = (limit: RateLimit, keys: string[], caller: Caller): void => {
  if (caller.kind !== 'service' && !keys.every((key) => limit.take(key))) throw new TooManyRequestsError()
}

/** A page marker that was changed on its way, or belongs to another list, is the caller's mistake and not ours. */
const handled = async (route: AnyRoute, asked: Asked): ReturnType<AnyRoute['handle']> => {
  try {
    return await route.handle(asked)
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code === 'invalid-query' && asked.raw.request.query.after !== undefined)
      throw new InvalidRequestError('/after', 'invalid-after', 'Use the `after` of the page before, unchanged, with the same filters.')
    throw error
  }
}

/** What a route is asked. What few routes look at is made when it is first looked at, by the class: a getter of its own would make each request a shape of its own. */
class Asked implements RouteRequest<undefined, undefined, undefined> {
  readonly caller: Caller
  readonly level: Exclude<Level, 'none'>
  readonly params: undefined
  readonly query: undefined
  readonly body: undefined
  readonly rawBody: Uint8Array
  readonly raw: { request: Request; response: Response }
  readonly #route: AnyRoute
  readonly #runtime: Runtime
  #command: Command | undefined
  #signal: AbortSignal | undefined
  #streamedBody: AsyncIterable<Uint8Array> | undefined

  constructor(
    route: AnyRoute,
    request: Request,
    response: Response,
    caller: Caller,
    level: Exclude<Level, 'none'>,
    body: unknown,
    rawBody: Uint8Array,
    runtime: Runtime,
  ) {
    this.caller = caller
    this.level = level
    this.params = route.params?.parse(request.params, { error: plainWords }) as undefined
    this.query = readQuery(route, request) as undefined
    this.body = body as undefined
    this.rawBody = rawBody
    this.raw = { request, response }
    this.#route = route
    this.#runtime = runtime
  }

  get command(): Command {
    this.#command ??= commandOf(this.#route, this.raw.request, this.caller, this.#told(), this.#runtime)
    return this.#command
  }

  /** What a repeat must say again. */
  #told(): unknown {
    return this.#route.rawBody ? createHash('sha256').update(this.rawBody).digest('hex') : this.body
  }

  get address(): string {
    return addressOf(this.raw.request)
  }

  get streamedBody(): AsyncIterable<Uint8Array> {
    this.#streamedBody ??= this.#route.streamedBody ? streamOf(this.raw.request, this.#route.streamedBody.bytesMax) : noParts
    return this.#streamedBody
  }

  get signal(): AbortSignal {
    this.#signal ??= goneSignal(this.raw.response)
    return this.#signal
  }
}

/** Aborts when the client goes before its answer was finished; at once where it went already. One that was answered has nobody left to tell. */
const goneSignal = (response: Response): AbortSignal => {
  if (response.closed && !response.writableFinished) return AbortSignal.abort()
  const gone = new AbortController()
  response.on('close', () => response.writableFinished || gone.abort())
  return gone.signal
}

/** A body is taken in only once it is known who sends it and that they may: nobody else's fills memory. */
const received = (receive: RequestHandler, request: Request, response: Response): Promise<void> =>
  new Promise((resolve, reject) => {
    receive(request, response, (error?: unknown) => (error ? reject(error) : resolve()))
  })

const noBytes = new Uint8Array()

const readRawBody = (request: Request): Uint8Array => {
  if (!(request.body instanceof Uint8Array) || request.body.length === 0) throw new InvalidRequestError('', 'missing-body', 'This request needs a body.')
  return request.body
}

/** The body was longer than the route takes. Told as Express tells it of other routes. */
class BodyTooLargeError extends Error {
  readonly status = 413
  readonly type = 'entity.too.large'
  readonly limit: number
  constructor(limit: number) {
    super('The body is too large')
    this.limit = limit
  }
}

/** A body cannot be unpacked, or comes in an encoding that is not known. Told as Express tells it of other routes. */
class EncodedBodyError extends Error {
  readonly status: number
  readonly type: string | undefined
  readonly code: unknown
  constructor({ code, type }: { code?: unknown; type?: string }) {
    super('The body cannot be unpacked')
    this.status = type === undefined ? 400 : 415
    this.type = type
    this.code = code
  }
}

const unpackers: Readonly<Record<string, () => Transform>> = { gzip: createGunzip, deflate: createInflate, br: createBrotliDecompress }

async function* streamOf(request: Request, bytesMax: number): AsyncGenerator<Uint8Array> {
  if (Number(request.get('content-length')) > bytesMax) throw new BodyTooLargeError(bytesMax)
  let bytes = 0
  for await (const part of unpacked(request)) {
    bytes += part.length
    if (bytes > bytesMax) throw new BodyTooLargeError(bytesMax)
    yield part
  }
  if (bytes === 0) throw new InvalidRequestError('', 'missing-body', 'This request needs a body.')
}

/** The connection stays for the answer, whatever is left of the body: the server reads that and throws it away. */
const asItIs = (request: Request): AsyncIterable<Uint8Array> => request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>

async function* unpacked(request: Request): AsyncGenerator<Uint8Array> {
  const encoding = (request.get('content-encoding') ?? 'identity').toLowerCase()
  if (encoding === 'identity') return yield* asItIs(request)
  const unpack = unpackers[encoding]?.()
  if (!unpack) throw new EncodedBodyError({ type: 'encoding.unsupported' })
  request.pipe(unpack)
  request.once('close', () => request.complete || unpack.destroy())
  try {
    yield* unpack as AsyncIterable<Uint8Array>
  } catch (error) {
    throw new EncodedBodyError({ code: (error as { code?: unknown }).code })
  } finally {
    request.unpipe(unpack)
  }
}

/** Has come to its end, for everybody. */
const noParts: AsyncIterable<Uint8Array> = (async function* () {})()

const readBody = (request: Request): unknown => {
  if (!(request.body instanceof Uint8Array) || request.body.length === 0) throw new InvalidRequestError('', 'missing-body', 'This request needs a JSON body.')
  if (!request.is('application/json')) throw new InvalidRequestError('', 'not-json', 'Send the body as application/json.')
  return parseJsonBody(request.body)
}

/** A name given twice reaches the schema as a list, which it would refuse as no text. */
const readQuery = (route: AnyRoute, request: Request): unknown => {
  const query: z.ZodSafeParseResult<unknown> | undefined = route.query?.safeParse(request.query, { error: plainWords })
  const repeated = query?.error?.issues.map(({ path }) => String(path[0])).find((name) => Array.isArray(request.query[name]))
  if (repeated !== undefined) throw new InvalidRequestError(`/${repeated}`, 'repeated-field', 'This is given more than once.')
  if (query?.error) throw query.error
  return query?.data
}

/** What leaves, and nothing undeclared. An answer that does not fit is a fault of ours, never of the request. */
const answerOf = (route: AnyRoute, body: unknown): unknown => {
  const answer: z.ZodSafeParseResult<unknown> | undefined = route.answer?.safeParse(body)
  if (answer?.error) throw new Error(`The answer does not fit at ${answer.error.issues.map(({ path }) => path.join('/')).join(', ')}`)
  return answer?.data
}

/** What Express's `json` would send, without its asking the settings and taking the type of content apart for each answer. */
const sendJson = (request: Request, response: Response, body: unknown): void => {
  if (!isPlain(request, response)) return void response.json(body)
  const text = JSON.stringify(body)
  response.setHeader('Content-Type', 'application/json; charset=utf-8')
  const bytes = Buffer.byteLength(text)
  response.setHeader('Content-Length', bytes)
  // Where each character is one byte the two encodings are the same, and Node copies this one as it stands.
  response.end(text, bytes === text.length ? 'latin1' : 'utf8')
}

/** Nothing that Express decides by: whoever asks has no copy that may still be good, and there is to be a body. */
const isPlain = ({ headers }: Request, response: Response): boolean =>
  headers['if-none-match'] === undefined &&
  headers['if-modified-since'] === undefined &&
  (response.statusCode === 200 || response.statusCode === 201) &&
  !response.hasHeader('content-type')

const commandOf = (route: AnyRoute, request: Request, caller: Caller, body: unknown, runtime: Runtime): Command => {
  const idempotencyKey = request.get('idempotency-key')
  if (idempotencyKey !== undefined && (idempotencyKey.length < 8 || idempotencyKey.length > 200))
    throw new InvalidRequestError('', 'invalid-idempotency-key', 'An Idempotency-Key has 8 to 200 characters.')
  const who = caller.kind === 'person' ? caller.personId : caller.kind === 'service' ? caller.service : 'anyone'
  const path = `${request.method} ${request.baseUrl}${request.path}`
  const expectedSequence = sequenceOf(request.headers['if-match'])
  return {
    // What only reads has no command that could be told from another, and need not pay for a key.
    key:
      route.method === 'get'
        ? path
        : createHash('sha256')
            .update(`${who} ${path} ${idempotencyKey ?? runtime.uuid()}`)
            .digest('hex'),
    repeatable: idempotencyKey !== undefined && route.method !== 'get',
    body: (body ?? null) as Command['body'],
    at: instant(runtime),
    ...(expectedSequence === undefined ? {} : { expectedSequence }),
  }
}

const sequenceOf = (ifMatch: string | undefined): number | undefined => {
  if (ifMatch === undefined || ifMatch === '*') return undefined
  const sequence = /^(?:W\/)?"(\d{1,15})"$/.exec(ifMatch)?.[1]
  if (sequence === undefined) throw new InvalidRequestError('', 'invalid-if-match', 'If-Match must be an ETag that this service gave.')
  return Number(sequence)
}
