import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import type { RequestHandler } from 'express'
import { ServiceProblem } from '../serviceCalls.ts'
import { visitorOf } from './visitor.ts'

/** Streams open at once in one process; more than these are told to come back by loading the page. */
const streamsMax = 5_000

export type Live = { serve: RequestHandler; stop(): void }

/** The person's news as it comes: the notification service's event stream, passed through. Ends when either side goes. */
export const createLive = (): Live => {
  const open = new Set<AbortController>()
  return {
    serve: async (_request, response) => {
      const { session, services } = visitorOf(response)
      // 204 tells a browser not to try again.
      if (!session || open.size >= streamsMax) return void response.status(204).end()
      const gone = new AbortController()
      open.add(gone)
      response.on('close', () => gone.abort())
      try {
        const stream = await services().open('notification', '/messages/live', gone.signal)
        response.set({ 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache, no-transform', 'X-Accel-Buffering': 'no' })
        response.flushHeaders()
        await pipeline(Readable.fromWeb(stream.body as ReadableStream), response).catch(() => undefined)
      } catch (error) {
        if (!(error instanceof ServiceProblem)) throw error
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
