import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RunningService } from '@patchwork/http'
import { type Runtime, sleep } from '@patchwork/runtime'
import type { Request, Response } from 'express'

/** How long requests under way have to end once no more are taken. */
const drainMs = 10_000
/**
 * How long a connection may wait for its next request. Longer than what stands before a place keeps one (nginx one minute, Caddy two): so it is closed by
 * whoever asks, and never here just as a request is on its way, which could not be told from one that was done.
 */
export const keptOpenMs = 130_000
const starting = 'Patchwork is starting. Try again in a moment.'

/** The one address of a process. */
export type Front = {
  /** Where this machine reaches it. */
  url: string
  /** The services that must be ready for the whole to be; each is told here as soon as it has started. */
  services: RunningService[]
  /** From now on what they offer is served; until then every page says 503. */
  open(): void
  /**
   * Takes no new requests and finishes those under way, within ten seconds; meanwhile the services stop, the last to start first, which ends their
   * streams. From its first moment `/readyz` says 503 and each answer closes its connection; for `noticeMs` what comes is still served, so that whoever
   * spreads requests hears of it. A repeat changes nothing.
   */
  drain(): Promise<void>
}

/** Listens, and answers from the first moment: `/livez`, `/readyz`, and 503 until it is opened. Throws when the address is taken. */
export const openFront = async (options: { host: string; port: number; runtime: Runtime; noticeMs?: number }): Promise<Front> => {
  const { host, port, runtime, noticeMs = 0 } = options
  const services: RunningService[] = []
  let isOpen = false
  let isDraining = false
  let mounts: readonly Mount[] = []
  const readiness = async (response: ServerResponse): Promise<void> => {
    const isReady = await Promise.all(services.map((service) => service.ready())).then(
      () => isOpen && !isDraining,
      () => false,
    )
    send(response, isReady ? 200 : 503, 'application/json', JSON.stringify({ status: isReady ? 'ready' : 'not-ready' }))
  }
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const url = originForm(request.url ?? '/')
    request.url = url
    if (isDraining) response.setHeader('Connection', 'close')
    if (isHealth(url, '/livez')) send(response, 200, 'application/json', JSON.stringify({ status: 'alive' }))
    else if (isHealth(url, '/readyz')) void readiness(response)
    else if (!isOpen) refuse(url, response)
    else {
      const mount = mounts.find(({ path }) => isBelow(url, path))
      if (mount) handOn(mount, request, response)
      else send(response, 404, 'text/plain', 'Not found')
    }
  }
  const server = createServer({ keepAliveTimeout: keptOpenMs }, answer)
  server.listen(port, host)
  await once(server, 'listening')
  let drained: Promise<void> | undefined
  return {
    url: addressOf(server, host),
    services,
    open: () => {
      mounts = services.flatMap((service) => service.mounts).sort((one, other) => other.path.length - one.path.length)
      isOpen = true
    },
    drain: () => {
      drained ??= (async () => {
        isDraining = true
        if (noticeMs > 0) await sleep(runtime, noticeMs)
        // A connection whose answer is under way now would wait for another request all the same.
        server.keepAliveTimeout = 1
        const closed = new Promise((resolve) => server.close(resolve))
        const cancel = runtime.after(drainMs, () => server.closeAllConnections())
        await Promise.allSettled([...services].reverse().map((service) => service.stop()))
        await closed
        cancel()
      })()
      return drained
    },
  }
}

type Mount = RunningService['mounts'][number]

/** A whole address in the place of a path means the same (RFC 9112, 3.2.2). */
const originForm = (url: string): string => {
  const whole = url.startsWith('/') ? null : URL.parse(url)
  return whole ? `${whole.pathname}${whole.search}` : url
}

const isHealth = (url: string, path: string): boolean => url === path || url.startsWith(`${path}?`)

/** Whether an address is a mount's own or one below it. */
const isBelow = (url: string, path: string): boolean => {
  if (path === '/') return true
  if (!url.startsWith(path)) return false
  const next = url[path.length]
  return next === undefined || next === '/' || next === '?'
}

/**
 * What Express does where an application is mounted: it sees the address below its mount. By hand, since an application in another cost a read 6 of its 83 µs:
 * request and response are given other prototypes twice.
 */
const handOn = ({ path, app }: Mount, request: IncomingMessage & { originalUrl?: string; baseUrl?: string }, response: ServerResponse): void => {
  if (path !== '/') {
    const below = (request.url as string).slice(path.length)
    request.originalUrl = request.url as string
    request.baseUrl = path
    request.url = below.startsWith('/') ? below : `/${below}`
  }
  app(request as Request, response as Response)
}

const send = (response: ServerResponse, status: number, type: string, text: string): void =>
  void response.writeHead(status, { 'Content-Type': `${type}; charset=utf-8`, 'Content-Length': Buffer.byteLength(text) }).end(text)

const refuse = (url: string, response: ServerResponse): void => {
  response.setHeader('Retry-After', '2')
  if (!url.startsWith('/api/')) send(response, 503, 'text/plain', starting)
  else send(response, 503, 'application/problem+json', JSON.stringify({ type: '/problems/starting', status: 503, code: 'starting', title: starting }))
}

const addressOf = (server: Server, host: string): string => {
  const { port } = server.address() as AddressInfo
  const reached = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}`
}
