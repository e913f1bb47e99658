import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AccountClosed, AccountOpened, AccountPasswordChosen, PersonRegistered, ReferralSent } from '@patchwork/events'
import { until } from '@patchwork/testing'
import request from 'supertest'
import { entitlementModel } from '../store/entitlements.ts'
import { newId, type Place, startPlace } from '../testing/startPlace.ts'
import { organisation, referralOf } from '../testing/stories.ts'

let place: Place
beforeAll(async () => {
  place = await startPlace()
})
afterAll(() => place.stop())

type Person = { personId: string; name?: string; email?: string; phone?: string; postcode?: string; accessNeeds?: string[]; language?: string }
type List<Item> = { items: Item[]; after?: string }
type Entry = {
  at: string
  who: { role: string; personId?: string; organisationId?: string; service?: string }
  why: string
  fields: string[]
  referralId?: string
}
type Problem = { code: string; errors?: { pointer: string; code: string; detail: string }[] }

const margaret = { name: 'Margaret Hale', phone: '07700 900123', postcode: 'm337zf', accessNeeds: ['large-print'], language: 'en' }

const registered = async (changes: object = {}) => {
  const navigatorId = newId()
  const { status, body } = await place.as('navigator', navigatorId)<{ personId: string }>('/people', { body: { ...margaret, ...changes } })
  expect(status).toBe(201)
  return { personId: body.personId, navigatorId, navigator: place.as('navigator', navigatorId), resident: place.as('resident', body.personId) }
}
const accessLog = async (personId: string) => (await place.as('resident', personId)<List<Entry>>(`/people/${personId}/access-log`)).body.items

describe('R2 registering and reading', () => {
  test('R2 a navigator registers a resident without an account and sees them at once', async () => {
    const { personId, navigator } = await registered()
    const { status, body, etag } = await navigator<Person>(`/people/${personId}`)
    expect(status).toBe(200)
    expect(body).toEqual({ personId, ...margaret, postcode: 'M33 7ZF', contactPreferences: { ways: [] } })
    expect(etag).toBe('"1"')
  })

  test('R2 no event, state, log line or stored byte holds a detail in the open', async () => {
    const canary = 'Kanariengelb'
    await registered({ name: `${canary} Eins`, contactPreferences: { ways: ['phone'], note: `${canary} Zwei` }, email: `${canary}@drei.example` })
    for await (const event of place.ports().log.read(PersonRegistered.topic)) expect(JSON.stringify(event)).not.toContain(canary)
    expect(place.logLines.join('\n')).not.toContain(canary)
    const files = readdirSync(place.folder).map((file) => readFileSync(join(place.folder, file)))
    expect(files.length).toBeGreaterThan(0)
    for (const file of files) expect(file.includes(canary)).toBe(false)
  })

  test.each(['Łukasz Żółć', 'Nguyễn Thị Hồng', '山田花子', 'فاطمة الزهراء', 'Ólafur Þór', "Siân O'Neill-ap Rhys", '𝒜 👵🏽', 'Ng', '<b>Bold</b>'])(
    'R2 the name %s is kept as it is',
    async (name) => {
      const { personId, navigator } = await registered({ name })
      expect((await navigator<Person>(`/people/${personId}`)).body.name).toBe(name.normalize('NFC'))
    },
  )

  test('R2 a registration that comes twice under one key is one person, also after a restart; with another body it is refused', async () => {
    const navigator = place.as('navigator', newId())
    const headers = { 'idempotency-key': newId() }
    const { status, body, etag } = await navigator('/people', { body: margaret, headers })
    await place.restart()
    expect(await navigator('/people', { body: margaret, headers })).toMatchObject({ status, body, etag })
    const other = await navigator<Problem>('/people', { body: { ...margaret, name: 'Another' }, headers })
    expect([other.status, other.body.code]).toEqual([422, 'idempotency-key-reused'])
  })

  test('R2 the identity service registers who signs up; they read and change themselves', async () => {
    const { body } = await place.asService('identity')<{ personId: string }>('/people', {
      body: { name: 'Stranger', email: 's@place.example', how: 'self', role: 'provider' },
    })
    const self = place.as('provider', body.personId)
    expect((await self<Person>('/people/me')).body).toMatchObject({ name: 'Stranger', email: 's@place.example' })
    expect((await place.as('navigator', newId())(`/people/${body.personId}`)).status).toBe(404)
  })

  test('R2 a registration by another service than identity, or by a role that may not, is refused', async () => {
    expect((await place.asService('notification')('/people', { body: { ...margaret, how: 'self' } })).status).toBe(403)
    for (const role of ['resident', 'provider', 'coordinator', 'commissioner'] as const)
      expect((await place.as(role, newId())('/people', { body: margaret })).status).toBe(403)
    expect((await place.asAnyone('/people', { body: margaret })).status).toBe(401)
  })
})

