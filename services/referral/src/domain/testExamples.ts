import type { ReferralCommand, SendReferral } from './commands.ts'
import { decide } from './decide.ts'
import { evolve, type Referral, type ReferralEvent, unsent } from './referral.ts'
import type { Asker } from './relation.ts'

const id = (digit: string) => `00000000-0000-4000-8000-${digit.padStart(12, '0')}`

export const referralId = id('1')
export const needId = id('2')
export const offerId = id('3')
export const organisationId = id('4')
export const outcomeIds = [id('51'), id('52')]

export const margaret: Asker = { personId: id('61'), role: 'resident', organisationIds: [] }
export const ruth: Asker = { personId: id('62'), role: 'navigator', organisationIds: [] }
export const dee: Asker = { personId: id('63'), role: 'provider', organisationIds: [organisationId] }
export const colleague: Asker = { personId: id('64'), role: 'coordinator', organisationIds: [id('9'), organisationId] }
export const strangers: Record<string, Asker> = {
  'another resident': { personId: id('71'), role: 'resident', organisationIds: [] },
  'another navigator': { personId: id('72'), role: 'navigator', organisationIds: [] },
  'a provider elsewhere': { personId: id('73'), role: 'provider', organisationIds: [id('9')] },
  'a commissioner': { personId: id('74'), role: 'commissioner', organisationIds: [] },
  'an administrator': { personId: id('75'), role: 'administrator', organisationIds: [] },
  'the resident, signed in as a provider elsewhere': { ...margaret, role: 'provider', organisationIds: [id('9')] },
}

export const sentAt = '2026-11-23T10:00:00.000Z'
export const later = '2026-11-24T11:00:00.000Z'
export const answerDueAt = '2026-11-26T10:00:00.000Z'

export const need = { needId, personId: margaret.personId, category: 'garden-and-home', wardCode: 'E05000819', recordedBy: ruth.personId, outcomeIds } as const
export const offer = { offerId, organisationId, track: 'be-helped', isOpen: true } as const
export const send: SendReferral = {
  type: 'SendReferral',
  referralId,
  need,
  offer,
  basis: { kind: 'consent', given: 'spoken', hasReason: false },
  by: ruth,
  at: sentAt,
  answerDueAt,
}
export const accept = (by = dee): ReferralCommand => ({ type: 'AcceptReferral', referralId, by, at: later })
export const decline = (by = dee): ReferralCommand => ({ type: 'DeclineReferral', referralId, reason: 'no-capacity', by, at: later })
export const withdraw = (by = margaret): ReferralCommand => ({ type: 'WithdrawConsent', referralId, by, at: later })
export const mark = (outcomeId: string, result: 'achieved' | 'partly' | 'not' = 'achieved', by = ruth): ReferralCommand => ({
  type: 'RecordOutcome',
  referralId,
  outcomeId,
  result,
  by,
  at: later,
})
export const conclude = (reason: 'completed' | 'moved' | 'mistaken' = 'completed', by = ruth): ReferralCommand => ({
  type: 'ConcludeReferral',
  referralId,
  reason,
  by,
  at: later,
})
export const goUnanswered: ReferralCommand = { type: 'NoteUnanswered', referralId, at: answerDueAt }

/** The events of some commands, one after another, each decided on what came before. */
export const happened = (...commands: readonly ReferralCommand[]): ReferralEvent[] => {
  const events: ReferralEvent[] = []
  for (const command of commands) events.push(...decide(stateAfter(events), command))
  return events
}

export const stateAfter = (events: readonly ReferralEvent[]): Referral => events.reduce(evolve, unsent)

/** Given what happened, when a command comes, then these events are told, nothing, or an error. */
export const given = (...commands: readonly ReferralCommand[]) => ({
  when: (command: ReferralCommand) => {
    const referral = stateAfter(happened(...commands))
    return {
      thenTells: (...events: readonly Partial<ReferralEvent>[]) =>
        expect(decide(referral, command)).toEqual(events.map((event) => expect.objectContaining(event))),
      thenNothing: () => expect(decide(referral, command)).toEqual([]),
      thenThrows: (code: string) => expect(() => decide(referral, command)).toThrow(expect.objectContaining({ code })),
    }
  },
})
