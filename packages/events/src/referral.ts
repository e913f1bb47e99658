import { z } from 'zod'
import { defineEvent } from './eventDefinition.ts'
import { Category, Id, Instant, Role, Track, WardCode } from './terms.ts'

const need = 'patchwork.referral.need'
const referral = 'patchwork.referral.referral'

/** Why personal data may reach the provider. `consent` is permission to refer, given by the person; the others are named legal bases (UK GDPR article 6). */
export const SharingBasis = z.enum(['consent', 'public-task', 'legal-obligation', 'vital-interests'])
export const DeclineReason = z.enum(['no-capacity', 'out-of-area', 'not-eligible', 'cannot-meet-access-needs', 'not-the-right-help', 'safety', 'other'])
export const EndReason = z.enum(['completed', 'ineligible', 'mistaken', 'not-engaged', 'needs-met-elsewhere', 'moved', 'died', 'other'])
export const OutcomeResult = z.enum(['achieved', 'partly', 'not'])

export const NeedRecorded = defineEvent({
  type: 'need.recorded.v1',
  topic: need,
  meaning: 'A person said what they need or want to join in with; the words stay in the referral service.',
  data: z.object({
    needId: Id,
    personId: Id,
    track: Track,
    category: Category,
    wardCode: WardCode.optional(),
    recordedBy: Id,
    recordedByRole: Role,
    outcomeIds: z.array(Id).max(10),
    recordedAt: Instant.optional(),
  }),
})
export const ReferralSent = defineEvent({
  type: 'referral.sent.v1',
  topic: referral,
  meaning: 'A provider was asked to help a person, or to let them join in. It sees the need, the area and the access needs; not who.',
  data: z.object({
    referralId: Id,
    needId: Id,
    personId: Id,
    offerId: Id,
    organisationId: Id,
    track: Track,
    category: Category,
    wardCode: WardCode.optional(),
    referredBy: Id,
    referredByRole: Role,
    basis: SharingBasis,
    outcomeIds: z.array(Id).max(10),
    sentAt: Instant,
    answerDueAt: Instant,
  }),
})
export const ReferralAccepted = defineEvent({
  type: 'referral.accepted.v1',
  topic: referral,
  meaning: 'A provider took a referral on, and may now see who it is for.',
  data: z.object({ referralId: Id, personId: Id, organisationId: Id, acceptedBy: Id, acceptedAt: Instant }),
})
export const ReferralDeclined = defineEvent({
  type: 'referral.declined.v1',
  topic: referral,
  meaning: 'A provider said no, and why.',
  data: z.object({ referralId: Id, personId: Id, organisationId: Id, declinedBy: Id, reason: DeclineReason, declinedAt: Instant }),
})
export const ReferralWentUnanswered = defineEvent({
  type: 'referral.went-unanswered.v1',
  topic: referral,
  meaning: 'A provider did not answer within the promised working days; somebody should ask.',
  data: z.object({ referralId: Id, personId: Id, organisationId: Id, referredBy: Id, answerDueAt: Instant }),
})
export const ReferralConsentWithdrawn = defineEvent({
  type: 'referral.consent-withdrawn.v1',
  topic: referral,
  meaning: 'The person no longer agrees that a provider sees their information; its access ends.',
  data: z.object({ referralId: Id, personId: Id, organisationId: Id, withdrawnBy: Id, withdrawnByRole: Role, withdrawnAt: Instant }),
})
export const ReferralOutcomeRecorded = defineEvent({
  type: 'referral.outcome-recorded.v1',
  topic: referral,
  meaning: 'Whether something the person hoped for came about.',
  data: z.object({ referralId: Id, personId: Id, outcomeId: Id, result: OutcomeResult, recordedBy: Id, recordedByRole: Role, recordedAt: Instant }),
})
export const ReferralConcluded = defineEvent({
  type: 'referral.concluded.v1',
  topic: referral,
  meaning: 'A referral has ended; who closed it and why is kept.',
  data: z.object({ referralId: Id, personId: Id, organisationId: Id, concludedBy: Id, concludedByRole: Role, reason: EndReason, concludedAt: Instant }),
})
