import type { TLSSocket } from 'node:tls'
import type { Runtime } from '@patchwork/runtime'
import { type Logger, measure, openSpan } from '@patchwork/telemetry'
import type { Request, RequestHandler } from 'express'

/** How a request is called that left before it was answered, as proxies do. */
const goneStatus = 499

/**
 * Serves requests in a span each, named by the route's template: ids, queries and bodies stay out of spans, metrics and logs. The span goes on in the
 * caller's trace and ends with the answer; what is answered 500 and above marks it as failed.
 */
export const served = (
  { service, template, runtime, logger }: { service: string; template: string; runtime: Pick<Runtime, 'now'>; logger: Logger },
  handle: RequestHandler,
): RequestHandler => {
  return (request, response, next) => {
    const startedAt = runtime.now()
    const { method } = request
    const asked = { 'http.request.method': method, 'http.route': template, 'url.scheme': schemeOf(request) }
    const span = openSpan(`${method} ${template}`, { 'patchwork.service': service, ...asked }, 'server', traceparentOf(request))
    let isOver = false
    const end = (status: number): void => {
      if (isOver) return
      isOver = true
      const answered = { 'http.response.status_code': status, ...(status >= 500 ? { 'error.type': String(status) } : {}) }
      span.set(answered)
      span.end(status >= 500 ? { error: { code: String(status) } } : undefined)
      measure('http.server.request.duration', (runtime.now() - startedAt) / 1000, { ...asked, ...answered })
    }
    response.on('finish', () => {
      end(response.statusCode)
      logger.debug({ method, route: template, status: response.statusCode, durationMs: runtime.now() - startedAt }, 'request')
    })
    response.on('close', () => end(response.headersSent ? response.statusCode : goneStatus))
    return span.run(() => handle(request, response, next))
  }
}

/** Whether the address that asks may speak for another is looked at only where it does. */
const schemeOf = (request: Request): string =>
  request.headers['x-forwarded-proto'] === undefined ? ((request.socket as TLSSocket).encrypted ? 'https' : 'http') : request.protocol

const traceparentOf = ({ headers: { traceparent } }: Request): string | undefined => (typeof traceparent === 'string' ? traceparent : undefined)
