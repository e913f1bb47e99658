import type { Role } from '@patchwork/events'
import { type Account, type AccountDetails, type AccountEvent, type Challenge, type HowOpened, type HowVerified, isOpen, type Purpose } from './account.ts'
import { AccountClosedError, AccountExistsError, AccountOpenError, LinkEndedError, NoSuchAccountError } from './errors.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
/** How long a link of each purpose can be used. */
export const linkLifetimeMs: Readonly<Record<Purpose, number>> = { 'verify-email': 24 * hourMs, 'reset-password': hourMs, invitation: 14 * 24 * hourMs }
/** A link asked for again sooner than this after the last of its purpose is not issued: nobody's mailbox can be filled by asking. */
export const linkAgainAfterMs = minuteMs
/** Links of one purpose that are issued in an hour, however often they are asked for. */
export const linksPerHourMax = 5

type NewLink = { challengeId: string; purpose: Purpose }
export type OpenAccount = {
  type: 'OpenAccount'
  accountId: string
  personId: string
  role: Role
  how: HowOpened
  loginId: string
  passwordHash?: string
  /** Opened as verified; `vouchedBy` is not known for a first administrator. */
  verifiedHow?: HowVerified
  link?: NewLink
  at: string
}
export type IssueLink = { type: 'IssueLink'; accountId: string; at: string } & NewLink
export type VerifyByLink = { type: 'VerifyByLink'; accountId: string; challengeId: string; at: string }
export type ChoosePassword = {
  type: 'ChoosePassword'
  accountId: string
  challengeId: string
  purpose: 'reset-password' | 'invitation'
  passwordHash: string
  at: string
}
/** `challengeId` names the link that is handed over where the account has no password. */
export type VouchForAccount = { type: 'VouchForAccount'; accountId: string; vouchedBy: string; challengeId: string; at: string }
/** A link that somebody gives to the person instead of a message. */
export type HandOverLink = {
  type: 'HandOverLink'
  accountId: string
  purpose: 'invitation' | 'new-password'
  challengeId: string
  handedOverBy: string
  at: string
}
export type CloseAccount = { type: 'CloseAccount'; accountId: string; closedBy: string }
/** The person has another address now: the account is found under that one. */
export type MoveLogin = { type: 'MoveLogin'; accountId: string; loginId: string }
export type AccountCommand = OpenAccount | IssueLink | HandOverLink | VerifyByLink | ChoosePassword | VouchForAccount | CloseAccount | MoveLogin

export type AccountDecision = { events: AccountEvent[]; details?: AccountDetails }
const nothing: AccountDecision = { events: [] }

/** What a command does to an account. Throws NoSuchAccountError, AccountOpenError, AccountClosedError, AccountExistsError, LinkEndedError. */
export const decide = (account: Account, details: AccountDetails | undefined, command: AccountCommand): AccountDecision => {
  switch (command.type) {
    case 'OpenAccount':
      return openAccount(account, details, command)
    case 'IssueLink':
      return issueLink(account, details, command)
    case 'HandOverLink':
      return handOverLink(account, details, command)
    case 'VerifyByLink':
      return verifyByLink(account, command)
    case 'ChoosePassword':
      return choosePassword(account, details, command)
    case 'VouchForAccount':
      return vouchForAccount(account, details, command)
    case 'CloseAccount':
      return closeAccount(account, command)
    case 'MoveLogin':
      return moveLogin(account, details, command)
    default:
      return assertNever(command)
  }
}

/** Opening again for the same person and address changes nothing. Throws AccountOpenError, AccountClosedError. */
const openAccount = (account: Account, details: AccountDetails | undefined, command: OpenAccount): AccountDecision => {
  const { accountId, personId, role, how, loginId, passwordHash, verifiedHow, link, at } = command
  if (account.status === 'closed') throw new AccountClosedError()
  if (account.status !== 'unopened') {
    if (account.personId !== personId || details?.loginId !== loginId) throw new AccountOpenError()
    return nothing
  }
  const events: AccountEvent[] = [{ type: 'account.opened.v1', data: { accountId, personId, role, how, openedAt: at } }]
  if (verifiedHow) events.push({ type: 'account.verified.v1', data: { accountId, personId, how: verifiedHow } })
  if (link) events.push(issued(accountId, personId, link, at))
  return { events, details: { loginId, ...(passwordHash === undefined ? {} : { passwordHash }) } }
}

/** A link that would be of no use, or that is asked for too often, is not issued: nobody is told, so nobody learns anything. Throws NoSuchAccountError. */
const issueLink = (account: Account, details: AccountDetails | undefined, command: IssueLink): AccountDecision => {
  if (account.status === 'unopened') throw new NoSuchAccountError()
  if (account.status === 'closed') return nothing
  if (command.purpose === 'verify-email' && account.status === 'verified') return nothing
  if (command.purpose === 'invitation' && details?.passwordHash !== undefined) return nothing
  const now = Date.parse(command.at)
  const issuedMs = account.challenges.filter(({ purpose }) => purpose === command.purpose).map(issuedAtMs)
  if (issuedMs.some((at) => now - at < linkAgainAfterMs)) return nothing
  if (issuedMs.filter((at) => now - at < hourMs).length >= linksPerHourMax) return nothing
  return { events: [issued(command.accountId, account.personId, command, command.at)] }
}

