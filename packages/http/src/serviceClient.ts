import { abortAfter, type Runtime } from '@patchwork/runtime'
import { currentTraceparent } from '@patchwork/telemetry'
import { serviceTokenKey, signServiceToken } from './serviceToken.ts'

const timeoutMs = 5_000

/** Another service refused (its status and problem code), or could not be reached (kind `unavailable`: trying again later is right). */
export class ServiceCallError extends Error {
  readonly kind: 'unavailable' | 'not-found' | 'forbidden' | 'conflict' | 'invalid'
  readonly code: string
  readonly title = 'Another part of Patchwork could not answer'
  readonly status: number | undefined
  constructor(service: string, status: number | undefined, code: string) {
    super(`The ${service} service could not answer (${status ?? 'not reached'}, ${code})`)
    this.status = status
    this.code = code
    this.kind =
      status === undefined || status >= 500 || status === 429 || status === 401
        ? 'unavailable'
        : status === 404
          ? 'not-found'
          : status === 403
            ? 'forbidden'
            : status === 409
              ? 'conflict'
              : 'invalid'
  }
}

export interface ServiceClient {
  /** Calls another service as this service. Gives the JSON body (undefined on 204). Throws ServiceCallError. */
  call<Answer>(service: string, method: 'GET' | 'POST' | 'PUT', path: string, options?: { body?: unknown; idempotencyKey?: string }): Promise<Answer>
}

/** A client for asking the other services; each call carries a token good for a minute and the trace, and is given up after 5 s. */
export const createServiceClient = (options: {
  service: string
  serviceUrls: Readonly<Record<string, string>>
  dataKey: Uint8Array
  runtime: Runtime
}): ServiceClient => {
  const key = serviceTokenKey(options.dataKey)
  return {
    call: async <Answer>(service: string, method: string, path: string, { body, idempotencyKey }: { body?: unknown; idempotencyKey?: string } = {}) => {
      const base = options.serviceUrls[service]
      if (base === undefined) throw new Error(`No address is configured for the ${service} service`)
      const traceparent = currentTraceparent()
      const unreachable = () => {
        throw new ServiceCallError(service, undefined, 'unreachable')
      }
      const response = await options.runtime
        .fetch(`${base}${path}`, {
          method,
          redirect: 'error',
          signal: abortAfter(options.runtime, timeoutMs),
          headers: {
            authorization: `Bearer ${await signServiceToken(key, options.service, service, options.runtime.now())}`,
            accept: 'application/json',
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
            ...(traceparent === undefined ? {} : { traceparent }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        })
        .catch(unreachable)
      if (response.status === 204) return undefined as Answer
      // One that is cut off in the middle has not answered.
      const answer = parsed(await response.text().catch(unreachable))
      if (!response.ok) throw new ServiceCallError(service, response.status, (answer as { code?: string } | undefined)?.code ?? 'unknown')
      return answer as Answer
    },
  }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
