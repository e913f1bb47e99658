import { hkdfSync } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import * as openid from 'openid-client'
import {
  authorizationRequest,
  type Browser,
  errorsOf,
  eventually,
  formOf,
  hiddenOf,
  openBrowser,
  openTestPlace,
  type PageAnswer,
  type TestPlace,
} from '../testPlace.ts'
import { createPages } from './pages.ts'

let place: TestPlace
let client: openid.Configuration
const password = 'correct horse battery'
const demonstration = [
  { role: 'administrator', name: 'Demo Administrator', username: 'administrator@example.org', password },
  { role: 'navigator', name: 'Demo Navigator', username: 'navigator@example.org', password },
] as const

beforeAll(async () => {
  place = await openTestPlace()
  await place.identity.openDemonstrationAccounts(demonstration)
  client = await openid.discovery(new URL(place.issuer), 'patchwork-web', secretOf(place), undefined, { execute: [openid.allowInsecureRequests] })
})
afterEach(() => {
  place.clock.aheadMs = 0
  place.clock.standsAt = undefined
})
afterAll(() => place.stop())

const secretOf = ({ ports }: TestPlace) => Buffer.from(hkdfSync('sha256', ports.dataKey, 'patchwork', 'oidc-web-client', 32)).toString('hex')
const isSignedIn = (url: string) => url.startsWith(`${place.url}/signed-in`)
const isSignedOut = (url: string) => url.startsWith(`${place.url}/signed-out`)

const signInPage = async (browser: Browser, extra: Record<string, string> = {}) => {
  const { url, verifier } = authorizationRequest(place, extra)
  return { page: await browser.open(url, isSignedIn), verifier }
}
const signIn = async (browser: Browser, email: string, secret: string, extra: Record<string, string> = {}): Promise<{ page: PageAnswer; verifier: string }> => {
  const { page, verifier } = await signInPage(browser)
  return { page: await browser.send(formOf(page), { email, password: secret }, isSignedIn, extra), verifier }
}
const tokensFor = ({ page, verifier }: { page: PageAnswer; verifier: string }) =>
  openid.authorizationCodeGrant(client, new URL(page.location ?? ''), { pkceCodeVerifier: verifier, expectedState: 'a-state', expectedNonce: 'a-nonce' })
const tokens = async (email: string, secret = password) => tokensFor(await signIn(openBrowser(), email, secret))

const signedUp = (email: string) =>
  place.linkFrom('verify-email', () => place.api('POST', '/accounts', { body: { name: 'Una Verified', email, password, role: 'resident' } }))
const verifiedAccount = async (email: string) => {
  const { token } = await signedUp(email)
  await place.api('POST', '/verifications', { body: { token } })
}
const newPassword = async (email: string, secret: string) => {
  const { token } = await place.linkFrom('reset-password', () => place.api('POST', '/password-requests', { body: { email } }))
  expect((await place.api('POST', '/passwords', { body: { token, password: secret } })).status).toBe(200)
}

