import { AlreadyExistsError, type Collection, type DocumentStore } from '@patchwork/document-store'

/** Which account an address signs in to. The id is the blind index of the address: the address itself is kept by `people` alone. */
type LoginBody = { accountId: string; reservedAt: string }

/** An address that was reserved this long ago, and whose account never opened, is free again: whoever reserved it is gone. */
const reservationMs = 15 * 60_000
const attemptsMax = 5

export type Logins = {
  accountIdOf(loginId: string): Promise<string | undefined>
  /**
   * Keeps the address for one account, so that no other can have it. `holder` says whether the account that has it stands behind it.
   * A repeat for the same account is `reserved` again; `pending`: somebody else is opening an account with it right now.
   */
  reserve(loginId: string, accountId: string, now: string, holder: (accountId: string) => Promise<boolean>): Promise<'reserved' | 'taken' | 'pending'>
  /** Gives an address back that `accountId` reserved and never used. */
  release(loginId: string, accountId: string): Promise<void>
  all(after?: string): ReturnType<Collection<LoginBody>['find']>
}

export const openLogins = async (documents: DocumentStore): Promise<Logins> => {
  const logins = await documents.collection<LoginBody>({
    service: 'identity',
    name: 'logins',
    fields: { accountId: { path: 'accountId', type: 'string' } },
    indexes: { 'by-account': { fields: ['accountId'] } },
  })

  const tryToReserve: Logins['reserve'] = async (loginId, accountId, now, holder) => {
    const stored = await logins.get(loginId)
    if (!stored) {
      await logins.insert(loginId, { accountId, reservedAt: now })
      return 'reserved'
    }
    if (stored.body.accountId === accountId) return 'reserved'
    if (await holder(stored.body.accountId)) return 'taken'
    if (Date.parse(now) - Date.parse(stored.body.reservedAt) < reservationMs) return 'pending'
    return (await logins.replace(loginId, { accountId, reservedAt: now }, { expectedRevision: stored.revision })) === 'replaced' ? 'reserved' : 'pending'
  }

  return {
    accountIdOf: async (loginId) => (await logins.get(loginId))?.body.accountId,
    reserve: async (...request) => {
      for (let attempts = 1; attempts <= attemptsMax; attempts += 1)
        try {
          return await tryToReserve(...request)
        } catch (error) {
          if (!isAlreadyThere(error)) throw error
        }
      return 'pending'
    },
    release: async (loginId, accountId) => {
      const stored = await logins.get(loginId)
      if (stored?.body.accountId === accountId) await logins.remove(loginId, { expectedRevision: stored.revision })
    },
    all: (after) => logins.find({ sort: [], limit: 500, ...(after === undefined ? {} : { after }) }),
  }
}

/** By its code: the error may come from another copy of the module. */
export const isAlreadyThere = (error: unknown): boolean =>
  error instanceof AlreadyExistsError || (error as { code?: unknown } | null)?.code === 'already-exists'
