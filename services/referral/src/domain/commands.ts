import type { Basis, Category, DeclineReason, EndReason, OutcomeResult, Track } from './referral.ts'
import type { Asker } from './relation.ts'

/** How the person said yes: aloud, in writing, or by asking for it themselves. */
export type Given = 'spoken' | 'written' | 'self'

/** A need as it was recorded; a referral carries what of it a provider may know. */
export type ReferredNeed = {
  needId: string
  personId: string
  category: Category
  wardCode?: string | undefined
  recordedBy: string
  outcomeIds: readonly string[]
}
/** An offer as the directory's events tell of it. */
export type ReferredOffer = { offerId: string; organisationId: string; track: Track; isOpen: boolean }

export type SendReferral = {
  type: 'SendReferral'
  referralId: string
  need: ReferredNeed
  /** Undefined when the directory has no such offer. */
  offer: ReferredOffer | undefined
  basis: { kind: Basis; given?: Given | undefined; hasReason: boolean }
  by: Asker
  at: string
  answerDueAt: string
}
export type AcceptReferral = { type: 'AcceptReferral'; referralId: string; by: Asker; at: string }
export type DeclineReferral = { type: 'DeclineReferral'; referralId: string; reason: DeclineReason; by: Asker; at: string }
export type WithdrawConsent = { type: 'WithdrawConsent'; referralId: string; by: Asker; at: string }
export type RecordOutcome = { type: 'RecordOutcome'; referralId: string; outcomeId: string; result: OutcomeResult; by: Asker; at: string }
export type ConcludeReferral = { type: 'ConcludeReferral'; referralId: string; reason: EndReason; by: Asker; at: string }
/** Time asks, nobody else. */
export type NoteUnanswered = { type: 'NoteUnanswered'; referralId: string; at: string }

export type ReferralCommand = SendReferral | AcceptReferral | DeclineReferral | WithdrawConsent | RecordOutcome | ConcludeReferral | NoteUnanswered