describe('R2 bad input is refused by field and code, and changes nothing', () => {
  test.each<[string, object, string, string]>([
    ['no name', { name: undefined }, '/name', 'invalid-type'],
    ['an empty name', { name: '  ' }, '/name', 'missing'],
    ['a name of 10,000 characters', { name: 'x'.repeat(10_000) }, '/name', 'too-long'],
    ['a control character', { name: 'Mar\u0007garet' }, '/name', 'control-characters'],
    ['an operator object', { name: { $ne: null } }, '/name', 'invalid-type'],
    ['an unknown field', { isAdministrator: true }, '/isAdministrator', 'unknown-field'],
    ['a postcode of no area', { postcode: 'QQ1 1AA' }, '/postcode', 'invalid-postcode'],
    ['a postcode that cannot be', { postcode: 'M33 7CI' }, '/postcode', 'invalid-postcode'],
    ['words for a postcode', { postcode: 'near the park' }, '/postcode', 'invalid-postcode'],
    ['an address that is none', { email: 'margaret at home' }, '/email', 'invalid-email'],
    ['a number that is none', { phone: '12 34' }, '/phone', 'invalid-phone'],
    ['an access need of no kind', { accessNeeds: ['wings'] }, '/accessNeeds/0', 'invalid-value'],
    ['too many access needs', { accessNeeds: Array(12).fill('other') }, '/accessNeeds', 'too-big'],
    ['another language', { language: 'fr' }, '/language', 'invalid-value'],
    ['a role of no kind', { role: 'king' }, '/role', 'invalid-value'],
  ])('R2 %s', async (_, changes, pointer, code) => {
    const { status, body } = await place.as('navigator', newId())<Problem>('/people', { body: { ...margaret, ...changes } })
    expect(status).toBe(400)
    expect(body.errors).toContainEqual(expect.objectContaining({ pointer, code, detail: expect.stringMatching(/./) }))
  })

  test('R2 a repeated field, a body that is not JSON, and one of a megabyte', async () => {
    const navigator = place.as('navigator', newId())
    const repeated = await navigator<Problem>('/people', { raw: '{"name":"A","name":"B"}' })
    expect([repeated.status, repeated.body.errors?.[0]?.code]).toEqual([400, 'repeated-field'])
    expect((await navigator('/people', { raw: 'name=Margaret' })).status).toBe(400)
    expect((await navigator('/people', { raw: `{"name":"${'x'.repeat(1_000_000)}"}` })).status).toBe(413)
  })

  test('R2 a role that is not a navigator’s to give, and a history that is made up', async () => {
    const navigator = place.as('navigator', newId())
    const role = await navigator<Problem>('/people', { body: { ...margaret, role: 'administrator' } })
    expect([role.status, role.body.code, role.body.errors?.[0]?.pointer]).toEqual([422, 'role-not-yours-to-give', '/role'])
    const how = await navigator<Problem>('/people', { body: { ...margaret, how: 'demonstration' } })
    expect([how.status, how.body.code]).toEqual([422, 'how-does-not-fit'])
  })
})

