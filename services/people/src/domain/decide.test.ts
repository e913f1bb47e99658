import fc from 'fast-check'
import { decide, type PersonCommand, type Registrar } from './decide.ts'
import { evolve, type Person, type PersonDetails, type PersonEvent, unknown } from './person.ts'

const id = (digit: number) => `00000000-0000-4000-8000-${String(digit).padStart(12, '0')}`
const [margaret, ruth, sam] = [id(1), id(2), id(3)]
const details: PersonDetails = { name: 'Margaret Hale', postcode: 'M33 7ZF', accessNeeds: ['large-print'], language: 'en', contactPreferences: { ways: [] } }
const navigator: Registrar = { kind: 'person', personId: ruth, role: 'navigator', isDemonstration: false }
const administrator: Registrar = { kind: 'person', personId: sam, role: 'administrator', isDemonstration: false }
const identity: Registrar = { kind: 'service', registeredBy: undefined }

const register = (changes: object = {}): PersonCommand => ({
  type: 'RegisterPerson',
  personId: margaret,
  role: 'resident',
  how: undefined,
  by: navigator,
  details,
  ...changes,
})
const changeTo = (next: Partial<PersonDetails>, changes: object = {}): PersonCommand => ({
  type: 'ChangeDetails',
  personId: margaret,
  details: { ...details, ...next },
  changedBy: margaret,
  hasAccount: true,
  ...changes,
})
const invite = (changes: object = {}): PersonCommand => ({
  type: 'InvitePerson',
  personId: margaret,
  email: undefined,
  invitedBy: ruth,
  invitationId: id(9),
  expiresAt: '2026-12-08T10:00:00.000Z',
  hasAccount: false,
  ...changes,
})

const given = (...commands: PersonCommand[]) => {
  let person: Person = unknown
  let known: PersonDetails | undefined
  for (const command of commands) {
    const decided = decide(person, known, command)
    person = decided.events.reduce(evolve, person)
    known = decided.details ?? known
  }
  return {
    person,
    known,
    when: (command: PersonCommand) => ({
      thenTells: (...events: object[]) => expect(decide(person, known, command).events).toEqual(events.map((event) => expect.objectContaining(event))),
      thenNothing: () => expect(decide(person, known, command)).toEqual({ events: [] }),
      thenThrows: (code: string) => expect(() => decide(person, known, command)).toThrow(expect.objectContaining({ code })),
    }),
  }
}

describe('R2 registering a person', () => {
  test('R2 a navigator registers a resident, and the event holds no detail', () =>
    given()
      .when(register())
      .thenTells({ type: 'person.registered.v1', data: { personId: margaret, role: 'resident', registeredBy: ruth, how: 'by-navigator' } }))
  test('R5 who signs up is registered by themselves', () =>
    given()
      .when(register({ by: identity, how: 'self' }))
      .thenTells({ data: expect.objectContaining({ registeredBy: margaret, how: 'self' }) }))
  test.each(['provider', 'navigator', 'coordinator', 'commissioner', 'administrator'])('R2 a navigator does not register a %s', (role) =>
    given().when(register({ role })).thenThrows('role-not-yours-to-give'),
  )
  test('R2 an administrator registers people in any role', () =>
    given()
      .when(register({ by: administrator, role: 'commissioner' }))
      .thenTells({ data: expect.objectContaining({ role: 'commissioner', how: 'by-administrator' }) }))
  test.each([
    [navigator, 'self'],
    [navigator, 'demonstration'],
    [administrator, 'by-navigator'],
    [identity, undefined],
    [identity, 'by-navigator'],
  ])('R2 how somebody came to be known cannot be made up (%#)', (by, how) => given().when(register({ by, how })).thenThrows('how-does-not-fit'))
  test('R2 whoever a demonstration navigator registers is a demonstration person, said or not', () => {
    for (const how of [undefined, 'by-navigator', 'demonstration'])
      given()
        .when(register({ by: { ...navigator, isDemonstration: true }, how }))
        .thenTells({ data: expect.objectContaining({ how: 'demonstration' }) })
  })
  test('R2 registering again changes nothing', () => given(register()).when(register()).thenNothing())
})

