import { createHash } from 'node:crypto'
import { type Runtime, sleep } from '@patchwork/runtime'
import type { RequestHandler } from 'express'
import { readOverview } from '../pages/operations/overview.ts'
import { visitorOf } from './visitor.ts'

const lookEveryMs = 3_000
/** Streams open at once in one process: each asks every service again and again. */
const streamsMax = 20

/**
 * Tells an administrator's browser when something on `/operations` has changed, by looking every three seconds: it concerns every service, and none of
 * them has a stream of it. Ends when either side goes, or the session.
 */
export const createOperationsChanges = (runtime: Pick<Runtime, 'after'>): { handle: RequestHandler; stop(): void } => {
  const open = new Set<AbortController>()
  return {
    handle: async (_request, response) => {
      const { session, services } = visitorOf(response)
      // 204 tells a browser not to try again.
      if (session?.role !== 'administrator' || open.size >= streamsMax || response.destroyed) return void response.status(204).end()
      const gone = new AbortController()
      open.add(gone)
      response.on('close', () => gone.abort())
      response.set({ 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache, no-transform', 'X-Accel-Buffering': 'no' })
      response.flushHeaders()
      try {
        let shown: string | undefined
        while (!gone.signal.aborted) {
          const now = createHash('sha256')
            .update(JSON.stringify(await readOverview(services())))
            .digest('hex')
          if (!gone.signal.aborted) response.write(shown === undefined || shown === now ? ': here\n\n' : 'event: changed\ndata: {}\n\n')
          shown = now
          await sleep(runtime, lookEveryMs, gone.signal)
        }
      } finally {
        open.delete(gone)
        response.end()
      }
    },
    stop: () => {
      for (const stream of open) stream.abort()
    },
  }
}