describe('R10 an organisation sees a person while it has accepted their referral', () => {
  test('R10 name and contact appear after acceptance and not before', async () => {
    const { personId, navigatorId } = await registered()
    const { organisationId, memberId } = await organisation(place)
    const referral = referralOf(place, { personId, navigatorId, organisationId })
    const provider = place.as('provider', memberId)
    await referral.sent()
    await place.caughtUp()
    expect((await provider(`/people/${personId}`)).status).toBe(404)
    expect((await provider<List<Person>>(`/people?ids=${personId}`)).body.items).toEqual([])
    await referral.accepted()
    await place.caughtUp()
    expect((await provider<Person>(`/people/${personId}`)).body).toMatchObject({ name: 'Margaret Hale', phone: '07700 900123', postcode: 'M33 7ZF' })
    expect((await provider<List<Person>>(`/people?ids=${personId},${newId()}`)).body.items).toEqual([{ personId, name: 'Margaret Hale' }])
    // The right is of the role one signed in with, and of the organisation one belongs to.
    expect((await place.as('navigator', memberId)(`/people/${personId}`)).status).toBe(404)
    expect((await place.as('provider', newId())(`/people/${personId}`)).status).toBe(404)
  })

  test('D10 R10 whoever acts for the organisation no more, as after a merge that was undone, sees the person no more', async () => {
    const { personId, navigatorId } = await registered()
    const { organisationId, memberId, leaves } = await organisation(place)
    const referral = referralOf(place, { personId, navigatorId, organisationId })
    await referral.sent()
    await referral.accepted()
    await place.caughtUp()
    expect((await place.as('provider', memberId)(`/people/${personId}`)).status).toBe(200)
    await leaves()
    await place.caughtUp()
    expect((await place.as('provider', memberId)(`/people/${personId}`)).status).toBe(404)
  })

  test('R17 where a person joins in, the network sees how to reach them and not where they live', async () => {
    const { personId, navigatorId } = await registered()
    const { organisationId, memberId } = await organisation(place)
    const referral = referralOf(place, { personId, navigatorId, organisationId, track: 'join-in' })
    await referral.sent()
    await referral.accepted()
    await place.caughtUp()
    const { body } = await place.as('coordinator', memberId)<Person>(`/people/${personId}`)
    expect(body).toMatchObject({ name: 'Margaret Hale', phone: '07700 900123', accessNeeds: ['large-print'] })
    expect(body).not.toHaveProperty('postcode')
  })

  test.each(['declined', 'concluded'] as const)('R10 what was %s is closed to the organisation', async (ending) => {
    const { personId, navigatorId } = await registered()
    const { organisationId, memberId } = await organisation(place)
    const referral = referralOf(place, { personId, navigatorId, organisationId })
    await referral.sent()
    if (ending === 'concluded') await referral.accepted()
    await referral[ending]()
    await place.caughtUp()
    expect((await place.as('provider', memberId)(`/people/${personId}`)).status).toBe(404)
  })

  test('R3 withdrawn consent cuts access within 60 s, and the record of who saw what remains', async () => {
    const { personId, navigatorId } = await registered()
    const { organisationId, memberId } = await organisation(place)
    const provider = place.as('provider', memberId)
    const referral = referralOf(place, { personId, navigatorId, organisationId })
    await referral.sent()
    await referral.accepted()
    await until(
      () => provider(`/people/${personId}`),
      ({ status }) => status === 200,
    )
    const at = Date.now()
    await referral.consentWithdrawn()
    await until(
      () => provider(`/people/${personId}`),
      ({ status }) => status === 404,
    )
    expect(Date.now() - at).toBeLessThan(60_000)
    expect((await provider<List<Person>>(`/people?ids=${personId}`)).body.items).toEqual([])
    expect((await provider(`/people/${personId}/access-needs`)).status).toBe(404)
    expect(await accessLog(personId)).toContainEqual(
      expect.objectContaining({ who: { role: 'provider', personId: memberId, organisationId }, why: 'accepted-referral', referralId: referral.referralId }),
    )
    // The navigator who registered the person keeps their right: it does not come from this consent.
    expect((await place.as('navigator', navigatorId)(`/people/${personId}`)).status).toBe(200)
  })

  test('R3 an event that comes again changes nothing: what was withdrawn stays closed', async () => {
    const { personId, navigatorId } = await registered()
    const { organisationId, memberId } = await organisation(place)
    const referral = referralOf(place, { personId, navigatorId, organisationId })
    const events = [await referral.sent(), await referral.accepted(), await referral.consentWithdrawn()]
    for (const event of events) await place.tellAgain(ReferralSent, event)
    await place.caughtUp()
    expect((await place.as('provider', memberId)(`/people/${personId}`)).status).toBe(404)
  })
})

