import { instant, type Runtime } from '@patchwork/runtime'
import type { Logger } from '@patchwork/telemetry'
import { createEventBuffer, createSession, type Session } from 'better-sse'
import type { Request, Response } from 'express'
import type { KnownMessage } from '../domain/message.ts'

/** Streams open at once for one person (a browser opens one per window); the oldest makes room. */
const streamsPerPersonMax = 6
/** Streams open at once in one process. */
const streamsMax = 5_000
/** A stream ends after this and the page opens it again, with a token that is still good. */
const streamMsMax = 10 * 60_000
const heartbeatMs = 20_000
/** Bytes that may wait for a reader who does not read; then the stream is cut. */
const unreadBytesMax = 64 * 1024
/** How often it is looked what arrived by way of another process, and how far back, since clocks differ. */
const lookEveryMs = 1_000
const lookBackMs = 5_000
const lookPageSize = 200
const lookPagesMax = 50
const reconnectMs = 3_000

export type LiveChannel = {
  /** Opens a stream to a signed-in person; it first tells how many messages are unread. Throws TooManyStreamsError. */
  open(personId: string, request: Request, response: Response): Promise<void>
  /** A message has arrived for somebody; told at once to every stream of theirs in this process. A repeat tells nothing. */
  push(personId: string, messageId: string): void
  /** Ends every stream and takes no more. */
  stop(): Promise<void>
}

/** This process holds as many streams as it can, or is ending. The page goes on without: it shows what is new when it is loaded. */
export class TooManyStreamsError extends Error {
  readonly kind = 'unavailable'
  readonly code = 'too-many-streams'
  readonly title = 'Live news is not to be had just now'
  constructor() {
    super('Too many pages are open. Load the page again to see what is new.')
  }
}

type Stream = { personId: string; session: Session; response: Response; close: () => void }

/** New messages, told to open pages by server-sent events: `message` with the id, nothing else. */
export const createLiveChannel = (dependencies: {
  runtime: Runtime
  logger: Logger
  unreadOf: (personId: string) => Promise<number>
  arrivedSince: (since: string, paging: { limit: number; after?: string | undefined }) => Promise<{ messages: KnownMessage[]; after?: string }>
}): LiveChannel => {
  const { runtime, logger, unreadOf, arrivedSince } = dependencies
  const streams = new Map<string, Set<Stream>>()
  let count = 0
  let stopped = false
  const told = createTold()

  const tell = (stream: Stream, name: string, data: object, id: string): void => {
    if (stream.session.isConnected && stream.response.writableLength <= unreadBytesMax) stream.session.push(data, name, id)
    else stream.close()
  }

  const push = (personId: string, messageId: string): void => {
    // A look may have found it in the store before whoever wrote it says so.
    if (told.has(messageId)) return
    for (const stream of streams.get(personId) ?? []) tell(stream, 'message', { messageId }, messageId)
    told.add(messageId, runtime.now())
  }

  const look = async (since: string): Promise<void> => {
    let after: string | undefined
    for (let pages = 0; pages < lookPagesMax; pages += 1) {
      const page = await arrivedSince(since, { limit: lookPageSize, after })
      for (const { personId, messageId } of page.messages) push(personId, messageId)
      if (page.after === undefined) return
      after = page.after
    }
  }

  let lookedAt = runtime.now()
  let looking: Promise<void> | undefined
  const timer = every(runtime, lookEveryMs, () => {
    // One that takes long looks at its own stretch of time only, and what it may find must not be forgotten meanwhile.
    if (looking) return
    const before = lookedAt
    const from = before - lookBackMs
    lookedAt = runtime.now()
    told.forgetBefore(from - lookBackMs)
    if (count === 0) return
    looking = look(instant({ now: () => from }))
      .catch((error: unknown) => {
        lookedAt = before
        logger.warn({ code: (error as { code?: unknown }).code }, 'Could not look for messages that arrived')
      })
      .finally(() => {
        looking = undefined
      })
  })
  const heartbeat = every(runtime, heartbeatMs, () => {
    for (const theirs of streams.values())
      for (const stream of theirs) {
        if (stream.response.writableLength > unreadBytesMax || !stream.session.isConnected) stream.close()
        else void stream.session.batch(createEventBuffer().comment('still here').dispatch())
      }
  })

  const register = (personId: string, session: Session, response: Response): Stream => {
    const theirs = streams.get(personId) ?? new Set()
    let isOpen = true
    const cancel = runtime.after(streamMsMax, () => stream.close())
    const stream: Stream = {
      personId,
      session,
      response,
      close: () => {
        if (!isOpen) return
        isOpen = false
        cancel()
        count -= 1
        theirs.delete(stream)
        if (theirs.size === 0 && streams.get(personId) === theirs) streams.delete(personId)
        // A reader who does not read would keep a polite ending waiting for ever.
        if (response.writableLength > unreadBytesMax) response.destroy()
        else response.end()
      },
    }
    response.on('close', stream.close)
    response.on('error', stream.close)
    theirs.add(stream)
    streams.set(personId, theirs)
    count += 1
    return stream
  }

  return {
    open: async (personId, request, response) => {
      if (stopped || count >= streamsMax) throw new TooManyStreamsError()
      const session = await createSession(request, response, { keepAlive: null, retry: reconnectMs, trustClientEventId: false })
      if (stopped || response.destroyed) return void response.end()
      const stream = register(personId, session, response)
      const [oldest] = streams.get(personId) ?? []
      if (oldest && (streams.get(personId)?.size ?? 0) > streamsPerPersonMax) oldest.close()
      // Counted once the stream is open, so that no message falls between the count and the first that is pushed.
      const unread = await unreadOf(personId).catch(() => undefined)
      if (unread === undefined) stream.close()
      else tell(stream, 'unread', { unread }, '')
    },
    push,
    stop: async () => {
      stopped = true
      timer()
      heartbeat()
      for (const theirs of [...streams.values()]) for (const stream of [...theirs]) stream.close()
      await looking
    },
  }
}

/** Which messages the streams here were told of lately. */
const createTold = () => {
  const atById = new Map<string, number>()
  return {
    add: (messageId: string, at: number): void => void atById.set(messageId, at),
    has: (messageId: string): boolean => atById.has(messageId),
    forgetBefore: (instantMs: number): void => {
      // In the order of telling, so the old ones stand first.
      for (const [messageId, at] of atById) {
        if (at >= instantMs) return
        atById.delete(messageId)
      }
    },
  }
}

/** Runs `action` again and again until the result is called. */
const every = (runtime: Runtime, ms: number, action: () => void): (() => void) => {
  let cancel = runtime.after(ms, run)
  let stopped = false
  function run(): void {
    action()
    if (!stopped) cancel = runtime.after(ms, run)
  }
  return () => {
    stopped = true
    cancel()
  }
}
