import { authorizationRequest, openTestPlace, type TestPlace } from '../testPlace.ts'

// A council's own proxy ends TLS and passes on to loopback: what people reach is https, what arrives here is http.
let place: TestPlace
beforeAll(async () => {
  place = await openTestPlace({ publicUrl: 'https://support.example.gov.uk' })
})
afterAll(() => place.stop())

const here = (url: string) => url.replace('https://support.example.gov.uk', place.url)

test('every address is the public one, whatever the proxy says', async () => {
  const document = (await (await fetch(`${place.url}/identity/.well-known/openid-configuration`)).json()) as Record<string, string>
  expect(document).toMatchObject({
    issuer: 'https://support.example.gov.uk/identity',
    authorization_endpoint: 'https://support.example.gov.uk/identity/auth',
    token_endpoint: 'https://support.example.gov.uk/identity/token',
    end_session_endpoint: 'https://support.example.gov.uk/identity/session/end',
  })
})
test('cookies are for https only', async () => {
  const { url } = authorizationRequest(place, { redirect_uri: 'https://support.example.gov.uk/signed-in' })
  const response = await fetch(here(url), { redirect: 'manual' })
  expect(response.status).toBe(303)
  expect(response.headers.get('location')).toMatch(/^\/identity\/interaction\//)
  const cookies = response.headers.getSetCookie()
  expect(cookies.length).toBeGreaterThan(0)
  for (const cookie of cookies) expect(cookie).toMatch(/; secure/i)
})
test('the sign-in page comes with them', async () => {
  const { url } = authorizationRequest(place, { redirect_uri: 'https://support.example.gov.uk/signed-in' })
  const response = await fetch(here(url), { redirect: 'manual' })
  const cookie = response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
  const page = await fetch(new URL(response.headers.get('location') ?? '', place.url), { headers: { cookie } })
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('https://support.example.gov.uk/assets/patchwork.css')])
})
