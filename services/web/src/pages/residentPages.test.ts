import { hidden, problem, residentId, startTestPlace, type TestPlace } from '../testPlace.ts'

const offerId = '3d5f4b1c-7a5e-4f0e-9b64-0f0c5c0a1b01'
const organisationId = '3d5f4b1c-7a5e-4f0e-9b64-0f0c5c0a1b02'
const closedOrganisationId = '3d5f4b1c-7a5e-4f0e-9b64-0f0c5c0a1b12'
const referralId = '3d5f4b1c-7a5e-4f0e-9b64-0f0c5c0a1b03'
const needId = '3d5f4b1c-7a5e-4f0e-9b64-0f0c5c0a1b04'
const outcomeId = '3d5f4b1c-7a5e-4f0e-9b64-0f0c5c0a1b05'
const organisation = { organisationId, name: 'Sale Choir' }
const offer = {
  offerId,
  name: 'Singing on Tuesdays',
  track: 'join-in',
  category: 'community-groups',
  organisation,
  capacity: { state: 'open', units: 3 },
  takesReferrals: true,
  contact: {},
}
const line = {
  referralId,
  status: 'sent',
  offerId,
  organisationId,
  sentAt: '2026-03-02T10:00:00.000Z',
  answerDueAt: '2026-03-05T17:00:00.000Z',
  overdue: false,
  track: 'join-in',
  category: 'community-groups',
  needId,
  personId: residentId,
  referredByRole: 'resident',
}
const view = {
  ...line,
  steps: ['consent-withdrawal', 'conclusion'],
  words: 'I would love to sing again',
  accessNeeds: ['step-free'],
  outcomes: [{ outcomeId, words: 'I know a few faces', notes: [] }],
  basis: { kind: 'consent', given: 'self' },
}
const accepted = { ...view, status: 'accepted', acceptedAt: '2026-03-03T10:00:00.000Z', steps: ['consent-withdrawal', 'outcomes', 'conclusion'] }

let place: TestPlace
let shown: object = view
let offerShown: object = offer
beforeAll(async () => {
  place = await startTestPlace({
    'GET /provider-directory/offers/names': () => ({ items: [{ offerId, name: offer.name, track: offer.track, category: offer.category, organisation }] }),
    'GET /provider-directory/offers/:id': () => offerShown,
    'GET /provider-directory/organisations/:id/checks': () => ({ items: [{ level: 'enhanced', checkedBy: 'Trafford Council', checkedOn: '2026-03-03' }] }),
    'GET /provider-directory/organisations/:id': ({ path }) =>
      path.endsWith(closedOrganisationId)
        ? {
            ...{ organisationId: closedOrganisationId, kind: 'organisation', name: 'A group that was', isYours: false },
            closedAt: '2026-03-05T10:00:00.000Z',
            offers: [],
          }
        : organisation,
    'GET /people/people/me': (_asked, response) => {
      response.set('ETag', '"4"')
      return { personId: residentId, name: 'Margaret Hale', postcode: 'M33 7ZF', accessNeeds: ['step-free'], language: 'en' }
    },
    'PUT /people/people/me': ({ headers }, response) => (headers['if-match'] === '"4"' ? { personId: residentId } : problem(response, 412, 'stale')),
    'GET /people/people/:id/access-log': () => ({
      items: [
        { at: '2026-03-03T11:00:00.000Z', who: { role: 'coordinator', organisationId }, why: 'accepted-referral', fields: ['name', 'phone'], referralId },
      ],
    }),
    'GET /referral/disclosures': () => ({
      items: [{ at: '2026-03-02T11:00:00.000Z', who: { role: 'coordinator', organisationId }, why: 'organisation', fields: ['words', 'notes'], referralId }],
    }),
    'GET /provider-directory/offers': () => ({ items: [{ ...offer, summary: 'We sing' }], total: 1, facets: {} }),
    'GET /referral/needs': () => ({
      items: [
        { needId, personId: residentId, track: 'join-in', category: 'community-groups', recordedAt: '2026-03-01T10:00:00.000Z', outcomeIds: [], isOpen: true },
        { needId: outcomeId, personId: residentId, track: 'be-helped', category: 'food', outcomeIds: [], isOpen: false },
      ],
    }),
    'GET /referral/needs/:id': () => ({
      needId,
      personId: residentId,
      track: 'join-in',
      category: 'community-groups',
      words: 'I would love to sing again',
      desiredOutcomes: [],
    }),
    'GET /referral/referrals': () => ({ items: [line] }),
    'GET /referral/referrals/:id': () => shown,
    'GET /referral/referrals/:id/history': () => ({ items: [{ sequence: 1, at: line.sentAt, type: 'referral.sent.v1', byRole: 'resident' }] }),
    'POST /referral/needs': (_asked, response) => void response.status(201).json({ needId, outcomeIds: [outcomeId] }),
    'POST /referral/referrals': (_asked, response) => void response.status(201).json({ referralId, status: 'sent' }),
    'POST /referral/referrals/:id/consent-withdrawal': () => ({ referralId, status: 'consent-withdrawn' }),
    'POST /referral/referrals/:id/outcomes': () => ({ referralId, status: 'accepted' }),
    'POST /referral/referrals/:id/conclusion': (_asked, response) =>
      problem(response, 409, 'outcomes-unmarked', [{ pointer: '/reason', code: 'outcomes-unmarked' }]),
    'GET /people/referrals/:id/access': () => ({ access: 'none' }),
    'GET /notification/messages': () => ({
      items: [{ messageId: needId, subject: 'They have your request', link: `/my/referrals/${referralId}`, at: line.sentAt, read: false }],
      unread: 1,
    }),
  })
})
afterAll(() => place.stop())
beforeEach(() => {
  shown = view
  offerShown = offer
})

