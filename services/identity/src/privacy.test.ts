import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { authorizationRequest, formOf, openBrowser, openTestPlace, type TestPlace } from './testPlace.ts'

// Names and secrets that occur nowhere else: whatever finds them where they must not be has found a leak.
const canary = {
  name: 'Quetzalcoatlus Canary',
  mailbox: 'quetzal.canary',
  email: 'Quetzal.Canary@example.org',
  postcode: 'M33 7ZF',
  password: 'velociraptor lampshade 7',
}
const another = 'ankylosaurus teapot 9'
const seen: string[] = []

let place: TestPlace
beforeAll(async () => {
  place = await openTestPlace()
  const { name, email, password, postcode } = canary
  const isSignedIn = (url: string) => url.startsWith(`${place.url}/signed-in`)
  const code = (await place.identity.firstAdministratorCode()) ?? ''
  await place.api('POST', '/first-administrator', { body: { code, name: 'Canary Administrator', email: 'administrator.canary@example.org', password } })
  const link = await place.linkFrom('verify-email', () => place.api('POST', '/accounts', { body: { name, email, password, role: 'resident', postcode } }))
  const browser = openBrowser()
  const { url, verifier } = authorizationRequest(place)
  const page = await browser.open(url)
  await browser.send(formOf(page), { email, password: 'a wrong guess of somebody' })
  await browser.send(formOf(page), { email, password })
  await place.api('POST', '/verifications', { body: { token: link.token } })
  const signedIn = await browser.send(formOf(page), { email, password }, isSignedIn)
  const authorizationCode = new URL(signedIn.location ?? '').searchParams.get('code') ?? ''
  const { hkdfSync } = await import('node:crypto')
  const secret = Buffer.from(hkdfSync('sha256', place.ports.dataKey, 'patchwork', 'oidc-web-client', 32)).toString('hex')
  const granted = (await (
    await fetch(`${place.issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`patchwork-web:${secret}`).toString('base64')}`, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: authorizationCode,
        redirect_uri: `${place.url}/signed-in`,
        code_verifier: verifier,
      }).toString(),
    })
  ).json()) as { refresh_token: string; access_token: string; id_token: string }
  const reset = await place.linkFrom('reset-password', () => place.api('POST', '/password-requests', { body: { email } }))
  await place.api('POST', '/passwords', { body: { token: reset.token, password: another } })
  await place.api('GET', `/accounts?${new URLSearchParams({ name })}`)
  await place.identity.settled()
  for (const consumer of place.identity.consumers) await consumer.caughtUp()
  const cookies = [...browser.cookies.values()].filter(({ name: cookie }) => cookie === 'patchwork_identity').map(({ value }) => value)
  seen.push(
    canary.name,
    canary.mailbox,
    canary.email,
    canary.password,
    another,
    code,
    link.token,
    reset.token,
    authorizationCode,
    secret,
    'a wrong guess',
    'administrator.canary',
  )
  seen.push(granted.refresh_token, granted.access_token, granted.id_token, ...cookies)
  for (const secretSeen of seen) expect(secretSeen?.length).toBeGreaterThan(8)
})
afterAll(() => place.stop())

const lookIn = (where: string, text: string) => {
  const folded = text.toLowerCase()
  for (const canarySeen of seen) if (folded.includes(canarySeen.toLowerCase())) throw new Error(`${where} holds ${canarySeen}`)
}

test('events hold nothing about a person and no secret', async () => {
  const events = await place.events()
  expect(events.length).toBeGreaterThan(5)
  lookIn('An event', JSON.stringify(events))
})
test('logs hold nothing about a person, no secret and no query string', () => {
  const text = place.logLines.join('')
  expect(place.logLines.length).toBeGreaterThan(5)
  lookIn('A log line', text)
  expect(text).not.toMatch(/\?\w+=/)
})
test('nothing of them stands in clear in the stored file', async () => {
  const files = await readdir(place.directory)
  expect(files.length).toBeGreaterThan(0)
  const texts = await Promise.all(files.map((file) => readFile(join(place.directory, file), 'latin1')))
  for (const text of texts) lookIn('The stored file', text)
  // What may stand there is found: the search itself works.
  const [event] = await place.events('account.opened.v1')
  expect(texts.some((text) => text.includes(String(event?.data.accountId)))).toBe(true)
})