/** A verified account stays verified whatever link it is: people click twice. Throws LinkEndedError. */
const verifyByLink = (account: Account, { accountId, challengeId, at }: VerifyByLink): AccountDecision => {
  if (account.status === 'verified') return nothing
  const challenge = usableLink(account, challengeId, at)
  if (account.status !== 'unverified' || challenge?.purpose !== 'verify-email') throw new LinkEndedError()
  return { events: [{ type: 'account.verified.v1', data: { accountId, personId: account.personId, how: 'e-mail' } }] }
}

/**
 * Whoever opens a link that was sent has shown that the address reaches them, and for a link that was handed over somebody knows its person: it verifies
 * too. Every session that began before ends. Throws LinkEndedError.
 */
const choosePassword = (account: Account, details: AccountDetails | undefined, command: ChoosePassword): AccountDecision => {
  const { accountId, challengeId, purpose, passwordHash, at } = command
  const challenge = usableLink(account, challengeId, at)
  if (!isOpen(account) || !details || challenge?.purpose !== purpose) throw new LinkEndedError()
  const { personId } = account
  const events: AccountEvent[] = [{ type: 'account.password-chosen.v1', data: { accountId, personId } }]
  const { handedOverBy } = challenge
  const how = handedOverBy === undefined ? ({ how: 'e-mail' } as const) : ({ how: 'vouched', vouchedBy: handedOverBy } as const)
  if (account.status === 'unverified') events.push({ type: 'account.verified.v1', data: { accountId, personId, ...how } })
  return { events, details: { ...details, passwordHash, passwordChosenAt: at } }
}

/**
 * Vouching for a verified account with a password changes nothing. One without a password cannot be signed in to: it gets a link to hand over, a new one
 * each time. Throws NoSuchAccountError, AccountClosedError.
 */
const vouchForAccount = (account: Account, details: AccountDetails | undefined, command: VouchForAccount): AccountDecision => {
  const { accountId, vouchedBy, challengeId, at } = command
  if (account.status === 'unopened') throw new NoSuchAccountError()
  if (account.status === 'closed') throw new AccountClosedError()
  const { personId } = account
  const events: AccountEvent[] = []
  if (account.status === 'unverified') events.push({ type: 'account.verified.v1', data: { accountId, personId, how: 'vouched', vouchedBy } })
  if (details?.passwordHash === undefined) events.push(issued(accountId, personId, { challengeId, purpose: 'invitation', handedOverBy: vouchedBy }, at))
  return { events }
}

/**
 * A link of somebody's own hand: nobody's mailbox is filled by it, so it may be asked for again at once. Whoever has no password yet takes up their account
 * by it. Throws NoSuchAccountError, AccountClosedError, AccountExistsError (an invitation, where there is a password already).
 */
const handOverLink = (account: Account, details: AccountDetails | undefined, command: HandOverLink): AccountDecision => {
  const { accountId, challengeId, handedOverBy, at } = command
  if (account.status === 'unopened') throw new NoSuchAccountError()
  if (account.status === 'closed') throw new AccountClosedError()
  const hasPassword = details?.passwordHash !== undefined
  if (command.purpose === 'invitation' && hasPassword) throw new AccountExistsError()
  return { events: [issued(accountId, account.personId, { challengeId, purpose: hasPassword ? 'reset-password' : 'invitation', handedOverBy }, at)] }
}

/** Closing a closed account changes nothing. Throws NoSuchAccountError. */
const closeAccount = (account: Account, { accountId, closedBy }: CloseAccount): AccountDecision => {
  if (account.status === 'unopened') throw new NoSuchAccountError()
  if (account.status === 'closed') return nothing
  return { events: [{ type: 'account.closed.v1', data: { accountId, personId: account.personId, closedBy } }] }
}

/** Nothing that anybody outside could tell: only the sealed part changes. */
const moveLogin = (account: Account, details: AccountDetails | undefined, { loginId }: MoveLogin): AccountDecision =>
  isOpen(account) && details && details.loginId !== loginId ? { events: [], details: { ...details, loginId } } : nothing

/** The link if it can be used at that instant. */
export const usableLink = (account: Account, challengeId: string, at: string): Challenge | undefined =>
  isOpen(account) ? account.challenges.find((challenge) => challenge.challengeId === challengeId && at < challenge.expiresAt) : undefined

const issued = (
  accountId: string,
  personId: string,
  { challengeId, purpose, handedOverBy }: NewLink & { handedOverBy?: string },
  at: string,
): AccountEvent => ({
  type: 'account.challenge-issued.v1',
  data: {
    accountId,
    personId,
    challengeId,
    purpose,
    expiresAt: new Date(Date.parse(at) + linkLifetimeMs[purpose]).toISOString(),
    ...(handedOverBy === undefined ? {} : { handedOverBy }),
  },
})

const issuedAtMs = ({ purpose, expiresAt }: Challenge): number => Date.parse(expiresAt) - linkLifetimeMs[purpose]

const assertNever = (command: never): never => {
  throw new Error(`No such command: ${(command as { type: string }).type}`)
}
