import { hidden, residentId as navigatorId, startTestPlace, type TestPlace } from '../testPlace.ts'

const personId = '4d5f4b1c-7a5e-4f0e-9b64-0f0c5c0a1b00'
const offerId = '4d5f4b1c-7a5e-4f0e-9b64-0f0c5c0a1b01'
const organisationId = '4d5f4b1c-7a5e-4f0e-9b64-0f0c5c0a1b02'
const referralId = '4d5f4b1c-7a5e-4f0e-9b64-0f0c5c0a1b03'
const needId = '4d5f4b1c-7a5e-4f0e-9b64-0f0c5c0a1b04'
const outcomeId = '4d5f4b1c-7a5e-4f0e-9b64-0f0c5c0a1b05'
const organisation = { organisationId, name: 'Dee’s Gardens' }
const offer = {
  offerId,
  name: 'Gentle gardening',
  track: 'be-helped',
  category: 'garden-and-home',
  organisation,
  capacity: { state: 'open', units: 2 },
  takesReferrals: true,
  contact: {},
}
const overdue = {
  referralId,
  status: 'sent',
  offerId,
  organisationId,
  sentAt: '2026-03-02T10:00:00.000Z',
  answerDueAt: '2026-03-05T17:00:00.000Z',
  overdue: true,
  track: 'be-helped',
  category: 'garden-and-home',
  needId,
  personId,
  referredByRole: 'navigator',
}
const declined = {
  ...overdue,
  status: 'declined',
  declineReason: 'no-capacity',
  declineNote: 'Ask again in May',
  endedAt: '2026-03-06T10:00:00.000Z',
  steps: [],
  words: 'I cannot push the mower',
  accessNeeds: [],
  outcomes: [{ outcomeId, words: 'I sit outside again', notes: [] }],
  basis: { kind: 'consent', given: 'spoken' },
}

let place: TestPlace
beforeAll(async () => {
  place = await startTestPlace({
    'GET /provider-directory/offers/names': () => ({ items: [{ offerId, name: offer.name, track: offer.track, category: offer.category, organisation }] }),
    'GET /provider-directory/offers/:id': () => offer,
    'GET /provider-directory/offers': () => ({
      items: [
        { ...offer, offerId: needId, name: 'Only by telephone', takesReferrals: false, summary: 'Ring us' },
        { ...offer, summary: 'We come and dig', distanceMetres: 900 },
      ],
      total: 2,
      facets: {},
    }),
    'GET /people/people': () => ({ items: [{ personId, name: 'Margaret Hale', hasAccount: false }] }),
    'GET /people/people/:id': () => ({
      personId,
      name: 'Margaret Hale',
      phone: '07700 900123',
      postcode: 'M33 7ZF',
      accessNeeds: ['large-print'],
      language: 'en',
    }),
    'POST /people/people': (_asked, response) => void response.status(201).json({ personId }),
    'POST /people/people/:id/invitation': (_asked, response) => void response.status(201).json({ invitationId: needId, expiresAt: '2026-04-01T00:00:00.000Z' }),
    'GET /referral/tasks': () => ({
      items: [{ taskId: `${referralId}:unanswered`, referralId, personId, offerId, organisationId, kind: 'unanswered', dueAt: overdue.answerDueAt }],
    }),
    'GET /referral/referrals': ({ query }) => ({ items: query.status === 'accepted' ? [] : [overdue] }),
    'GET /referral/referrals/:id': () => declined,
    'GET /referral/referrals/:id/history': () => ({ items: [{ sequence: 1, at: overdue.sentAt, type: 'referral.sent.v1', byRole: 'navigator' }] }),
    'GET /referral/needs': () => ({ items: [{ needId, personId, track: 'be-helped', category: 'garden-and-home', outcomeIds: [], isOpen: true }] }),
    'GET /referral/needs/:id': () => ({
      needId,
      personId,
      category: 'garden-and-home',
      words: 'I cannot push the mower',
      desiredOutcomes: [{ outcomeId, words: 'I sit outside again' }],
    }),
    'POST /referral/needs': (_asked, response) => void response.status(201).json({ needId, outcomeIds: [outcomeId] }),
    'POST /referral/referrals': (_asked, response) => void response.status(201).json({ referralId, status: 'sent' }),
    'GET /people/referrals/:id/access': () => ({ access: 'asked' }),
    'GET /notification/messages': () => ({ items: [], unread: 0 }),
  })
})
afterAll(() => place.stop())

const formOf = (html: string) => ({ _token: hidden(html, '_token'), _key: hidden(html, '_key') })
const posted = (path: string) => place.asked.filter((one) => one.method === 'POST' && one.path === path)

