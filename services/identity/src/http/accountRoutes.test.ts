import { eventually, openTestPlace, type TestPlace } from '../testPlace.ts'

let place: TestPlace
beforeAll(async () => {
  place = await openTestPlace()
})
afterAll(() => place.stop())

const password = 'correct horse battery'
const signUp = (email: string, more: Record<string, unknown> = {}) =>
  place.api('POST', '/accounts', { body: { name: 'Ann Example', email, password, role: 'resident', ...more } })
const opened = async (how: string) => (await place.events('account.opened.v1')).filter(({ data }) => data.how === how)

describe('the first administrator', () => {
  const body = (code: string) => ({ code, name: 'Ada First', email: 'ada@example.org', password })
  test('a place without administrators shows a code, the same after each start', async () => {
    const first = await place.identity.firstAdministratorCode()
    expect(first).toMatch(/^[2-9A-HJ-NP-Z]{5}(-[2-9A-HJ-NP-Z]{5}){3}$/)
    await place.restart()
    expect(await place.identity.firstAdministratorCode()).toBe(first)
  })
  test('another code opens nothing', async () =>
    expect((await place.api('POST', '/first-administrator', { body: body('AAAAA-AAAAA-AAAAA-AAAAA') })).body).toMatchObject({
      code: 'code-not-right',
      errors: [{ pointer: '/code' }],
    }))
  test('the code opens one administrator, and a repeat gives the same answer', async () => {
    const code = (await place.identity.firstAdministratorCode()) ?? ''
    const headers = { 'idempotency-key': 'first-administrator' }
    const answer = await place.api('POST', '/first-administrator', { body: body(code.toLowerCase().replaceAll('-', ' ')), headers })
    expect(answer).toMatchObject({ status: 201, body: { accountId: expect.any(String), personId: expect.any(String) } })
    expect(await place.identity.firstAdministratorCode()).toBeUndefined()
    expect(place.people.get(answer.body.personId)).toMatchObject({ name: 'Ada First', email: 'ada@example.org', role: 'administrator' })
    expect((await place.api('POST', '/first-administrator', { body: body(code.toLowerCase().replaceAll('-', ' ')), headers })).body).toEqual(answer.body)
  })
  test('nobody becomes first administrator afterwards', async () => {
    expect(await place.api('POST', '/first-administrator', { body: body('AAAAA-AAAAA-AAAAA-AAAAA') })).toMatchObject({
      status: 409,
      body: { code: 'administrator-exists' },
    })
    await place.restart()
    expect(await place.identity.firstAdministratorCode()).toBeUndefined()
  })
})

describe('signing up', () => {
  test('a stranger gets an account that waits for their address to be shown', async () => {
    const { url, token } = await place.linkFrom('verify-email', async () =>
      expect(await signUp('stranger@example.org', { postcode: 'm33 7zf' })).toMatchObject({ status: 202, body: {} }),
    )
    const [event] = await eventually(async () => ((found) => found.length > 0 && found)(await opened('sign-up')))
    expect(place.people.get(String(event?.data.personId))).toMatchObject({ email: 'stranger@example.org', how: 'self', postcode: 'M33 7ZF' })
    expect(url).toBe(`${place.url}/verify-email?token=${token}`)
    expect(await place.api('POST', '/verifications', { body: { token } })).toMatchObject({ status: 200 })
    expect(await place.api('POST', '/verifications', { body: { token } })).toMatchObject({ status: 200 })
  })
  test('who signs up with a known address is told the same, and its owner gets a link for a new password', async () => {
    const before = (await opened('sign-up')).length
    const people = place.people.size
    const { url } = await place.linkFrom('reset-password', async () => expect(await signUp(' Stranger@Example.ORG ')).toMatchObject({ status: 202, body: {} }))
    expect(url).toContain('/new-password?token=')
    expect((await opened('sign-up')).length).toBe(before)
    expect(place.people.size).toBe(people)
  })
  test('the same request twice opens one account; with another body it is refused', async () => {
    const before = (await opened('sign-up')).length
    const headers = { 'idempotency-key': 'sign-up-twice' }
    const body = { name: 'Ben Twice', email: 'twice@example.org', password, role: 'provider' }
    expect((await place.api('POST', '/accounts', { body, headers })).status).toBe(202)
    expect((await place.api('POST', '/accounts', { body, headers })).status).toBe(202)
    await place.restart()
    expect((await place.api('POST', '/accounts', { body, headers })).status).toBe(202)
    expect(await place.api('POST', '/accounts', { body: { ...body, name: 'Eve' }, headers })).toMatchObject({
      status: 422,
      body: { code: 'idempotency-key-reused' },
    })
    await place.identity.settled()
    expect((await opened('sign-up')).length).toBe(before + 1)
  })
  test('while the people service is away a sign-up waits, and is met afterwards', async () => {
    const before = (await opened('sign-up')).length
    place.peopleAway.value = true
    expect((await signUp('later@example.org')).status).toBe(202)
    await place.identity.settled()
    await place.restart()
    expect((await opened('sign-up')).length).toBe(before)
    place.peopleAway.value = false
    await eventually(async () => (await opened('sign-up')).length === before + 1)
  })
  test('two who sign up with one address at the same moment get one account', async () => {
    const before = (await opened('sign-up')).length
    await Promise.all([signUp('race@example.org'), signUp('race@example.org'), signUp('race@example.org')])
    await place.identity.settled()
    expect((await opened('sign-up')).length).toBe(before + 1)
  })
  test.each([
    ['a short password', { password: 'short' }, 422, 'password-too-short'],
    ['a common password', { password: 'password123' }, 422, 'password-too-common'],
    ['a role that is given by administrators only', { role: 'administrator' }, 400, 'invalid-request'],
    ['an address that is none', { email: 'not an address' }, 400, 'invalid-request'],
    ['an operator in place of text', { email: { $ne: null } }, 400, 'invalid-request'],
    ['control characters in the name', { name: 'Ann\u0000' }, 400, 'invalid-request'],
    ['a postcode that is none', { postcode: '12345' }, 400, 'invalid-request'],
    ['a field that is not known', { isAdministrator: true }, 400, 'invalid-request'],
  ])('%s is refused and changes nothing', async (_what, change, status, code) => {
    const before = (await place.events()).length
    expect(await signUp('refused@example.org', change)).toMatchObject({ status, body: { code } })
    await place.identity.settled()
    expect((await place.events()).length).toBe(before)
  })
})

