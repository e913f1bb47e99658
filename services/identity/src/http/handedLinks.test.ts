import { authorizationRequest, eventually, formOf, openBrowser, openTestPlace, type TestPlace } from '../testPlace.ts'

const password = 'correct horse battery'
const demonstration = [
  { role: 'administrator', name: 'Ada', username: 'ada@example.org', password },
  { role: 'navigator', name: 'Nora', username: 'nora@example.org', password },
] as const

let place: TestPlace
let administrator: { bearer: string; personId: string }
let navigator: { bearer: string; personId: string }
beforeAll(async () => {
  place = await openTestPlace()
  const accounts = await place.identity.openDemonstrationAccounts(demonstration)
  const as = async ({ clientId, clientSecret, personId }: (typeof accounts)[number]) => {
    const granted = await fetch(`${place.issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`, 'content-type': 'application/x-www-form-urlencoded' },
      body: 'grant_type=client_credentials',
    })
    return { bearer: ((await granted.json()) as { access_token: string }).access_token, personId }
  }
  administrator = await as(accounts[0]!)
  navigator = await as(accounts[1]!)
})
afterAll(() => place.stop())
beforeEach(() => {
  place.mail.sends = false
})

const openFor = async (email: string, role = 'navigator') =>
  (await place.api('POST', '/accounts/for-another', { bearer: administrator.bearer, body: { name: 'Nell', email, role } })).body.accountId as string
const vouch = (accountId: string, headers: Record<string, string> = {}) =>
  place.api('POST', `/accounts/${accountId}/vouching`, { bearer: administrator.bearer, headers })
const tokenIn = (url: string) => new URL(url).searchParams.get('token') ?? ''
const account = async (accountId: string) => (await place.api('GET', `/accounts/${accountId}`, { bearer: administrator.bearer })).body
/** The page that follows a sign-in: the code for the web pages, or a page that says what is missing. */
const signIn = async (email: string, word: string) => {
  const browser = openBrowser()
  const page = await browser.open(authorizationRequest(place).url)
  return browser.send(formOf(page), { email, password: word }, (url) => url.startsWith(`${place.url}/signed-in`))
}

describe('an account that nobody has a password for', () => {
  test('is vouched for with a link to hand over; whoever gets it chooses a password and signs in', async () => {
    const accountId = await openFor('nell@example.org')
    expect(await account(accountId)).toMatchObject({ verified: false, hasPassword: false, how: 'by-administrator', openedAt: expect.any(String) })
    const { status, body } = await vouch(accountId)
    expect(status).toBe(200)
    expect(body.link.url).toContain(`${place.url}/take-up-invitation?token=`)
    expect(await account(accountId)).toMatchObject({ verified: true, hasPassword: false })
    const chosen = { token: tokenIn(body.link.url), password: 'a quiet lantern' }
    expect((await place.api('POST', '/invitations/acceptance', { body: chosen })).status).toBe(200)
    expect(await place.api('POST', '/invitations/acceptance', { body: chosen })).toMatchObject({ status: 422, body: { code: 'link-ended' } })
    expect((await signIn('nell@example.org', 'a quiet lantern')).location).toContain('code=')
    expect((await vouch(accountId)).body).toEqual({})
  })
  test('the same request twice gives the same link; another request another one, and both work until one is used', async () => {
    const accountId = await openFor('twice@example.org')
    const headers = { 'idempotency-key': 'vouch-for-twice' }
    const first = (await vouch(accountId, headers)).body.link.url
    expect((await vouch(accountId, headers)).body.link.url).toBe(first)
    const second = (await vouch(accountId)).body.link.url
    expect(second).not.toBe(first)
    expect((await place.api('POST', '/invitations/acceptance', { body: { token: tokenIn(first), password: 'a quiet lantern' } })).status).toBe(200)
    expect((await place.api('POST', '/invitations/acceptance', { body: { token: tokenIn(second), password: 'a quiet lantern' } })).status).toBe(422)
    expect((await vouch(accountId, headers)).body).toEqual({})
  })
  test('the link is told of without its secret, with who hands it over, and no log line has it', async () => {
    const accountId = await openFor('secret@example.org')
    const { url } = (await vouch(accountId)).body.link
    const events = await eventually(async () => {
      const told = (await place.events('account.challenge-issued.v1')).filter(({ subject }) => subject === accountId)
      return told.length === 2 && told
    })
    expect(events.map(({ data }) => data.handedOverBy)).toEqual([undefined, administrator.personId])
    expect(JSON.stringify(events)).not.toContain(tokenIn(url))
    expect(place.logLines.join()).not.toContain(tokenIn(url))
  })
})

