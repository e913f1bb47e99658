import { hidden, problem, startTestPlace, type TestPlace } from '../testPlace.ts'

const accountId = '8c2f6f10-4f0e-4b64-9b64-000000000001'
const personId = '8c2f6f10-4f0e-4b64-9b64-000000000002'
const account = {
  ...{ accountId, personId, role: 'provider', verified: false, hasPassword: true, how: 'sign-up', closed: false },
  openedAt: '2026-03-02T10:00:00.000Z',
}
const link = { url: 'https://place.example/take-up-invitation?token=a-secret-of-one-link', expiresAt: '2026-03-16T10:00:00.000Z' }
const attempts = [{ at: '2026-03-02T10:00:00.000Z', outcome: 'refused-for-now', replyCode: 451 }]
const delivery = {
  messageId: accountId,
  personId,
  channel: 'e-mail',
  template: 'invitation',
  causedBy: 'x',
  status: 'not-sent',
  reason: 'no-mail-server',
  queuedAt: '2026-03-02T10:00:00.000Z',
  endedAt: '2026-03-02T10:05:00.000Z',
  attempts,
}

const unassured = [
  { standing: 'hidden', name: 'Old <choir>', assured: { assurer: 'provider', at: '2025-03-02T10:00:00.000Z' } },
  { standing: 'asked', name: 'Walks', nextAt: '2026-04-02T10:00:00.000Z' },
].map((one) => ({ ...one, offerId: accountId, publishedAt: '2024-03-02T10:00:00.000Z', organisation: { organisationId: personId, name: 'Dee’s Care' } }))

let place: TestPlace
const state = { refuses: undefined as [number, string, string] | undefined, account: account as object, answer: {} as object }
beforeAll(async () => {
  const done = (_asked: unknown, response: Parameters<typeof problem>[0]) =>
    state.refuses
      ? problem(response, state.refuses[0], state.refuses[1], [{ pointer: state.refuses[2], code: state.refuses[1] }])
      : void response.status(201).json(state.answer)
  place = await startTestPlace({
    'GET /provider-directory/offers': () => ({ items: [], total: 4_166 }),
    'GET /provider-directory/credentials/waiting': () => ({
      items: [{ credentialId: accountId, organisationId: personId, organisationName: 'Dee’s Care', enteredAt: '2026-03-02T10:00:00.000Z' }],
    }),
    'GET /provider-directory/organisations/:id/credentials': () => ({
      items: [{ credentialId: accountId, level: 'enhanced', certificateNumber: '001234567890', issuedOn: '2024-05-01' }],
    }),
    'POST /provider-directory/credentials/:id/review': done,
    'GET /provider-directory/offers/unassured': () => ({ items: unassured, after: 'next page' }),
    'GET /provider-directory/offers/:id': () => unassured[0]!,
    'POST /provider-directory/offers/:id/assurance': done,
    'GET /identity/accounts': () => ({ items: [account], after: 'next page' }),
    'POST /identity/accounts/for-another': done,
    'POST /identity/accounts/search': done,
    'GET /identity/accounts/:id': () => state.account,
    'GET /notification/mail': () => ({ sendsMail: false }),
    'POST /identity/accounts/:id/:what': done,
    'GET /notification/deliveries': () => ({ items: [delivery] }),
    'GET /notification/mail-sink': () => ({
      items: [{ to: 'dee@example.org', subject: 'A <new> request', text: 'Hello\n\nDee', at: '2026-03-02T10:00:00.000Z' }],
    }),
  })
})
afterAll(() => place.stop())
beforeEach(() => {
  Object.assign(state, { refuses: undefined, account, answer: {} })
  place.asked.length = 0
})

const formOf = (html: string) => ({ _token: hidden(html, '_token'), _key: hidden(html, '_key') })
const send = async (address: string, entered: object = {}) => {
  const agent = await place.signedIn('administrator')
  const { text } = await agent.get(address).expect(200)
  return agent
    .post(address)
    .type('form')
    .send({ ...formOf(text), ...entered })
}
const posted = () => place.asked.filter(({ method }) => method === 'POST').map(({ path, body }) => [path, body])

