import { z } from 'zod'
import { defineEvent } from './eventDefinition.ts'
import { Id, Instant, Role } from './terms.ts'

const account = 'patchwork.identity.account'

export const AccountOpened = defineEvent({
  type: 'account.opened.v1',
  topic: account,
  meaning: 'A person can sign in, once their address is verified or somebody vouched for them.',
  data: z.object({
    accountId: Id,
    personId: Id,
    role: Role,
    how: z.enum(['sign-up', 'invitation', 'by-administrator', 'first-administrator', 'demonstration']),
    openedAt: Instant.optional(),
  }),
})
export const AccountChallengeIssued = defineEvent({
  type: 'account.challenge-issued.v1',
  topic: account,
  meaning:
    'There is a one-time link for a person: to verify an address, to choose a new password, or to take up an invitation. It is to be sent to them, unless somebody hands it over.',
  data: z.object({
    accountId: Id,
    personId: Id,
    challengeId: Id,
    purpose: z.enum(['verify-email', 'reset-password', 'invitation']),
    expiresAt: Instant,
    handedOverBy: Id.optional(),
  }),
})
export const AccountVerified = defineEvent({
  type: 'account.verified.v1',
  topic: account,
  meaning: 'The address of an account was shown to reach its person, or an administrator vouched for it.',
  data: z.object({ accountId: Id, personId: Id, how: z.enum(['e-mail', 'vouched', 'demonstration']), vouchedBy: Id.optional() }),
})
export const AccountPasswordChosen = defineEvent({
  type: 'account.password-chosen.v1',
  topic: account,
  meaning: 'An account has a new password; every session of it has ended.',
  data: z.object({ accountId: Id, personId: Id }),
})
export const AccountClosed = defineEvent({
  type: 'account.closed.v1',
  topic: account,
  meaning: 'An account cannot be used any more.',
  data: z.object({ accountId: Id, personId: Id, closedBy: Id }),
})