describe('I1 each reading is logged before its answer leaves', () => {
  test('I1 a resident sees who read which fields, when, why and through which referral; newest first, in pages', async () => {
    const { personId, navigatorId, navigator, resident } = await registered({ email: undefined })
    await navigator(`/people/${personId}`)
    await navigator(`/people?ids=${personId}`)
    await navigator(`/people/${personId}/access-needs`)
    await place.asService('notification')(`/people/${personId}/contact`)
    await resident('/people/me')
    const items = await accessLog(personId)
    expect(items.map(({ who, why, fields }) => ({ who, why, fields }))).toEqual(
      [
        {
          who: { role: 'navigator', personId: navigatorId },
          why: 'registered',
          fields: ['name', 'phone', 'postcode', 'access-needs', 'language', 'contact-preferences'],
        },
        { who: { role: 'navigator', personId: navigatorId }, why: 'registered', fields: ['name'] },
        { who: { role: 'navigator', personId: navigatorId }, why: 'registered', fields: ['access-needs', 'language'] },
        { who: { role: 'service', service: 'notification' }, why: 'service', fields: ['name', 'phone', 'language', 'access-needs'] },
      ].toReversed(),
    )
    const page = (await resident<List<Entry>>(`/people/${personId}/access-log?limit=3`)).body
    expect(page.items).toEqual(items.slice(0, 3))
    expect((await resident<List<Entry>>(`/people/${personId}/access-log?limit=3&after=${encodeURIComponent(page.after ?? '')}`)).body.items).toEqual(
      items.slice(3),
    )
    const foreign = await resident<Problem>(`/people/${personId}/access-log?after=made-up`)
    expect([foreign.status, foreign.body.errors?.[0]?.pointer]).toEqual([400, '/after'])
  })

  test('I1 what cannot be logged is not shown', async () => {
    const { personId, navigator, resident } = await registered()
    place.full.add('access-log')
    for (const ask of [
      navigator(`/people/${personId}`),
      navigator(`/people?ids=${personId}`),
      resident('/people/me'),
      place.asService('notification')(`/people/${personId}/contact`),
    ]) {
      const { status, body } = await ask
      expect(status).toBe(503)
      expect(JSON.stringify(body)).not.toContain('Margaret')
    }
    place.full.clear()
    expect((await navigator(`/people/${personId}`)).status).toBe(200)
  })

  test('I1 nobody reads another’s log', async () => {
    const { personId, navigator } = await registered()
    expect((await navigator(`/people/${personId}/access-log`)).status).toBe(404)
    expect((await place.as('administrator', newId())(`/people/${personId}/access-log`)).status).toBe(404)
  })

  test('I1 a refused reading shows nothing and logs nothing', async () => {
    const { personId } = await registered()
    expect((await place.as('navigator', newId())(`/people/${personId}`)).status).toBe(404)
    expect(await accessLog(personId)).toEqual([])
  })

  test('I1 contact is for the services that write to people, and for nobody else', async () => {
    const { personId, navigator } = await registered({ email: 'm@place.example' })
    const { body } = await place.asService('identity')(`/people/${personId}/contact`)
    expect(body).toEqual({
      name: 'Margaret Hale',
      email: 'm@place.example',
      phone: '07700 900123',
      language: 'en',
      demonstration: false,
      accessNeeds: ['large-print'],
    })
    expect((await place.asService('web')(`/people/${personId}/contact`)).status).toBe(403)
    expect((await navigator(`/people/${personId}/contact`)).status).toBe(403)
    expect((await place.asService('notification')(`/people/${newId()}/contact`)).status).toBe(404)
  })

  test('R5 I1 how to reach several people is read at a time, each reading of each is theirs to see, and whoever is not there is left out', async () => {
    const [one, other] = [await registered({ email: 'm@place.example' }), await registered({ name: 'Ali', phone: undefined })]
    const ask = place.asService('notification')
    const ids = [one.personId, newId(), other.personId, one.personId]
    const { body } = await ask<List<{ name: string }>>(`/people/contacts?ids=${ids}`)
    expect(body.items.toSorted((some, more) => more.name.localeCompare(some.name))).toEqual([
      {
        ...{ personId: one.personId, name: 'Margaret Hale', email: 'm@place.example', phone: '07700 900123' },
        ...{ language: 'en', demonstration: false, accessNeeds: ['large-print'] },
      },
      { personId: other.personId, name: 'Ali', language: 'en', demonstration: false, accessNeeds: ['large-print'] },
    ])
    for (const { personId, fields } of [
      { personId: one.personId, fields: ['name', 'email', 'phone', 'language', 'access-needs'] },
      { personId: other.personId, fields: ['name', 'language', 'access-needs'] },
    ])
      expect(await accessLog(personId)).toMatchObject([{ who: { role: 'service', service: 'notification' }, why: 'service', fields }])
    const many = Array.from({ length: 51 }, newId)
    expect((await ask(`/people/contacts?ids=${many.slice(1)}`)).body).toEqual({ items: [] })
    for (const refused of [`?ids=${many}`, '?ids=me', '?ids=', '', `?ids=${one.personId}&all=true`])
      expect((await ask(`/people/contacts${refused}`)).status).toBe(400)
    for (const asked of [place.asService('web'), one.navigator, one.resident]) expect((await asked(`/people/contacts?ids=${one.personId}`)).status).toBe(403)
  })
})

