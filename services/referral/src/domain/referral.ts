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

export type ReferralEvent =
  | DomainEvent<typeof ReferralSent>
  | DomainEvent<typeof ReferralAccepted>
  | DomainEvent<typeof ReferralDeclined>
  | DomainEvent<typeof ReferralWentUnanswered>
  | DomainEvent<typeof ReferralConsentWithdrawn>
  | DomainEvent<typeof ReferralOutcomeRecorded>
  | DomainEvent<typeof ReferralConcluded>

type Sent = DomainEvent<typeof ReferralSent>['data']
type Concluded = DomainEvent<typeof ReferralConcluded>['data']
type Declined = DomainEvent<typeof ReferralDeclined>['data']
export type Role = Sent['referredByRole']
export type Basis = Sent['basis']
export type Track = Sent['track']
export type Category = Sent['category']
export type OutcomeResult = DomainEvent<typeof ReferralOutcomeRecorded>['data']['result']
export type DeclineReason = Declined['reason']
export type EndReason = Concluded['reason']

/** Something the person hopes for; `result` is absent until somebody marks it. */
export type Outcome = { outcomeId: string; result?: OutcomeResult }

type Facts = Omit<Sent, 'referralId' | 'outcomeIds'> & { outcomes: readonly Outcome[] }
/** `openFor` names the need and the offer while the referral is open: at most one open referral has the same. */
type Open = Facts & { openFor: string }
/** Who took it on and when, for as long as it is kept. */
type Acceptance = { acceptedBy: string; acceptedAt: string }

export type Referral =
  | { status: 'unsent' }
  | (Open & { status: 'sent'; answer: 'awaited'; awaitedUntil: string })
  | (Open & { status: 'sent'; answer: 'overdue' })
  | (Open & Acceptance & { status: 'accepted' })
  | (Facts & { status: 'declined'; declinedBy: string; declineReason: DeclineReason; endedAt: string })
  | (Facts & { status: 'consent-withdrawn'; acceptance: Acceptance | null; withdrawnBy: string; withdrawnByRole: Role; endedAt: string })
  | (Facts & { status: 'concluded'; acceptance: Acceptance | null; concludedBy: string; concludedByRole: Role; endReason: EndReason; endedAt: string })

export type Status = Referral['status']
export type In<S extends Status> = Extract<Referral, { status: S }>
export type SentReferral = Exclude<Referral, { status: 'unsent' }>
export type OpenReferral = In<'sent'> | In<'accepted'>

export const unsent: Referral = { status: 'unsent' }

export const isOpen = (referral: Referral): referral is OpenReferral => referral.status === 'sent' || referral.status === 'accepted'

/** What an event makes of a referral. Total: an event in a state where it cannot be leaves the state as it is. */
export const evolve = (referral: Referral, event: ReferralEvent): Referral => {
  switch (event.type) {
    case 'referral.sent.v1':
      return sent(event.data)
    case 'referral.accepted.v1': {
      if (referral.status !== 'sent') return referral
      const { acceptedBy, acceptedAt } = event.data
      return { ...factsOf(referral), openFor: referral.openFor, status: 'accepted', acceptedBy, acceptedAt }
    }
    case 'referral.declined.v1': {
      if (referral.status !== 'sent') return referral
      const { declinedBy, reason, declinedAt } = event.data
      return { ...factsOf(referral), status: 'declined', declinedBy, declineReason: reason, endedAt: declinedAt }
    }
    case 'referral.went-unanswered.v1':
      return referral.status === 'sent' ? { ...factsOf(referral), openFor: referral.openFor, status: 'sent', answer: 'overdue' } : referral
    case 'referral.consent-withdrawn.v1': {
      if (!isOpen(referral)) return referral
      const { withdrawnBy, withdrawnByRole, withdrawnAt } = event.data
      return {
        ...factsOf(referral),
        status: 'consent-withdrawn',
        acceptance: acceptanceOf(referral),
        withdrawnBy,
        withdrawnByRole,
        endedAt: withdrawnAt,
      }
    }
    case 'referral.outcome-recorded.v1': {
      if (referral.status !== 'accepted') return referral
      const { outcomeId, result } = event.data
      return { ...referral, outcomes: referral.outcomes.map((outcome) => (outcome.outcomeId === outcomeId ? { outcomeId, result } : outcome)) }
    }
    case 'referral.concluded.v1': {
      if (!isOpen(referral)) return referral
      const { concludedBy, concludedByRole, reason, concludedAt } = event.data
      return {
        ...factsOf(referral),
        status: 'concluded',
        acceptance: acceptanceOf(referral),
        concludedBy,
        concludedByRole,
        endReason: reason,
        endedAt: concludedAt,
      }
    }
    default:
      return assertNever(event)
  }
}

const sent = ({ referralId: _, outcomeIds, ...facts }: Sent): Referral => ({
  ...facts,
  outcomes: outcomeIds.map((outcomeId) => ({ outcomeId })),
  openFor: `${facts.needId}/${facts.offerId}`,
  status: 'sent',
  answer: 'awaited',
  awaitedUntil: facts.answerDueAt,
})

const factsOf = (referral: SentReferral): Facts => ({
  needId: referral.needId,
  personId: referral.personId,
  offerId: referral.offerId,
  organisationId: referral.organisationId,
  track: referral.track,
  category: referral.category,
  ...(referral.wardCode === undefined ? {} : { wardCode: referral.wardCode }),
  referredBy: referral.referredBy,
  referredByRole: referral.referredByRole,
  basis: referral.basis,
  outcomes: referral.outcomes,
  sentAt: referral.sentAt,
  answerDueAt: referral.answerDueAt,
})

const acceptanceOf = (referral: OpenReferral): Acceptance | null =>
  referral.status === 'accepted' ? { acceptedBy: referral.acceptedBy, acceptedAt: referral.acceptedAt } : null

const assertNever = (event: never): never => {
  throw new TypeError(`There is no rule for ${JSON.stringify((event as { type: string }).type)}`)
}
