import fc from 'fast-check'
import { allFields, type Entitlement, type EntitlingEvent, entitlementAfter, entitlementIdOf, fieldsFor, visible } from './entitlement.ts'
import type { PersonDetails } from './person.ts'

const id = (digit: number) => `00000000-0000-4000-8000-${String(digit).padStart(12, '0')}`
const [personId, ruth, dee, organisationId, referralId] = [id(1), id(2), id(3), id(4), id(5)]
const at = '2026-11-24T10:00:00.000Z'

const registered = (registeredBy: string): EntitlingEvent => ({
  type: 'person.registered.v1',
  data: { personId, role: 'resident', registeredBy, how: 'by-navigator' },
})
const sent = (changes: object = {}): EntitlingEvent => ({
  type: 'referral.sent.v1',
  data: {
    referralId,
    needId: id(6),
    personId,
    offerId: id(7),
    organisationId,
    track: 'be-helped',
    category: 'food',
    referredBy: ruth,
    referredByRole: 'navigator',
    basis: 'consent',
    outcomeIds: [],
    sentAt: at,
    answerDueAt: at,
    ...changes,
  },
})
const accepted: EntitlingEvent = { type: 'referral.accepted.v1', data: { referralId, personId, organisationId, acceptedBy: dee, acceptedAt: at } }
const endings: EntitlingEvent[] = [
  { type: 'referral.declined.v1', data: { referralId, personId, organisationId, declinedBy: dee, reason: 'no-capacity', declinedAt: at } },
  {
    type: 'referral.consent-withdrawn.v1',
    data: { referralId, personId, organisationId, withdrawnBy: personId, withdrawnByRole: 'resident', withdrawnAt: at },
  },
  {
    type: 'referral.concluded.v1',
    data: { referralId, personId, organisationId, concludedBy: ruth, concludedByRole: 'navigator', reason: 'moved', concludedAt: at },
  },
]
const after = (...events: EntitlingEvent[]) => events.reduce<Entitlement | undefined>((current, event) => entitlementAfter(current, event, at), undefined)

test('R2 registering a resident entitles the navigator who did', () =>
  expect(after(registered(ruth))).toMatchObject({ navigatorId: ruth, because: 'registered' }))
test('R2 signing up entitles nobody else', () => expect(after(registered(personId))).toBeUndefined())
test('R2 sending a referral entitles who referred, and not the organisation', () => {
  expect(after(sent())).toMatchObject({ navigatorId: ruth })
  expect(after(sent())).not.toHaveProperty('organisationId')
})
test('R5 a self-referral entitles nobody', () => {
  const own = after(sent({ referredBy: personId, referredByRole: 'resident' }))
  expect(own).not.toHaveProperty('navigatorId')
  expect(own).not.toHaveProperty('organisationId')
})
test('R10 accepting entitles the organisation', () => expect(after(sent(), accepted)).toMatchObject({ organisationId, navigatorId: ruth }))
test.each(endings)('R3 $type ends every right that the referral gave, and keeps the record', (ending) => {
  const ended = after(sent(), accepted, ending)
  expect(ended).toEqual({ personId, because: 'referred', since: at, referralId, track: 'be-helped', ended: true })
  expect(after(sent(), accepted, ending, accepted)).toEqual(ended)
})
test('R2 an acceptance of a referral that nobody sent entitles nobody', () => expect(after(accepted)).toBeUndefined())
test('R3 in any order of repeated events, an organisation is entitled only between acceptance and ending', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(sent(), accepted, ...endings), { maxLength: 12 }), (events) => {
      const held = after(...events)
      const firstSent = events.findIndex(({ type }) => type === 'referral.sent.v1')
      const since = firstSent < 0 ? [] : events.slice(firstSent)
      const isEnded = since.some((event) => endings.includes(event))
      if (held?.organisationId !== undefined) expect(since.includes(accepted) && !isEnded).toBe(true)
      if (isEnded) expect(held?.navigatorId).toBeUndefined()
    }),
  )
})

test('R2 each event stands under its own source', () => {
  expect(entitlementIdOf(registered(ruth))).toBe(`registered/${personId}`)
  for (const event of [sent(), accepted, ...endings]) expect(entitlementIdOf(event)).toBe(`referral/${referralId}`)
  expect(entitlementIdOf({ type: 'referral.outcome-recorded.v1', data: { referralId } })).toBeUndefined()
})

describe('I1 what each relation opens', () => {
  const details: PersonDetails = {
    name: 'N',
    email: 'e@example.org',
    phone: '07700900123',
    postcode: 'M33 7ZF',
    accessNeeds: [],
    language: 'en',
    contactPreferences: { ways: [] },
  }
  const held = after(sent(), accepted) as Entitlement
  test('I1 a navigator sees everything', () => expect(fieldsFor(after(registered(ruth)) as Entitlement, 'navigator')).toEqual(allFields))
  test('I1 who helps a person sees where they live', () => expect(visible(details, fieldsFor(held, 'provider'))).toHaveProperty('postcode'))
  test('I1 where a person joins in, their postcode stays with them', () => {
    const shown = visible(details, fieldsFor(after(sent({ track: 'join-in' }), accepted) as Entitlement, 'coordinator'))
    expect(shown).toMatchObject({ name: 'N', phone: '07700900123' })
    expect(shown).not.toHaveProperty('postcode')
  })
  test.each(['resident', 'commissioner', 'administrator', 'provider'] as const)('I1 as a %s, a right of a navigator opens nothing', (role) =>
    expect(fieldsFor(after(registered(ruth)) as Entitlement, role)).toEqual([]),
  )
})