test('R5 a navigator begins with what nobody answered in time, then the people they look after', async () => {
  const agent = await place.signedIn('navigator')
  const { text } = await agent.get('/navigator').expect(200)
  expect(text).toContain('Dee’s Gardens has not answered. The answer was due by 5 March 2026.')
  expect(text.indexOf('has not answered')).toBeLessThan(text.indexOf('Open requests: 1.'))
})

test('R2 a navigator registers somebody who has no account, once also when the form is sent twice', async () => {
  const agent = await place.signedIn('navigator')
  const { text } = await agent.get('/navigator/people/new').expect(200)
  const entered = { ...formOf(text), name: 'Margaret Hale', email: '', phone: '07700 900123', postcode: 'm337zf', language: 'en', accessNeeds: 'large-print' }
  for (const _ of [1, 2]) await agent.post('/navigator/people/new').type('form').send(entered).expect(303).expect('location', `/navigator/people/${personId}`)
  const [first, second] = posted('/people/people')
  expect(first?.body).toEqual({ name: 'Margaret Hale', phone: '07700 900123', postcode: 'M33 7ZF', language: 'en', accessNeeds: ['large-print'] })
  expect(second?.headers['idempotency-key']).toBe(first?.headers['idempotency-key'])
})

test('R1 a navigator chooses among offers, those that take requests first, then asks with a named basis', async () => {
  const agent = await place.signedIn('navigator')
  const address = `/navigator/people/${personId}/refer`
  const choosing = await agent.get(`${address}?text=garden`).expect(200)
  expect(choosing.text).toContain(`${address}?offer=${offerId}`)
  expect(choosing.text.indexOf('Gentle gardening')).toBeLessThan(choosing.text.indexOf('Only by telephone'))
  const { text } = await agent.get(`${address}?offer=${offerId}`).expect(200)
  const entered = {
    ...formOf(text),
    track: 'be-helped',
    category: 'garden-and-home',
    words: 'I cannot push the mower',
    outcome1: 'I sit outside again',
    postcode: 'M33 7ZF',
  }
  const refused = await agent
    .post(`${address}?offer=${offerId}`)
    .type('form')
    .send({ ...entered, 'basis-given': 'public-task', 'basis-note': '' })
    .expect(400)
  expect(refused.text).toContain('Sharing without consent needs a reason')
  expect(posted('/referral/needs')).toHaveLength(0)
  await agent
    .post(`${address}?offer=${offerId}`)
    .type('form')
    .send({ ...entered, 'basis-given': 'spoken', 'basis-note': '' })
    .expect(303)
    .expect('location', `/navigator/referrals/${referralId}`)
  expect(posted('/referral/needs')[0]?.body).toMatchObject({ personId, desiredOutcomes: ['I sit outside again'], accessNeeds: [] })
  expect(posted('/referral/referrals').at(-1)?.body).toEqual({ needId, offerId, basis: { kind: 'consent', given: 'spoken' } })
})

test('R7 a declined request leads to asking somebody else for the same need', async () => {
  const agent = await place.signedIn('navigator')
  const page = await agent.get(`/navigator/referrals/${referralId}`).expect(200)
  expect(page.text).toContain('They have no room just now.')
  expect(page.text).toContain('Ask again in May')
  const address = `/navigator/needs/${needId}/refer`
  expect(page.text).toContain(address)
  await agent.get(address).expect(200)
  const { text } = await agent.get(`${address}?offer=${offerId}`).expect(200)
  expect(text).toContain('I cannot push the mower')
  await agent
    .post(`${address}?offer=${offerId}`)
    .type('form')
    .send({ ...formOf(text), 'basis-given': 'written', 'basis-note': 'A letter' })
    .expect(303)
  expect(posted('/referral/referrals').at(-1)?.body).toEqual({ needId, offerId, basis: { kind: 'consent', given: 'written', note: 'A letter' } })
})

test.each([
  [true, 'that nobody answered in time', { status: 'sent', overdue: true }],
  [false, 'that still has time', { status: 'sent', overdue: false }],
  [false, 'that is under way', { status: 'accepted' }],
  [true, 'that was stopped', { status: 'consent-withdrawn' }],
  [true, 'that ended with contact lost', { status: 'concluded', endReason: 'not-engaged' }],
  [true, 'that ended for another reason', { status: 'concluded', endReason: 'other' }],
  [false, 'that was done', { status: 'concluded', endReason: 'completed' }],
  [false, 'of somebody who has died', { status: 'concluded', endReason: 'died' }],
])('R6 it is %s that the same need can be sent elsewhere from a request %s', async (isOffered, _what, state) => {
  const answered = place.routes['GET /referral/referrals/:id']!
  place.routes['GET /referral/referrals/:id'] = () => ({ ...overdue, steps: [], ...state })
  const { text } = await (await place.signedIn('navigator')).get(`/navigator/referrals/${referralId}`).expect(200)
  place.routes['GET /referral/referrals/:id'] = answered
  expect(text.includes(`/navigator/needs/${needId}/refer`)).toBe(isOffered)
})

