import { type Command, idFor } from '@patchwork/aggregate'
import type { Sealer } from '@patchwork/encryption'
import type { Role } from '@patchwork/events'
import type { ServiceClient } from '@patchwork/http'
import { instant, type Runtime } from '@patchwork/runtime'
import { emailOf } from './contactOf.ts'
import { type Account, type AccountDetails, type HowOpened, type HowVerified, isOpen, type Purpose } from './domain/account.ts'
import { type AccountCommand, decide } from './domain/decide.ts'
import { loginNameOf } from './domain/loginName.ts'
import type { AccountStore } from './store/accountStore.ts'
import type { Logins } from './store/logins.ts'

/** How `people` is told that a person came to be known. */
export type HowRegistered = 'self' | 'by-administrator' | 'demonstration'

/** Somebody else is opening an account with the same address at this moment. Trying again later is right. */
export class AddressBusyError extends Error {
  readonly kind = 'unavailable'
  readonly code = 'address-busy'
  readonly title = 'Try again in a moment'
  constructor() {
    super('This address is being used by another request at this moment. Try again shortly.')
  }
}

export type NewAccount = {
  accountId: string
  /** Known already, or registered in `people` with what `person` says. */
  person: { personId: string } | { name: string; email: string; postcode?: string; how: HowRegistered; registeredBy?: string }
  email: string
  role: Role
  how: HowOpened
  passwordHash?: string
  verifiedHow?: HowVerified
  linkFor?: Purpose
}

export type Accounts = ReturnType<typeof createAccounts>

