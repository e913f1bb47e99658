import { audienceOf, needsMembers, type Parties, type ReferralEvent, recipientsMax } from './audience.ts'
import { readerOf } from './templates.ts'

const id = (number: number) => `0190a000-0000-8000-8000-${String(number).padStart(12, '0')}`
const resident = id(1)
const navigator = id(2)
const member = id(3)
const colleague = id(4)
const referralId = id(5)
const organisationId = id(6)
const at = '2026-03-02T09:00:00.000Z'

const parties: Parties = { personId: resident, referredBy: navigator, organisationId, organisationInvolved: true }
const ownRequest: Parties = { ...parties, referredBy: resident }
const members = [member, colleague]

const data = { referralId, personId: resident, organisationId }
const sent: ReferralEvent = {
  type: 'referral.sent.v1',
  data: {
    ...data,
    needId: id(7),
    offerId: id(8),
    track: 'be-helped',
    category: 'food',
    referredBy: navigator,
    referredByRole: 'navigator',
    basis: 'consent',
    outcomeIds: [],
    sentAt: at,
    answerDueAt: at,
  },
}
const accepted: ReferralEvent = { type: 'referral.accepted.v1', data: { ...data, acceptedBy: member, acceptedAt: at } }
const declined: ReferralEvent = { type: 'referral.declined.v1', data: { ...data, declinedBy: member, reason: 'no-capacity', declinedAt: at } }
const unanswered: ReferralEvent = { type: 'referral.went-unanswered.v1', data: { ...data, referredBy: navigator, answerDueAt: at } }
const withdrawn = (withdrawnBy: string): ReferralEvent => ({
  type: 'referral.consent-withdrawn.v1',
  data: { ...data, withdrawnBy, withdrawnByRole: withdrawnBy === resident ? 'resident' : 'navigator', withdrawnAt: at },
})
const outcome = (recordedBy: string): ReferralEvent => ({
  type: 'referral.outcome-recorded.v1',
  data: { referralId, personId: resident, outcomeId: id(9), result: 'achieved', recordedBy, recordedByRole: 'provider', recordedAt: at },
})
const concluded = (concludedBy: string, reason: 'completed' | 'died' = 'completed'): ReferralEvent => ({
  type: 'referral.concluded.v1',
  data: { ...data, concludedBy, concludedByRole: 'provider', reason, concludedAt: at },
})

const told = (event: ReferralEvent, known = parties, people: readonly string[] = members) =>
  Object.fromEntries(audienceOf(event, known, people).map(({ personId, template }) => [personId, template]))

test('a referral is told to every member of the organisation and to the resident', () =>
  expect(told(sent)).toEqual({ [member]: 'request-received', [colleague]: 'request-received', [resident]: 'request-sent-for-you' }))
test('a resident who asked for themselves gets a receipt', () => expect(told(sent, ownRequest)).toMatchObject({ [resident]: 'request-sent' }))
test('an acceptance is told to the referrer and the resident', () =>
  expect(told(accepted)).toEqual({ [resident]: 'request-accepted', [navigator]: 'referral-accepted' }))
test('a resident who referred themselves is told once', () => expect(told(accepted, ownRequest)).toEqual({ [resident]: 'request-accepted' }))
test('a decline is told to the referrer, and to the resident in kind words', () =>
  expect(told(declined)).toEqual({ [resident]: 'request-declined', [navigator]: 'referral-declined' }))
test('a request without an answer is told to the referrer only', () => expect(told(unanswered)).toEqual({ [navigator]: 'referral-unanswered' }))
test('or to the resident, where they asked for themselves', () => expect(told(unanswered, ownRequest)).toEqual({ [resident]: 'request-unanswered' }))
test('a withdrawal of consent is told to the organisation and the referrer', () =>
  expect(told(withdrawn(resident))).toEqual({ [navigator]: 'referral-sharing-stopped', [member]: 'sharing-stopped', [colleague]: 'sharing-stopped' }))
test('a withdrawal made for the resident is told to the resident, and not to who made it', () =>
  expect(told(withdrawn(navigator))).toEqual({ [resident]: 'sharing-stopped-for-you', [member]: 'sharing-stopped', [colleague]: 'sharing-stopped' }))
test('an outcome is told to the others: not to the organisation that wrote it', () =>
  expect(told(outcome(member))).toEqual({ [resident]: 'outcome-for-you', [navigator]: 'referral-outcome' }))
test('and to the organisation, when somebody else wrote it', () =>
  expect(told(outcome(resident))).toEqual({ [navigator]: 'referral-outcome', [member]: 'request-outcome', [colleague]: 'request-outcome' }))
test('an end is told to the others', () =>
  expect(told(concluded(navigator))).toEqual({ [resident]: 'request-concluded-for-you', [member]: 'request-concluded', [colleague]: 'request-concluded' }))
test('nobody writes to somebody who has died', () => expect(told(concluded(member, 'died'))).toEqual({ [navigator]: 'referral-concluded' }))
test('an organisation that is out of it is told nothing more', () => {
  const left = { ...parties, organisationInvolved: false }
  expect(told(concluded(navigator), left)).toEqual({ [resident]: 'request-concluded-for-you' })
  expect(told(outcome(navigator), left)).toEqual({ [resident]: 'outcome-for-you' })
})
test('somebody who is both member and resident is told once', () =>
  expect(audienceOf(sent, { ...parties, personId: member }, members).filter(({ personId }) => personId === member)).toHaveLength(1))
test(`one event is told to ${recipientsMax} people at most`, () =>
  expect(
    audienceOf(
      sent,
      parties,
      Array.from({ length: recipientsMax + 5 }, (_, number) => id(100 + number)),
    ),
  ).toHaveLength(recipientsMax))
test('memberships are asked for only where members may be told', () => {
  for (const event of [accepted, declined, unanswered]) {
    expect(needsMembers(event)).toBe(false)
    expect(audienceOf(event, parties, members)).toEqual(audienceOf(event, parties, []))
  }
})

test('the ledger can say whom a message is for, by what they are; of a template that is no more, nothing', () =>
  expect(['request-received', 'request-accepted', 'referral-declined', 'invitation', 'toString'].map(readerOf)).toEqual([
    ...['provider', 'resident', 'referrer', 'account'],
    undefined,
  ]))
