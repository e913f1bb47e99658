import type { Collection, DocumentStore, JsonObject, Stored, Where } from '@patchwork/document-store'
import type { Sealer } from '@patchwork/encryption'
import { instant, type Runtime } from '@patchwork/runtime'
import type { Adapter, AdapterPayload } from 'oidc-provider'
import { errors } from 'oidc-provider'
import { isAlreadyThere } from './logins.ts'

/**
 * What the OpenID Connect library remembers: sessions, interactions, codes, grants, refresh tokens. Ids are stored as digests and payloads sealed,
 * so that somebody who reads the store holds no session and no token.
 */
type RecordBody = {
  kind: string
  sealed: string
  madeAt: string
  expiresAt: string
  accountId?: string
  grant?: string
  uid?: string
  userCode?: string
}

/**
 * A refresh token may be used again within these seconds: a browser that opens two pages at once, or an answer lost on its way, is no thief. After them a
 * second use ends everything that came of the sign-in.
 */
const refreshAgainSeconds = 10
const triesMax = 8
const pageSize = 200
/** Pages that one sweep takes away, so that it never holds the store for long. */
const sweepPagesMax = 10
/** Kept for records that say no end of their own. */
const lifetimeSecondsMax = 14 * 24 * 3_600

export type OidcRecords = {
  /** What oidc-provider asks for, one per kind of record. */
  adapterFor(kind: string): Adapter
  /** Ends every session, grant and token of an account that was made before the instant. A repeat finds nothing left. */
  endAll(accountId: string, before: string): Promise<void>
  /** Takes away what has expired. */
  sweep(): Promise<void>
}

export const openOidcRecords = async (documents: DocumentStore, sealer: Sealer, runtime: Pick<Runtime, 'now'>): Promise<OidcRecords> => {
  const records = await documents.collection<RecordBody>({
    service: 'identity',
    name: 'grants',
    fields: {
      accountId: { path: 'accountId', type: 'string' },
      grant: { path: 'grant', type: 'string' },
      uid: { path: 'uid', type: 'string' },
      userCode: { path: 'userCode', type: 'string' },
      madeAt: { path: 'madeAt', type: 'string' },
      expiresAt: { path: 'expiresAt', type: 'string' },
    },
    indexes: {
      'by-account': { fields: ['accountId', 'madeAt'], sparse: true },
      'by-grant': { fields: ['grant'], sparse: true },
      'by-uid': { fields: ['uid'], sparse: true },
      'by-user-code': { fields: ['userCode'], sparse: true },
      'by-expiry': { fields: ['expiresAt'] },
    },
  })
  const digest = (value: string) => sealer.blindIndex(value, 'oidc-record')
  const idOf = (kind: string, id: string) => digest(`${kind}:${id}`)
  const open = ({ id, body }: Stored<RecordBody>): AdapterPayload => sealer.open<AdapterPayload>(body.sealed, contextOf(id))

  const bodyOf = (id: string, kind: string, payload: AdapterPayload, { madeAt, expiresAt }: { madeAt: string; expiresAt: string }): RecordBody => {
    const { accountId, grantId, uid, userCode } = payload
    return {
      kind,
      // Through JSON, as it will be read: the library leaves undefined members in what it hands over.
      sealed: sealer.seal(JSON.parse(JSON.stringify(payload)) as JsonObject, contextOf(id)),
      madeAt,
      expiresAt,
      ...(typeof accountId === 'string' ? { accountId } : {}),
      ...(typeof grantId === 'string' && kind !== 'Session' ? { grant: digest(grantId) } : {}),
      ...(typeof uid === 'string' && kind === 'Session' ? { uid: digest(uid) } : {}),
      ...(typeof userCode === 'string' ? { userCode: digest(userCode) } : {}),
    }
  }

  const write = async (kind: string, recordId: string, payload: AdapterPayload, expiresInSeconds: number | undefined): Promise<void> => {
    const id = idOf(kind, recordId)
    const expiresAt = new Date(runtime.now() + (expiresInSeconds ?? lifetimeSecondsMax) * 1_000).toISOString()
    for (let tries = 1; tries <= triesMax; tries += 1) {
      const stored = await records.get(id)
      const body = bodyOf(id, kind, payload, { madeAt: stored?.body.madeAt ?? instant(runtime), expiresAt })
      if (stored && (await records.replace(id, body, { expectedRevision: stored.revision })) === 'replaced') return
      if (!stored && (await insertUnlessThere(records, id, body))) return
    }
    throw new errors.TemporarilyUnavailable()
  }

  /** A code or refresh token is used once, also by two who come at the same time: the second finds it consumed. */
  const consume = async (kind: string, recordId: string): Promise<void> => {
    const id = idOf(kind, recordId)
    for (let tries = 1; tries <= triesMax; tries += 1) {
      const stored = await records.get(id)
      const payload = stored && open(stored)
      if (!payload || isUsedUp(kind, payload)) throw new errors.InvalidGrant('already used')
      if (payload.consumed) return
      const consumed = bodyOf(id, kind, { ...payload, consumed: Math.floor(runtime.now() / 1_000) }, stored.body)
      if ((await records.replace(id, consumed, { expectedRevision: stored.revision })) === 'replaced') return
    }
    throw new errors.InvalidGrant('already used')
  }

  const isUsedUp = (kind: string, { consumed }: AdapterPayload): boolean =>
    typeof consumed === 'number' && (kind !== 'RefreshToken' || runtime.now() / 1_000 - consumed > refreshAgainSeconds)

  const find = async (kind: string, recordId: string): Promise<AdapterPayload | undefined> => {
    const stored = await records.get(idOf(kind, recordId))
    if (!stored) return undefined
    const { consumed, ...payload } = open(stored)
    return isUsedUp(kind, { consumed }) ? { ...payload, consumed } : payload
  }

  const firstWhere = async (where: Where): Promise<AdapterPayload | undefined> => {
    const { documents: found } = await records.find({ where, limit: 1 })
    return found[0] && open(found[0])
  }

  return {
    adapterFor: (kind) => ({
      upsert: (id, payload, expiresIn) => write(kind, id, payload, expiresIn),
      find: (id) => find(kind, id),
      findByUid: (uid) => firstWhere({ uid: { equals: digest(uid) } }),
      findByUserCode: (userCode) => firstWhere({ userCode: { equals: digest(userCode) } }),
      consume: (id) => consume(kind, id),
      destroy: async (id) => void (await records.remove(idOf(kind, id))),
      revokeByGrantId: (grantId) => removeWhere(records, { grant: { equals: digest(grantId) } }),
    }),
    endAll: (accountId, before) => removeWhere(records, { accountId: { equals: accountId }, madeAt: { atMost: before } }),
    sweep: () => removeWhere(records, { expiresAt: { atMost: instant(runtime) } }, sweepPagesMax),
  }
}

const contextOf = (id: string) => `identity/grants/${id}`

const insertUnlessThere = async (records: Collection<RecordBody>, id: string, body: RecordBody): Promise<boolean> => {
  try {
    await records.insert(id, body)
    return true
  } catch (error) {
    if (isAlreadyThere(error)) return false
    throw error
  }
}

const removeWhere = async (records: Collection<RecordBody>, where: Where, pagesMax = Number.POSITIVE_INFINITY): Promise<void> => {
  for (let pages = 1; pages <= pagesMax; pages += 1) {
    const { documents: found } = await records.find({ where, limit: pageSize })
    for (const { id } of found) await records.remove(id)
    if (found.length < pageSize) return
  }
}