describe('I1 changing details', () => {
  test.each<[string, Partial<PersonDetails>]>([
    ['name', { name: 'Margaret Thornton' }],
    ['email', { email: 'margaret@example.org' }],
    ['phone', { phone: '07700 900123' }],
    ['postcode', { postcode: 'M33 2AA' }],
    ['access-needs', { accessNeeds: ['bsl'] }],
    ['contact-preferences', { language: 'cy' }],
    ['contact-preferences', { contactPreferences: { ways: ['phone'] } }],
    ['contact-preferences', { contactPreferences: { ways: [], note: 'After two' } }],
  ])('I1 the event names %s and says nothing of what stands there', (field, next) =>
    given(register())
      .when(changeTo(next))
      .thenTells({ type: 'person.details-changed.v1', data: { personId: margaret, fields: [field], changedBy: margaret } }),
  )
  test('I1 the same details change nothing', () => given(register()).when(changeTo({})).thenNothing())
  test('I1 nobody changes a person who is not known', () => given().when(changeTo({})).thenThrows('not-found'))
  test('I1 a navigator mends the details of a person without an account, and not of one with', () => {
    given(register())
      .when(changeTo({ phone: '07700 900123' }, { changedBy: ruth, hasAccount: false }))
      .thenTells({ data: expect.objectContaining({ changedBy: ruth }) })
    given(register())
      .when(changeTo({ phone: '07700 900123' }, { changedBy: ruth, hasAccount: true }))
      .thenThrows('kept-by-themselves')
  })
})

describe('R2 inviting a person who was registered', () => {
  test('R2 an invitation needs an address', () => given(register()).when(invite()).thenThrows('email-missing'))
  test('R2 an invitation with a new address keeps it', () => {
    const { known } = given(register(), invite({ email: 'margaret@example.org' }))
    expect(known?.email).toBe('margaret@example.org')
    given(register())
      .when(invite({ email: 'margaret@example.org' }))
      .thenTells(
        { type: 'person.details-changed.v1', data: { personId: margaret, fields: ['email'], changedBy: ruth } },
        { type: 'person.invited.v1', data: expect.objectContaining({ invitationId: id(9), invitedBy: ruth }) },
      )
  })
  test('R2 who has an account is not invited', () =>
    given(register())
      .when(invite({ email: 'margaret@example.org', hasAccount: true }))
      .thenThrows('account-exists'))
  test('R2 nobody invites a person who is not known', () => given().when(invite()).thenThrows('not-found'))
  test('R2 a second invitation takes the place of the first', () => {
    const { person } = given(register(), invite({ email: 'm@example.org' }), invite({ invitationId: id(10) }))
    expect(person).toMatchObject({ invitation: { invitationId: id(10) } })
  })
})

test('I1 whatever is done with a person, no event holds any of their details', () => {
  const secret = 'Zzyzx-7391'
  const secrets: PersonDetails = {
    name: `${secret} name`,
    email: `${secret}@example.org`,
    phone: `07700 900123 ${secret}`,
    postcode: secret,
    accessNeeds: ['other'],
    language: 'cy',
    contactPreferences: { ways: ['letter'], note: secret },
  }
  const commands = fc.array(
    fc.constantFrom(
      register({ details: secrets }),
      changeTo(secrets),
      changeTo({ name: secret }),
      changeTo({ contactPreferences: { ways: ['phone'], note: secret } }),
      invite({ email: `other-${secret}@example.org` }),
      invite(),
    ),
    { maxLength: 10 },
  )
  fc.assert(
    fc.property(commands, (all) => {
      let person: Person = unknown
      let known: PersonDetails | undefined
      const events: PersonEvent[] = []
      for (const command of all) {
        try {
          const decided = decide(person, known, command)
          events.push(...decided.events)
          person = decided.events.reduce(evolve, person)
          known = decided.details ?? known
        } catch {
          // A refused command leaves everything as it was.
        }
      }
      expect(JSON.stringify([person, events])).not.toContain(secret)
    }),
  )
})
