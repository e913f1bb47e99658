import { on, type Reaction } from '@patchwork/aggregate'
import { AccountChallengeIssued } from '@patchwork/events'
import type { Announce } from './announce.ts'

/** A one-time link goes to the account's person by e-mail, unless somebody hands it over; the link itself is asked for only when the mail leaves. */
export const onChallengeIssued = ({ announce }: { announce: Announce }): Reaction =>
  on(AccountChallengeIssued, async (event, context) => {
    const { challengeId, personId, purpose, handedOverBy } = event.data
    if (handedOverBy !== undefined) return
    await announce(event, context, { about: { kind: 'challenge', id: challengeId }, audience: async () => [{ personId, template: purpose }] })
  })