test('R7 a navigator records a need before anybody is chosen, and finds somebody for it', async () => {
  const agent = await place.signedIn('navigator')
  const person = `/navigator/people/${personId}`
  const shown = (await agent.get(person).expect(200)).text
  for (const address of [`${person}/needs/new`, `/navigator/needs/${needId}/refer`]) expect(shown).toContain(address)
  const { text } = await agent.get(`${person}/needs/new`).expect(200)
  expect(text).toMatch(/value="large-print"\s+checked/)
  await agent
    .post(`${person}/needs/new`)
    .type('form')
    .send({ ...formOf(text), words: 'I cannot push the mower', track: 'be-helped', category: 'garden-and-home', accessNeeds: 'large-print', postcode: '' })
    .expect(303)
    .expect('location', `/navigator/needs/${needId}/refer`)
  expect(posted('/referral/needs').at(-1)?.body).toEqual({
    ...{ personId, track: 'be-helped', category: 'garden-and-home', words: 'I cannot push the mower', accessNeeds: ['large-print'], desiredOutcomes: [] },
  })
})

test('R2 a navigator invites a person they registered to open an account', async () => {
  const agent = await place.signedIn('navigator')
  const person = await agent.get(`/navigator/people/${personId}`).expect(200)
  expect(person.text).toContain('07700 900123')
  const address = `/navigator/people/${personId}/invitation`
  const { text } = await agent.get(address).expect(200)
  await agent
    .post(address)
    .type('form')
    .send({ ...formOf(text), email: 'margaret@example.org' })
    .expect(303)
  expect(posted(`/people/people/${personId}/invitation`)[0]?.body).toEqual({ email: 'margaret@example.org' })
})

test('R2 where no mail leaves, the navigator is shown the link to hand over, once', async () => {
  const mail = 'GET /notification/mail'
  const other = await startTestPlace({
    ...place.routes,
    [mail]: () => ({ sendsMail: false }),
    'POST /people/people/:id/invitation/link': (_asked, response) =>
      void response.status(201).json({ url: 'https://place.example/take-up-invitation?token=a-secret', expiresAt: '2026-04-01T00:00:00.000Z' }),
  })
  const agent = await other.signedIn('navigator')
  const address = `/navigator/people/${personId}/invitation`
  const { text } = await agent.get(address).expect(200)
  expect(text).not.toMatch(/link by e-mail|Send the invitation/)
  await agent
    .post(address)
    .type('form')
    .send({ ...formOf(text), email: 'margaret@example.org' })
    .expect(303)
  const person = `/navigator/people/${personId}`
  expect((await agent.get(person)).text).toContain('<code>https://place.example/take-up-invitation?token=a-secret</code>')
  expect((await agent.get(person)).text).not.toContain('a-secret')
  await other.stop()
})

test('no page of a navigator puts a name into an address or a log line', async () => {
  expect(place.logged.join('\n')).not.toContain('Margaret')
  expect(place.asked.every(({ path }) => !path.includes('Margaret'))).toBe(true)
  expect(navigatorId).toMatch(/^[0-9a-f-]{36}$/)
})

test('each page of a navigator is there in both languages, with no key left without words; and for no other role', async () => {
  const navigator = await place.signedIn('navigator')
  const resident = await place.signedIn('resident')
  const person = `/navigator/people/${personId}`
  for (const address of [
    '/navigator',
    '/navigator/people/new',
    person,
    `${person}/invitation`,
    `${person}/refer`,
    `${person}/needs/new`,
    `/navigator/refer?offer=${offerId}`,
    `/navigator/needs/${needId}/refer`,
    `/navigator/referrals/${referralId}`,
  ]) {
    for (const lang of ['en', 'cy']) {
      const { text } = await navigator.get(`${address}${address.includes('?') ? '&' : '?'}lang=${lang}`).expect(200)
      expect(text).not.toMatch(/>\s*(navigator\w*|newNeed|referring)\.[a-zA-Z.-]+/)
    }
    await resident.get(address).expect(403)
  }
})
