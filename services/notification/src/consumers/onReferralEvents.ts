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
import { audienceOf, needsMembers, type Parties, type ReferralEvent } from '../domain/audience.ts'
import type { Memberships } from '../store/memberships.ts'
import type { ReferralParties } from '../store/referralParties.ts'
import type { Announce } from './announce.ts'

type Dependencies = { announce: Announce; parties: ReferralParties; memberships: Pick<Memberships, 'membersOf'> }

/** What happened to a referral is told to those it concerns. */
export const onReferralEvents = ({ announce, parties, memberships }: Dependencies): Reaction[] => {
  const tell = (definition: EventDefinition, after: (known: Parties) => Parties = (known) => known): Reaction =>
    on(definition, async (envelope, context) => {
      const event = { type: envelope.type, data: envelope.data } as ReferralEvent
      const { referralId } = event.data
      if (event.type === 'referral.sent.v1') await parties.keep(referralId, envelope.sequence, () => partiesOf(event))
      await announce(envelope, context, {
        about: { kind: 'referral', id: referralId },
        audience: async () => {
          const known = await parties.get(referralId)
          if (!known) throw new UnknownReferralError()
          return audienceOf(event, known, needsMembers(event) ? await memberships.membersOf(known.organisationId) : [])
        },
      })
      if (event.type !== 'referral.sent.v1') await parties.keep(referralId, envelope.sequence, (known) => known && after(known))
    })
  const organisationLeaves = (known: Parties): Parties => ({ ...known, organisationInvolved: false })
  return [
    tell(ReferralSent),
    tell(ReferralAccepted),
    tell(ReferralDeclined, organisationLeaves),
    tell(ReferralWentUnanswered),
    tell(ReferralConsentWithdrawn, organisationLeaves),
    tell(ReferralOutcomeRecorded),
    tell(ReferralConcluded),
  ]
}

const partiesOf = ({ data }: Extract<ReferralEvent, { type: 'referral.sent.v1' }>): Parties => ({
  personId: data.personId,
  referredBy: data.referredBy,
  organisationId: data.organisationId,
  organisationInvolved: true,
})

/** Nobody ever told of the sending of this referral. Its events come in order, so trying again cannot help; it is parked for an operator. */
class UnknownReferralError extends Error {
  readonly code = 'unknown-referral'
}
