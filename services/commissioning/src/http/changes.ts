import type { Runtime } from '@patchwork/runtime'
import { createSession, type Session } from 'better-sse'
import type { Request, Response } from 'express'

/** Streams open at once in one process. */
const streamsMax = 2_000
/** A stream ends after this and the page opens it again. */
const streamMsMax = 10 * 60_000
const tellEveryMs = 1_000
const heartbeatMs = 20_000
/** Bytes that may wait for a reader who does not read; then the stream is cut. */
const unreadBytesMax = 64 * 1024
const reconnectMs = 3_000

/** This process holds as many streams as it can, or is ending. The page goes on without: it shows what is new when it is loaded. */
class TooManyStreamsError extends Error {
  readonly kind = 'unavailable'
  readonly code = 'too-many-streams'
  readonly title = 'Live news is not to be had just now'
  constructor() {
    super('Too many pages are open. Load the page again to see what is new.')
  }
}

export type Changes = {
  /** Opens a stream that is told `changed`, at most once a second. Throws TooManyStreamsError. */
  open(request: Request, response: Response): Promise<void>
  /** A fact has changed, or is about to within the second. */
  note(): void
  /** Ends every stream and takes no more. */
  stop(): void
}

type Stream = { session: Session; close: () => void }

/** Tells open dashboards that something changed: never what, so that it may be told to anyone. */
export const createChanges = ({ runtime }: { runtime: Runtime }): Changes => {
  const streams = new Set<Stream>()
  let waiting: (() => void) | undefined
  let stopped = false

  const tell = (name: 'changed' | 'still-here'): void => {
    for (const { session, close } of streams) {
      if (!session.isConnected) close()
      else session.push({}, name, '')
    }
  }
  const beat = (): (() => void) =>
    runtime.after(heartbeatMs, () => {
      tell('still-here')
      if (!stopped) cancelBeat = beat()
    })
  let cancelBeat = beat()

  return {
    open: async (request, response) => {
      if (stopped || streams.size >= streamsMax) throw new TooManyStreamsError()
      const session = await createSession(request, response, { keepAlive: null, retry: reconnectMs, trustClientEventId: false })
      if (stopped || response.destroyed) return void response.end()
      const cancel = runtime.after(streamMsMax, () => stream.close())
      const stream: Stream = {
        session,
        close: () => {
          if (!streams.delete(stream)) return
          cancel()
          // A reader who does not read would keep a polite ending waiting for ever.
          if (response.writableLength > unreadBytesMax) response.destroy()
          else response.end()
        },
      }
      streams.add(stream)
      response.on('close', stream.close)
      response.on('error', stream.close)
    },
    note: () => {
      if (stopped || streams.size === 0) return
      waiting ??= runtime.after(tellEveryMs, () => {
        waiting = undefined
        tell('changed')
      })
    },
    stop: () => {
      stopped = true
      waiting?.()
      cancelBeat()
      for (const stream of [...streams]) stream.close()
    },
  }
}
