import fc from 'fast-check'
import type { ReferralCommand } from '../domain/commands.ts'
import { decide } from '../domain/decide.ts'
import { evolve, isOpen, type SentReferral, unsent } from '../domain/referral.ts'
import { relationOf } from '../domain/relation.ts'
import {
  accept,
  colleague,
  conclude,
  decline,
  dee,
  goUnanswered,
  happened,
  margaret,
  mark,
  need,
  organisationId,
  outcomeIds,
  referralId,
  ruth,
  send,
  stateAfter,
  withdraw,
} from '../domain/testExamples.ts'
import type { NeedDetails, ReferralDetails } from '../store/referralStore.ts'
import { ReferralLine, ReferralView, toReferralLine, toReferralView } from './referralView.ts'

const said: NeedDetails = {
  words: 'I cannot push the mower since my hip',
  accessNeeds: ['large-print'],
  desiredOutcomes: outcomeIds.map((outcomeId) => ({ outcomeId, words: 'I sit outside again' })),
}
const written: ReferralDetails = {
  basis: { given: 'spoken', note: 'She told me on the phone' },
  declineNote: 'Her street floods',
  outcomeNotes: [{ outcomeId: outcomeIds[0] ?? '', byRole: 'navigator', at: send.at, note: 'She was out on Sunday' }],
}
const viewFor = (state: SentReferral, asker = dee) => {
  const relation = relationOf(state, asker)
  if (relation === undefined) throw new Error('a stranger sees nothing')
  return {
    view: ReferralView.parse(toReferralView({ id: referralId, sequence: 1, state, details: written }, said, relation, asker)),
    line: ReferralLine.parse(toReferralLine(referralId, state, relation)),
  }
}
const after = (...commands: ReferralCommand[]) => stateAfter(happened(...commands)) as SentReferral
const everything = (state: SentReferral, asker = dee) => JSON.stringify(viewFor(state, asker))

test('R10 before accepting a provider sees need, area and access needs, and not who', () => {
  const { view } = viewFor(after(send))
  expect(view).toMatchObject({
    words: said.words,
    accessNeeds: ['large-print'],
    wardCode: 'E05000819',
    category: 'garden-and-home',
    steps: ['acceptance', 'decline'],
  })
  expect(view.outcomes?.map(({ words }) => words)).toEqual(['I sit outside again', 'I sit outside again'])
  for (const who of [margaret.personId, ruth.personId, need.needId]) expect(everything(after(send))).not.toContain(who)
})

test('R10 before accepting, a self-referral does not give the person away as who referred', () => {
  const own: ReferralCommand = {
    ...send,
    by: margaret,
    need: { ...need, recordedBy: margaret.personId },
    basis: { kind: 'consent', given: 'self', hasReason: false },
  }
  expect(everything(after(own))).not.toContain(margaret.personId)
})

test('R10 after accepting a provider sees who it is for', () => {
  const { view } = viewFor(after(send, accept()))
  expect(view).toMatchObject({ personId: margaret.personId, acceptedBy: dee.personId, words: said.words, steps: ['outcomes', 'conclusion'] })
  expect(view.basis).toBeUndefined()
})

test.each([
  ['declined', [send, decline()]],
  ['withdrawn before an answer', [send, withdraw()]],
  ['withdrawn after acceptance', [send, accept(), withdraw()]],
  ['concluded', [send, accept(), conclude('moved')]],
] as const)('R10 when it is %s a provider sees only that it ended', (_, commands) => {
  const { view, line } = viewFor(after(...commands))
  const kept = ['referralId', 'status', 'offerId', 'organisationId', 'sentAt', 'endedAt']
  expect(Object.keys(line).sort()).toEqual([...kept].sort())
  expect(Object.keys(view).sort()).toEqual([...kept, 'steps'].sort())
  expect(view.steps).toEqual([])
})

test('R5 the person sees who has it, what comes next, and why it ended', () => {
  expect(viewFor(after(send), margaret).view).toMatchObject({
    status: 'sent',
    organisationId,
    answerDueAt: send.answerDueAt,
    overdue: false,
    steps: ['consent-withdrawal', 'conclusion'],
  })
  expect(viewFor(after(send, decline()), margaret).view).toMatchObject({ status: 'declined', declineReason: 'no-capacity' })
  expect(viewFor(after(send, decline()), margaret).view.declineNote).toBeUndefined()
  expect(viewFor(after(send, decline()), ruth).view.declineNote).toBe('Her street floods')
  expect(viewFor(after(send, accept(), conclude('moved')), margaret).view).toMatchObject({ endReason: 'moved', endedByRole: 'navigator' })
})

test('R10 whatever happens, a provider that has not accepted, or whose part has ended, never sees who', () => {
  const commands = fc.array(
    fc.oneof(
      fc.constantFrom(dee, colleague).map(accept),
      fc.constantFrom(dee, colleague).map(decline),
      fc.constantFrom(margaret, ruth).map(withdraw),
      fc.constantFrom(...outcomeIds).map((outcomeId) => mark(outcomeId)),
      fc.constantFrom('completed' as const, 'moved' as const).map((reason) => conclude(reason)),
      fc.constant(goUnanswered),
    ),
    { maxLength: 12 },
  )
  const starts = fc.constantFrom<ReferralCommand>(
    send,
    { ...send, by: margaret, basis: { kind: 'consent', given: 'self', hasReason: false } },
    { ...send, basis: { kind: 'public-task', hasReason: true } },
  )
  fc.assert(
    fc.property(starts, commands, (start, next) => {
      let state = decide(unsent, start).reduce(evolve, unsent)
      for (const command of next) {
        try {
          state = decide(state, command).reduce(evolve, state)
        } catch {
          // A refused command leaves the state as it was.
        }
        if (state.status === 'unsent') throw new Error('it was sent')
        for (const provider of [dee, colleague]) {
          const text = everything(state, provider)
          if (state.status !== 'accepted') expect(text).not.toContain(margaret.personId)
          if (!isOpen(state)) expect(text).not.toContain(said.words)
          expect(text).not.toContain(written.basis.note)
        }
      }
    }),
    { numRuns: 1_000 },
  )
})
