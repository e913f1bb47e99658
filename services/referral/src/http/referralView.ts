import type { Aggregate } from '@patchwork/aggregate'
import { Category, DeclineReason, EndReason, OutcomeResult, Role, SharingBasis, Track } from '@patchwork/events'
import { z } from 'zod'
import { type Step, stepsOf } from '../domain/decide.ts'
import { isOpen, type Referral, type SentReferral } from '../domain/referral.ts'
import type { Asker, Relation } from '../domain/relation.ts'
import type { NeedDetails, ReferralDetails } from '../store/referralStore.ts'

export const ReferralStatus = z.enum(['sent', 'accepted', 'declined', 'consent-withdrawn', 'concluded'])

/** A referral in a list: ids and codes, no words. */
export const ReferralLine = z.object({
  referralId: z.uuid(),
  status: ReferralStatus,
  offerId: z.uuid(),
  organisationId: z.uuid(),
  sentAt: z.string(),
  /** Open referrals, and ended ones for the person and who referred. */
  track: Track.optional(),
  category: Category.optional(),
  wardCode: z.string().optional(),
  answerDueAt: z.string().optional(),
  overdue: z.boolean().optional(),
  acceptedAt: z.string().optional(),
  endedAt: z.string().optional(),
  needId: z.uuid().optional(),
  /** For the person, who referred, and the organisation after it has accepted. */
  personId: z.uuid().optional(),
  referredByRole: Role.optional(),
  declineReason: DeclineReason.optional(),
  endReason: EndReason.optional(),
  endedByRole: Role.optional(),
})
export type ReferralLine = z.infer<typeof ReferralLine>

export const ReferralView = ReferralLine.extend({
  /** What the caller may do next, by the last part of the address it is done at. */
  steps: z.array(z.enum(['acceptance', 'decline', 'consent-withdrawal', 'outcomes', 'conclusion'])),
  words: z.string().optional(),
  accessNeeds: z.array(z.string()).optional(),
  outcomes: z
    .array(
      z.object({
        outcomeId: z.uuid(),
        words: z.string(),
        result: OutcomeResult.optional(),
        notes: z.array(z.object({ byRole: Role, at: z.string(), note: z.string() })),
      }),
    )
    .optional(),
  basis: z.object({ kind: SharingBasis, given: z.enum(['spoken', 'written', 'self']).optional(), note: z.string().optional() }).optional(),
  declineNote: z.string().optional(),
  referredBy: z.uuid().optional(),
  acceptedBy: z.uuid().optional(),
})
export type ReferralView = z.infer<typeof ReferralView>

/** What a provider knows of a referral that has ended: that it ended. */
const endedForProvider = (referralId: string, referral: SentReferral): ReferralLine => ({
  referralId,
  status: referral.status,
  offerId: referral.offerId,
  organisationId: referral.organisationId,
  sentAt: referral.sentAt,
  ...endOf(referral),
})

/** A referral in a list, as somebody in this relation to it may see it. */
export const toReferralLine = (referralId: string, referral: SentReferral, relation: Relation): ReferralLine => {
  if (relation === 'organisation' && !isOpen(referral)) return endedForProvider(referralId, referral)
  const { status, offerId, organisationId, sentAt, track, category, wardCode, answerDueAt, referredByRole } = referral
  return {
    referralId,
    status,
    offerId,
    organisationId,
    sentAt,
    track,
    category,
    ...(wardCode === undefined ? {} : { wardCode }),
    referredByRole,
    ...(status === 'sent' ? { answerDueAt, overdue: referral.answer === 'overdue' } : {}),
    ...acceptanceOf(referral),
    ...endOf(referral),
    ...(knowsWho(referral, relation) ? { personId: referral.personId } : {}),
    ...(relation === 'organisation' ? {} : { needId: referral.needId, ...reasonsOf(referral) }),
  }
}