test('an administrator sees what there is and what wants looking at; a service that does not answer is left out', async () => {
  const agent = await place.signedIn('administrator')
  expect((await agent.get('/administrator').expect(200)).text).toContain('4,166 offers can be found')
  const deliveries = place.routes['GET /notification/deliveries']!
  place.routes['GET /notification/deliveries'] = (_asked, response) => problem(response, 503, 'unavailable')
  await agent.get('/administrator').expect(200)
  place.routes['GET /notification/deliveries'] = deliveries
})
test.each(['resident', 'provider', 'coordinator', 'navigator', 'commissioner'] as const)('a %s has no such pages', async (role) => {
  const agent = await place.signedIn(role)
  for (const path of ['', '/accounts', '/accounts/new', `/accounts/${accountId}`, '/mail', '/deliveries', `/accounts/${accountId}/closing`])
    await agent.get(`/administrator${path}`).expect(403)
})
test('accounts are listed with what can be done, and the list goes on', async () => {
  const { text } = await (await place.signedIn('administrator')).get('/administrator/accounts').expect(200)
  for (const words of [`/accounts/${accountId}/vouching`, `/accounts/${accountId}/closing`, 'Signed up<br>2 March 2026 at 10am', 'after=next%20page'])
    expect(text).toContain(words)
})
test('vouching and closing ask first, and are done by a form', async () => {
  for (const what of ['vouching', 'closing'])
    expect((await send(`/administrator/accounts/${accountId}/${what}`)).headers.location).toBe(`/administrator/accounts/${accountId}`)
  expect(posted()).toEqual([
    [`/identity/accounts/${accountId}/vouching`, {}],
    [`/identity/accounts/${accountId}/closing`, {}],
  ])
})
test('the last administrator stays, and is told why', async () => {
  state.refuses = [409, 'last-administrator', '']
  const refused = await send(`/administrator/accounts/${accountId}/closing`)
  expect([refused.status, refused.text.includes('This is the last administrator')]).toEqual([409, true])
})
test('vouching for an account without a password shows its link to hand over, once, and in no address, log or other page', async () => {
  const agent = await place.signedIn('administrator')
  const address = `/administrator/accounts/${accountId}/vouching`
  state.answer = { link }
  const sent = await agent
    .post(address)
    .type('form')
    .send(formOf((await agent.get(address)).text))
    .expect(303)
  expect(sent.headers.location).toBe(`/administrator/accounts/${accountId}`)
  expect(JSON.stringify(sent.headers)).not.toContain('a-secret-of-one-link')
  const shown = await agent.get(sent.headers.location!).expect(200)
  for (const words of [
    '<code>https://place.example/take-up-invitation?token=a-secret-of-one-link</code>',
    'It works once, until 16 March 2026',
    'They have no password yet',
  ])
    expect(shown.text).toContain(words)
  expect(shown.headers['cache-control']).toBe('no-store')
  expect((await agent.get(sent.headers.location!).expect(200)).text).not.toContain('a-secret')
  expect(place.logged.join()).not.toContain('a-secret')
})
test('what was left for one administrator is not shown to another who signs in in the same browser', async () => {
  const agent = await place.signedIn('administrator')
  const address = `/administrator/accounts/${accountId}/vouching`
  state.answer = { link }
  await agent
    .post(address)
    .type('form')
    .send(formOf((await agent.get(address)).text))
    .expect(303)
  await agent.get('/sign-in').redirects(3)
  expect((await agent.get(`/administrator/accounts/${accountId}`).expect(200)).text).not.toContain('a-secret')
})
test('where no mail leaves, an account in use has a link for a new password to hand over; where mail is sent it has none', async () => {
  state.account = { ...account, verified: true }
  const address = `/administrator/accounts/${accountId}`
  expect((await (await place.signedIn('administrator')).get(address)).text).toContain(`${address}/password-link`)
  state.answer = { ...link, url: 'https://place.example/new-password?token=x' }
  expect((await send(`${address}/password-link`)).headers.location).toBe(address)
  expect(posted()).toEqual([[`/identity/accounts/${accountId}/password-link`, {}]])
  const sending = await startTestPlace({ 'GET /identity/accounts/:id': () => state.account, 'GET /notification/mail': () => ({ sendsMail: true }) })
  expect((await (await sending.signedIn('administrator')).get(address)).text).not.toContain('password-link')
  await sending.stop()
})
test('the one account of an address is found by a form: the address stands in no address of a page', async () => {
  state.answer = { accountId }
  const found = await send('/administrator/accounts', { email: 'sought@example.com' })
  expect(found.headers.location).toBe(`/administrator/accounts/${accountId}`)
  expect(posted()).toEqual([['/identity/accounts/search', { email: 'sought@example.com' }]])
  const { text } = await (await place.signedIn('administrator')).get(found.headers.location!).expect(200)
  for (const words of ['Signed up<br>2 March 2026 at 10am', 'Not shown to be theirs yet', `${found.headers.location}/vouching`]) expect(text).toContain(words)
  state.refuses = [422, 'no-account-with-address', '/email']
  const missed = await send('/administrator/accounts', { email: 'sought@example.com' })
  expect(missed.text).toContain('<a href="#email">No account has this address')
  expect(place.logged.join()).not.toContain('sought@')
})
test('an account is opened for somebody else; an address that has one already is told at its field', async () => {
  const entered = { name: 'Nell', email: 'nell@example.org', role: 'navigator' }
  state.answer = { accountId }
  expect((await send('/administrator/accounts/new', entered)).headers.location).toBe(`/administrator/accounts/${accountId}`)
  expect(posted()).toEqual([['/identity/accounts/for-another', entered]])
  state.refuses = [409, 'address-in-use', '/email']
  const taken = await send('/administrator/accounts/new', entered)
  expect(taken.text).toContain('href="#email"')
  expect((await send('/administrator/accounts/new', {})).text).toContain('Choose what they are here')
})
test('what is said of an account that was opened is true whether or not mail leaves', async () => {
  const said = async (sendsMail: boolean) => {
    const other = await startTestPlace({
      'POST /identity/accounts/for-another': () => ({ accountId }),
      'GET /identity/accounts/:id': () => ({ ...account, hasPassword: false }),
      'GET /notification/mail': () => ({ sendsMail }),
    })
    const agent = await other.signedIn('administrator')
    const { text } = await agent.get('/administrator/accounts/new').expect(200)
    const opened = await agent
      .post('/administrator/accounts/new')
      .type('form')
      .send({ ...formOf(text), name: 'Nell', email: 'nell@example.org', role: 'navigator' })
    const shown = (await agent.get(opened.headers.location!)).text
    await other.stop()
    return [text, shown].join()
  }
  const [withMail, without] = [await said(true), await said(false)]
  expect(withMail).toContain('the invitation is on its way')
  expect(without).not.toMatch(/on its way|They are sent|invitation goes/)
  expect(without).toContain('vouch for it to get the link that you hand over')
})
test('mail and the ledger show what was sent, escaped, and what became of it', async () => {
  const agent = await place.signedIn('administrator')
  expect((await agent.get('/administrator/mail').expect(200)).text).toContain('A &lt;new&gt; request')
  const { text } = await agent.get('/administrator/deliveries?status=not-sent').expect(200)
  for (const words of ['An invitation', 'Not sent', 'This place has no mail server.', 'refused for now', '451']) expect(text).toContain(words)
  expect(place.asked.find(({ path }) => path === '/notification/deliveries')?.query.status).toBe('not-sent')
})
test('the ledger says whom each message was for, by what they are and a reference, and tells an instant once', async () => {
  const agent = await place.signedIn('administrator')
  const whole = place.routes['GET /notification/deliveries']!
  const sentAtOnce = {
    ...delivery,
    reader: 'provider',
    status: 'sent',
    reason: undefined,
    endedAt: delivery.queuedAt,
    attempts: [{ at: delivery.queuedAt, outcome: 'accepted' }],
  }
  place.routes['GET /notification/deliveries'] = () => ({ items: [sentAtOnce] })
  const { text } = await agent.get('/administrator/deliveries').expect(200)
  place.routes['GET /notification/deliveries'] = whole
  expect(text).toContain('A provider <code>8c2f6f10</code>')
  expect(text.match(/2 March 2026 at 10am/g)).toHaveLength(1)
})

