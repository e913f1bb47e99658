import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import type { RequestHandler } from 'express'
import { type ServiceName, ServiceProblem } from '../serviceCalls.ts'
import { visitorOf } from './visitor.ts'

/** Streams open at once in one process; more than these are told to come back by loading the page. */
const streamsMax = 5_000

export type Live = {
  /** Passes a service's event stream through, to those who have signed in or to anyone. */
  follow(service: ServiceName, path: string, audience: 'anyone' | 'everyone'): RequestHandler
  stop(): void
}

/** News as it comes: event streams of the services, passed through. Each ends when either side goes. */
export const createLive = (): Live => {
  const open = new Set<AbortController>()
  return {
    follow: (service, path, audience) => async (_request, response) => {
      const { session, services } = visitorOf(response)
      // 204 tells a browser not to try again.
      if ((!session && audience !== 'anyone') || open.size >= streamsMax) return void response.status(204).end()
      const gone = new AbortController()
      open.add(gone)
      response.on('close', () => gone.abort())
      // Whoever left while their session was looked up is not heard leaving any more, and the stream would be held for ever.
      if (response.destroyed) gone.abort()
      try {
        const stream = await services().open(service, path, { signal: gone.signal })
        response.set({ 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache, no-transform', 'X-Accel-Buffering': 'no' })
        response.flushHeaders()
        await pipeline(Readable.fromWeb(stream.body as ReadableStream), response).catch(() => undefined)
      } catch (error) {
        if (!(error instanceof ServiceProblem || gone.signal.aborted)) throw error
        if (!response.destroyed) response.status(204).end()
      } finally {
        open.delete(gone)
      }
    },
    stop: () => {
      for (const stream of open) stream.abort()
    },
  }
}
