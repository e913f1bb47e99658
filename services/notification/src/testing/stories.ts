import {
  AccountChallengeIssued,
  type EventEnvelope,
  OrganisationInvitationIssued,
  OrganisationMemberJoined,
  OrganisationMemberLeft,
  ReferralAccepted,
  ReferralConsentWithdrawn,
  ReferralDeclined,
  ReferralSent,
} from '@patchwork/events'
import { systemRuntime } from '@patchwork/runtime'
import type { TestService } from './startService.ts'

const newId = systemRuntime.uuid
const at = '2026-03-02T09:00:00.000Z'

/** An organisation with one member, a navigator, and a resident who was referred: what most tests begin with. */
export const referral = (place: TestService, people: { demonstration: boolean } = { demonstration: true }) => {
  const [resident, navigator, member, organisationId, referralId] = [newId(), newId(), newId(), newId(), newId()]
  const domain = people.demonstration ? 'example.org' : 'trafford-people.uk'
  place.neighbours.people.set(resident, { name: 'Canary Resident', email: `canary-resident@${domain}`, ...people })
  place.neighbours.people.set(navigator, { name: 'Canary Navigator', email: `canary-navigator@${domain}`, ...people })
  place.neighbours.people.set(member, { name: 'Canary Member', email: `canary-member@${domain}`, ...people })
  const ids = { referralId, personId: resident, organisationId }

  const tell = async (definition: Parameters<TestService['publish']>[0], subject: string, data: Record<string, unknown>): Promise<EventEnvelope> => {
    const event = place.envelope(definition, subject, data)
    await place.publish(definition, event)
    return event
  }
  return {
    resident,
    navigator,
    member,
    organisationId,
    referralId,
    joins: (personId = member) => tell(OrganisationMemberJoined, organisationId, { organisationId, personId, memberRole: 'owner' }),
    leaves: (personId: string) => tell(OrganisationMemberLeft, organisationId, { organisationId, personId }),
    sent: (referredBy = navigator) =>
      tell(ReferralSent, referralId, {
        ...ids,
        needId: newId(),
        offerId: newId(),
        track: 'be-helped',
        category: 'food',
        referredBy,
        referredByRole: referredBy === resident ? 'resident' : 'navigator',
        basis: 'consent',
        outcomeIds: [],
        sentAt: at,
        answerDueAt: at,
      }),
    accepted: () => tell(ReferralAccepted, referralId, { ...ids, acceptedBy: member, acceptedAt: at }),
    declined: () => tell(ReferralDeclined, referralId, { ...ids, declinedBy: member, reason: 'no-capacity', declinedAt: at }),
    withdrawn: () => tell(ReferralConsentWithdrawn, referralId, { ...ids, withdrawnBy: resident, withdrawnByRole: 'resident', withdrawnAt: at }),
  }
}

/** A one-time link for somebody, as identity would issue it. */
export const challenge = (
  place: TestService,
  personId: string,
  { stillTrue = true, purpose = 'reset-password' as const, handedOverBy }: { stillTrue?: boolean; purpose?: 'reset-password'; handedOverBy?: string } = {},
) => {
  const [accountId, challengeId] = [newId(), newId()]
  const url = `https://patchwork-place.uk/new-password?token=secret-${challengeId}`
  place.neighbours.links.set(challengeId, { url, purpose, personId, stillTrue })
  const event = place.envelope(AccountChallengeIssued, accountId, {
    accountId,
    personId,
    challengeId,
    purpose,
    expiresAt: at,
    ...(handedOverBy === undefined ? {} : { handedOverBy }),
  })
  return { url, challengeId, issue: () => place.publish(AccountChallengeIssued, event) }
}

/** Somebody invited to act for an organisation, as the directory would tell of it; `again` sends the same invitation once more. */
export const invitation = (place: TestService, email: string, language: 'en' | 'cy' = 'en') => {
  const [organisationId, invitationId] = [newId(), newId()]
  const url = `https://patchwork-place.uk/organisation-invitation?token=secret-${invitationId}`
  place.neighbours.invitations.set(invitationId, { email, language, url })
  const data = { organisationId, invitationId, joiningCodeId: newId(), memberRole: 'member' as const, invitedBy: newId(), issuedAt: at, expiresAt: at }
  const event = place.envelope(OrganisationInvitationIssued, organisationId, data)
  return {
    ...{ url, invitationId, event },
    issue: () => place.publish(OrganisationInvitationIssued, event),
    again: () => place.publish(OrganisationInvitationIssued, place.envelope(OrganisationInvitationIssued, organisationId, data)),
  }
}