/** Opening and changing accounts: the rules of `domain/` with the reserved address, and with the person in `people`. */
export const createAccounts = (options: {
  store: AccountStore
  logins: Logins
  people: ServiceClient
  sealer: Sealer
  runtime: Pick<Runtime, 'now' | 'uuid'>
  /** Ends the sessions of an account. */
  endSessions: (accountId: string) => Promise<void>
}) => {
  const { store, logins, people, sealer, runtime, endSessions } = options
  const loginIdOf = (email: string): string => sealer.blindIndex(loginNameOf(email), 'login')

  const change = (accountId: string, command: Command, decision: AccountCommand, answer?: Record<string, string>) =>
    store.accounts.update(accountId, command, ({ state, details }) => ({ ...decide(state, details, decision), ...(answer ? { answer } : {}) }))

  /** Whether an account, open or closed, stands behind an address. */
  const holds = async (accountId: string, loginId: string): Promise<boolean> => {
    const account = await store.accounts.get(accountId)
    return account !== undefined && account.state.status !== 'unopened' && account.details?.loginId === loginId
  }

  const register = async (accountId: string, { person, role }: NewAccount): Promise<string> => {
    if ('personId' in person) return person.personId
    // The key follows from the account: whoever tries again after a crash meets the same person.
    const registered = await people.call<{ personId: string }>('people', 'POST', '/people', {
      body: { ...person, role },
      idempotencyKey: idFor(`${accountId}/${sealer.blindIndex(JSON.stringify([person.name, person.email, person.postcode ?? null]), 'registration')}`),
    })
    return registered.personId
  }

  /**
   * Opens an account: reserves its address, registers the person, opens. A repeat meets what the first one made. Gives `taken` when the address has
   * another account. Throws AddressBusyError, ServiceCallError.
   */
  const open = async (account: NewAccount, command: Command): Promise<{ accountId: string; personId: string } | 'taken'> => {
    const { accountId, role, how, passwordHash, verifiedHow, linkFor, email } = account
    const loginId = loginIdOf(email)
    const reserved = await logins.reserve(loginId, accountId, instant(runtime), (holder) => holds(holder, loginId))
    if (reserved === 'taken') return 'taken'
    if (reserved === 'pending') throw new AddressBusyError()
    try {
      const existing = (await store.accounts.get(accountId))?.state
      const personId = existing && existing.status !== 'unopened' ? existing.personId : await register(accountId, account)
      await change(
        accountId,
        command,
        {
          type: 'OpenAccount',
          accountId,
          personId,
          role,
          how,
          loginId,
          at: command.at,
          ...(passwordHash === undefined ? {} : { passwordHash }),
          ...(verifiedHow === undefined ? {} : { verifiedHow }),
          ...(linkFor === undefined ? {} : { link: { challengeId: runtime.uuid(), purpose: linkFor } }),
        },
        { accountId, personId },
      )
      return { accountId, personId }
    } catch (error) {
      // What may yet succeed keeps the address, so that the next try finds it.
      if ((error as { kind?: unknown }).kind !== 'unavailable' && !(await holds(accountId, loginId))) await logins.release(loginId, accountId)
      throw error
    }
  }

  /** The account of a person that is not closed. */
  const findByPerson = async (personId: string) => (await store.findByPerson(personId)).find(({ state }) => isOpen(state))

  return {
    loginIdOf,
    change,
    open,
    findByPerson,

    /** The account that an address signs in to. Its details say so too: a reserved address whose account never opened leads nowhere. */
    findByLogin: async (loginId: string): Promise<{ id: string; state: Account; details: AccountDetails } | undefined> => {
      const accountId = await logins.accountIdOf(loginId)
      const account = accountId === undefined ? undefined : await store.accounts.get(accountId)
      return account?.details?.loginId === loginId ? { ...account, details: account.details } : undefined
    },

    /** Issues a one-time link where that makes sense; see the rule. */
    issueLink: (accountId: string, purpose: Purpose, command: Command) =>
      change(accountId, command, { type: 'IssueLink', accountId, purpose, challengeId: runtime.uuid(), at: command.at }),

    /** A new password ends every session: here at once, and by the event where this process ends before it gets there. */
    choosePassword: async (
      accountId: string,
      chosen: { challengeId: string; purpose: 'reset-password' | 'invitation'; passwordHash: string },
      command: Command,
    ) => {
      const outcome = await change(accountId, command, { type: 'ChoosePassword', accountId, ...chosen, at: command.at })
      await endSessions(accountId)
      return outcome
    },

    /** The person has another address: it signs in from now on, the former one is free. Gives `taken` when another account has it. Throws AddressBusyError. */
    moveLogin: async (accountId: string, email: string, command: Command): Promise<'moved' | 'taken'> => {
      const loginId = loginIdOf(email)
      const former = (await store.accounts.get(accountId))?.details?.loginId
      const reserved = await logins.reserve(loginId, accountId, instant(runtime), (holder) => holds(holder, loginId))
      if (reserved === 'taken') return 'taken'
      if (reserved === 'pending') throw new AddressBusyError()
      await change(accountId, command, { type: 'MoveLogin', accountId, loginId })
      if (former !== undefined && former !== loginId) await logins.release(former, accountId)
      return 'moved'
    },

    close: async (accountId: string, closedBy: string, command: Command) => {
      const outcome = await change(accountId, command, { type: 'CloseAccount', accountId, closedBy })
      await endSessions(accountId)
      return outcome
    },

    /**
     * The account of somebody whom another has registered: the one they have, or one opened without a password. A repeat meets the first one. Gives
     * `no-address` and `taken` where none can be opened. Throws AddressBusyError, ServiceCallError.
     */
    openForInvited: async (
      personId: string,
      command: Command,
      linkFor?: 'invitation',
    ): Promise<{ accountId: string; isNew: boolean } | 'no-address' | 'taken'> => {
      const existing = await findByPerson(personId)
      if (existing) return { accountId: existing.id, isNew: false }
      const email = await emailOf(people, personId)
      if (email === undefined) return 'no-address'
      const accountId = idFor(`identity/invitation:${personId}`)
      const link = linkFor === undefined ? {} : { linkFor }
      const opened = await open({ accountId, person: { personId }, email, role: 'resident', how: 'invitation', ...link }, command)
      return opened === 'taken' ? 'taken' : { accountId, isNew: true }
    },

    /** A link to hand over; see the rule. Its id follows from the command, so that a repeat gives the same link for as long as it can be used. */
    handOver: async (accountId: string, purpose: 'invitation' | 'new-password', handedOverBy: string, command: Command): Promise<string> => {
      const challengeId = idFor(`${command.key}/link`)
      // The account may have been opened under the command's own key.
      const ofItsOwn = { ...command, key: `${command.key}/link` }
      await change(accountId, ofItsOwn, { type: 'HandOverLink', accountId, purpose, challengeId, handedOverBy, at: command.at })
      return challengeId
    },

    /** Vouches; see the rule. Gives the link that was made to hand over, if one was. */
    vouch: async (accountId: string, vouchedBy: string, command: Command): Promise<{ challengeId: string; sequence: number }> => {
      const challengeId = idFor(`${command.key}/link`)
      const { sequence } = await change(accountId, command, { type: 'VouchForAccount', accountId, vouchedBy, challengeId, at: command.at })
      return { challengeId, sequence }
    },
  }
}
