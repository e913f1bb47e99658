import { on, type Reaction } from '@patchwork/aggregate'
import { AccountChallengeIssued } from '@patchwork/events'
import type { Announce } from './announce.ts'

/** A one-time link goes to the account's person by e-mail; the link itself is asked for only when the mail leaves. */
export const onChallengeIssued = ({ announce }: { announce: Announce }): Reaction =>
  on(AccountChallengeIssued, (event, context) => {
    const { challengeId, personId, purpose } = event.data
    return announce(event, context, { about: { kind: 'challenge', id: challengeId }, audience: async () => [{ personId, template: purpose }] })
  })
