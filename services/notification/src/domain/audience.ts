import type {
  DomainEvent,
  ReferralAccepted,
  ReferralConcluded,
  ReferralConsentWithdrawn,
  ReferralDeclined,
  ReferralOutcomeRecorded,
  ReferralSent,
  ReferralWentUnanswered,
} from '@patchwork/events'
import type { TemplateName } from './templates.ts'

/** Who has to do with a referral: ids only. */
export type Parties = {
  personId: string
  referredBy: string
  organisationId: string
  /** Whether the organisation still has to do with it: not after a decline, nor once consent was withdrawn. */
  organisationInvolved: boolean
}

/** Who is told, with which words. */
export type Recipient = { personId: string; template: TemplateName }

export type ReferralEvent =
  | DomainEvent<typeof ReferralSent>
  | DomainEvent<typeof ReferralAccepted>
  | DomainEvent<typeof ReferralDeclined>
  | DomainEvent<typeof ReferralWentUnanswered>
  | DomainEvent<typeof ReferralConsentWithdrawn>
  | DomainEvent<typeof ReferralOutcomeRecorded>
  | DomainEvent<typeof ReferralConcluded>

/** Who has to do with a referral after one of its events; undefined while nobody told of its sending. */
export const partiesAfter = (known: Parties | undefined, event: ReferralEvent): Parties | undefined => {
  switch (event.type) {
    case 'referral.sent.v1': {
      const { personId, referredBy, organisationId } = event.data
      return { personId, referredBy, organisationId, organisationInvolved: true }
    }
    case 'referral.declined.v1':
    case 'referral.consent-withdrawn.v1':
      return known && { ...known, organisationInvolved: false }
    default:
      return known
  }
}

/** The most people that one event is told to; a list beyond it is cut. */
export const recipientsMax = 200

/**
 * Who is told of what happened to a referral: the table. Nobody is told of what they did themselves, but for the resident's receipt of their own
 * request; nobody is told twice. `members` are those who may act for the organisation.
 */
export const audienceOf = (event: ReferralEvent, parties: Parties, members: readonly string[]): Recipient[] => {
  const { personId, referredBy } = parties
  const isOwnRequest = referredBy === personId
  const resident = (template: TemplateName): Recipient[] => [{ personId, template }]
  const referrer = (template: TemplateName): Recipient[] => (isOwnRequest ? [] : [{ personId: referredBy, template }])
  const organisation = (template: TemplateName): Recipient[] => members.map((member) => ({ personId: member, template }))
  const involved = (template: TemplateName): Recipient[] => (parties.organisationInvolved ? organisation(template) : [])

  switch (event.type) {
    case 'referral.sent.v1':
      return once([...organisation('request-received'), ...resident(isOwnRequest ? 'request-sent' : 'request-sent-for-you')])
    case 'referral.accepted.v1':
      return once([...resident('request-accepted'), ...referrer('referral-accepted')])
    case 'referral.declined.v1':
      return once([...resident('request-declined'), ...referrer('referral-declined')])
    case 'referral.went-unanswered.v1':
      return once(isOwnRequest ? resident('request-unanswered') : referrer('referral-unanswered'))
    case 'referral.consent-withdrawn.v1':
      return once(
        [...resident('sharing-stopped-for-you'), ...referrer('referral-sharing-stopped'), ...organisation('sharing-stopped')],
        [event.data.withdrawnBy],
      )
    case 'referral.outcome-recorded.v1': {
      const { recordedBy } = event.data
      const others = members.includes(recordedBy) ? [] : involved('request-outcome')
      return once([...resident('outcome-for-you'), ...referrer('referral-outcome'), ...others], [recordedBy])
    }
    case 'referral.concluded.v1': {
      const { concludedBy, reason } = event.data
      const others = members.includes(concludedBy) ? [] : involved('request-concluded')
      // Nobody writes to somebody who has died.
      const theirs = reason === 'died' ? [] : resident('request-concluded-for-you')
      return once([...theirs, ...referrer('referral-concluded'), ...others], [concludedBy])
    }
  }
}

/** Whether the organisation's members may be among those who are told. */
export const needsMembers = (event: ReferralEvent): boolean =>
  event.type !== 'referral.accepted.v1' && event.type !== 'referral.declined.v1' && event.type !== 'referral.went-unanswered.v1'

/** Each person once, as first named, without those who did it. */
export const once = (recipients: readonly Recipient[], without: readonly string[] = []): Recipient[] => {
  const byPerson = new Map<string, Recipient>()
  for (const recipient of recipients)
    if (!byPerson.has(recipient.personId) && !without.includes(recipient.personId)) byPerson.set(recipient.personId, recipient)
  return [...byPerson.values()].slice(0, recipientsMax)
}
