import type { ReferralCommand } from './commands.ts'
import { decide, stepsOf, transitions } from './decide.ts'
import type { Status } from './referral.ts'
import {
  accept,
  answerDueAt,
  colleague,
  conclude,
  decline,
  dee,
  given,
  goUnanswered,
  happened,
  later,
  margaret,
  mark,
  need,
  offer,
  outcomeIds,
  ruth,
  send,
  stateAfter,
  strangers,
  withdraw,
} from './testExamples.ts'

const [first = '', second = ''] = outcomeIds

describe('R1 one transition table', () => {
  const waysTo: Record<Status, ReferralCommand[]> = {
    unsent: [],
    sent: [send],
    accepted: [send, accept()],
    declined: [send, decline()],
    'consent-withdrawn': [send, withdraw()],
    concluded: [send, conclude('moved')],
  }
  // Each by somebody whose step it is, and not a repeat of what led there.
  const commands: ReferralCommand[] = [send, accept(colleague), decline(colleague), withdraw(), mark(first), conclude('mistaken'), goUnanswered]
  const everyPair = (Object.keys(waysTo) as Status[]).flatMap((status) => commands.map((command) => ({ status, command, type: command.type })))
  const legal = everyPair.filter(({ status, command }) => status in transitions[command.type])
  const repeats = (status: Status, type: string) => type === 'NoteUnanswered' || (status === 'consent-withdrawn' && type === 'WithdrawConsent')
  const illegal = everyPair.filter(({ status, command, type }) => !(status in transitions[command.type]) && status !== 'unsent' && !repeats(status, type))

  test.each(legal)('R1 $type is allowed from $status and leads where the table says', ({ status, command }) => {
    const before = stateAfter(happened(...waysTo[status]))
    const events = decide(before, command)
    expect(events).toHaveLength(1)
    const table: Partial<Record<Status, Status>> = transitions[command.type]
    expect(stateAfter([...happened(...waysTo[status]), ...events]).status).toBe(table[status])
  })

  test.each(illegal)('R1 $type is refused from $status and emits nothing', ({ status, command }) => {
    const code = status === 'accepted' && command.type === 'AcceptReferral' ? 'referral-taken' : 'illegal-transition'
    given(...waysTo[status])
      .when(command)
      .thenThrows(code)
  })

  test('R1 the table is walked whole: every pair of status and command is one or the other', () => {
    const unsentOrRepeat = everyPair.filter(
      ({ status, type, command }) => !(status in transitions[command.type]) && (status === 'unsent' || repeats(status, type)),
    )
    expect(legal.length + illegal.length + unsentOrRepeat.length).toBe(6 * 7)
  })

  test.each(commands.filter(({ type }) => type !== 'SendReferral' && type !== 'NoteUnanswered'))(
    'R1 $type of a referral that nobody sent finds nothing',
    (command) => given().when(command).thenThrows('not-found'),
  )

  test.each([
    ['accepting', [send, accept()], accept()],
    ['declining', [send, decline()], decline()],
    ['withdrawing consent', [send, accept(), withdraw()], withdraw(ruth)],
    ['marking the same', [send, accept(), mark(first)], mark(first)],
    ['concluding', [send, conclude('moved')], conclude('moved')],
  ] as const)('R1 %s again changes nothing', (_, before, command) =>
    given(...before)
      .when(command)
      .thenNothing(),
  )
})

describe('R1 who does which step', () => {
  const steps = [accept(), decline(), withdraw(), mark(first), conclude('moved')]
  test.each(Object.entries(strangers).flatMap(([name, by]) => steps.map((step) => ({ name, step: { ...step, by } as ReferralCommand, type: step.type }))))(
    'R1 $name finds nothing to do $type on',
    ({ step }) => {
      given(send).when(step).thenThrows('not-found')
      given(send, accept()).when(step).thenThrows('not-found')
    },
  )
  test.each([accept(margaret), accept(ruth), decline(margaret), decline(ruth), withdraw(dee)])('R1 $type by $by.role is somebody else’s part', (command) =>
    given(send).when(command).thenThrows('not-your-part'),
  )
})