describe('I1 changing details', () => {
  test('I1 a resident replaces their own; what is left out is forgotten, and the events name fields only', async () => {
    const { personId, resident } = await registered({ email: 'm@place.example' })
    const { etag } = await resident('/people/me')
    const next = { name: 'Margaret Thornton', language: 'cy', accessNeeds: ['bsl', 'bsl'], contactPreferences: { ways: ['letter'], note: 'After two' } }
    const changed = await resident('/people/me', { method: 'PUT', body: next, headers: { 'if-match': etag ?? '' } })
    expect({ ...changed.body, status: changed.status, etag: changed.etag }).toEqual({ personId, status: 200, etag: '"2"' })
    expect((await resident<Person>('/people/me')).body).toEqual({ personId, ...next, accessNeeds: ['bsl'] })
  })

  test('I1 a change made on an old reading is refused: 412', async () => {
    const { resident } = await registered()
    await resident('/people/me', { method: 'PUT', body: { name: 'One' }, headers: { 'if-match': '"1"' } })
    const stale = await resident<Problem>('/people/me', { method: 'PUT', body: { name: 'Two' }, headers: { 'if-match': '"1"' } })
    expect([stale.status, stale.body.code]).toEqual([412, 'stale'])
    expect((await resident<Person>('/people/me')).body.name).toBe('One')
  })

  test('I1 a navigator mends the details of a resident they registered, until the resident has an account', async () => {
    const { personId, navigator } = await registered()
    expect((await navigator(`/people/${personId}`, { method: 'PUT', body: { ...margaret, phone: '07700 900456' } })).status).toBe(200)
    expect((await place.as('navigator', newId())(`/people/${personId}`, { method: 'PUT', body: margaret })).status).toBe(404)
    const accountId = newId()
    await place.tell(AccountOpened, accountId, { accountId, personId, role: 'resident', how: 'invitation' })
    await place.caughtUp()
    expect((await navigator(`/people/${personId}`, { method: 'PUT', body: margaret })).status).toBe(200)
    await place.tell(AccountPasswordChosen, accountId, { accountId, personId })
    await place.caughtUp()
    const refused = await navigator<Problem>(`/people/${personId}`, { method: 'PUT', body: margaret })
    expect([refused.status, refused.body.code]).toEqual([409, 'kept-by-themselves'])
  })

  test('I1 who is signed in and not known here has no details, and makes none by changing them', async () => {
    const nobody = place.as('resident', newId())
    expect((await nobody('/people/me')).status).toBe(404)
    expect((await nobody('/people/me', { method: 'PUT', body: { name: 'Ghost' } })).status).toBe(404)
  })
})

