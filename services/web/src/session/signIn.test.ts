import { directory, messages } from '../testExamples.ts'
import { hidden, residentId, startTestPlace, type TestPlace } from '../testPlace.ts'
import { safeNext } from './signInRoutes.ts'

const minuteMs = 60_000
let place: TestPlace
beforeAll(async () => {
  place = await startTestPlace({ ...directory, ...messages })
})
afterAll(() => place.stop())

const cookiesOf = (headers: Record<string, unknown>): string[] => (headers['set-cookie'] as string[] | undefined) ?? []

describe('signing in', () => {
  test('goes to the issuer with a code challenge, and comes back with a session to the page that was asked for', async () => {
    const browser = place.browser()
    const asked = await browser.get('/messages?after=x')
    expect(asked.headers.location).toBe('/sign-in?next=%2Fmessages%3Fafter%3Dx')
    const begun = await browser.get(asked.headers.location!)
    const address = new URL(begun.headers.location!)
    expect(address.pathname).toBe('/identity/auth')
    expect(Object.fromEntries(address.searchParams)).toMatchObject({ client_id: 'patchwork-web', response_type: 'code', code_challenge_method: 'S256' })
    const returned = await browser.get((await browser.get(`${address.pathname}${address.search}`)).headers.location!.slice(place.publicUrl.length))
    expect(returned.headers.location).toBe('/messages?after=x')
    expect((await browser.get('/messages')).status).toBe(200)
  })
  test.each([
    ['resident', '/my'],
    ['provider', '/provider'],
    ['coordinator', '/provider'],
    ['navigator', '/navigator'],
    ['administrator', '/administrator'],
    ['commissioner', '/council'],
  ] as const)('brings a %s to %s when no page was asked for', async (role, start) => {
    place.issuer.signsIn(role)
    const browser = place.browser()
    const begun = new URL((await browser.get('/sign-in')).headers.location!)
    const back = await browser.get(`${begun.pathname}${begun.search}`)
    expect((await browser.get(back.headers.location!.slice(place.publicUrl.length))).headers.location).toBe(start)
  })
  test('keeps the cookie from scripts and other sites, and tells nobody who it is', async () => {
    const browser = place.browser()
    const begun = new URL((await browser.get('/sign-in')).headers.location!)
    const back = await browser.get(`${begun.pathname}${begun.search}`)
    const { headers } = await browser.get(back.headers.location!.slice(place.publicUrl.length))
    const cookie = cookiesOf(headers).find((text) => text.startsWith('patchwork_session='))
    expect(cookie).toMatch(/HttpOnly/)
    expect(cookie).toMatch(/SameSite=Lax/)
    expect(cookie).not.toContain(residentId)
  })
  test('a cookie whose signature is not ours opens nothing', async () => {
    const answer = await place.browser().get('/messages').set('cookie', 'patchwork_session=s%3Aforged.signature')
    expect(answer.headers.location).toMatch('/sign-in')
  })
  test('a browser that did not begin here, or brings another’s state, is not signed in', async () => {
    const stranger = await place.browser().get('/signed-in?code=code-0&state=x')
    expect(stranger.status).toBe(400)
    expect(stranger.text).toContain('You are not signed in')
    const browser = place.browser()
    await browser.get('/sign-in')
    const answer = await browser.get('/signed-in?code=code-0&state=forged')
    expect(answer.status).toBe(400)
    expect(cookiesOf(answer.headers).some((text) => text.startsWith('patchwork_session='))).toBe(false)
  })
  test('when the issuer cannot be reached a calm page says so, and the next try works', async () => {
    const other = await startTestPlace(directory)
    other.issuer.state.isDown = true
    const failed = await other.browser().get('/sign-in')
    expect(failed.status).toBe(503)
    expect(failed.text).toContain('Part of Patchwork is not answering')
    other.issuer.state.isDown = false
    expect((await other.browser().get('/sign-in')).status).toBe(303)
    await other.stop()
  })
  test.each([
    'https://elsewhere.example/',
    '//elsewhere.example/',
    '/\\elsewhere.example',
    'javascript:alert(1)',
    '\t//elsewhere.example',
    `/${'a'.repeat(600)}`,
  ])('an address that leads elsewhere is not followed afterwards: %j', (next) => expect(safeNext(next, 'https://place.example')).toBeUndefined())
})

describe('a session', () => {
  test('renews its tokens before they end, and calls with the new one', async () => {
    const browser = await place.signedIn('resident')
    const before = place.issuer.state.renewals
    place.pass(10 * minuteMs)
    expect((await browser.get('/messages')).status).toBe(200)
    expect(place.issuer.state.renewals).toBe(before + 1)
    await browser.get('/messages')
    expect(place.issuer.state.renewals).toBe(before + 1)
  })
  test('that the issuer has ended sends the person to sign in again, back to where they were', async () => {
    const browser = await place.signedIn('resident')
    place.pass(10 * minuteMs)
    place.issuer.state.isEnded = true
    const answer = await browser.get('/messages')
    place.issuer.state.isEnded = false
    expect(answer.headers.location).toBe('/sign-in?next=%2Fmessages')
    expect((await browser.get('/')).text).not.toContain('action="/sign-out"')
  })
  test('ends by itself after 30 minutes without a request', async () => {
    const browser = await place.signedIn('resident')
    place.pass(31 * minuteMs)
    expect((await browser.get('/messages')).headers.location).toMatch('/sign-in')
  })
})

describe('signing out', () => {
  test('ends the session here and at the issuer', async () => {
    const browser = await place.signedIn('resident')
    const cookie = 'patchwork_session'
    const token = hidden((await browser.get('/')).text, '_token')
    const answer = await browser.post('/sign-out').type('form').send({ _token: token })
    const address = new URL(answer.headers.location!)
    expect(address.pathname).toBe('/identity/session/end')
    expect(address.searchParams.get('post_logout_redirect_uri')).toBe(`${place.publicUrl}/signed-out`)
    expect(cookiesOf(answer.headers).join()).toContain(`${cookie}=;`)
    expect((await browser.get('/messages')).headers.location).toMatch('/sign-in')
  })
  test('is not done by another site’s form', async () => {
    const browser = await place.signedIn('resident')
    expect((await browser.post('/sign-out').type('form').send({})).status).toBe(403)
    expect((await browser.get('/messages')).status).toBe(200)
  })
  test('works while the issuer is down', async () => {
    const browser = await place.signedIn('resident')
    const token = hidden((await browser.get('/')).text, '_token')
    place.issuer.state.isDown = true
    const answer = await browser.post('/sign-out').type('form').send({ _token: token })
    place.issuer.state.isDown = false
    expect(answer.status).toBe(303)
    expect((await browser.get('/messages')).headers.location).toMatch('/sign-in')
  })
})
