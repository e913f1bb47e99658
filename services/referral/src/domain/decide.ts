import type { ConcludeReferral, NoteUnanswered, RecordOutcome, ReferralCommand, SendReferral, WithdrawConsent } from './commands.ts'
import {
  BasisNotConsentError,
  ConsentNotRecordedError,
  IllegalTransitionError,
  NotAcceptedYetError,
  NotForYouToNameError,
  NotYourPartError,
  NotYoursError,
  OfferNotOpenError,
  OutcomesUnmarkedError,
  ReasonNeededError,
  ReferralTakenError,
  UnknownOutcomeError,
} from './errors.ts'
import type { In, Referral, ReferralEvent, Role, Status } from './referral.ts'
import { type Asker, type Relation, relationOf } from './relation.ts'

/** The one table of what may follow what. A step that is not here is refused, and nothing is emitted. */
export const transitions = {
  SendReferral: { unsent: 'sent' },
  AcceptReferral: { sent: 'accepted' },
  DeclineReferral: { sent: 'declined' },
  WithdrawConsent: { sent: 'consent-withdrawn', accepted: 'consent-withdrawn' },
  RecordOutcome: { accepted: 'accepted' },
  ConcludeReferral: { sent: 'concluded', accepted: 'concluded' },
  NoteUnanswered: { sent: 'sent' },
} as const satisfies Record<ReferralCommand['type'], Partial<Record<Status, Status>>>

/** Whose step it is. `NoteUnanswered` is nobody's: time asks. */
const parts: Record<Exclude<ReferralCommand['type'], 'SendReferral' | 'NoteUnanswered'>, readonly Relation[]> = {
  AcceptReferral: ['organisation'],
  DeclineReferral: ['organisation'],
  WithdrawConsent: ['person', 'referrer'],
  RecordOutcome: ['person', 'referrer', 'organisation'],
  ConcludeReferral: ['person', 'referrer', 'organisation'],
}

type Of<Type extends ReferralCommand['type']> = Extract<ReferralCommand, { type: Type }>
type From<Type extends ReferralCommand['type']> = In<keyof (typeof transitions)[Type] & Status>
type Rules = { [Type in ReferralCommand['type']]: (referral: From<Type>, command: Of<Type>) => ReferralEvent[] }

/**
 * What follows when a command meets a referral; none where it has happened already. Throws NotYoursError, NotYourPartError, ReferralTakenError,
 * IllegalTransitionError, and what the rule of the command throws.
 */
export const decide = (referral: Referral, command: ReferralCommand): ReferralEvent[] => {
  refuseStrangers(referral, command)
  if (hasHappened(referral, command)) return []
  if (command.type === 'AcceptReferral' && referral.status === 'accepted') throw new ReferralTakenError()
  if (!(referral.status in transitions[command.type])) throw new IllegalTransitionError(referral.status)
  const rule = rules[command.type] as (referral: Referral, command: ReferralCommand) => ReferralEvent[]
  return rule(referral, command)
}

export type Step = keyof typeof parts

/** What somebody may do next with a referral, by the same table; what still hangs on its own rule (outcomes unmarked) is among it. */
export const stepsOf = (referral: Referral, asker: Asker): Step[] => {
  const relation = relationOf(referral, asker)
  if (relation === undefined || referral.status === 'unsent') return []
  const { status, basis } = referral
  return (Object.keys(parts) as Step[])
    .filter((step) => parts[step].includes(relation) && status in transitions[step])
    .filter((step) => step !== 'WithdrawConsent' || basis === 'consent')
    .filter((step) => step !== 'ConcludeReferral' || relation !== 'organisation' || status === 'accepted')
    .filter((step) => step !== 'RecordOutcome' || referral.outcomes.length > 0)
}

const refuseStrangers = (referral: Referral, command: ReferralCommand): void => {
  if (command.type === 'SendReferral' || command.type === 'NoteUnanswered') return
  const relation = relationOf(referral, command.by)
  if (relation === undefined) throw new NotYoursError()
  if (!parts[command.type].includes(relation)) throw new NotYourPartError()
}

/** Whether the command asks for what is so already: a second click, or a deadline that came after the answer. */
const hasHappened = (referral: Referral, command: ReferralCommand): boolean => {
  switch (command.type) {
    case 'AcceptReferral':
      return referral.status === 'accepted' && referral.acceptedBy === command.by.personId
    case 'DeclineReferral':
      return referral.status === 'declined' && referral.declinedBy === command.by.personId && referral.declineReason === command.reason
    case 'WithdrawConsent':
      return referral.status === 'consent-withdrawn'
    case 'ConcludeReferral':
      return referral.status === 'concluded' && referral.concludedBy === command.by.personId && referral.endReason === command.reason
    case 'NoteUnanswered':
      return referral.status !== 'sent' || referral.answer === 'overdue'
    case 'RecordOutcome':
      return referral.status === 'accepted' && referral.outcomes.some(({ outcomeId, result }) => outcomeId === command.outcomeId && result === command.result)
    case 'SendReferral':
      return false
  }
}

