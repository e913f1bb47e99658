import { createHash } from 'node:crypto'
import { abortAfter, type Runtime } from '@patchwork/runtime'
import { currentTraceparent, inSpan } from '@patchwork/telemetry'
import { z } from 'zod'

const timeoutMs = 5_000

export type ServiceName = 'web' | 'provider-directory' | 'referral' | 'people' | 'notification' | 'identity' | 'personal-budget-pooling' | 'commissioning'
export type QueryValues = Readonly<Record<string, string | number | undefined>>

/** A service refused, with its status and problem code and the fields it speaks of; or it could not be reached (503, `unreachable`). */
export class ServiceProblem extends Error {
  readonly service: string
  readonly status: number
  readonly code: string
  readonly fields: readonly { pointer: string; code: string }[]
  constructor(service: string, status: number, code: string, fields: readonly { pointer: string; code: string }[] = []) {
    super(`The ${service} service answered ${status} ${code}`)
    this.service = service
    this.status = status
    this.code = code
    this.fields = fields
  }
}

type Options = { query?: QueryValues; timeoutMs?: number }

/** Calls of one visit: as the signed-in person, from their address, in their trace. Each throws ServiceProblem. */
export type ServiceCalls = {
  /** Reads what the page uses of an answer; other fields are left alone. */
  get<Answer extends z.ZodType>(service: ServiceName, path: string, answer: Answer, options?: Options): Promise<z.output<Answer>>
  /** The same with the ETag, for a change that must not overwrite another's. */
  getTagged<Answer extends z.ZodType>(
    service: ServiceName,
    path: string,
    answer: Answer,
    options?: Options,
  ): Promise<{ body: z.output<Answer>; tag: string | undefined }>
  /** Sends a command. The same form sent again with the same words does nothing new and gives the same answer. */
  post<Answer extends z.ZodType = z.ZodUnknown>(
    service: ServiceName,
    path: string,
    body: object,
    answer?: Answer,
    options?: { ifMatch?: string },
  ): Promise<z.output<Answer>>
  /** Sends a file as it is, as it is read. The same file from the same form has the same key. */
  upload<Answer extends z.ZodType>(service: ServiceName, path: string, file: File, answer: Answer, options?: { timeoutMs?: number }): Promise<z.output<Answer>>
  put<Answer extends z.ZodType = z.ZodUnknown>(
    service: ServiceName,
    path: string,
    body: object,
    options?: { ifMatch?: string; answer?: Answer },
  ): Promise<z.output<Answer>>
  /** An answer that is not JSON: a stream, for as long as the signal lasts, or a file, which is given up after a while. */
  open(service: ServiceName, path: string, until: { signal: AbortSignal } | { timeoutMs: number }): Promise<Response>
}

export type CallsOptions = {
  serviceUrls: Readonly<Record<string, string>>
  runtime: Pick<Runtime, 'fetch' | 'after'>
  /** The address of the browser: services count by it. */
  address: string
  /** Gives the person's access token; undefined for a visitor who is not signed in. */
  bearer: () => Promise<string | undefined>
  /** What names this filling-in of a form. */
  formKey?: string
}

/** A path with each value made safe for it: `` path`/offers/${offerId}` ``. */
export const path = (parts: TemplateStringsArray, ...values: string[]): string => String.raw({ raw: parts }, ...values.map(encodeURIComponent))

