import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RunningService } from '@patchwork/http'
import { type Runtime, sleep } from '@patchwork/runtime'
import express from 'express'

/** How long requests under way have to end once no more are taken. */
const drainMs = 10_000
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
  const app = express().disable('x-powered-by')
  const server = createServer(app)
  server.listen(port, host)
  await once(server, 'listening')
  const services: RunningService[] = []
  let isOpen = false
  let isDraining = false
  app.use((_request, response, next) => {
    if (isDraining) response.set('Connection', 'close')
    next()
  })
  app.get('/livez', (_request, response) => void response.json({ status: 'alive' }))
  app.get('/readyz', async (_request, response) => {
    const isReady = await Promise.all(services.map((service) => service.ready())).then(
      () => isOpen && !isDraining,
      () => false,
    )
    response.status(isReady ? 200 : 503).json({ status: isReady ? 'ready' : 'not-ready' })
  })
  app.use((request, response, next) => {
    if (isOpen) return next()
    response.status(503).set('Retry-After', '2')
    if (!request.path.startsWith('/api/')) return void response.type('text/plain').send(starting)
    response.type('application/problem+json').json({ type: '/problems/starting', status: 503, code: 'starting', title: starting })
  })
  let drained: Promise<void> | undefined
  return {
    url: addressOf(server, host),
    services,
    open: () => {
      const mounts = services.flatMap((service) => service.mounts).sort((one, other) => other.path.length - one.path.length)
      for (const mount of mounts) app.use(mount.path, mount.app)
      isOpen = true
    },
    drain: () => {
      drained ??= (async () => {
        isDraining = true
        if (noticeMs > 0) await sleep(runtime, noticeMs)
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

const addressOf = (server: Server, host: string): string => {
  const { port } = server.address() as AddressInfo
  const reached = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}`
}
