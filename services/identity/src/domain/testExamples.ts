import { type Account, type AccountDetails, type AccountEvent, evolve, unopened } from './account.ts'
import { type AccountCommand, decide } from './decide.ts'

// One account's story, told in the tests. Ids are fixed so that expected events can be written down.
export const accountId = '11111111-1111-4111-8111-111111111111'
export const personId = '22222222-2222-4222-8222-222222222222'
export const administratorId = '33333333-3333-4333-8333-333333333333'
export const loginId = 'a'.repeat(64)
export const passwordHash = 'scrypt$32768$8$3$salt$hash'
export const link = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
/** An instant so many minutes after the story began. */
export const after = (minutes: number): string => new Date(Date.UTC(2026, 0, 5, 9, minutes)).toISOString()

export const signUp: AccountCommand = {
  type: 'OpenAccount',
  accountId,
  personId,
  role: 'resident',
  how: 'sign-up',
  loginId,
  passwordHash,
  link: { challengeId: link(1), purpose: 'verify-email' },
  at: after(0),
}
export const invite: AccountCommand = {
  type: 'OpenAccount',
  accountId,
  personId,
  role: 'resident',
  how: 'invitation',
  loginId,
  link: { challengeId: link(1), purpose: 'invitation' },
  at: after(0),
}
export const verify = (challengeId: string, at: string): AccountCommand => ({ type: 'VerifyByLink', accountId, challengeId, at })
export const issue = (purpose: 'verify-email' | 'reset-password' | 'invitation', challengeId: string, at: string): AccountCommand => ({
  type: 'IssueLink',
  accountId,
  purpose,
  challengeId,
  at,
})
export const choose = (purpose: 'reset-password' | 'invitation', challengeId: string, at: string): AccountCommand => ({
  type: 'ChoosePassword',
  accountId,
  purpose,
  challengeId,
  passwordHash: 'scrypt$32768$8$3$salt$another',
  at,
})
export const vouch: AccountCommand = { type: 'VouchForAccount', accountId, vouchedBy: administratorId, challengeId: link(50), at: after(3) }
export const handOver = (purpose: 'invitation' | 'new-password', challengeId: string, at: string): AccountCommand => ({
  type: 'HandOverLink',
  accountId,
  purpose,
  challengeId,
  handedOverBy: administratorId,
  at,
})
export const close: AccountCommand = { type: 'CloseAccount', accountId, closedBy: administratorId }

export const move: AccountCommand = { type: 'MoveLogin', accountId, loginId: 'b'.repeat(64) }

export const opened: AccountEvent = { type: 'account.opened.v1', data: { accountId, personId, role: 'resident', how: 'sign-up', openedAt: after(0) } }
export const issued = (purpose: 'verify-email' | 'reset-password' | 'invitation', challengeId: string, expiresAt: string): AccountEvent => ({
  type: 'account.challenge-issued.v1',
  data: { accountId, personId, challengeId, purpose, expiresAt },
})
export const handedOver = (purpose: 'reset-password' | 'invitation', challengeId: string, expiresAt: string): AccountEvent => ({
  type: 'account.challenge-issued.v1',
  data: { accountId, personId, challengeId, purpose, expiresAt, handedOverBy: administratorId },
})
export const verified: AccountEvent = { type: 'account.verified.v1', data: { accountId, personId, how: 'e-mail' } }
export const vouched: AccountEvent = { type: 'account.verified.v1', data: { accountId, personId, how: 'vouched', vouchedBy: administratorId } }
export const chosen: AccountEvent = { type: 'account.password-chosen.v1', data: { accountId, personId } }
export const closed: AccountEvent = { type: 'account.closed.v1', data: { accountId, personId, closedBy: administratorId } }

type Told = { state: Account; details: AccountDetails | undefined }

const tell = (commands: readonly AccountCommand[]): Told =>
  commands.reduce<Told>(
    ({ state, details }, command) => {
      const decision = decide(state, details, command)
      return { state: decision.events.reduce(evolve, state), details: decision.details ?? details }
    },
    { state: unopened, details: undefined },
  )

/** The commands that went before, the one that is tried, and what must come of it. */
export const given = (...before: AccountCommand[]) => ({
  state: () => tell(before).state,
  details: () => tell(before).details,
  when: (command: AccountCommand) => {
    const { state, details } = tell(before)
    return {
      // biome-ignore lint/suspicious/noThenProperty: given/when/then reads as the rule is told; it is never awaited
      then: (...events: AccountEvent[]) => expect(decide(state, details, command).events).toEqual(events),
      thenNothing: () => expect(decide(state, details, command)).toEqual({ events: [] }),
      thenThrows: (error: new (...parameters: never[]) => Error) => expect(() => decide(state, details, command)).toThrow(error),
    }
  },
})