/** The services' APIs, as one visit may call them. */
export const createServiceCalls = (options: CallsOptions): ServiceCalls => {
  const send = (service: ServiceName, method: string, path: string, sent: Sent): Promise<Response> =>
    inSpan(
      `${method} ${service}`,
      { 'patchwork.service': 'web', 'http.request.method': method, 'peer.service': service },
      async (span) => {
        const response = await answerTo(service, method, path, sent)
        span.set({ 'http.response.status_code': response.status })
        if (!response.ok) throw await problemOf(service, response)
        return response
      },
      'client',
    )
  const answerTo = async (service: ServiceName, method: string, path: string, sent: Sent): Promise<Response> => {
    const url = `${addressOf(options.serviceUrls, service)}${path}${queryOf(sent.query)}`
    const headers = await headersOf(options, sent)
    return options.runtime
      .fetch(url, {
        method,
        headers,
        redirect: 'error',
        signal: sent.signal ?? abortAfter(options.runtime, sent.timeoutMs ?? timeoutMs),
        ...(sent.body === undefined ? {} : { body: sent.body instanceof Blob ? sent.body : JSON.stringify(sent.body) }),
      })
      .catch(() => {
        throw new ServiceProblem(service, 503, 'unreachable')
      })
  }
  const read = async <Answer extends z.ZodType>(service: ServiceName, response: Response, answer: Answer): Promise<z.output<Answer>> => {
    const body: unknown = response.status === 204 ? undefined : await response.json().catch(() => undefined)
    const parsed = answer.safeParse(body)
    if (!parsed.success) throw new ServiceProblem(service, 502, 'unreadable-answer')
    return parsed.data
  }
  const keyFor = (method: string, path: string, body: object): string | undefined =>
    options.formKey &&
    createHash('sha256')
      .update(JSON.stringify([options.formKey, method, path, body]))
      .digest('hex')
  return {
    get: async (service, path, answer, sent = {}) => read(service, await send(service, 'GET', path, sent), answer),
    getTagged: async (service, path, answer, sent = {}) => {
      const response = await send(service, 'GET', path, sent)
      return { body: await read(service, response, answer), tag: response.headers.get('etag') ?? undefined }
    },
    post: async (service, path, body, answer, { ifMatch } = {}) =>
      read(service, await send(service, 'POST', path, { body, ifMatch, idempotencyKey: keyFor('POST', path, body) }), answer ?? (z.unknown() as never)),
    upload: async (service, path, file, answer, { timeoutMs } = {}) => {
      const hash = createHash('sha256')
      for await (const part of file.stream()) hash.update(part)
      const idempotencyKey = keyFor('POST', path, { file: hash.digest('hex') })
      // What it is, the service tells by its content.
      return read(service, await send(service, 'POST', path, { body: file, contentType: 'application/octet-stream', idempotencyKey, timeoutMs }), answer)
    },
    put: async (service, path, body, { ifMatch, answer } = {}) =>
      read(service, await send(service, 'PUT', path, { body, ifMatch, idempotencyKey: keyFor('PUT', path, body) }), answer ?? (z.unknown() as never)),
    open: (service, path, until) => send(service, 'GET', path, until),
  }
}

type Sent = {
  query?: QueryValues | undefined
  body?: object
  contentType?: string
  idempotencyKey?: string | undefined
  ifMatch?: string | undefined
  timeoutMs?: number | undefined
  signal?: AbortSignal
}

const addressOf = (serviceUrls: Readonly<Record<string, string>>, service: ServiceName): string => {
  const address = serviceUrls[service]
  if (address === undefined) throw new Error(`No address is configured for the ${service} service`)
  return address
}

const queryOf = (query: QueryValues | undefined): string => {
  const given = Object.entries(query ?? {}).flatMap(([name, value]): [string, string][] => (value === undefined || value === '' ? [] : [[name, String(value)]]))
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`
}

const headersOf = async (
  { bearer, address }: CallsOptions,
  { body, contentType = 'application/json', idempotencyKey, ifMatch }: Sent,
): Promise<Record<string, string>> => {
  const token = await bearer()
  const traceparent = currentTraceparent()
  return {
    accept: 'application/json',
    'x-forwarded-for': address,
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined ? {} : { 'content-type': contentType }),
    ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
    ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
    ...(traceparent === undefined ? {} : { traceparent }),
  }
}

const ProblemBody = z.object({
  code: z.string().catch('unknown'),
  errors: z.array(z.object({ pointer: z.string(), code: z.string() })).catch([]),
})

const problemOf = async (service: ServiceName, response: Response): Promise<ServiceProblem> => {
  const { code, errors } = ProblemBody.catch({ code: 'unknown', errors: [] }).parse(await response.json().catch(() => undefined))
  return new ServiceProblem(service, response.status, code, errors)
}