describe('R2 a caseload, and inviting', () => {
  test('R2 a navigator lists those they registered, the latest first, with whether they have an account', async () => {
    const navigatorId = newId()
    const navigator = place.as('navigator', navigatorId)
    const names = ['Ann', 'Ben', 'Cy']
    const ids: string[] = []
    for (const name of names) ids.push((await navigator<{ personId: string }>('/people', { body: { name } })).body.personId)
    const accountId = newId()
    await place.tell(AccountOpened, accountId, { accountId, personId: ids[1] ?? '', role: 'resident', how: 'sign-up' })
    await place.caughtUp()
    const first = (await navigator<List<Person & { hasAccount: boolean }>>('/people?limit=2')).body
    expect(first.items.map(({ name, hasAccount }) => [name, hasAccount])).toEqual([
      ['Cy', false],
      ['Ben', true],
    ])
    const rest = (await navigator<List<Person>>(`/people?limit=2&after=${encodeURIComponent(first.after ?? '')}`)).body
    expect(rest.items.map(({ name }) => name)).toEqual(['Ann'])
    await place.tell(AccountClosed, accountId, { accountId, personId: ids[1] ?? '', closedBy: newId() })
    await place.caughtUp()
    expect((await navigator<List<{ hasAccount: boolean }>>(`/people?ids=${ids[1]}`)).body.items[0]?.hasAccount).toBe(false)
    expect((await place.as('navigator', newId())<List<Person>>('/people')).body.items).toEqual([])
    expect((await place.as('resident', newId())('/people')).status).toBe(403)
  })

  test('R2 more than 50 ids, or what is no id, is refused', async () => {
    const navigator = place.as('navigator', newId())
    expect((await navigator(`/people?ids=${Array.from({ length: 51 }, newId).join()}`)).status).toBe(400)
    expect((await navigator('/people?ids=everybody')).status).toBe(400)
  })

  test('R2 an invitation needs an address, keeps a new one, and comes once', async () => {
    const { personId, navigator } = await registered()
    const missing = await navigator<Problem>(`/people/${personId}/invitation`, { body: {} })
    expect([missing.status, missing.body.code, missing.body.errors?.[0]?.pointer]).toEqual([422, 'email-missing', '/email'])
    const headers = { 'idempotency-key': newId() }
    const invited = await navigator<{ invitationId: string; expiresAt: string }>(`/people/${personId}/invitation`, {
      body: { email: 'm@place.example' },
      headers,
    })
    expect(invited.status).toBe(201)
    expect(Date.parse(invited.body.expiresAt)).toBeGreaterThan(Date.now() + 13 * 86_400_000)
    expect((await navigator(`/people/${personId}/invitation`, { body: { email: 'm@place.example' }, headers })).body).toEqual(invited.body)
    expect((await navigator<Person>(`/people/${personId}`)).body.email).toBe('m@place.example')
    expect((await place.as('navigator', newId())(`/people/${personId}/invitation`, { body: {} })).status).toBe(404)
    const accountId = newId()
    await place.tell(AccountOpened, accountId, { accountId, personId, role: 'resident', how: 'invitation' })
    await place.caughtUp()
    // Not taken up: the link may have run out, or never have arrived.
    expect((await navigator(`/people/${personId}/invitation`, { body: {} })).status).toBe(201)
    await place.tell(AccountPasswordChosen, accountId, { accountId, personId })
    await place.caughtUp()
    const again = await navigator<Problem>(`/people/${personId}/invitation`, { body: {} })
    expect([again.status, again.body.code]).toEqual([409, 'account-exists'])
  })

  test('R2 where no mail leaves, the navigator who registered somebody gets the link of their invitation to hand over, and nobody else does', async () => {
    const { personId, navigator, navigatorId } = await registered()
    const path = `/people/${personId}/invitation/link`
    expect((await navigator<Problem>(path, { method: 'POST' })).body.code).toBe('email-missing')
    await navigator(`/people/${personId}/invitation`, { body: { email: 'm@place.example' } })
    place.identity.asked.length = 0
    const headers = { 'idempotency-key': newId() }
    for (const _ of [1, 2]) expect(await navigator(path, { method: 'POST', headers })).toMatchObject({ status: 201, body: place.identity.answer.body })
    const [first, second] = place.identity.asked as { key: string }[]
    expect(first).toMatchObject({ personId, handedOverBy: navigatorId })
    expect(second?.key).toBe(first?.key)
    expect((await place.as('navigator', newId())(path, { method: 'POST' })).status).toBe(404)
    expect((await place.as('resident', personId)(path, { method: 'POST' })).status).toBe(403)
    expect(place.identity.asked).toHaveLength(2)
    const answer = place.identity.answer
    place.identity.answer = { status: 409, body: { code: 'mail-is-sent' } }
    expect(await navigator<Problem>(path, { method: 'POST' })).toMatchObject({ status: 409, body: { code: 'mail-is-sent' } })
    place.identity.answer = answer
    expect(place.logLines.join()).not.toContain('token=secret')
  })

  test('I1 an administrator who found an account by its address is shown to its person; only the identity service says so', async () => {
    const { personId } = await registered()
    const readBy = newId()
    expect((await place.asService('identity')(`/people/${personId}/readings`, { body: { readBy } })).status).toBe(204)
    expect(await accessLog(personId)).toMatchObject([{ who: { role: 'administrator', personId: readBy }, why: 'account-search', fields: ['email'] }])
    expect((await place.asService('notification')(`/people/${personId}/readings`, { body: { readBy } })).status).toBe(403)
    expect((await place.as('administrator', readBy)(`/people/${personId}/readings`, { body: { readBy } })).status).toBe(403)
    expect((await place.asService('identity')(`/people/${newId()}/readings`, { body: { readBy } })).status).toBe(404)
  })

  test('R2 whoever a demonstration navigator registers is never a real person to write to', async () => {
    const identity = place.asService('identity')
    const { body: ruth } = await identity<{ personId: string }>('/people', { body: { name: 'Ruth', how: 'demonstration', role: 'navigator' } })
    const { body: resident } = await place.as('navigator', ruth.personId)<{ personId: string }>('/people', { body: { ...margaret, how: 'by-navigator' } })
    expect((await identity(`/people/${resident.personId}/contact`)).body).toMatchObject({ demonstration: true })
  })
})