describe('a forgotten password', () => {
  const ask = (email: string) => place.api('POST', '/password-requests', { body: { email } })
  const linkFor = (email: string) => place.linkFrom('reset-password', () => ask(email))
  test('the answer is the same whether the address is known or not', async () => {
    const [known, unknown] = [await ask('twice@example.org'), await ask('nobody@example.org')]
    expect([known.status, known.body]).toEqual([202, {}])
    expect([unknown.status, unknown.body]).toEqual([known.status, known.body])
  })
  test('the link gives a new password once, and is not there for the message any more', async () => {
    const { token, challengeId } = await linkFor('later@example.org')
    expect(await place.api('POST', '/passwords', { body: { token, password: 'short' } })).toMatchObject({ status: 422, body: { code: 'password-too-short' } })
    expect((await place.api('POST', '/passwords', { body: { token, password: 'another horse battery' } })).status).toBe(200)
    expect(await place.api('POST', '/passwords', { body: { token, password: 'a third horse battery' } })).toMatchObject({
      status: 422,
      body: { code: 'link-ended' },
    })
    await expect(place.asService('notification').call('identity', 'GET', `/challenges/${challengeId}/link`)).rejects.toMatchObject({ kind: 'not-found' })
  })
  test('a repeat under the same key is answered as the first time', async () => {
    place.clock.aheadMs += 61_000
    const { token } = await linkFor('later@example.org')
    const headers = { 'idempotency-key': 'new-password' }
    const body = { token, password: 'a fourth horse battery' }
    expect((await place.api('POST', '/passwords', { body, headers })).status).toBe(200)
    expect((await place.api('POST', '/passwords', { body, headers })).status).toBe(200)
    expect((await place.api('POST', '/passwords', { body: { ...body, password: 'a fifth horse battery' }, headers })).body.code).toBe('idempotency-key-reused')
  })
  test('a made-up token is refused', async () =>
    expect(await place.api('POST', '/passwords', { body: { token: 'A'.repeat(75), password } })).toMatchObject({ status: 422, body: { code: 'link-ended' } }))
  test('an hour later the link has ended', async () => {
    const { token, challengeId, personId } = await linkFor('race@example.org')
    place.clock.aheadMs += 3_600_000
    expect(await place.api('POST', '/passwords', { body: { token, password } })).toMatchObject({ status: 422, body: { code: 'link-ended' } })
    expect(await place.asService('notification').call('identity', 'GET', `/challenges/${challengeId}/link`)).toEqual({
      purpose: 'reset-password',
      personId,
      stillTrue: false,
    })
  })
})

test('only the notification service reads a link', async () => {
  const path = `/challenges/${(await place.events('account.challenge-issued.v1'))[0]?.data.challengeId}/link`
  await expect(place.asService('people').call('identity', 'GET', path)).rejects.toMatchObject({ kind: 'forbidden' })
  expect((await place.api('GET', path)).status).toBe(401)
})
test('too many sign-ups from one address are slowed down', async () => {
  const answers: number[] = []
  const body = { name: 'Mallory', email: 'x', password: 'short', role: 'resident' }
  for (let n = 0; n < 25; n += 1) answers.push((await place.api('POST', '/accounts', { body, headers: { 'x-forwarded-for': '203.0.113.9' } })).status)
  expect(answers.slice(0, 20)).not.toContain(429)
  expect(answers.slice(20)).toEqual(Array(5).fill(429))
})
test('what must hold over the stored accounts holds', async () => {
  for (const { name, check } of place.identity.invariants)
    expect([name, await check()]).toEqual([name, { checked: expect.any(Number), violations: 0, examples: [] }])
})