describe('criminal-record checks', () => {
  test('D7 those that wait are listed by their organisation, with nothing of what they say', async () => {
    const { text } = await (await place.signedIn('administrator')).get('/administrator/checks').expect(200)
    expect(text).toContain(`/administrator/checks/${personId}/${accountId}`)
    expect(text).toContain('Dee’s Care')
    expect(text).not.toContain('001234567890')
  })
  test('D7 the council says that it has seen the certificate, and when it asked the update service', async () => {
    const at = `/administrator/checks/${personId}/${accountId}`
    const agent = await place.signedIn('administrator')
    const { text } = await agent.get(at).expect(200)
    expect(text).toContain('001234567890')
    const form = { _token: hidden(text, '_token'), _key: hidden(text, '_key') }
    await agent
      .post(at)
      .type('form')
      .send({ ...form, updateServiceCheckedOn: '2026-03-01' })
      .expect(303)
    const sent = place.asked.filter(({ method }) => method === 'POST')
    expect(sent.map(({ path, body }) => ({ path, body }))).toEqual([
      { path: `/provider-directory/credentials/${accountId}/review`, body: { updateServiceCheckedOn: '2026-03-01' } },
    ])
  })
})

describe('offers that nobody assures', () => {
  test('D4 are listed as they stand, with what comes next and who assured them last', async () => {
    const { text } = await (await place.signedIn('administrator')).get('/administrator/offers').expect(200)
    expect(text).toContain('Old &lt;choir&gt;')
    expect(text).toContain('Nobody finds it')
    expect(text).toContain('From 2 April 2026 it stands behind all others.')
    expect(text).toContain('Never. Published on 2 March 2024.')
    expect(text).toContain('/administrator/offers?after=next%20page')
    expect(text).toContain(`/offers/${accountId}`)
  })
  test('D4 the council says in one step that one is still right, or is asked first; one that is withdrawn meanwhile is told', async () => {
    const agent = await place.signedIn('administrator')
    const { text: list } = await agent.get('/administrator/offers').expect(200)
    const at = `/administrator/offers/${accountId}/assurance`
    expect(list).toContain(`<form method="post" action="${at}">`)
    await agent.post(at).type('form').send(formOf(list)).expect(303).expect('location', '/administrator/offers')
    expect(posted()).toEqual([[`/provider-directory/offers/${accountId}/assurance`, {}]])
    const { text } = await agent.get(at).expect(200)
    expect(text).toContain('Old &lt;choir&gt;')
    state.refuses = [409, 'offer-not-published', '']
    expect((await send(at)).text).toContain('It is no longer published')
  })
})
