import { once } from 'node:events'
import { Agent, createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { keptOpenMs } from '@patchwork/service-process'
import { createProxyServer } from 'http-proxy-3'

/** Which service offers what stands under a path; the pages are everything else. */
const offeredBy: readonly (readonly [path: string, service: string])[] = [
  ['/open-referral-uk', 'provider-directory'],
  ['/identity', 'identity'],
]
const pages = 'web'
const stopWithinMs = 10_000
/** Connections to processes that wait for so long are closed here, or a second before the process closes them where it says when: a request sent just then would be lost. */
const closedAfterMs = 60_000

/** One process of a service, as the gateway sees it. */
export type Instance = { url: string; isReceiving: boolean }

export type Gateway = {
  url: string
  /** Takes no more and finishes what is under way; streams are cut after ten seconds. */
  stop(): Promise<void>
}

/** The service that offers a path; undefined for an API that none has. */
export const serviceFor = (path: string, names: ReadonlySet<string>): string | undefined => {
  const api = /^\/api\/([^/?]+)/.exec(path)?.[1]
  if (api !== undefined) return names.has(api) ? api : undefined
  return offeredBy.find(([offered]) => path === offered || path.startsWith(`${offered}/`))?.[1] ?? pages
}

/**
 * One address for a browser before all services, each of them round robin over those of its processes that receive. What an answer brings is passed on as
 * it comes. `/livez` and `/readyz` are its own: ready when every process is. Throws when the port is taken.
 */
export const openGateway = async (options: { host?: string; port: number; instances: ReadonlyMap<string, readonly Instance[]> }): Promise<Gateway> => {
  const { host = '127.0.0.1', port, instances } = options
  const names = new Set(instances.keys())
  const agent = new Agent({ keepAlive: true, timeout: closedAfterMs })
  const proxy = createProxyServer({ agent, xfwd: true })
  const triedAgain = new WeakSet<IncomingMessage>()
  proxy.on('error', (_error, request, response) => {
    const isAnswered = !('headersSent' in response) || response.headersSent
    // What only reads may go to another process: one that was killed has not been missed yet.
    if (!isAnswered && ['GET', 'HEAD'].includes(request.method ?? '') && !triedAgain.has(request)) {
      triedAgain.add(request)
      return pass(request, response as ServerResponse)
    }
    // Nothing was answered yet, or it breaks off: whoever asked is told in either case.
    if (!isAnswered) return unavailable(response as ServerResponse)
    response.destroy()
  })
  // The head goes with the first words of the body, which a stream may not have yet. The library copies it right after this.
  proxy.on('proxyRes', (_answer, _request, response) => queueMicrotask(() => response.flushHeaders()))
  const turns = new Map<string, number>()
  const next = (service: string): Instance | undefined => {
    const receiving = (instances.get(service) ?? []).filter((instance) => instance.isReceiving)
    const turn = turns.get(service) ?? 0
    turns.set(service, turn + 1)
    return receiving[turn % receiving.length]
  }
  const pass = (request: IncomingMessage, response: ServerResponse) => {
    const service = serviceFor(pathOf(request), names)
    if (service === undefined) return json(response, 404, { status: 404, code: 'not-found', title: 'There is nothing here' }, 'application/problem+json')
    const instance = next(service)
    if (instance === undefined) return unavailable(response)
    proxy.web(request, response, { target: instance.url })
  }
  const server = createServer({ keepAliveTimeout: keptOpenMs }, async (request, response) => {
    const path = pathOf(request)
    if (path === '/livez') return json(response, 200, { status: 'alive' })
    if (path === '/readyz') {
      const areReady = await everyReady([...instances.values()].flat())
      return json(response, areReady ? 200 : 503, { status: areReady ? 'ready' : 'not-ready' })
    }
    pass(request, response)
  })
  server.listen(port, host)
  await once(server, 'listening')
  const { port: listening } = server.address() as { port: number }
  let stopped: Promise<void> | undefined
  return {
    url: `http://127.0.0.1:${listening}`,
    stop: () => {
      stopped ??= (async () => {
        // A connection whose answer is under way now would wait for another request all the same.
        server.keepAliveTimeout = 1
        const closed = new Promise((resolve) => server.close(resolve))
        const late = setTimeout(() => server.closeAllConnections(), stopWithinMs)
        await closed
        clearTimeout(late)
        agent.destroy()
      })()
      return stopped
    },
  }
}

/** A target that is no path (`//x`, `*`) is for the pages to refuse. */
const pathOf = ({ url = '/' }: IncomingMessage): string => url.split('?', 1)[0] as string

/** Whether a process says that it can do its work. */
export const isReady = ({ url }: Pick<Instance, 'url'>): Promise<boolean> =>
  fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) }).then(
    async (response) => {
      await response.arrayBuffer()
      return response.ok
    },
    () => false,
  )

const everyReady = async (all: readonly Instance[]): Promise<boolean> => (await Promise.all(all.map(isReady))).every((ready) => ready)

const unavailable = (response: ServerResponse<IncomingMessage>): void => {
  response.setHeader('Retry-After', '2')
  json(response, 503, { status: 503, code: 'unavailable', title: 'This part of Patchwork cannot be reached just now' }, 'application/problem+json')
}

const json = (response: ServerResponse<IncomingMessage>, status: number, body: object, type = 'application/json'): void => {
  response.writeHead(status, { 'content-type': type })
  response.end(JSON.stringify(body))
}