test('a description that came marked up is shown with its paragraphs, lists and links, and nothing more, whatever the directory says', async () => {
  const agent = await place.signedIn('resident')
  const hostile = '<p onclick="x()">Come <b>and</b> sing</p><ul><li><a href="https://example.org">When</a></ul><script>alert(1)</script><img src=x onerror=y>'
  offerShown = { ...offer, description: 'Come and sing\n\n- When', descriptionMarkup: hostile }
  const { text: html } = await agent.get(`/offers/${offerId}`)
  expect(html).toContain('<p>Come <b>and</b> sing</p><ul><li><a href="https://example.org" rel="nofollow noopener">When</a></li></ul></div>')
  expect(html).not.toMatch(/onclick|alert\(1\)|onerror/)
  expect(html).toContain('<meta name="description" content="Come and sing')
  offerShown = { ...offer, description: 'Come <b>and</b> sing' }
  expect((await agent.get(`/offers/${offerId}`)).text).toContain('<p class="govuk-body">Come &lt;b&gt;and&lt;/b&gt; sing</p>')
})

const formOf = (html: string) => ({ _token: hidden(html, '_token'), _key: hidden(html, '_key') })
const posted = (method: string, path: string) => place.asked.filter((one) => one.method === method && one.path === path)

test('R5 a resident sees each request with a sentence: who has it and what comes next', async () => {
  const agent = await place.signedIn('resident')
  const { text } = await agent.get('/my').expect(200)
  expect(text).toContain('Singing on Tuesdays')
  expect(text).toContain('Sale Choir has your request since 2 March 2026. They should answer by 5 March 2026.')
  expect(text).toContain('They have your request')
})

test('R1 a resident asks in their own words: one form records the need and sends it, and sent twice it carries the same keys', async () => {
  const agent = await place.signedIn('resident')
  const address = `/my/referrals/new?offer=${offerId}`
  const { text } = await agent.get(address).expect(200)
  expect(text).toMatch(/value="step-free"\s+checked/)
  const entered = {
    ...formOf(text),
    words: 'I would love to sing again',
    outcome1: 'I know a few faces',
    accessNeeds: 'step-free',
    postcode: 'm33 7zf',
    consent: 'yes',
  }
  for (const _ of [1, 2]) await agent.post(address).type('form').send(entered).expect(303).expect('location', `/my/referrals/${referralId}`)
  const [first, second] = posted('POST', '/referral/needs')
  expect(first?.body).toEqual({
    personId: residentId,
    track: 'join-in',
    category: 'community-groups',
    words: 'I would love to sing again',
    accessNeeds: ['step-free'],
    desiredOutcomes: ['I know a few faces'],
    postcode: 'M33 7ZF',
  })
  expect(second?.headers['idempotency-key']).toBe(first?.headers['idempotency-key'])
  const sent = posted('POST', '/referral/referrals')
  expect(sent[0]?.body).toEqual({ needId, offerId, basis: { kind: 'consent', given: 'self' } })
  expect(sent[1]?.headers['idempotency-key']).toBe(sent[0]?.headers['idempotency-key'])
})

