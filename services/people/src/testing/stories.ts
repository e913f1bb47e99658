import {
  OrganisationMemberJoined,
  OrganisationMemberLeft,
  ReferralAccepted,
  ReferralConcluded,
  ReferralConsentWithdrawn,
  ReferralDeclined,
  ReferralSent,
} from '@patchwork/events'
import { newId, type Place } from './startPlace.ts'

const at = '2026-11-24T10:00:00.000Z'
const answerDueAt = '2026-11-27T10:00:00.000Z'

/** An organisation with one member, as the directory tells of it. */
export const organisation = async (place: Place) => {
  const [organisationId, memberId] = [newId(), newId()]
  await place.tell(OrganisationMemberJoined, organisationId, { organisationId, personId: memberId, memberRole: 'owner' })
  const leaves = () => place.tell(OrganisationMemberLeft, organisationId, { organisationId, personId: memberId })
  return { organisationId, memberId, leaves }
}

/** A referral as the referral service tells of it, step by step. */
export const referralOf = (
  place: Place,
  {
    personId,
    navigatorId,
    organisationId,
    track = 'be-helped',
  }: { personId: string; navigatorId?: string; organisationId: string; track?: 'be-helped' | 'join-in' },
) => {
  const referralId = newId()
  const ids = { referralId, personId, organisationId }
  return {
    referralId,
    sent: () =>
      place.tell(ReferralSent, referralId, {
        ...ids,
        needId: newId(),
        offerId: newId(),
        track,
        category: 'food',
        referredBy: navigatorId ?? personId,
        referredByRole: navigatorId ? 'navigator' : 'resident',
        basis: 'consent',
        outcomeIds: [],
        sentAt: at,
        answerDueAt,
      }),
    accepted: () => place.tell(ReferralAccepted, referralId, { ...ids, acceptedBy: newId(), acceptedAt: at }),
    declined: () => place.tell(ReferralDeclined, referralId, { ...ids, declinedBy: newId(), reason: 'no-capacity', declinedAt: at }),
    consentWithdrawn: () => place.tell(ReferralConsentWithdrawn, referralId, { ...ids, withdrawnBy: personId, withdrawnByRole: 'resident', withdrawnAt: at }),
    concluded: () =>
      place.tell(ReferralConcluded, referralId, { ...ids, concludedBy: newId(), concludedByRole: 'provider', reason: 'completed', concludedAt: at }),
  }
}
