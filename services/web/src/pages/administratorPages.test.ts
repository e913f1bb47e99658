import { hidden, problem, startTestPlace, type TestPlace } from '../testPlace.ts'

const accountId = '8c2f6f10-4f0e-4b64-9b64-000000000001'
const account = { accountId, personId: '8c2f6f10-4f0e-4b64-9b64-000000000002', role: 'provider', verified: false, how: 'sign-up', closed: false }
const attempts = [{ at: '2026-03-02T10:00:00.000Z', outcome: 'refused-for-now', replyCode: 451 }]
const delivery = {
  messageId: accountId,
  personId: account.personId,
  channel: 'e-mail',
  template: 'invitation',
  causedBy: 'x',
  status: 'not-sent',
  reason: 'no-mail-server',
  queuedAt: '2026-03-02T10:00:00.000Z',
  endedAt: '2026-03-02T10:05:00.000Z',
  attempts,
}

let place: TestPlace
const state = { refuses: undefined as [number, string, string] | undefined }
beforeAll(async () => {
  const done = (_asked: unknown, response: Parameters<typeof problem>[0]) =>
    state.refuses
      ? problem(response, state.refuses[0], state.refuses[1], [{ pointer: state.refuses[2], code: state.refuses[1] }])
      : void response.status(201).json({})
  place = await startTestPlace({
    'GET /provider-directory/offers': () => ({ items: [], total: 4_166 }),
    'GET /identity/accounts': () => ({ items: [account], after: 'next page' }),
    'POST /identity/accounts/for-another': done,
    'POST /identity/accounts/:id/:what': done,
    'GET /notification/deliveries': () => ({ items: [delivery] }),
    'GET /notification/mail-sink': () => ({
      items: [{ to: 'dee@example.org', subject: 'A <new> request', text: 'Hello\n\nDee', at: '2026-03-02T10:00:00.000Z' }],
    }),
  })
})
afterAll(() => place.stop())
beforeEach(() => {
  state.refuses = undefined
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
  for (const path of ['', '/accounts', '/accounts/new', '/mail', '/deliveries', `/accounts/${accountId}/closing`])
    await agent.get(`/administrator${path}`).expect(403)
})
test('accounts are listed with what can be done, and the list goes on', async () => {
  const { text } = await (await place.signedIn('administrator')).get('/administrator/accounts').expect(200)
  for (const words of [`/accounts/${accountId}/vouching`, `/accounts/${accountId}/closing`, 'Signed up', 'after=next%20page']) expect(text).toContain(words)
})
test('vouching and closing ask first, and are done by a form', async () => {
  for (const what of ['vouching', 'closing'])
    expect((await send(`/administrator/accounts/${accountId}/${what}`)).headers.location).toBe('/administrator/accounts')
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
test('an account is opened for somebody else; an address that has one already is told at its field', async () => {
  const entered = { name: 'Nell', email: 'nell@example.org', role: 'navigator' }
  expect((await send('/administrator/accounts/new', entered)).status).toBe(303)
  expect(posted()).toEqual([['/identity/accounts/for-another', entered]])
  state.refuses = [409, 'address-in-use', '/email']
  const taken = await send('/administrator/accounts/new', entered)
  expect(taken.text).toContain('href="#email"')
  expect((await send('/administrator/accounts/new', {})).text).toContain('Choose what they are here')
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
  expect((await agent.get('/administrator/accounts').expect(200)).text).toContain('Person <code>8c2f6f10</code>')
})