test('R1 without a tick for consent and without words nothing is sent, the errors stand at their fields, and what was entered stays', async () => {
  const agent = await place.signedIn('resident')
  const address = `/my/referrals/new?offer=${offerId}`
  const { text } = await agent.get(address)
  const before = place.asked.filter(({ method }) => method === 'POST').length
  const again = await agent
    .post(address)
    .type('form')
    .send({ ...formOf(text), words: ' ', outcome1: 'I know a few faces', postcode: '' })
    .expect(400)
  expect(again.text).toContain('Tick this box if you agree')
  expect(again.text).toContain('Say in a line or two what you would like')
  expect(again.text).toContain('value="I know a few faces"')
  expect(place.asked.filter(({ method }) => method === 'POST').length).toBe(before)
})

test('R5 a resident says what they need before they know whom to ask, and finds somebody for it', async () => {
  const agent = await place.signedIn('resident')
  const start = (await agent.get('/my').expect(200)).text
  expect(start).toContain('Community groups, 1 March 2026.')
  expect(start.match(/\/my\/needs\/[0-9a-f-]{36}\/refer/g)).toEqual([`/my/needs/${needId}/refer`])
  const { text } = await agent.get('/my/needs/new').expect(200)
  const before = posted('POST', '/referral/needs').length
  const refused = await agent
    .post('/my/needs/new')
    .type('form')
    .send({ ...formOf(text), words: '', category: '' })
    .expect(400)
  for (const field of ['words', 'track', 'category']) expect(refused.text).toContain(`href="#${field}"`)
  const said = { ...formOf(text), words: 'I would love to sing again', track: 'join-in', category: 'community-groups', outcome1: '', postcode: 'm33 7zf' }
  await agent.post('/my/needs/new').type('form').send(said).expect(303).expect('location', `/my/needs/${needId}/refer`)
  expect(posted('POST', '/referral/needs').slice(before)).toMatchObject([
    {
      body: {
        personId: residentId,
        track: 'join-in',
        category: 'community-groups',
        words: 'I would love to sing again',
        desiredOutcomes: [],
        postcode: 'M33 7ZF',
      },
    },
  ])
  const address = `/my/needs/${needId}/refer`
  const found = (await agent.get(address).expect(200)).text
  for (const words of ['I would love to sing again', `${address}?offer=${offerId}`]) expect(found).toContain(words)
  const asking = (await agent.get(`${address}?offer=${offerId}`).expect(200)).text
  const without = await agent.post(`${address}?offer=${offerId}`).type('form').send(formOf(asking)).expect(400)
  expect(without.text).toContain('Tick this box if you agree')
  await agent
    .post(`${address}?offer=${offerId}`)
    .type('form')
    .send({ ...formOf(asking), consent: 'yes' })
    .expect(303)
    .expect('location', `/my/referrals/${referralId}`)
  expect(posted('POST', '/referral/referrals').at(-1)?.body).toEqual({ needId, offerId, basis: { kind: 'consent', given: 'self' } })
})

test('R5 a request shows its way, what was said, who looked, and what can be done', async () => {
  const agent = await place.signedIn('resident')
  const { text } = await agent.get(`/my/referrals/${referralId}`).expect(200)
  expect(text).toContain('I would love to sing again')
  expect(text).toContain('patchwork-journey__step--now')
  expect(text).toContain('Sale Choir</strong>')
  expect(text).toContain(`/my/referrals/${referralId}/consent-withdrawal`)
  expect(text).not.toContain('Say what came of it')
})

