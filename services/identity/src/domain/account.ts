import type { AccountChallengeIssued, AccountClosed, AccountOpened, AccountPasswordChosen, AccountVerified, DomainEvent, Role } from '@patchwork/events'

export type AccountEvent =
  | DomainEvent<typeof AccountOpened>
  | DomainEvent<typeof AccountChallengeIssued>
  | DomainEvent<typeof AccountVerified>
  | DomainEvent<typeof AccountPasswordChosen>
  | DomainEvent<typeof AccountClosed>

type DataOf<Type extends AccountEvent['type']> = Extract<AccountEvent, { type: Type }>['data']
export type HowOpened = DataOf<'account.opened.v1'>['how']
export type HowVerified = DataOf<'account.verified.v1'>['how']
export type Purpose = DataOf<'account.challenge-issued.v1'>['purpose']

/** A one-time link that was issued and not yet used, sent by mail or handed over by somebody. The secret in the link is derived, never stored. */
export type Challenge = { challengeId: string; purpose: Purpose; expiresAt: string; handedOverBy?: string }

type Opened = {
  personId: string
  role: Role
  how: HowOpened
  /** Absent for accounts opened before it was noted. */
  openedAt?: string
  challenges: readonly Challenge[]
  /** The ids of `challenges`, as a list that can be asked for. */
  challengeIds: readonly string[]
}

export type Account =
  | { status: 'unopened' }
  | ({ status: 'unverified' } & Opened)
  | ({ status: 'verified'; verifiedHow: HowVerified } & Opened)
  | { status: 'closed'; personId: string; role: Role; how: HowOpened; openedAt?: string; wasVerified: boolean }

/** What is sealed beside the state: never in an event. */
export type AccountDetails = {
  /** The blind index of the address that signs in to this account. */
  loginId: string
  passwordHash?: string
  /** Sessions that began before this instant have ended. */
  passwordChosenAt?: string
}

export const unopened: Account = { status: 'unopened' }

/** Links of one purpose that can be open at a time; a newer one puts the oldest out of use. */
export const openLinksPerPurposeMax = 5

/** Whether somebody can sign in to it now. */
export const isUsable = (account: Account): account is Extract<Account, { status: 'verified' }> => account.status === 'verified'

/** What an event makes of an account. */
export const evolve = (account: Account, event: AccountEvent): Account => {
  switch (event.type) {
    case 'account.opened.v1': {
      const { personId, role, how, openedAt } = event.data
      return { status: 'unverified', personId, role, how, ...(openedAt === undefined ? {} : { openedAt }), challenges: [], challengeIds: [] }
    }
    case 'account.challenge-issued.v1': {
      if (!isOpen(account)) return account
      const { challengeId, purpose, expiresAt, handedOverBy } = event.data
      const samePurpose = account.challenges.filter((challenge) => challenge.purpose === purpose).slice(1 - openLinksPerPurposeMax)
      const others = account.challenges.filter((challenge) => challenge.purpose !== purpose)
      return withChallenges(account, [...others, ...samePurpose, { challengeId, purpose, expiresAt, ...(handedOverBy === undefined ? {} : { handedOverBy }) }])
    }
    case 'account.verified.v1':
      if (!isOpen(account)) return account
      return { ...without(account, ['verify-email']), status: 'verified', verifiedHow: event.data.how }
    case 'account.password-chosen.v1':
      return isOpen(account) ? without(account, ['reset-password', 'invitation']) : account
    case 'account.closed.v1': {
      if (!isOpen(account)) return account
      const { personId, role, how, openedAt } = account
      return { status: 'closed', personId, role, how, ...(openedAt === undefined ? {} : { openedAt }), wasVerified: account.status === 'verified' }
    }
    default:
      return assertNever(event)
  }
}

type OpenAccount = Extract<Account, { status: 'unverified' | 'verified' }>
export const isOpen = (account: Account): account is OpenAccount => account.status === 'unverified' || account.status === 'verified'

const withChallenges = (account: OpenAccount, challenges: readonly Challenge[]): OpenAccount => ({
  ...account,
  challenges,
  challengeIds: challenges.map(({ challengeId }) => challengeId),
})

const without = (account: OpenAccount, purposes: readonly Purpose[]): OpenAccount =>
  withChallenges(
    account,
    account.challenges.filter(({ purpose }) => !purposes.includes(purpose)),
  )

const assertNever = (event: never): never => {
  throw new Error(`No such event: ${(event as { type: string }).type}`)
}
