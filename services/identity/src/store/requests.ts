import { KeyReusedError } from '@patchwork/aggregate'
import type { DocumentStore, JsonObject } from '@patchwork/document-store'
import type { Sealer } from '@patchwork/encryption'
import { type Cancel, instant, type Runtime } from '@patchwork/runtime'
import type { Logger } from '@patchwork/telemetry'
import { isAlreadyThere } from './logins.ts'

/**
 * What a stranger asks for. It is kept, sealed, before the answer "we will see to it" leaves, and seen to afterwards: the answer is as true, and comes as
 * fast, whether the address is known here or not.
 */
type RequestBody = { kind: string; bodyHash: string; sealed?: string; dueAt?: string; attempts: number; askedAt: string; forgetAt: string }

const keptMs = 24 * 3_600_000
const pageSize = 20
/** How often requests of a process that ended are looked for. */
const lookEveryMs = 5_000
const retryFirstMs = 500
const retryMostMs = 60_000
const sweepPageMax = 500

export type Requests<Asked extends { kind: string }> = {
  /** Durable when it resolves; a repeat under the same id changes nothing. Throws KeyReusedError when it was sent with another body. */
  submit(id: string, asked: Asked, body: unknown): Promise<void>
  /** Resolves when everything that is due now was tried. */
  settle(): Promise<void>
  sweep(): Promise<void>
  /** Ends after the request under way; the others are seen to at the next start. */
  stop(): Promise<void>
}

/** A refusal that trying again cannot change. */
export class HopelessRequestError extends Error {
  readonly code: string
  constructor(code: string) {
    super(`This request cannot be met: ${code}`)
    this.code = code
  }
}

/** Opens the requests and goes on with those a former process left. `meet` must give the same effect however often it runs for one id. */
export const openRequests = async <Asked extends { kind: string }>(options: {
  documents: DocumentStore
  sealer: Sealer
  runtime: Pick<Runtime, 'now' | 'after'>
  logger: Logger
  meet: (id: string, asked: Asked) => Promise<void>
}): Promise<Requests<Asked>> => {
  const { documents, sealer, runtime, logger, meet } = options
  const requests = await documents.collection<RequestBody>({
    service: 'identity',
    name: 'requests',
    fields: { dueAt: { path: 'dueAt', type: 'string' }, forgetAt: { path: 'forgetAt', type: 'string' } },
    indexes: { due: { fields: ['dueAt'], sparse: true }, 'by-forget-at': { fields: ['forgetAt'] } },
  })
  const contextOf = (id: string) => `identity/requests/${id}`
  let stopped = false
  const wakes = new Set<Cancel>()

  /** The request leaves what was asked behind and stays as a mark, for a repeat under its key. */
  const close = async (id: string): Promise<void> => {
    const stored = await requests.get(id)
    if (!stored) return
    const { sealed: _, dueAt: __, ...mark } = stored.body
    await requests.replace(id, mark, { expectedRevision: stored.revision })
  }

  const postpone = async (id: string): Promise<void> => {
    const stored = await requests.get(id)
    if (!stored?.body.sealed) return
    const attempts = stored.body.attempts + 1
    const waitMs = Math.min(retryMostMs, retryFirstMs * 2 ** Math.min(20, attempts - 1))
    const dueAt = new Date(runtime.now() + waitMs).toISOString()
    await requests.replace(id, { ...stored.body, attempts, dueAt }, { expectedRevision: stored.revision })
    const wake = runtime.after(waitMs, () => {
      wakes.delete(wake)
      settleInBackground()
    })
    wakes.add(wake)
  }

  const meetOne = async (id: string, body: RequestBody): Promise<void> => {
    if (body.sealed === undefined) return
    try {
      await meet(id, sealer.open<Asked>(body.sealed, contextOf(id)))
      await close(id)
    } catch (error) {
      const code = (error as { code?: unknown }).code ?? (error as Error).name
      const isHopeless = error instanceof HopelessRequestError || body.forgetAt <= instant(runtime)
      logger[isHopeless ? 'error' : 'warn']({ code, request: body.kind, requestId: id, attempt: body.attempts + 1 }, 'A request could not be met')
      await (isHopeless ? close(id) : postpone(id))
    }
  }

  const look = async (): Promise<void> => {
    while (!stopped) {
      const { documents: due } = await requests.find({
        where: { dueAt: { atMost: instant(runtime) } },
        sort: [{ field: 'dueAt', direction: 'ascending' }],
        limit: pageSize,
      })
      for (const { id, body } of due) if (!stopped) await meetOne(id, body)
      if (due.length < pageSize) return
    }
  }

  let underWay: Promise<void> | undefined
  let isAskedAgain = false
  const settle = (): Promise<void> => {
    isAskedAgain = true
    underWay ??= (async () => {
      try {
        while (isAskedAgain && !stopped) {
          isAskedAgain = false
          await look()
        }
      } finally {
        // In the same turn as it was seen that nobody asks, or whoever asks in between would wait for nobody.
        underWay = undefined
      }
    })()
    return underWay
  }
  const settleInBackground = (): void => {
    if (!stopped) settle().catch((error: unknown) => logger.warn({ code: (error as { code?: unknown }).code }, 'Requests could not be looked at'))
  }
  let cancel: Cancel = () => {}
  const lookNowAndThen = (): void => {
    settleInBackground()
    cancel = runtime.after(lookEveryMs, lookNowAndThen)
  }
  lookNowAndThen()

  return {
    submit: async (id, asked, sent) => {
      const bodyHash = sealer.blindIndex(JSON.stringify(sent), 'request')
      const now = instant(runtime)
      const body: RequestBody = {
        kind: asked.kind,
        bodyHash,
        sealed: sealer.seal(asked as unknown as JsonObject, contextOf(id)),
        dueAt: now,
        attempts: 0,
        askedAt: now,
        forgetAt: new Date(runtime.now() + keptMs).toISOString(),
      }
      try {
        await requests.insert(id, body)
      } catch (error) {
        if (!isAlreadyThere(error)) throw error
        if ((await requests.get(id))?.body.bodyHash !== bodyHash) throw new KeyReusedError()
      }
      settleInBackground()
    },
    settle,
    sweep: async () => {
      const { documents: old } = await requests.find({ where: { forgetAt: { atMost: instant(runtime) } }, limit: sweepPageMax })
      for (const { id, revision, body } of old) if (body.dueAt === undefined) await requests.remove(id, { expectedRevision: revision })
    },
    stop: async () => {
      stopped = true
      cancel()
      for (const wake of wakes) wake()
      await underWay?.catch(() => undefined)
    },
  }
}