describe('where no e-mail leaves the place', () => {
  test('an administrator hands over a link for a new password; where mail is sent they get none', async () => {
    await place.linkFrom('verify-email', () => place.api('POST', '/accounts', { body: { name: 'Ann', email: 'ann@example.org', password, role: 'resident' } }))
    await place.identity.settled()
    const found = await place.api('POST', '/accounts/search', { bearer: administrator.bearer, body: { email: 'ann@example.org' } })
    const path = `/accounts/${found.body.accountId}/password-link`
    place.mail.sends = true
    expect(await place.api('POST', path, { bearer: administrator.bearer })).toMatchObject({ status: 409, body: { code: 'mail-is-sent' } })
    place.mail.sends = undefined
    expect((await place.api('POST', path, { bearer: administrator.bearer })).status).toBe(503)
    place.mail.sends = false
    expect((await place.api('POST', path, { bearer: navigator.bearer })).status).toBe(403)
    const { body } = await place.api('POST', path, { bearer: administrator.bearer })
    expect(body.url).toContain('/new-password?token=')
    expect((await place.api('POST', '/passwords', { body: { token: tokenIn(body.url), password: 'a quiet lantern' } })).status).toBe(200)
    const verified = await eventually(async () => (await place.events('account.verified.v1')).find(({ subject }) => subject === found.body.accountId))
    expect(verified.data).toMatchObject({ how: 'vouched', vouchedBy: administrator.personId })
    expect((await signIn('ann@example.org', 'a quiet lantern')).location).toContain('code=')
  })
  test('the people service gets the link of an invitation for a navigator to hand over, before or after the news of it has come', async () => {
    const [personId, handedOverBy] = [place.ports.runtime.uuid(), navigator.personId]
    place.people.set(personId, { personId, name: 'Margaret', email: 'margaret@example.org', how: 'by-navigator' })
    const ask = (body: object) => place.asService('people').call<{ url: string }>('identity', 'POST', '/invitations/link', { body })
    const first = await ask({ personId, handedOverBy })
    const second = await ask({ personId, handedOverBy })
    expect(second.url).not.toBe(first.url)
    const opened = await eventually(async () => {
      const told = (await place.events('account.opened.v1')).filter(({ data }) => data.personId === personId)
      return told.length > 0 && told
    })
    expect(opened).toHaveLength(1)
    expect((await place.api('POST', '/invitations/acceptance', { body: { token: tokenIn(second.url), password: 'a quiet lantern' } })).status).toBe(200)
    expect((await signIn('margaret@example.org', 'a quiet lantern')).location).toContain('code=')
    await expect(ask({ personId, handedOverBy })).rejects.toMatchObject({ code: 'account-exists' })
    await expect(ask({ personId: place.ports.runtime.uuid(), handedOverBy })).rejects.toMatchObject({ kind: 'not-found' })
    place.mail.sends = true
    await expect(ask({ personId, handedOverBy })).rejects.toMatchObject({ code: 'mail-is-sent' })
    expect((await place.api('POST', '/invitations/link', { bearer: navigator.bearer, body: { personId, handedOverBy } })).status).toBe(403)
  })
  test('whoever signs in before anybody vouched is told to ask for that, and not to look in their mail', async () => {
    await place.api('POST', '/accounts', { body: { name: 'Ben', email: 'ben@example.org', password, role: 'resident' } })
    await place.identity.settled()
    const page = await signIn('ben@example.org', password)
    expect(page.html).toContain('Ask an administrator of this place to vouch for you')
    expect(page.html).not.toContain('we sent')
    for (const sends of [true, undefined]) {
      place.mail.sends = sends
      expect((await signIn('ben@example.org', password)).html).toContain('open the link in the message that we sent')
    }
  })
})

describe('finding the account of a person who stands before an administrator', () => {
  const find = (email: string, bearer = administrator.bearer) => place.api('POST', '/accounts/search', { bearer, body: { email } })
  test('the exact address finds it however it is written, and the person can see that it was read', async () => {
    const accountId = await openFor('sought@example.org')
    const before = place.readings.length
    expect((await find(' Sought@Example.org ')).body).toMatchObject({ accountId, how: 'by-administrator', openedAt: expect.any(String) })
    expect(place.readings.slice(before)).toEqual([{ personId: (await account(accountId)).personId, readBy: administrator.personId }])
  })
  test.each(['sough@example.org', 'sought@example.or', 'nobody@example.org'])('%s finds nobody', async (email) =>
    expect(await find(email)).toMatchObject({ status: 422, body: { code: 'no-account-with-address', errors: [{ pointer: '/email' }] } }),
  )
  test('while the reading cannot be written down, nothing is found', async () => {
    place.peopleAway.value = true
    expect((await find('sought@example.org')).status).toBe(503)
    place.peopleAway.value = false
  })
  test('nobody else may', async () => expect((await find('sought@example.org', navigator.bearer)).status).toBe(403))
  test('the address is in no log line and no event', async () => {
    expect(place.logLines.join()).not.toMatch(/sought@/i)
    expect(JSON.stringify(await place.events())).not.toMatch(/sought@/i)
  })
  test('accounts are listed with the one opened last first', async () => {
    const last = await openFor('last@example.org')
    const { items } = (await place.api('GET', '/accounts?limit=3', { bearer: administrator.bearer })).body
    expect(items[0].accountId).toBe(last)
  })
})