test('R6 a resident marks what came of a hope, stops the sharing, and is told why a request cannot end yet', async () => {
  shown = accepted
  const agent = await place.signedIn('resident')
  const outcome = `/my/referrals/${referralId}/outcomes/${outcomeId}`
  const { text } = await agent.get(outcome).expect(200)
  await agent
    .post(outcome)
    .type('form')
    .send({ ...formOf(text), result: 'partly', note: '' })
    .expect(303)
  expect(posted('POST', `/referral/referrals/${referralId}/outcomes`)[0]?.body).toEqual({ outcomeId, result: 'partly' })

  const stop = `/my/referrals/${referralId}/consent-withdrawal`
  const asked = await agent.get(stop).expect(200)
  await agent.post(stop).type('form').send(formOf(asked.text)).expect(303)
  expect(posted('POST', `/referral/referrals/${referralId}/consent-withdrawal`)).toHaveLength(1)

  const end = `/my/referrals/${referralId}/conclusion`
  const ending = await agent.get(end).expect(200)
  const refused = await agent
    .post(end)
    .type('form')
    .send({ ...formOf(ending.text), reason: 'completed' })
    .expect(409)
  expect(refused.text).toContain('First say for each hope what came of it')
})

test('R2 details are changed only if nobody else changed them since they were shown', async () => {
  const agent = await place.signedIn('resident')
  const { text } = await agent.get('/my/details').expect(200)
  const entered = {
    ...formOf(text),
    version: '"4"',
    name: 'Margaret Hale',
    email: '',
    phone: '',
    postcode: 'M33 7ZF',
    language: 'cy',
    accessNeeds: ['bsl', 'step-free'],
    note: '',
  }
  await agent.post('/my/details').type('form').send(entered).expect(303)
  const put = posted('PUT', '/people/people/me')[0]
  expect(put?.headers['if-match']).toBe('"4"')
  expect(put?.body).toEqual({ name: 'Margaret Hale', postcode: 'M33 7ZF', language: 'cy', accessNeeds: ['bsl', 'step-free'], contactPreferences: { ways: [] } })
  expect(text).toContain('name="version" value="&quot;4&quot;"')
  const second = await agent
    .post('/my/details')
    .type('form')
    .send({ ...entered, version: '"3"', name: 'Margaret Hale-Brown' })
    .expect(412)
  for (const words of ['Somebody has changed this since you opened it', 'value="Margaret Hale-Brown"', 'name="version" value="&quot;4&quot;"'])
    expect(second.text).toContain(words)
})

test('R10 a resident sees who read which of their information, when and why', async () => {
  const agent = await place.signedIn('resident')
  const { text } = await agent.get('/my/who-saw').expect(200)
  expect(text).toContain('your name, your telephone number.')
  expect(text).toContain('what you said you need, notes on what came of it.')
})

test('each page of a resident is there in Welsh, with no key left without words', async () => {
  const agent = await place.signedIn('resident')
  shown = accepted
  const base = `/my/referrals/${referralId}`
  for (const address of [
    '/my',
    '/my/needs/new',
    `/my/needs/${needId}/refer`,
    '/my/details',
    '/my/who-saw',
    base,
    `${base}/conclusion`,
    `${base}/consent-withdrawal`,
    `${base}/outcomes/${outcomeId}`,
  ]) {
    for (const lang of ['en', 'cy']) {
      const { text } = await agent.get(`${address}?lang=${lang}`).expect(200)
      expect(text).not.toMatch(/>\s*(my|myReferral|myReferNeed|newNeed|myDetails|myWhoSaw|referring|referral[A-Z]\w+)\.[a-zA-Z.-]+/)
    }
  }
})

test('A2 no other role sees a page of a resident', async () => {
  const agent = await place.signedIn('provider')
  for (const address of ['/my', '/my/needs/new', '/my/details', '/my/who-saw', `/my/referrals/${referralId}`]) await agent.get(address).expect(403)
})

test('of an organisation that has closed its page says that, and nothing of what it offered', async () => {
  const { text } = await place.browser().get(`/organisations/${closedOrganisationId}`).expect(200)
  expect(text).toContain('This organisation closed on 5 March 2026. It offers nothing any more.')
  expect(text).not.toContain('What they offer')
  expect((await place.browser().get(`/organisations/${closedOrganisationId}?lang=cy`)).text).toContain('Caeodd y sefydliad hwn ar')
})

test('D7 everyone reads what was checked of an organisation, by whom and when', async () => {
  const { text } = await place.browser().get(`/organisations/${organisationId}`).expect(200)
  expect(text).toContain('Enhanced check. Trafford Council looked at the certificate on 3 March 2026.')
  expect(text).not.toMatch(/expir|valid until/i)
})