describe('R2 a basis for sharing', () => {
  const sendWith = (changes: object): ReferralCommand => ({ ...send, ...changes })
  const ownNeed = { ...need, recordedBy: margaret.personId }

  test('R2 sending tells ids, codes and the basis, and nothing that was said', () =>
    given()
      .when(send)
      .thenTells({
        type: 'referral.sent.v1',
        data: {
          referralId: send.referralId,
          needId: need.needId,
          personId: margaret.personId,
          offerId: offer.offerId,
          organisationId: offer.organisationId,
          track: 'be-helped',
          category: 'garden-and-home',
          wardCode: 'E05000819',
          referredBy: ruth.personId,
          referredByRole: 'navigator',
          basis: 'consent',
          outcomeIds,
          sentAt: send.at,
          answerDueAt,
        },
      }))

  test('R2 consent is not enough as a word: how it was given is recorded', () =>
    given()
      .when(sendWith({ basis: { kind: 'consent', hasReason: false } }))
      .thenThrows('consent-not-recorded'))
  test.each(['public-task', 'legal-obligation', 'vital-interests'])('I6 sharing by %s needs a stated reason', (kind) => {
    given()
      .when(sendWith({ basis: { kind, hasReason: false } }))
      .thenThrows('reason-needed')
    given()
      .when(sendWith({ basis: { kind, hasReason: true } }))
      .thenTells({ type: 'referral.sent.v1' })
  })
  test('R2 nobody else can say that a person asked for themselves', () =>
    given()
      .when(sendWith({ basis: { kind: 'consent', given: 'self', hasReason: false } }))
      .thenThrows('basis-not-for-you'))
  test.each([
    { kind: 'public-task', hasReason: true },
    { kind: 'consent', given: 'spoken', hasReason: false },
  ])('R2 a resident who asks for themselves cannot name $kind ($given)', (basis) =>
    given()
      .when(sendWith({ by: margaret, need: ownNeed, basis }))
      .thenThrows('basis-not-for-you'),
  )
  test('R5 a resident refers themselves', () =>
    given()
      .when(sendWith({ by: margaret, need: ownNeed, basis: { kind: 'consent', given: 'self', hasReason: false } }))
      .thenTells({ type: 'referral.sent.v1', data: expect.objectContaining({ referredBy: margaret.personId, referredByRole: 'resident' }) }))
  test.each(Object.entries(strangers))('R2 %s cannot refer somebody else’s need', (_, by) => given().when(sendWith({ by })).thenThrows('not-found'))
  test.each([
    ['that is not known', undefined],
    ['that takes no referrals', { ...offer, isOpen: false }],
  ])('R2 an offer %s is refused by field', (_, refused) =>
    given()
      .when(sendWith({ offer: refused }))
      .thenThrows('offer-takes-no-referrals'),
  )
  test('R17 a need can be referred to something to join in with, and the referral says so', () =>
    given()
      .when(sendWith({ offer: { ...offer, track: 'join-in' } }))
      .thenTells({ type: 'referral.sent.v1', data: expect.objectContaining({ track: 'join-in' }) }))
})

describe('R3 withdrawing consent', () => {
  test.each([
    ['before an answer', [send]],
    ['after acceptance', [send, accept()]],
  ] as const)('R3 the resident or who referred withdraws consent %s', (_, before) => {
    given(...before)
      .when(withdraw())
      .thenTells({ type: 'referral.consent-withdrawn.v1', data: expect.objectContaining({ withdrawnByRole: 'resident', withdrawnAt: later }) })
    given(...before)
      .when(withdraw(ruth))
      .thenTells({ type: 'referral.consent-withdrawn.v1', data: expect.objectContaining({ withdrawnByRole: 'navigator' }) })
  })
  test.each(['public-task', 'legal-obligation', 'vital-interests'] as const)(
    'R3 what was shared by %s cannot be withdrawn, and the answer says how to object',
    (kind) => {
      const referral = stateAfter(happened({ ...send, basis: { kind, hasReason: true } }))
      expect(() => decide(referral, withdraw())).toThrow(/data protection officer.*Information Commissioner/)
      expect(() => decide(referral, withdraw())).toThrow(expect.objectContaining({ code: 'basis-is-not-consent' }))
      expect(stepsOf(referral, margaret)).not.toContain('WithdrawConsent')
    },
  )
  test('R3 acceptance after withdrawal is refused', () => given(send, withdraw()).when(accept()).thenThrows('illegal-transition'))
})