describe('R3 what a referral opens just now', () => {
  test('R3 those who have to do with it are told how it goes; everybody else learns nothing', async () => {
    const { personId, navigatorId, navigator, resident } = await registered()
    const { organisationId, memberId } = await organisation(place)
    const referral = referralOf(place, { personId, navigatorId, organisationId })
    const states = async () => {
      await place.caughtUp()
      const look = async (ask: ReturnType<Place['as']>) => (await ask<{ access: string }>(`/referrals/${referral.referralId}/access`)).body.access
      return Promise.all([resident, navigator, place.as('provider', memberId), place.as('provider', newId()), place.as('navigator', newId())].map(look))
    }
    expect(await states()).toEqual(['none', 'none', 'none', 'none', 'none'])
    await referral.sent()
    expect(await states()).toEqual(['asked', 'asked', 'none', 'none', 'none'])
    await referral.accepted()
    expect(await states()).toEqual(['open', 'open', 'open', 'none', 'none'])
    await referral.consentWithdrawn()
    expect(await states()).toEqual(['none', 'none', 'none', 'none', 'none'])
    expect(await accessLog(personId)).toEqual([])
    expect((await place.as('administrator', newId())(`/referrals/${referral.referralId}/access`)).status).toBe(403)
  })
})

describe('I1 who may at all', () => {
  const roles = ['resident', 'provider', 'navigator', 'coordinator', 'commissioner', 'administrator'] as const
  test('I1 every role reads itself, nobody is read without a right, and nobody unsigned gets in', async () => {
    const { personId } = await registered()
    for (const role of roles) {
      const { body } = await place.asService('identity')<{ personId: string }>('/people', { body: { name: role, how: 'self', role } })
      const self = place.as(role, body.personId)
      expect((await self('/people/me')).status).toBe(200)
      expect((await self(`/people/${body.personId}/access-log`)).status).toBe(200)
      expect([403, 404]).toContain((await self(`/people/${personId}`)).status)
      expect([403, 404]).toContain((await self(`/people/${personId}/access-needs`)).status)
      expect([403, 404]).toContain((await self(`/people/${personId}`, { method: 'PUT', body: margaret })).status)
      if (role !== 'administrator') expect([403, 404]).toContain((await self(`/people/${personId}/invitation`, { body: {} })).status)
    }
    for (const path of ['/people/me', `/people/${personId}`, `/people?ids=${personId}`, `/people/${personId}/contact`, `/people/${personId}/access-log`])
      expect((await place.asAnyone(path)).status).toBe(401)
  })

  test('I1 a token of another issuer, for somebody else, or one that has ended is refused', async () => {
    const { personId } = await registered()
    const token = await place.tokenFor(personId, 'resident')
    const ask = (bearer: string) => request(place.server()).get('/api/people/people/me').set('authorization', `Bearer ${bearer}`)
    expect((await ask(token)).status).toBe(200)
    place.clock.aheadMs += 11 * 60_000
    expect((await ask(token)).status).toBe(401)
    expect((await ask(`${token.slice(0, -4)}AAAA`)).status).toBe(401)
  })

  test('I1 its OpenAPI document names every route, and it says when it is ready', async () => {
    const document = await request(place.server()).get('/api/people/openapi.json')
    expect(Object.keys(document.body.paths).sort()).toEqual([
      '/people',
      '/people/contacts',
      '/people/me',
      '/people/{id}',
      '/people/{id}/access-log',
      '/people/{id}/access-needs',
      '/people/{id}/contact',
      '/people/{id}/invitation',
      '/people/{id}/invitation/link',
      '/people/{id}/readings',
      '/referrals/{id}/access',
    ])
    expect((await request(place.server()).get('/api/people/readyz')).status).toBe(200)
  })
})