/** Throws NotYoursError, OfferNotOpenError, ConsentNotRecordedError, NotForYouToNameError, ReasonNeededError. */
const sendReferral = (_: In<'unsent'>, { referralId, need, offer, basis, by, at: sentAt, answerDueAt }: SendReferral): ReferralEvent[] => {
  const isOwn = by.role === 'resident' ? need.personId === by.personId : by.role === 'navigator' && need.recordedBy === by.personId
  if (!isOwn) throw new NotYoursError()
  if (!offer?.isOpen) throw new OfferNotOpenError()
  refuseUnfoundedSharing(by.role, basis)
  const { needId, personId, category, wardCode, outcomeIds } = need
  const { offerId, organisationId, track } = offer
  return [
    {
      type: 'referral.sent.v1',
      data: {
        referralId,
        needId,
        personId,
        offerId,
        organisationId,
        // What is offered decides whether somebody is to be helped or to join in: a lonely person may be asked to a choir.
        track,
        category,
        ...(wardCode === undefined ? {} : { wardCode }),
        referredBy: by.personId,
        referredByRole: by.role,
        basis: basis.kind,
        outcomeIds: [...outcomeIds],
        sentAt,
        answerDueAt,
      },
    },
  ]
}

const refuseUnfoundedSharing = (role: Role, { kind, given, hasReason }: SendReferral['basis']): void => {
  if (role === 'resident' && kind !== 'consent') throw new NotForYouToNameError('/basis/kind')
  if (given !== undefined && (given === 'self') !== (role === 'resident')) throw new NotForYouToNameError('/basis/given')
  if (kind === 'consent' && given === undefined) throw new ConsentNotRecordedError()
  if (kind !== 'consent' && !hasReason) throw new ReasonNeededError()
}

/** Throws BasisNotConsentError: what was shared on another basis can be objected to, not withdrawn. */
const withdrawConsent = (referral: From<'WithdrawConsent'>, { referralId, by, at: withdrawnAt }: WithdrawConsent): ReferralEvent[] => {
  if (referral.basis !== 'consent') throw new BasisNotConsentError(referral.basis)
  const { personId, organisationId } = referral
  const data = { referralId, personId, organisationId, withdrawnBy: by.personId, withdrawnByRole: by.role, withdrawnAt }
  return [{ type: 'referral.consent-withdrawn.v1', data }]
}

/** A mark may be changed while the referral is open. Throws UnknownOutcomeError. */
const recordOutcome = (referral: In<'accepted'>, { referralId, outcomeId, result, by, at: recordedAt }: RecordOutcome): ReferralEvent[] => {
  if (!referral.outcomes.some((outcome) => outcome.outcomeId === outcomeId)) throw new UnknownOutcomeError()
  const data = { referralId, personId: referral.personId, outcomeId, result, recordedBy: by.personId, recordedByRole: by.role, recordedAt }
  return [{ type: 'referral.outcome-recorded.v1', data }]
}

/** Throws IllegalTransitionError (a provider declines instead), NotAcceptedYetError, OutcomesUnmarkedError. */
const concludeReferral = (referral: From<'ConcludeReferral'>, { referralId, reason, by, at: concludedAt }: ConcludeReferral): ReferralEvent[] => {
  const isAccepted = referral.status === 'accepted'
  if (!isAccepted && relationOf(referral, by) === 'organisation') throw new IllegalTransitionError(referral.status)
  if (!isAccepted && reason === 'completed') throw new NotAcceptedYetError()
  if (reason === 'completed' && referral.outcomes.some(({ result }) => result === undefined)) throw new OutcomesUnmarkedError()
  const { personId, organisationId } = referral
  const data = { referralId, personId, organisationId, concludedBy: by.personId, concludedByRole: by.role, reason, concludedAt }
  return [{ type: 'referral.concluded.v1', data }]
}

const noteUnanswered = ({ personId, organisationId, referredBy, answerDueAt }: In<'sent'>, { referralId }: NoteUnanswered): ReferralEvent[] => [
  { type: 'referral.went-unanswered.v1', data: { referralId, personId, organisationId, referredBy, answerDueAt } },
]

const rules: Rules = {
  SendReferral: sendReferral,
  AcceptReferral: ({ personId, organisationId }, { referralId, by, at }) => [
    { type: 'referral.accepted.v1', data: { referralId, personId, organisationId, acceptedBy: by.personId, acceptedAt: at } },
  ],
  DeclineReferral: ({ personId, organisationId }, { referralId, reason, by, at }) => [
    { type: 'referral.declined.v1', data: { referralId, personId, organisationId, declinedBy: by.personId, reason, declinedAt: at } },
  ],
  WithdrawConsent: withdrawConsent,
  RecordOutcome: recordOutcome,
  ConcludeReferral: concludeReferral,
  NoteUnanswered: noteUnanswered,
}