/** Whether somebody in this relation may know who the person is: a provider after it has accepted, and only until the referral ends. */
export const knowsWho = (referral: SentReferral, relation: Relation): boolean => relation !== 'organisation' || referral.status === 'accepted'

const acceptanceOf = (referral: SentReferral): { acceptedAt?: string } => {
  if (referral.status === 'accepted') return { acceptedAt: referral.acceptedAt }
  return 'acceptance' in referral && referral.acceptance ? { acceptedAt: referral.acceptance.acceptedAt } : {}
}

const endOf = (referral: SentReferral): { endedAt?: string } => (isOpen(referral) ? {} : { endedAt: referral.endedAt })

const reasonsOf = (referral: SentReferral): Pick<ReferralLine, 'declineReason' | 'endReason' | 'endedByRole'> => {
  if (referral.status === 'declined') return { declineReason: referral.declineReason }
  if (referral.status === 'concluded') return { endReason: referral.endReason, endedByRole: referral.concludedByRole }
  return referral.status === 'consent-withdrawn' ? { endedByRole: referral.withdrawnByRole } : {}
}

/** Whether this view holds anything that the person said; such a reading is logged. */
export const showsWords = (referral: SentReferral, relation: Relation): boolean => relation !== 'organisation' || isOpen(referral)

const stepNames: Record<Step, ReferralView['steps'][number]> = {
  AcceptReferral: 'acceptance',
  DeclineReferral: 'decline',
  WithdrawConsent: 'consent-withdrawal',
  RecordOutcome: 'outcomes',
  ConcludeReferral: 'conclusion',
}

/**
 * A referral as somebody in this relation may see it. A provider sees need, area and access needs before it accepts, who it is for after that,
 * and only that it ended when it has.
 */
export const toReferralView = (
  { id, state, details }: Aggregate<Referral, ReferralDetails> & { state: SentReferral },
  need: NeedDetails,
  relation: Relation,
  asker: Asker,
): ReferralView => {
  const line = toReferralLine(id, state, relation)
  const steps = stepsOf(state, asker).map((step) => stepNames[step])
  if (!showsWords(state, relation)) return { ...line, steps }
  const outcomes = state.outcomes.map(({ outcomeId, result }) => ({
    outcomeId,
    words: need.desiredOutcomes.find((outcome) => outcome.outcomeId === outcomeId)?.words ?? '',
    ...(result === undefined ? {} : { result }),
    notes: notesOf(details, outcomeId),
  }))
  return {
    ...line,
    steps,
    words: need.words,
    accessNeeds: need.accessNeeds,
    outcomes,
    ...whoDidWhat(state, relation),
    ...privateNotes(state, details, relation),
  }
}

const notesOf = (details: ReferralDetails | undefined, outcomeId: string) =>
  (details?.outcomeNotes ?? []).filter((note) => note.outcomeId === outcomeId).map(({ byRole, at, note }) => ({ byRole, at, note }))

// Before acceptance "who referred" may be the person, so a provider is not told.
const whoDidWhat = (referral: SentReferral, relation: Relation): Pick<ReferralView, 'referredBy' | 'acceptedBy'> => ({
  ...(knowsWho(referral, relation) ? { referredBy: referral.referredBy } : {}),
  ...(relation !== 'person' && referral.status === 'accepted' ? { acceptedBy: referral.acceptedBy } : {}),
})

// The basis is between the person and who referred; a provider's note on declining is for who referred.
const privateNotes = (referral: SentReferral, details: ReferralDetails | undefined, relation: Relation): Pick<ReferralView, 'basis' | 'declineNote'> => {
  if (relation === 'organisation') return {}
  const isReferrer = relation === 'referrer' || referral.referredBy === referral.personId
  return {
    basis: { kind: referral.basis, ...details?.basis },
    ...(isReferrer && details?.declineNote !== undefined ? { declineNote: details.declineNote } : {}),
  }
}