describe('discovery', () => {
  test('every address it names is under the issuer, whatever the request says of its host', async () => {
    const response = await fetch(`${place.issuer}/.well-known/openid-configuration`, {
      headers: { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
    })
    const document = (await response.json()) as Record<string, unknown>
    const addresses = Object.entries(document).filter(([name]) => name.endsWith('_endpoint') || name === 'jwks_uri')
    expect(document.issuer).toBe(place.issuer)
    expect(addresses.length).toBeGreaterThan(3)
    for (const [name, address] of addresses) expect([name, String(address)]).toEqual([name, expect.stringMatching(new RegExp(`^${place.issuer}/`))])
  })
  test('the published keys hold nothing private and survive a restart', async () => {
    const keys = async () => ((await (await fetch(`${place.issuer}/jwks`)).json()) as { keys: Record<string, unknown>[] }).keys
    const before = await keys()
    expect(before).toEqual([{ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig', kid: expect.any(String), x: expect.any(String), y: expect.any(String) }])
    await place.restart()
    expect(await keys()).toEqual(before)
  })
})

describe('signing in from the web pages', () => {
  test('a person signs in with code and PKCE and is known to the services', async () => {
    const granted = await tokens('navigator@example.org')
    expect(decodeProtectedHeader(granted.access_token)).toMatchObject({ alg: 'ES256', kid: expect.any(String) })
    const claims = decodeJwt(granted.access_token)
    const [navigator] = [...place.people.values()].filter(({ role }) => role === 'navigator')
    expect(claims).toMatchObject({ iss: place.issuer, aud: 'patchwork', role: 'navigator', person_id: navigator?.personId, account_id: claims.sub })
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(600)
    expect(granted.claims()).toMatchObject({ role: 'navigator', person_id: navigator?.personId })
    const me = await place.api('GET', '/me', { bearer: granted.access_token })
    expect(me).toMatchObject({ status: 200, body: { accountId: claims.sub, personId: navigator?.personId, role: 'navigator', verified: true } })
    expect((await place.api('GET', '/me')).status).toBe(401)
  })
  test('who is signed in is not asked again', async () => {
    const browser = openBrowser()
    await signIn(browser, 'navigator@example.org', password)
    const { page } = await signInPage(browser)
    expect(page.location).toContain('/signed-in?code=')
  })
  test('without PKCE nobody signs in', async () => {
    const page = await openBrowser().open(authorizationRequest(place, { code_challenge: '', code_challenge_method: '' }).url, isSignedIn)
    expect(new URL(page.location ?? '').searchParams.get('error')).toBe('invalid_request')
  })
  test('a code is used once, and its second use ends what came of the first', async () => {
    const signedIn = await signIn(openBrowser(), 'navigator@example.org', password)
    const granted = await tokensFor(signedIn)
    await expect(tokensFor(signedIn)).rejects.toMatchObject({ error: 'invalid_grant' })
    await expect(openid.refreshTokenGrant(client, granted.refresh_token ?? '')).rejects.toMatchObject({ error: 'invalid_grant' })
  })
  test('a refresh token is used once; a second use later ends them all', async () => {
    const first = await tokens('navigator@example.org')
    const second = await openid.refreshTokenGrant(client, first.refresh_token ?? '')
    expect(second.refresh_token).not.toBe(first.refresh_token)
    expect(decodeJwt(second.access_token)).toMatchObject({ role: 'navigator', aud: 'patchwork' })
    place.clock.aheadMs += 12_000
    await expect(openid.refreshTokenGrant(client, first.refresh_token ?? '')).rejects.toMatchObject({ error: 'invalid_grant' })
    await expect(openid.refreshTokenGrant(client, second.refresh_token ?? '')).rejects.toMatchObject({ error: 'invalid_grant' })
  })
  test('pages that are opened at the same moment do not sign their reader out', async () => {
    const { refresh_token = '' } = await tokens('navigator@example.org')
    const [one, two] = await Promise.all([1, 2].map(() => openid.refreshTokenGrant(client, refresh_token)))
    for (const next of [one, two]) expect((await openid.refreshTokenGrant(client, next?.refresh_token ?? '')).access_token).toBeDefined()
  })
  test('sessions outlast a restart', async () => {
    const browser = openBrowser()
    const granted = await tokensFor(await signIn(browser, 'navigator@example.org', password))
    await place.restart()
    expect((await openid.refreshTokenGrant(client, granted.refresh_token ?? '')).access_token).toBeDefined()
    expect((await signInPage(browser)).page.location).toContain('/signed-in?code=')
  })
  test('over plain http on loopback the cookies work without secure, and scripts cannot read them', async () => {
    const browser = openBrowser()
    await signIn(browser, 'navigator@example.org', password)
    const kept = [...browser.cookies.values()].filter(({ name }) => name.startsWith('patchwork_'))
    expect(kept.map(({ name }) => name)).toEqual(expect.arrayContaining(['patchwork_identity', 'patchwork_device']))
    for (const { attributes } of kept) {
      expect(attributes).toMatch(/httponly/i)
      expect(attributes).toMatch(/samesite=lax/i)
      expect(attributes).not.toMatch(/secure/i)
    }
  })
})

describe('signing out', () => {
  test('the web pages end the session and its tokens at once', async () => {
    const browser = openBrowser()
    const granted = await tokensFor(await signIn(browser, 'navigator@example.org', password))
    const url = openid.buildEndSessionUrl(client, { id_token_hint: granted.id_token ?? '', post_logout_redirect_uri: `${place.url}/signed-out`, state: 'bye' })
    expect((await browser.open(url.href, isSignedOut)).location).toBe(`${place.url}/signed-out?state=bye`)
    await expect(openid.refreshTokenGrant(client, granted.refresh_token ?? '')).rejects.toMatchObject({ error: 'invalid_grant' })
    expect((await signInPage(browser)).page.html).toContain('name="password"')
  })
  test('who has no session goes straight back, and nowhere else', async () => {
    const url = (target: string) =>
      `${place.issuer}/session/end?${new URLSearchParams({ client_id: 'patchwork-web', post_logout_redirect_uri: target, state: 'bye' })}`
    expect((await openBrowser().get(url(`${place.url}/signed-out`))).location).toBe(`${place.url}/signed-out?state=bye`)
    expect(await openBrowser().get(url('https://evil.example/'))).toMatchObject({ status: 400, location: undefined })
  })
  test('a link of somebody else’s asks first', async () => {
    const browser = openBrowser()
    await signIn(browser, 'navigator@example.org', password)
    const asked = await browser.open(`${place.issuer}/session/end`)
    expect(asked.html).toContain('Do you want to sign out?')
    expect((await signInPage(browser)).page.location).toContain('/signed-in?code=')
    const again = await browser.open(`${place.issuer}/session/end`)
    const done = await browser.send(formOf(again), { xsrf: hiddenOf(again, 'xsrf'), logout: 'yes' })
    expect(done.html).toContain('You have signed out')
    expect((await signInPage(browser)).page.html).toContain('name="password"')
  })
})

describe('the sign-in page', () => {
  test('it is whole without JavaScript, and nothing of others can run in it', async () => {
    const { page } = await signInPage(openBrowser())
    expect(page.status).toBe(200)
    expect(page.html).toContain('<html lang="en"')
    expect(page.html).toContain(`href="${place.url}/forgotten-password"`)
    expect(page.html).toContain(`href="${place.url}/sign-up"`)
    expect(page.html).not.toContain('<script')
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
    expect(page.headers.get('referrer-policy')).toBe('no-referrer')
    expect(page.headers.get('cache-control')).toBe('no-store')
  })
  test('it speaks Welsh when asked, or by the reader’s cookie, and says that the Welsh is a draft', async () => {
    const asked = (await signInPage(openBrowser(), { ui_locales: 'cy' })).page
    expect(asked.html).toContain('<html lang="cy"')
    expect(asked.html).toContain('Drafft yw’r cyfieithiad hwn')
    const browser = openBrowser()
    browser.cookies.set('language;/', { name: 'language', value: 'cy', path: '/', attributes: '' })
    expect((await signInPage(browser)).page.html).toContain('Mewngofnodi')
  })
  test('it leads to the other language, which then stays', async () => {
    const browser = openBrowser()
    const { page } = await signInPage(browser)
    const link = /<a href="([^"]+)" lang="cy"[^>]*>Cymraeg</.exec(page.html)?.[1] ?? ''
    const welsh = await browser.get(new URL(link, page.url).href)
    expect(welsh.html).toContain('<html lang="cy"')
    expect(welsh.html).toMatch(/<a href="[^"]+lang=en" lang="en"[^>]*>English</)
    expect(browser.cookies.get('language;/')?.value).toBe('cy')
    expect((await browser.send(formOf(welsh), { email: '', password: '' })).html).toContain('Rhowch eich cyfrinair')
    expect((await signInPage(openBrowser())).page.headers.getSetCookie().join()).not.toContain('language=')
  })
  test('it says what to do in an emergency, and that the people of a demonstration place are invented', async () => {
    const { html } = (await signInPage(openBrowser())).page
    for (const said of ['call 999', `href="${place.url}/help-now"`]) expect(html).toContain(said)
    expect(html).not.toContain('Demonstration place')
    const shown = createPages('https://place.example', () => true).signIn({ language: 'en', action: '/identity/interaction/x' })
    expect(shown).toContain('Demonstration place.')
  })
  test('what is missing is said in a summary that links to the field', async () => {
    const { page } = await signIn(openBrowser(), '', '')
    expect(page.status).toBe(400)
    expect(page.html).toContain('<title>Error: Sign in')
    expect(errorsOf(page)).toEqual(['email: Enter your email address', 'password: Enter your password'])
  })
  test('a wrong password and an unknown address are answered alike, and what was typed is kept as text', async () => {
    const wrong = await signIn(openBrowser(), 'navigator@example.org', 'wrong horse battery')
    const unknown = await signIn(openBrowser(), '"><script>alert(1)</script>@example.org', password)
    expect(errorsOf(wrong.page)).toEqual(['email: Email address or password is not right'])
    expect(errorsOf(unknown.page)).toEqual(errorsOf(wrong.page))
    expect(unknown.page.html).not.toContain('<script>')
    expect(wrong.page.html).not.toContain('wrong horse battery')
  })
  test('a page that has timed out says so', async () => {
    const { page } = await signInPage(openBrowser())
    const stranger = openBrowser()
    const answer = await stranger.send(formOf(page), { email: 'navigator@example.org', password })
    expect([answer.status, answer.html]).toEqual([400, expect.stringContaining('This page has timed out')])
  })
  test.each([{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }])('a form from elsewhere is refused: %o', async (headers) => {
    const { page } = await signIn(openBrowser(), 'navigator@example.org', password, headers)
    expect(page.status).toBe(403)
  })
  test.each([{ 'sec-fetch-site': 'same-origin', origin: 'null' }, { origin: 'null' }])(
    'our own form is taken under our own referrer policy: %o',
    async (headers) => {
      expect((await signIn(openBrowser(), 'navigator@example.org', password, headers)).page.location).toContain('code=')
    },
  )
  test('an authorisation request that is wrong shows a page, not what it said', async () => {
    const page = await openBrowser().open(authorizationRequest(place, { redirect_uri: 'https://evil.example/<x>' }).url)
    expect(page.status).toBe(400)
    expect(page.html).toContain('Something went wrong')
    expect(page.html).not.toContain('evil.example')
  })
})

describe('an account that is not verified', () => {
  test('its person is told to look in their mail, and can have the message sent again', async () => {
    const { token } = await signedUp('una@example.org')
    const browser = openBrowser()
    const { page } = await signIn(browser, 'una@example.org', password)
    expect(page.html).toContain('Look in your mail')
    place.clock.aheadMs += 61_000
    const before = (await place.events('account.challenge-issued.v1')).length
    const sent = await browser.send(formOf(page), { again: hiddenOf(page, 'again') })
    expect(sent.html).toContain('We have sent the message again')
    await eventually(async () => (await place.events('account.challenge-issued.v1')).length === before + 1)
    expect((await place.api('POST', '/verifications', { body: { token } })).status).toBe(200)
    expect((await signIn(browser, 'una@example.org', password)).page.location).toContain('code=')
  })
  test('who does not know the password learns nothing of it', async () => {
    await signedUp('una2@example.org')
    expect(errorsOf((await signIn(openBrowser(), 'una2@example.org', 'wrong horse battery')).page)).toEqual(['email: Email address or password is not right'])
  })
  test('a made-up request to send again sends nothing', async () => {
    const browser = openBrowser()
    const { page } = await signIn(browser, 'una2@example.org', password)
    const before = (await place.events()).length
    await browser.send(formOf(page), { again: `${hiddenOf(page, 'again')}A` })
    await place.identity.settled()
    expect((await place.events()).length).toBe(before)
  })
})

describe('wrong passwords', () => {
  const guess = (browser: Browser, email: string) => signIn(browser, email, 'wrong horse battery').then(({ page }) => page.status)
  test('after five, more have to wait; the wait is told and ends', async () => {
    await verifiedAccount('victim@example.org')
    const known = openBrowser()
    expect((await signIn(known, 'victim@example.org', password)).page.location).toContain('code=')
    await known.open(`${place.issuer}/session/end`)
    const stranger = openBrowser()
    // However long the guesses take here, the wait is not over before they are.
    place.clock.standsAt = Date.now()
    const statuses: number[] = []
    for (let n = 0; n < 6; n += 1) statuses.push(await guess(stranger, 'victim@example.org'))
    expect(statuses).toEqual([400, 400, 400, 400, 400, 429])
    const late = await signIn(openBrowser(), 'victim@example.org', password)
    expect([late.page.status, errorsOf(late.page)]).toEqual([429, [expect.stringMatching(/^email: That was tried too often\. Wait \d+ seconds/)]])
    expect(late.page.headers.get('retry-after')).toMatch(/^\d+$/)
    // The person's own browser, which has signed in before, is not kept out.
    const device = [...known.cookies.values()].find(({ name }) => name === 'patchwork_device')
    const own = openBrowser()
    if (device) own.cookies.set('patchwork_device;/identity', device)
    expect((await signIn(own, 'victim@example.org', password)).page.location).toContain('code=')
    place.clock.standsAt += 5_000
    expect((await signIn(openBrowser(), 'victim@example.org', password)).page.location).toContain('code=')
  })
  test('who chooses a new password need not wait for what others guessed', async () => {
    await verifiedAccount('impatient@example.org')
    for (let n = 0; n < 6; n += 1) await guess(openBrowser(), 'impatient@example.org')
    await newPassword('impatient@example.org', 'another horse battery')
    expect((await signIn(openBrowser(), 'impatient@example.org', 'another horse battery')).page.location).toContain('code=')
  })
  test('nobody is kept out for more than five minutes, however often others guess', async () => {
    await verifiedAccount('besieged@example.org')
    for (let n = 0; n < 16; n += 1) {
      await guess(openBrowser(), 'besieged@example.org')
      place.clock.aheadMs += 300_000
    }
    expect(await guess(openBrowser(), 'besieged@example.org')).toBe(400)
    expect(await guess(openBrowser(), 'besieged@example.org')).toBe(429)
    place.clock.aheadMs += 300_000
    expect((await signIn(openBrowser(), 'besieged@example.org', password)).page.location).toContain('code=')
  })
  test('an address that is not known is slowed down just the same', async () => {
    place.clock.standsAt = Date.now()
    const statuses: number[] = []
    for (let n = 0; n < 6; n += 1) statuses.push(await guess(openBrowser(), 'nobody-here@example.org'))
    expect(statuses).toEqual([400, 400, 400, 400, 400, 429])
  })
  test('many guesses from one address are slowed down whatever accounts they try', async () => {
    const browser = openBrowser({ 'x-forwarded-for': '203.0.113.77' })
    const { page } = await signInPage(browser)
    const statuses: number[] = []
    for (let n = 0; n < 105; n += 1) statuses.push((await browser.send(formOf(page), { email: '', password: '' })).status)
    expect(statuses.slice(0, 100)).not.toContain(429)
    expect(statuses.slice(100)).toEqual(Array(5).fill(429))
  })
})

describe('what ends sessions', () => {
  test('a new password ends every session and refresh token', async () => {
    await verifiedAccount('changer@example.org')
    const browser = openBrowser()
    const granted = await tokensFor(await signIn(browser, 'changer@example.org', password))
    await newPassword('changer@example.org', 'another horse battery')
    await expect(openid.refreshTokenGrant(client, granted.refresh_token ?? '')).rejects.toMatchObject({ error: 'invalid_grant' })
    expect((await signInPage(browser)).page.html).toContain('name="password"')
    expect((await signIn(openBrowser(), 'changer@example.org', password)).page.status).toBe(400)
    expect((await tokens('changer@example.org', 'another horse battery')).access_token).toBeDefined()
  })
  test('the session that begins with the new password stays', async () => {
    const granted = await tokens('changer@example.org', 'another horse battery')
    for (const consumer of place.identity.consumers) await consumer.caughtUp()
    expect((await openid.refreshTokenGrant(client, granted.refresh_token ?? '')).access_token).toBeDefined()
  })
  test('a closed account is out, and cannot come in again', async () => {
    await verifiedAccount('closing@example.org')
    const browser = openBrowser()
    const granted = await tokensFor(await signIn(browser, 'closing@example.org', password))
    const administrator = await tokens('administrator@example.org')
    const accountId = String(granted.claims()?.sub)
    expect((await place.api('POST', `/accounts/${accountId}/closing`, { bearer: granted.access_token })).status).toBe(403)
    expect((await place.api('POST', `/accounts/${accountId}/closing`, { bearer: administrator.access_token })).status).toBe(200)
    await expect(openid.refreshTokenGrant(client, granted.refresh_token ?? '')).rejects.toMatchObject({ error: 'invalid_grant' })
    expect((await signInPage(browser)).page.html).toContain('name="password"')
    expect(errorsOf((await signIn(openBrowser(), 'closing@example.org', password)).page)).toEqual(['email: Email address or password is not right'])
  })
})

describe('administrators', () => {
  test('an administrator vouches for an account, and its person can sign in', async () => {
    await signedUp('vouched@example.org')
    const { access_token: bearer } = await tokens('administrator@example.org')
    const list = (await place.api('GET', '/accounts?limit=200', { bearer })).body.items as { accountId: string; verified: boolean; how: string }[]
    const waiting = list.filter(({ verified, how }) => !verified && how === 'sign-up')
    for (const { accountId } of waiting) expect((await place.api('POST', `/accounts/${accountId}/vouching`, { bearer })).status).toBe(200)
    expect((await signIn(openBrowser(), 'vouched@example.org', password)).page.location).toContain('code=')
  })
  test('an account opened for another starts with an invitation', async () => {
    const { access_token: bearer } = await tokens('administrator@example.org')
    const body = { name: 'Cleo Commissioner', email: 'cleo@example.org', role: 'commissioner' }
    const { url, token } = await place.linkFrom('invitation', async () =>
      expect(await place.api('POST', '/accounts/for-another', { bearer, body })).toMatchObject({
        status: 201,
        body: { accountId: expect.any(String), personId: expect.any(String) },
      }),
    )
    expect(await place.api('POST', '/accounts/for-another', { bearer, body })).toMatchObject({ status: 409, body: { code: 'address-in-use' } })
    expect(url).toContain('/take-up-invitation?token=')
    expect((await place.api('POST', '/invitations/acceptance', { body: { token, password: 'an invited horse' } })).status).toBe(200)
    expect(await place.api('POST', '/invitations/acceptance', { body: { token, password: 'an invited horse' } })).toMatchObject({
      status: 422,
      body: { code: 'link-ended' },
    })
    expect(decodeJwt((await tokens('cleo@example.org', 'an invited horse')).access_token).role).toBe('commissioner')
  })
  test('the last administrator cannot be closed', async () => {
    const administrator = await tokens('administrator@example.org')
    expect(await place.api('POST', `/accounts/${administrator.claims()?.sub}/closing`, { bearer: administrator.access_token })).toMatchObject({
      status: 409,
      body: { code: 'last-administrator' },
    })
  })
  test('nobody else lists or opens accounts', async () => {
    const { access_token: bearer } = await tokens('navigator@example.org')
    expect((await place.api('GET', '/accounts', { bearer })).status).toBe(403)
    expect((await place.api('POST', '/accounts/for-another', { bearer, body: {} })).status).toBe(403)
  })
})

describe('a demonstration account’s own client', () => {
  const tokenFor = async (clientId: string, secret: string) => {
    const own = await openid.discovery(new URL(place.issuer), clientId, secret, undefined, { execute: [openid.allowInsecureRequests] })
    return openid.clientCredentialsGrant(own)
  }
  test('a script gets a token that stands for the account', async () => {
    const [administrator] = await place.identity.openDemonstrationAccounts(demonstration)
    const granted = await tokenFor(administrator?.clientId ?? '', administrator?.clientSecret ?? '')
    expect(decodeJwt(granted.access_token)).toMatchObject({
      aud: 'patchwork',
      iss: place.issuer,
      role: 'administrator',
      account_id: administrator?.accountId,
      person_id: administrator?.personId,
    })
    expect((await place.api('GET', '/accounts', { bearer: granted.access_token })).status).toBe(200)
  })
  test('with a demonstration administrator there is no code for a first one', async () => expect(await place.identity.firstAdministratorCode()).toBeUndefined())
  test('a second start gives the same accounts and secrets', async () => {
    const before = await place.identity.openDemonstrationAccounts(demonstration)
    await place.restart()
    expect(await place.identity.openDemonstrationAccounts(demonstration)).toEqual(before)
  })
  test('a wrong secret gets nothing', async () => {
    const [administrator] = await place.identity.openDemonstrationAccounts(demonstration)
    await expect(tokenFor(administrator?.clientId ?? '', 'wrong')).rejects.toMatchObject({ error: 'invalid_client' })
  })
  test('an account of a real person has no client', async () => {
    await verifiedAccount('real@example.org')
    const { claims } = await tokens('real@example.org')
    await expect(tokenFor(`account-${claims()?.sub}`, 'anything')).rejects.toMatchObject({ error: 'invalid_client' })
  })
  test('addresses that could be somebody’s are refused', async () => {
    const real = { role: 'resident', name: 'Real', username: 'somebody@gmail.com', password } as const
    await expect(place.identity.openDemonstrationAccounts([real])).rejects.toThrow(RangeError)
  })
})
