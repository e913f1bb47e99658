import { on, type Reaction } from '@patchwork/aggregate'
import {
  type EventDefinition,
  ReferralAccepted,
  ReferralConcluded,
  ReferralConsentWithdrawn,
  ReferralDeclined,
  ReferralOutcomeRecorded,
  ReferralSent,
  ReferralWentUnanswered,
} from '@patchwork/events'
import { audienceOf, needsMembers, partiesAfter, type ReferralEvent } from '../domain/audience.ts'
import type { Memberships } from '../store/memberships.ts'
import type { ReferralParties } from '../store/referralParties.ts'
import type { Announce } from './announce.ts'

type Dependencies = { announce: Announce; parties: ReferralParties; memberships: Pick<Memberships, 'membersOf'> }

/** What happened to a referral is told to those it concerns. */
export const onReferralEvents = ({ announce, parties, memberships }: Dependencies): Reaction[] => {
  const tell = (definition: EventDefinition): Reaction =>
    on(definition, async (envelope, context) => {
      const event = { type: envelope.type, data: envelope.data } as ReferralEvent
      const { referralId } = event.data
      const keep = () => parties.keep(referralId, envelope.sequence, (known) => partiesAfter(known, event))
      if (event.type === 'referral.sent.v1') await keep()
      await announce(envelope, context, {
        about: { kind: 'referral', id: referralId },
        audience: async () => {
          const known = await parties.get(referralId)
          if (!known) throw new UnknownReferralError()
          return audienceOf(event, known, needsMembers(event) ? await memberships.membersOf(known.organisationId) : [])
        },
      })
      if (event.type !== 'referral.sent.v1') await keep()
    })
  return [
    tell(ReferralSent),
    tell(ReferralAccepted),
    tell(ReferralDeclined),
    tell(ReferralWentUnanswered),
    tell(ReferralConsentWithdrawn),
    tell(ReferralOutcomeRecorded),
    tell(ReferralConcluded),
  ]
}

/** Nobody ever told of the sending of this referral. Its events come in order, so trying again cannot help; it is parked for an operator. */
class UnknownReferralError extends Error {
  readonly code = 'unknown-referral'
}
