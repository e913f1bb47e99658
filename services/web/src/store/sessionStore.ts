import { createHash } from 'node:crypto'
import type { Collection, DocumentStore } from '@patchwork/document-store'
import type { Sealer } from '@patchwork/encryption'
import { Role } from '@patchwork/events'
import { instant, type Runtime, sleep } from '@patchwork/runtime'
import { z } from 'zod'

const minuteMs = 60_000
/** Without a request for this long a session ends. */
export const idleMs = 30 * minuteMs
/** It ends this long after signing in, whatever happens. */
export const absoluteMs = 12 * 60 * minuteMs
/** How much later than said the idle time may be written down: not every request is a write. */
const idleWriteMs = minuteMs
const tokenBytes = 32
/** How long one process may take to fetch new tokens before another may try. */
const renewalLeaseMs = 10_000
const renewalLookMs = 100
/** Tokens are renewed this long before they end, so that they last for the call. */
const renewBeforeMs = 30_000
const sweepPageSize = 200
const sweepPagesMax = 100

const Kept = z.object({
  personId: z.uuid(),
  accountId: z.uuid(),
  role: Role,
  accessToken: z.string(),
  accessTokenEndsAt: z.string(),
  refreshToken: z.string().optional(),
  idToken: z.string(),
})
/** Who has signed in, with the tokens that their calls carry. It never leaves this service. */
export type SignedIn = z.infer<typeof Kept>
export type Session = SignedIn & { sessionId: string }

type SessionBody = { sealed: string; idleUntil: string; endsAt: string; renewalUntil?: string }

/** Fetches new tokens for old ones; undefined when the issuer has ended the sign-in. */
export type RenewTokens = (session: SignedIn) => Promise<SignedIn | undefined>

export interface SessionStore {
  /** Keeps a new session; gives the secret that the cookie carries. Only a digest of it is stored. */
  open(signedIn: SignedIn): Promise<string>
  /** The session of a cookie that has not ended; undefined otherwise. Being read keeps it from ending idle. */
  read(secret: string): Promise<Session | undefined>
  /** An access token that will last for a call, renewed when need be, by one request at a time over all processes. Undefined: the session is over. */
  bearer(session: Session): Promise<string | undefined>
  end(sessionId: string): Promise<void>
  /** Removes what has ended. */
  sweep(): Promise<void>
}

export type SessionStoreOptions = { documents: DocumentStore; sealer: Sealer; runtime: Pick<Runtime, 'now' | 'randomBytes' | 'after'>; renew: RenewTokens }

/** Sessions in a collection of the web's own, sealed at rest. */
export const openSessionStore = async ({ documents, sealer, runtime, renew }: SessionStoreOptions): Promise<SessionStore> => {
  const sessions = await documents.collection<SessionBody>({
    service: 'web',
    name: 'sessions',
    fields: { idleUntil: { path: 'idleUntil', type: 'string' } },
    indexes: { 'by-idle-until': { fields: ['idleUntil'] } },
  })
  const seal = (sessionId: string, signedIn: SignedIn) => sealer.seal(Kept.parse(signedIn), `web/session/${sessionId}`)
  const unseal = (sessionId: string, sealed: string): Session => ({ ...Kept.parse(sealer.open(sealed, `web/session/${sessionId}`)), sessionId })
  const later = (ms: number) => instant({ now: () => runtime.now() + ms })
  const idleUntil = (endsAt: string): string => [later(idleMs), endsAt].sort()[0]!
  const running = new Map<string, Promise<string | undefined>>()

  const end = async (sessionId: string) => void (await sessions.remove(sessionId))

  const stillThere = async (sessionId: string) => {
    const stored = await sessions.get(sessionId)
    return stored && stored.body.idleUntil > instant(runtime) ? stored : undefined
  }

  /** One who finds another at it waits for that one's tokens: an issuer that rotates them takes a second use for theft. */
  const renewed = async (session: Session): Promise<string | undefined> => {
    for (;;) {
      const stored = await stillThere(session.sessionId)
      if (!stored) return undefined
      const current = unseal(session.sessionId, stored.body.sealed)
      if (lasts(current, runtime)) return current.accessToken
      const isTaken = stored.body.renewalUntil !== undefined && stored.body.renewalUntil > instant(runtime)
      const claim = { ...stored.body, renewalUntil: later(renewalLeaseMs) }
      if (!isTaken && (await sessions.replace(session.sessionId, claim, { expectedRevision: stored.revision })) === 'replaced')
        return renewAs(current, session.sessionId, claim, stored.revision + 1)
      await sleep(runtime, renewalLookMs)
    }
  }

  const renewAs = async (current: SignedIn, sessionId: string, body: SessionBody, revision: number): Promise<string | undefined> => {
    const next = await renew(current)
    if (!next) {
      await end(sessionId)
      return undefined
    }
    const { renewalUntil: _done, ...rest } = body
    await keep(sessions, sessionId, revision, { ...rest, sealed: seal(sessionId, next) })
    return next.accessToken
  }

  return {
    open: async (signedIn) => {
      const secret = Buffer.from(runtime.randomBytes(tokenBytes)).toString('base64url')
      const sessionId = digest(secret)
      const endsAt = later(absoluteMs)
      await sessions.insert(sessionId, { sealed: seal(sessionId, signedIn), idleUntil: idleUntil(endsAt), endsAt })
      return secret
    },
    read: async (secret) => {
      const sessionId = digest(secret)
      const stored = await stillThere(sessionId)
      if (!stored) return undefined
      const until = idleUntil(stored.body.endsAt)
      // Losing this race to another request is as good: that one has just kept it alive.
      if (Date.parse(until) - Date.parse(stored.body.idleUntil) >= idleWriteMs)
        await sessions.replace(sessionId, { ...stored.body, idleUntil: until }, { expectedRevision: stored.revision })
      return unseal(sessionId, stored.body.sealed)
    },
    bearer: (session) => {
      if (lasts(session, runtime)) return Promise.resolve(session.accessToken)
      const under = running.get(session.sessionId) ?? renewed(session).finally(() => running.delete(session.sessionId))
      running.set(session.sessionId, under)
      return under
    },
    end,
    sweep: () => sweep(sessions, instant(runtime)),
  }
}

const digest = (secret: string): string => createHash('sha256').update(secret).digest('hex')

const lasts = ({ accessTokenEndsAt }: SignedIn, runtime: Pick<Runtime, 'now'>): boolean => Date.parse(accessTokenEndsAt) - runtime.now() > renewBeforeMs

/** New tokens must not be lost to a request that wrote down the idle time meanwhile. */
const keep = async (sessions: Collection<SessionBody>, sessionId: string, revision: number, body: SessionBody): Promise<void> => {
  let expectedRevision = revision
  let next = body
  while ((await sessions.replace(sessionId, next, { expectedRevision })) === 'stale') {
    const stored = await sessions.get(sessionId)
    if (!stored) return
    expectedRevision = stored.revision
    next = { ...body, idleUntil: stored.body.idleUntil }
  }
}

const sweep = async (sessions: Collection<SessionBody>, now: string): Promise<void> => {
  for (let pages = 0; pages < sweepPagesMax; pages += 1) {
    const { documents } = await sessions.find({ where: { idleUntil: { atMost: now } }, limit: sweepPageSize })
    // Only at that revision: a session may come alive between the look and the removal.
    for (const { id, revision } of documents) await sessions.remove(id, { expectedRevision: revision })
    if (documents.length < sweepPageSize) return
  }
}