describe('R4 closing the loop', () => {
  test.each([ruth, dee, margaret])('R4 $role closes an accepted referral, and who closed it is stored', (by) => {
    const events = happened(send, accept(), mark(first), mark(second, 'not'), conclude('completed', by))
    expect(stateAfter(events)).toMatchObject({ status: 'concluded', concludedBy: by.personId, concludedByRole: by.role, endReason: 'completed' })
  })
  test.each([ruth, margaret])('R14 $role can end a referral that nobody answered, with its reason', (by) =>
    given(send)
      .when(conclude('moved', by))
      .thenTells({ type: 'referral.concluded.v1', data: expect.objectContaining({ reason: 'moved' }) }),
  )
  test('R4 a provider does not end what it has not taken on: it declines', () => given(send).when(conclude('moved', dee)).thenThrows('illegal-transition'))
  test('R13 nothing is completed that nobody has taken on', () => given(send).when(conclude('completed')).thenThrows('not-accepted-yet'))
})

describe('R6 a referral that nobody answers', () => {
  test('R6 going unanswered is told once', () => {
    given(send)
      .when(goUnanswered)
      .thenTells({ type: 'referral.went-unanswered.v1', data: expect.objectContaining({ referredBy: ruth.personId, answerDueAt }) })
    given(send, goUnanswered).when(goUnanswered).thenNothing()
  })
  test.each([
    ['accepted', [send, accept()]],
    ['declined', [send, decline()]],
    ['withdrawn', [send, withdraw()]],
    ['never sent', []],
  ] as const)('R6 a deadline that comes when it is %s says nothing', (_, before) =>
    given(...before)
      .when(goUnanswered)
      .thenNothing(),
  )
  test('R6 a late answer still counts', () => given(send, goUnanswered).when(accept()).thenTells({ type: 'referral.accepted.v1' }))
})

describe('R10 taking a referral on', () => {
  test('R9 a second acceptor is told it is taken', () => given(send, accept()).when(accept(colleague)).thenThrows('referral-taken'))
  test('R7 a decline tells its coded reason', () =>
    given(send)
      .when(decline())
      .thenTells({ type: 'referral.declined.v1', data: expect.objectContaining({ reason: 'no-capacity', declinedBy: dee.personId }) }))
})

describe('R13 outcomes', () => {
  test.each([
    ['none', [send, accept()]],
    ['one of two', [send, accept(), mark(first)]],
  ] as const)('R13 with %s marked it cannot be completed', (_, before) =>
    given(...before)
      .when(conclude())
      .thenThrows('outcomes-unmarked'),
  )
  test('R13 with each marked achieved, partly or not it can', () =>
    given(send, accept(), mark(first, 'partly'), mark(second, 'not')).when(conclude()).thenTells({ type: 'referral.concluded.v1' }))
  test('R13 for another reason than being completed it can end unmarked', () =>
    given(send, accept()).when(conclude('moved')).thenTells({ type: 'referral.concluded.v1' }))
  test('R13 a need without outcomes can be completed at once', () =>
    given({ ...send, need: { ...need, outcomeIds: [] } }, accept())
      .when(conclude())
      .thenTells({ type: 'referral.concluded.v1' }))
  test('R13 a mark may be changed', () =>
    given(send, accept(), mark(first))
      .when(mark(first, 'partly'))
      .thenTells({ type: 'referral.outcome-recorded.v1', data: expect.objectContaining({ result: 'partly' }) }))
  test('R13 an outcome of another referral is refused by field', () => given(send, accept()).when(mark(need.needId)).thenThrows('unknown-outcome'))
})