describe('I1 what must hold over everything stored', () => {
  const check = async (name: string) => {
    const invariant = place.service().invariants.find((one) => one.name === name)
    if (!invariant) throw new Error(`There is no invariant ${name}`)
    return invariant.check()
  }

  test('I1 every invariant holds, and a rebuilt read model is the same', async () => {
    const { personId, navigatorId } = await registered()
    const { organisationId } = await organisation(place)
    const referral = referralOf(place, { personId, navigatorId, organisationId })
    await referral.sent()
    await referral.accepted()
    await place.caughtUp()
    for (const invariant of place.service().invariants) expect({ name: invariant.name, ...(await invariant.check()) }).toMatchObject({ violations: 0 })
    for (const model of place.service().readModels) {
      const before = await model.digest()
      await model.rebuild()
      expect({ name: model.name, digest: await model.digest() }).toEqual({ name: model.name, digest: before })
    }
  })

  test('I1 an entitlement that no event gave is found', async () => {
    const name = 'people: every entitlement follows from an event'
    expect(await check(name)).toMatchObject({ violations: 0 })
    const { service, fields = {}, indexes = {} } = entitlementModel
    const inBody = Object.fromEntries(Object.entries(fields).map(([field, definition]) => [field, { ...definition, path: `body.${definition.path}` }]))
    const generations = (await place.ports().documents.collectionNames(service)).filter((name) => /^entitlements-[0-9]+$/.test(name))
    expect(generations.length).toBeGreaterThan(0)
    for (const generation of generations) {
      const forged = await place.ports().documents.collection({
        service,
        name: generation,
        fields: { ...inBody, unborn: { path: 'unborn', type: 'boolean' } },
        indexes: { ...indexes, 'still-unborn': { fields: ['unborn'], sparse: true } },
      })
      await forged.insert('referral/forged', { body: { personId: newId(), because: 'referred', since: '', organisationId: newId() }, applied: [] })
    }
    expect(await check(name)).toMatchObject({ violations: 1, examples: ['referral/forged'] })
  })
})
