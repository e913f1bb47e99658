import { wards } from '../testExamples.ts'
import { hidden, problem, residentId, startTestPlace, type TestPlace } from '../testPlace.ts'

const id = (last: number) => `8c2f6f10-4f0e-4b64-9b64-${String(last).padStart(12, '0')}`
const [organisationId, offerId, referralId, personId, outcomeId] = [id(1), id(2), id(3), id(4), id(5)] as [string, string, string, string, string]
const organisation = { organisationId, name: 'Dee’s Gardens', kind: 'micro-provider', memberRole: 'owner' }
const draft = {
  offerId,
  status: 'draft',
  organisation,
  track: 'be-helped',
  category: 'garden-and-home',
  name: 'A tidy garden',
  description: 'I mow and weed.\n\nI bring my tools.',
  price: { kind: 'paid', pence: 1_850, unit: 'hour' },
  area: { withinMetres: 3_200, postcode: 'M33 7ZF', atHome: true },
  place: {},
  times: [
    { days: ['monday', 'tuesday'], from: '09:00', to: '12:00' },
    { days: ['monday'], from: '14:00', to: '16:00' },
  ],
  fundingAccepted: ['direct-payment'],
  personalCare: false,
  contact: { phone: '01632 960010' },
  capacity: { state: 'unknown' },
  takesReferrals: false,
  modifiedAt: '2026-03-01T10:00:00.000Z',
  isYours: true,
}
const sent = {
  referralId,
  status: 'sent',
  offerId,
  organisationId,
  sentAt: '2026-03-02T10:00:00.000Z',
  answerDueAt: '2026-03-05T17:00:00.000Z',
  overdue: false,
  track: 'be-helped',
  category: 'garden-and-home',
  wardCode: 'E05015254',
  referredByRole: 'navigator',
  steps: ['acceptance', 'decline'],
  words: 'My knees are bad.',
  accessNeeds: ['large-print'],
  outcomes: [{ outcomeId, words: 'I sit outside again', notes: [] }],
}
const { overdue: _, ...open } = sent
const accepted = { ...open, status: 'accepted', acceptedAt: '2026-03-03T10:00:00.000Z', acceptedBy: residentId, personId, steps: ['outcomes', 'conclusion'] }

const check = { credentialId: id(6), level: 'enhanced', certificateNumber: '001234567890', issuedOn: '2024-05-01', councilReviewedOn: '2026-03-03' }

let place: TestPlace
const state = {
  organisations: [organisation],
  offer: draft as object,
  referral: sent as object,
  joinsAs: 'member',
  refuses: undefined as [number, string, string] | undefined,
}
beforeAll(async () => {
  const done =
    (answer: object, status = 200) =>
    (_asked: unknown, response: Parameters<typeof problem>[0]) =>
      state.refuses
        ? problem(response, state.refuses[0], state.refuses[1], [{ pointer: state.refuses[2], code: state.refuses[1] }])
        : void response.status(status).json(answer)
  place = await startTestPlace({
    'GET /provider-directory/wards/boundaries': () => wards,
    'GET /provider-directory/organisations/mine': () => ({ items: state.organisations }),
    'GET /provider-directory/organisations/:id': () => ({ ...organisation, phone: '01632 960010', isYours: true, offers: [{ ...draft, status: 'published' }] }),
    'POST /provider-directory/organisations/:id/joining-codes': done({ code: 'ABCD-EFGH-JKLM-NPQR', expiresAt: '2026-03-09T10:00:00.000Z' }, 201),
    'POST /provider-directory/organisations/:id/hand-over': done({ code: 'ZYXW-EFGH-JKLM-NPQR', expiresAt: '2026-03-09T10:00:00.000Z' }, 201),
    'POST /provider-directory/organisations/:id/leaving': done({ organisationId }),
    'POST /provider-directory/organisations/:id/closing': done({ organisationId }),
    'POST /provider-directory/memberships': (asked, response) => done({ organisationId, memberRole: state.joinsAs }, 201)(asked, response),
    'POST /provider-directory/organisations': done({ organisationId }, 201),
    'PUT /provider-directory/organisations/:id': done({ organisationId }),
    'GET /provider-directory/offers/:id': (_asked, response) => {
      response.set('ETag', '"7"')
      return state.offer
    },
    'POST /provider-directory/offers': done({ offerId }, 201),
    'POST /provider-directory/listings': done({ organisationId, offerId, category: 'garden-and-home', isCategoryGuessed: true }, 201),
    'PUT /provider-directory/offers/:id': done({ offerId }),
    'POST /provider-directory/offers/:id/:what': done({ offerId }),
    'PUT /provider-directory/offers/:id/draft': done({ offerId }),
    'POST /provider-directory/offers/:id/draft/:what': done({ offerId }),
    'GET /provider-directory/organisations/:id/credentials': () => ({ items: [check] }),
    'GET /provider-directory/organisations/:id/credential-readings': () => ({ items: [{ at: '2026-03-03T10:00:00.000Z', role: 'administrator' }] }),
    'POST /provider-directory/organisations/:id/credentials': done({ credentialId: check.credentialId }, 201),
    'POST /provider-directory/credentials/:id/removal': done({ credentialId: check.credentialId }),
    'GET /referral/referrals': ({ query }) => ({ items: query.status === 'sent' ? [sent] : [accepted] }),
    'GET /referral/referrals/:id': () => state.referral,
    'GET /referral/referrals/:id/history': () => ({ items: [{ sequence: 1, at: sent.sentAt, type: 'referral.sent.v1', byRole: 'navigator' }] }),
    'POST /referral/referrals/:id/:what': done({ referralId, status: 'accepted' }),
    'GET /provider-directory/offers/:id/search-state': () => ({ isUpToDate: true }),
    'GET /referral/memberships': () => ({ organisationIds: [organisationId] }),
    'GET /people/referrals/:id/access': () => ({ access: state.referral === accepted ? 'none' : 'open' }),
    'GET /people/people': () => ({ items: [{ personId, name: 'George Whitfield' }] }),
    'GET /people/people/:id': () => ({ personId, name: 'George Whitfield', phone: '01632 960123', accessNeeds: [] }),
  })
})
afterAll(() => place.stop())
beforeEach(() => {
  Object.assign(state, { organisations: [organisation], offer: draft, referral: sent, joinsAs: 'member', refuses: undefined })
  place.asked.length = 0
})

const formOf = (html: string) => ({ _token: hidden(html, '_token'), _key: hidden(html, '_key') })
const posted = (path: string) => place.asked.filter((one) => one.method !== 'GET' && one.path === path).map(({ body }) => body)
const changes = () => place.asked.filter(({ method }) => method !== 'GET').length
/** Fills in the form of a page and sends it, to the page's own address or to another. */
const send = async (address: string, entered: object, to = address) => {
  const agent = await place.signedIn('provider')
  const { text } = await agent.get(address).expect(200)
  return agent
    .post(to)
    .type('form')
    .send({ ...formOf(text), ...entered })
}
const described = {
  organisationId,
  track: 'be-helped',
  name: 'A tidy garden',
  description: 'I mow and weed.',
  category: 'garden-and-home',
  'price-kind': 'paid',
  'price-pence': '£18.50',
  'price-unit': 'hour',
  'price-vat': 'added',
  'price-travelPence': '2.50',
  'area-atHome': 'yes',
  'area-wardCodes': 'E05015254',
  'monday-from': '9:00',
  'monday-to': '12:00',
  'friday-from': '09.00',
  'friday-to': '12:00',
  personalCare: 'no',
}

describe('where a provider begins', () => {
  test('R6 requests that wait come first, with when the answer is due; then the people in hand, the offers and what to do next', async () => {
    const { text } = await (await place.signedIn('provider')).get('/provider').expect(200)
    expect(text).toContain('Please answer by 5 March 2026.')
    expect(text.indexOf('Please answer by')).toBeLessThan(text.indexOf('George Whitfield'))
    expect(text).toContain('Do you have room?')
    expect(text).toContain(`/provider/referrals/${referralId}`)
  })
  test('D10 offers that may be listed twice are something to do; what was merged is no withdrawn offer, and its old page leads to the one that stands', async () => {
    const usual = place.routes['GET /provider-directory/organisations/:id']!
    const merged = '0199a000-0000-4000-8000-00000000dddd'
    const offers = [
      { ...draft, status: 'published' },
      { ...draft, offerId: merged, name: 'A tidier garden', status: 'withdrawn', mergedInto: offerId },
    ]
    place.routes['GET /provider-directory/organisations/:id'] = () => ({ ...organisation, isYours: true, offersAlike: 1, offers })
    try {
      const agent = await place.signedIn('provider')
      const { text } = await agent.get('/provider').expect(200)
      for (const words of [
        `href="/duplicates?organisation=${organisationId}"`,
        'may be the same: look at them',
        `/duplicates?organisation=${organisationId}&amp;status=merged`,
      ])
        expect(text).toContain(words)
      expect(text).not.toContain('A tidier garden')
      const answer = await agent.get(`/provider/offers/${merged}`)
      expect([answer.status, answer.headers.location]).toEqual([303, `/provider/offers/${offerId}`])
      // What is changed is what was read: nothing is changed under the old address.
      await agent.get(`/provider/offers/${merged}/edit`).expect(404)
    } finally {
      place.routes['GET /provider-directory/organisations/:id'] = usual
    }
  })
  test('D2 an owner whose organisation does not say what it is, is asked for it, says it, and keeps the rest', async () => {
    const { text } = await (await place.signedIn('provider')).get('/provider').expect(200)
    const address = `/provider/organisations/${organisationId}/description`
    expect(text).toContain('Other systems cannot show your offers yet')
    expect(text).toContain(`href="${address}"`)
    expect((await send(address, { name: 'Dee’s Gardens', description: ' ', version: '' })).text).toContain('Say what you do, in a few words')
    expect(changes()).toBe(0)
    expect((await (await place.signedIn('provider')).get(address)).text).toMatch(/name="version" value="[^{]*"/)
    const saved = await send(address, { name: 'Dee’s Gardens', description: 'I keep gardens.', version: '' })
    expect([saved.status, saved.headers.location]).toEqual([303, '/provider'])
    expect(posted(`/provider-directory/organisations/${organisationId}`)).toEqual([
      { name: 'Dee’s Gardens', description: 'I keep gardens.', phone: '01632 960010' },
    ])
  })
  test('without an organisation it says to make one, and an offer cannot be begun', async () => {
    state.organisations = []
    const agent = await place.signedIn('coordinator')
    expect((await agent.get('/provider').expect(200)).text).toContain('List what you do')
    await agent.get('/provider/offers/new').expect(303).expect('location', '/provider/organisation/new')
  })
  test.each(['resident', 'navigator', 'commissioner', 'administrator'] as const)('a %s has no such pages', async (role) => {
    const agent = await place.signedIn(role)
    for (const path of ['/provider', '/provider/offers/new', `/provider/offers/${offerId}`, `/provider/referrals/${referralId}`])
      await agent.get(path).expect(403)
  })
  test('an organisation is named with its kind; what is missing is told at its field', async () => {
    const refused = await send('/provider/organisation/new', { name: '', email: 'no', phone: 'x' })
    expect(refused.status).toBe(400)
    for (const field of ['name', 'kind', 'email', 'phone']) expect(refused.text).toContain(`href="#${field}"`)
    expect(changes()).toBe(0)
    const saved = await send('/provider/organisation/new', { name: 'Dee’s Gardens', kind: 'micro-provider', email: '', phone: '', description: '' })
    expect([saved.status, saved.headers.location]).toEqual([303, '/provider'])
    expect(posted('/provider-directory/organisations')).toEqual([{ name: 'Dee’s Gardens', kind: 'micro-provider' }])
  })
})

describe('what to do next', () => {
  const ofOrganisation = (changes: object) => ({
    ...{ ...organisation, description: 'I keep gardens.', isYours: true },
    offers: [{ ...draft, status: 'published', standing: 'fresh', missing: ['price', 'room'], views: 12, roomEndsSoon: false, ...changes }],
  })
  const shownFor = async (changes: object) => {
    place.routes['GET /provider-directory/organisations/:id'] = () => ofOrganisation(changes)
    return (await (await place.signedIn('provider')).get('/provider').expect(200)).text
  }
  afterAll(() => {
    place.routes['GET /provider-directory/organisations/:id'] = () => ({ ...organisation, isYours: true, offers: [{ ...draft, status: 'published' }] })
  })
  test('answers that are due stand first, then room; each leads to where it is done', async () => {
    const text = await shownFor({})
    expect(text).toContain('What to do next')
    expect(text.indexOf('Answer a request for A tidy garden by 5 March 2026')).toBeGreaterThan(0)
    expect(text.indexOf('Answer a request')).toBeLessThan(text.indexOf('Do you have room? Say so for A tidy garden'))
    expect(text).toContain(`href="/provider/offers/${offerId}#room"`)
  })
  test('M3 a quarter that is over and of which nothing was returned leads to saying what came of it', async () => {
    const returnDue = { partnerId: organisationId, year: 1, quarter: 2, startsOn: '2025-07-01', endsOn: '2025-09-30' }
    const contract = {
      contractId: offerId,
      title: 'Neighbourhood networks',
      startsOn: '2025-04-01',
      endsOn: '2027-03-31',
      valuePence: 1,
      partners: 1,
      isWhole: false,
    }
    place.routes['GET /commissioning/contracts'] = () => ({ items: [{ ...contract, returnDue }] })
    const text = await shownFor({})
    expect(text).toContain('Say what came of your part in Neighbourhood networks: the quarter ended on 30 September 2025')
    expect(text).toContain(`href="/contracts/${offerId}/returns/new?partner=${organisationId}&amp;quarter=1-2"`)
    place.routes['GET /commissioning/contracts'] = () => ({ items: [contract] })
    expect(await shownFor({})).not.toContain('Say what came of your part')
  })
  test('D5 room that ends soon is said again in one step', async () => {
    const text = await shownFor({ roomEndsSoon: true, capacity: { state: 'open', units: 2, expiresAt: '2026-03-09T23:59:00.000Z' } })
    const renewal = `/provider/offers/${offerId}/renewal`
    expect(text).toContain(`action="${renewal}"`)
    expect(text).toContain('holds until 9 March 2026')
    const agent = await place.signedIn('provider')
    await agent
      .post(renewal)
      .type('form')
      .send(formOf((await agent.get('/provider')).text))
      .expect(303)
      .expect('location', '/provider')
    expect(posted(`/provider-directory/offers/${offerId}/capacity-renewal`)).toEqual([{}])
  })
  test('each offer says how much it tells of what people look for, with the way to what it lacks, and how often it was looked at', async () => {
    const text = await shownFor({})
    expect(text).toContain('It says 9 of 11 things people look for')
    expect(text).toContain(`href="/provider/offers/${offerId}/edit#price-kind"`)
    expect(text).toContain('How often people looked')
    expect(text).toMatch(/A tidy garden<\/th><td[^>]*>12<\/td><td[^>]*>1<\/td><td[^>]*>1<\/td>/)
    expect(await shownFor({ missing: [] })).toContain('It says all that people look for')
  })
  test('a directory that tells none of this, of an older version, leaves it out', async () => {
    const text = await shownFor({ missing: undefined, views: undefined, standing: undefined, roomEndsSoon: undefined })
    expect(text).not.toContain('things people look for')
  })
  test('an offer’s own page shows what it lacks, its looks by the week, and room that ran out to be said again', async () => {
    const views = Array.from({ length: 28 }, (_, at) => ({ on: `2026-02-${String(at + 1).padStart(2, '0')}`, count: at === 27 ? 5 : 0 }))
    state.offer = { ...draft, status: 'published', missing: ['price'], views, roomBefore: { state: 'open', units: 3, expiresAt: '2026-02-20T23:59:00.000Z' } }
    const { text } = await (await place.signedIn('provider')).get(`/provider/offers/${offerId}`).expect(200)
    expect(text).toContain('It says 10 of 11 things people look for')
    expect(text).toContain('Seven days to 28 February 2026')
    expect(text).toContain('You last said: “Has room for 3”')
    expect(text).toContain(`action="/provider/offers/${offerId}/renewal"`)
  })
})

describe('J3 listing in one page', () => {
  const address = '/provider/listing'
  const listed = {
    'organisation-name': 'Dee’s Gardens',
    'organisation-kind': 'micro-provider',
    track: 'be-helped',
    name: 'A tidy garden',
    description: 'I mow and weed.',
    category: '',
    'price-kind': 'unknown',
    where: 'place',
    'place-postcode': 'm33 7zf',
    'area-postcode': '',
    'area-withinMetres': '',
    'contact-phone': '01632 960010',
    'contact-email': '',
    personalCare: 'no',
    'personalCareGate-cqcNumber': '',
  }
  const words = {
    ...{ organisation: { name: 'Dee’s Gardens', kind: 'micro-provider' }, track: 'be-helped', name: 'A tidy garden', description: 'I mow and weed.' },
    ...{ price: { kind: 'unknown' }, place: { postcode: 'M33 7ZF' }, contact: { phone: '01632 960010' }, personalCare: false },
  }
  beforeEach(() => {
    state.organisations = []
  })
  test.each([
    ['looks it over first', 'look', false],
    ['lets everyone find it at once', 'publish', true],
  ])('whoever is new says who, what, where and how to reach them, and %s', async (_what, next, isPublished) => {
    const saved = await send(address, { ...listed, next })
    expect([saved.status, saved.headers.location]).toEqual([303, `/provider/offers/${offerId}`])
    expect(posted('/provider-directory/listings')).toEqual([{ ...words, isPublished }])
    expect(changes()).toBe(1)
  })
  test('at people’s homes it needs no place; how far they go needs where from, and the other way round', async () => {
    const atHomes = { ...listed, where: 'homes', 'place-postcode': '', next: 'publish' }
    expect((await send(address, { ...atHomes, 'area-postcode': 'M33 7ZF' })).text).toContain('<a href="#area-withinMetres">')
    expect((await send(address, { ...atHomes, 'area-withinMetres': '3200' })).text).toContain('<a href="#area-postcode">')
    expect(changes()).toBe(0)
    expect((await send(address, { ...atHomes, 'area-postcode': 'M33 7ZF', 'area-withinMetres': '3200' })).status).toBe(303)
    const { place: _, ...elsewhere } = words
    expect(posted('/provider-directory/listings')).toEqual([
      { ...elsewhere, area: { atHome: true, postcode: 'M33 7ZF', withinMetres: 3_200 }, isPublished: true },
    ])
  })
  test('D8 personal care asks what lets them give it; said later, it stays a draft whatever was pressed', async () => {
    expect((await send(address, { ...listed, personalCare: 'yes', next: 'publish' })).text).toContain('<a href="#personalCareGate">Choose which is true of you')
    expect((await send(address, { ...listed, personalCare: 'yes', personalCareGate: 'cqc', next: 'publish' })).text).toContain('#personalCareGate-cqcNumber')
    expect(changes()).toBe(0)
    for (const personalCareGate of ['later', 'sole-worker'])
      expect((await send(address, { ...listed, personalCare: 'yes', personalCareGate, next: 'publish' })).status).toBe(303)
    expect(posted('/provider-directory/listings')).toEqual([
      { ...words, personalCare: true, isPublished: false },
      { ...words, personalCare: true, personalCareGate: { soleWorkerDeclaration: true }, isPublished: true },
    ])
  })
  test('what is missing is told at its field, and nothing that was typed is lost', async () => {
    const refused = await send(address, { ...listed, name: '', where: '' })
    expect(refused.status).toBe(400)
    for (const field of ['name', 'where']) expect(refused.text).toContain(`href="#${field}"`)
    expect(refused.text).toContain('I mow and weed.')
    expect(refused.text).toContain('value="01632 960010"')
    const unnamed = await send(address, { ...listed, 'organisation-kind': '', 'organisation-name': '', 'place-postcode': '' })
    for (const field of ['organisation-kind', 'organisation-name', 'place-postcode']) expect(unnamed.text).toContain(`href="#${field}"`)
    expect(changes()).toBe(0)
  })
  test('cut off by a fault it is shown again with the same key, so that sending it again makes nothing twice', async () => {
    state.refuses = [503, 'unavailable', '']
    const agent = await place.signedIn('provider')
    const { text } = await agent.get(address).expect(200)
    const again = await agent
      .post(address)
      .type('form')
      .send({ ...formOf(text), ...listed })
      .expect(503)
    expect(formOf(again.text)._key).toBe(formOf(text)._key)
    expect(again.text).toContain('value="A tidy garden"')
    state.refuses = undefined
    await agent
      .post(address)
      .type('form')
      .send({ ...formOf(again.text), ...listed })
      .expect(303)
    const keys = place.asked.filter(({ path }) => path === '/provider-directory/listings').map(({ headers }) => headers['idempotency-key'])
    expect(new Set(keys).size).toBe(1)
  })
  test('whoever has an organisation lists for it, and no other is made', async () => {
    state.organisations = [organisation]
    const { text } = await (await place.signedIn('provider')).get(address)
    expect(text).not.toContain('name="organisation-name"')
    const { 'organisation-name': _name, 'organisation-kind': _kind, ...rest } = listed
    expect((await send(address, { ...rest, organisationId })).status).toBe(303)
    const { organisation: _, ...others } = words
    expect(posted('/provider-directory/listings')).toEqual([{ ...others, organisationId, isPublished: false }])
  })
})

describe('a colleague', () => {
  const address = `/provider/organisations/${organisationId}/joining-code`
  test('is let in by a code that the owner is shown once', async () => {
    const agent = await place.signedIn('provider')
    const { text } = await agent.get(address).expect(200)
    await agent.post(address).type('form').send(formOf(text)).expect(303).expect('location', '/provider')
    expect((await agent.get('/provider')).text).toContain('<code>ABCD-EFGH-JKLM-NPQR</code>')
    expect((await agent.get('/provider')).text).not.toContain('ABCD')
    expect(place.logged.join()).not.toContain('ABCD')
  })
  test('takes the owner’s place by a code of its own, and is told so', async () => {
    const agent = await place.signedIn('provider')
    const handOver = `/provider/organisations/${organisationId}/hand-over`
    expect((await agent.get('/provider')).text).toContain(`href="${handOver}"`)
    const { text } = await agent.get(handOver).expect(200)
    await agent.post(handOver).type('form').send(formOf(text)).expect(303).expect('location', '/provider')
    expect((await agent.get('/provider')).text).toContain('<code>ZYXW-EFGH-JKLM-NPQR</code>')
    state.joinsAs = 'owner'
    const colleague = await place.signedIn('coordinator')
    await colleague
      .post('/provider/join')
      .type('form')
      .send({ ...formOf((await colleague.get('/provider/join')).text), code: 'ZYXW-EFGH-JKLM-NPQR' })
      .expect(303)
    expect((await colleague.get('/provider')).text).toContain('You look after this organisation now.')
  })
  test('leaves; whoever alone looks after an organisation is told to hand it over first', async () => {
    const leaving = `/provider/organisations/${organisationId}/leaving`
    expect((await (await place.signedIn('provider')).get('/provider')).text).not.toContain(leaving)
    state.refuses = [409, 'last-owner', '']
    expect((await send(leaving, {})).text).toContain('Hand that over to a colleague first, then leave')
    state.refuses = undefined
    state.organisations = [{ ...organisation, memberRole: 'member' }]
    expect((await (await place.signedIn('provider')).get('/provider')).text).toContain(leaving)
    const left = await send(leaving, {})
    expect([left.status, left.headers.location]).toEqual([303, '/provider'])
    state.organisations = []
    await (await place.signedIn('provider')).get(leaving).expect(404)
  })
  test('who is a member and no owner hands out no code', async () => {
    state.organisations = [{ ...organisation, memberRole: 'member' }]
    const agent = await place.signedIn('coordinator')
    expect((await agent.get('/provider')).text).not.toContain(`/provider/organisations/${organisationId}/invitations`)
    await agent.get(address).expect(404)
  })
  test('joins by entering the code; one that opens nothing is told at its field, and stays there to be mended', async () => {
    const joined = await send('/provider/join', { code: 'abcd efgh jklm npqr' })
    expect([joined.status, joined.headers.location]).toEqual([303, '/provider'])
    expect(posted('/provider-directory/memberships')).toEqual([{ code: 'abcd efgh jklm npqr' }])
    state.refuses = [422, 'joining-code-ended', '/code']
    const refused = await send('/provider/join', { code: 'AAAA' })
    expect(refused.text).toContain('<a href="#code">This code opens nothing')
    expect(refused.text).toContain('value="AAAA"')
    expect((await send('/provider/join', { code: '' })).text).toContain('Enter the code')
  })
})

describe('an organisation closes', () => {
  const closing = `/provider/organisations/${organisationId}/closing`
  test('its owner is told first what is open and what becomes of it', async () => {
    const agent = await place.signedIn('provider')
    expect((await agent.get('/provider')).text).toContain(`href="${closing}"`)
    place.asked.length = 0
    const { text } = await agent.get(closing).expect(200)
    for (const words of [
      `<a class="govuk-link" href="/provider/offers/${offerId}">A tidy garden</a>`,
      'These are withdrawn',
      `<a class="govuk-link" href="/provider/referrals/${referralId}">A tidy garden</a>. Came on 2 March 2026.`,
      'You can still answer each of them',
      'Since 3 March 2026.',
      'You can still bring each of them to its end',
      'It cannot be opened again',
    ])
      expect(text).toContain(words)
    expect(changes()).toBe(0)
    // Who they are is shown, and logged, on their own pages.
    expect(place.asked.filter(({ path }) => path.startsWith('/people'))).toEqual([])
    expect((await agent.get(`${closing}?lang=cy`)).text).toContain('Tynnir y rhain yn ôl')
  })
  test('closes it by one button, and says so', async () => {
    const closed = await send(closing, {})
    expect([closed.status, closed.headers.location]).toEqual([303, '/provider'])
    expect(posted(`/provider-directory/organisations/${organisationId}/closing`)).toEqual([{}])
  })
  test('one that has closed hands out no codes and takes no offers; who acts for it sees that, and may leave', async () => {
    state.organisations = [{ ...organisation, closedAt: '2026-03-05T10:00:00.000Z' } as typeof organisation]
    const agent = await place.signedIn('provider')
    const { text } = await agent.get('/provider')
    expect(text).toContain('Closed on 5 March 2026. What you have in hand stays with you.')
    expect(text).toContain(`/provider/organisations/${organisationId}/leaving`)
    for (const gone of ['invitations', 'hand-over', 'closing']) expect(text).not.toContain(`/provider/organisations/${organisationId}/${gone}`)
    for (const gone of ['joining-code', 'hand-over']) await agent.get(`/provider/organisations/${organisationId}/${gone}`).expect(404)
    await agent.get(closing).expect(303).expect('location', '/provider')
    expect((await agent.get('/provider/listing')).text).toContain('name="organisation-name"')
  })
  test('a member who is no owner cannot', async () => {
    state.organisations = [{ ...organisation, memberRole: 'member' }]
    await (await place.signedIn('provider')).get(closing).expect(404)
  })
})

/** What the fields of a page hold, as a browser would send it back unchanged. */
const heldIn = (text: string): Record<string, string> => {
  const attribute = (tag: string, name: string) => new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1]
  const inputs = [...text.matchAll(/<input\b[^>]*>/g)].map(([tag]) => tag).filter((tag) => !/type="(?:checkbox|radio)"/.test(tag) || / checked/.test(tag))
  const areas = [...text.matchAll(/<textarea\b([^>]*)>([^<]*)</g)].map(([, tag = '', value = '']) => [attribute(tag, 'name') ?? '', value])
  const selects = [...text.matchAll(/<select\b([^>]*)>(.*?)<\/select>/gs)].map(([, tag = '', inside = '']) => [
    attribute(tag, 'name') ?? '',
    /value="([^"]*)" selected/.exec(inside)?.[1] ?? '',
  ])
  return Object.fromEntries([
    ...inputs.map((tag) => [attribute(tag, 'name') ?? '', (attribute(tag, 'value') ?? '').replaceAll('&quot;', '"')]),
    ...areas,
    ...selects,
  ])
}

describe('describing an offer', () => {
  test('D1 the form becomes a draft: pence, grouped times, wards', async () => {
    const saved = await send('/provider/offers/new', described)
    expect([saved.status, saved.headers.location]).toEqual([303, `/provider/offers/${offerId}`])
    expect(posted('/provider-directory/offers')).toEqual([
      {
        organisationId,
        track: 'be-helped',
        name: 'A tidy garden',
        description: 'I mow and weed.',
        category: 'garden-and-home',
        price: { kind: 'paid', pence: 1_850, unit: 'hour', vat: 'added', travelPence: 250 },
        area: { atHome: true, wardCodes: ['E05015254'] },
        place: {},
        times: [{ days: ['monday', 'friday'], from: '09:00', to: '12:00' }],
        fundingAccepted: [],
        personalCare: false,
        contact: {},
      },
    ])
  })
  test.each([
    ['an amount that is none', { 'price-pence': 'lots' }, 'price-pence', 'Enter an amount in pounds'],
    ['a price without its amount', { 'price-pence': '' }, 'price-pence', 'Enter the amount'],
    ['ages the wrong way round', { 'ages-from': '60', 'ages-to': '5' }, 'ages-to', 'The oldest age must not be below the youngest'],
    ['an age that is none', { 'ages-from': 'old' }, 'ages-from', 'Enter a whole number'],
    ['a group of no seats', { 'form-kind': 'group', 'form-seats': '0' }, 'form-seats', 'A group has 1 to 500 seats'],
    ['a group of too many seats', { 'form-kind': 'group', 'form-seats': '501' }, 'form-seats', 'A group has 1 to 500 seats'],
    ['seats in words', { 'form-kind': 'group', 'form-seats': 'a dozen' }, 'form-seats', 'Enter a whole number'],
    ['a space for nobody', { 'form-kind': 'space', 'form-people': '0' }, 'form-people', 'Enter 1 or more'],
    ['seats of nothing in particular', { 'form-seats': '12' }, 'form-kind', 'Choose how you offer it'],
    ['a way of offering that there is not', { 'form-kind': 'lecture' }, 'form-kind', 'Choose from this list'],
    ['a language that is none', { otherLanguages: 'Yoruba, Klingonese' }, 'otherLanguages', 'Enter names of languages'],
    ['something free with an amount', { 'price-kind': 'free' }, 'price-pence', 'There is an amount'],
    ['a distance from nowhere', { 'area-withinMetres': '3200' }, 'area-postcode', 'Enter the postcode that the distance is measured from'],
    ['every second week of no first day', { repeat: '2-weeks' }, 'startsOn', 'Enter the first day'],
    ['a season that ends first', { startsOn: '2026-06-01', endsOn: '2026-05-01' }, 'endsOn', 'The last day must not be before the first'],
    ['a season of no times', { startsOn: '2026-06-01', 'monday-from': '', 'monday-to': '', 'friday-from': '', 'friday-to': '' }, 'startsOn', 'Enter the times'],
    ['a day that is none', { 'differs-2-on': 'Easter' }, 'differs-2-on', 'Enter a day, like'],
    ['times of no day', { 'differs-2-from': '10:00', 'differs-2-to': '12:00' }, 'differs-2-on', 'Enter a day, like'],
    ['a day twice', { 'differs-1-on': '2026-06-01', 'differs-1-until': '2026-06-05', 'differs-2-on': '2026-06-05' }, 'differs-2-on', 'in the list already'],
    ['a time without an end', { 'tuesday-from': '10:00' }, 'tuesday-to', 'Enter both times'],
    ['a time of no length', { 'monday-to': '09:00' }, 'monday-to', 'The end must differ'],
    ['a time that is none', { 'monday-to': '25:00' }, 'monday-to', 'Enter a time'],
    ['personal care and no word of the law', { personalCare: 'yes' }, 'personalCareGate', 'Choose which is true of you'],
    ['a CQC registration without its number', { personalCare: 'yes', personalCareGate: 'cqc' }, 'personalCareGate-cqcNumber', 'Enter your CQC number'],
    ['a telephone number that is none', { 'contact-phone': 'ring me' }, 'contact-phone', 'Enter a telephone number'],
  ])('%s is told at its field; nothing is sent and what was entered stays', async (_what, wrong, field, words) => {
    const refused = await send('/provider/offers/new', { ...described, ...wrong })
    expect(refused.status).toBe(400)
    expect(refused.text).toContain(`href="#${field}"`)
    expect(refused.text).toContain(words)
    expect(refused.text).toContain('value="A tidy garden"')
    expect(changes()).toBe(0)
  })
  test('D11 ages, languages by box and by name, and facts of access go with the draft; unsaid they are not sent', async () => {
    const said = { 'ages-from': '60', languages: ['cy', 'pl'], otherLanguages: 'Yoruba; BSL, cy', accessibility: 'step-free' }
    await send('/provider/offers/new', { ...described, ...said })
    expect(posted('/provider-directory/offers')).toEqual([
      expect.objectContaining({ ages: { from: 60 }, languages: ['cy', 'pl', 'yo', 'bfi'], accessibility: ['step-free'] }),
    ])
  })
  test.each([
    [{ 'form-kind': 'one-to-one' }, { kind: 'one-to-one' }],
    [
      { 'form-kind': 'group', 'form-seats': '12' },
      { kind: 'group', seats: 12 },
    ],
    [{ 'form-kind': 'group', 'form-seats': '' }, { kind: 'group' }],
    [
      { 'form-kind': 'thing', 'form-terms': 'lent' },
      { kind: 'thing', terms: 'lent' },
    ],
    [
      { 'form-kind': 'space', 'form-people': '40' },
      { kind: 'space', people: 40 },
    ],
    // What belongs to another answer is passed over, as the browser hides it.
    [{ 'form-kind': 'advice', 'form-seats': 'a dozen', 'form-people': '40', 'form-terms': 'sold' }, { kind: 'advice' }],
    [{ 'form-kind': '', 'form-seats': '12' }, undefined],
  ])('D1 how it is offered goes with the draft: %j', async (said, form) => {
    await send('/provider/offers/new', { ...described, ...said })
    expect((posted('/provider-directory/offers') as { form?: object }[]).map((body) => body.form)).toEqual([form])
  })
  test('D1 the question of seats follows the group, and is asked in the page where no browser hides it; what is said stands there when it is changed', async () => {
    state.offer = { ...draft, form: { kind: 'group', seats: 12 } }
    const { text } = await (await place.signedIn('provider')).get(`/provider/offers/${offerId}/edit`).expect(200)
    expect(text).toMatch(/value="group" checked/)
    expect(text).toMatch(/data-shown-for="form-kind=group">\s*<div[^>]*>\s*<label[^>]*for="form-seats">\s*How many seats has the group\? \(optional\)/)
    expect(text).toMatch(/id="form-seats"[^>]* value="12"/)
    expect(heldIn(text)).toMatchObject({ 'form-kind': 'group', 'form-seats': '12', 'form-people': '', 'form-terms': '' })
    const { text: welsh } = await (await place.signedIn('provider')).get(`/provider/offers/${offerId}/edit?lang=cy`).redirects(1)
    for (const words of ['Sut rydych yn ei gynnig?', 'Mewn grŵp', 'Faint o seddi sydd gan y grŵp?']) expect(welsh).toContain(words)
  })
  test('D5 the page of one’s own offer says how many seats room can be for at most, and a refusal stands at the number', async () => {
    state.offer = { ...draft, status: 'published', form: { kind: 'group', seats: 12 } }
    const agent = await place.signedIn('provider')
    const { text } = await agent.get(`/provider/offers/${offerId}`).expect(200)
    for (const words of ['Group, 12 seats', '12 at most, the seats of the group']) expect(text).toContain(words)
    state.refuses = [422, 'units-above-seats', '/units']
    const refused = await send(`/provider/offers/${offerId}`, { state: 'open', units: '13', expiresAt: '2026-03-20' })
    expect(refused.text).toContain('href="#units"')
    expect(refused.text).toContain('Enter no more than the group has seats')
  })
  test('D11 what an offer says of ages, languages and access stands in its form when it is changed', async () => {
    state.offer = { ...draft, ages: { from: 16, to: 25 }, languages: ['yo', 'cy'], accessibility: ['lift'] }
    const { text } = await (await place.signedIn('provider')).get(`/provider/offers/${offerId}/edit`).expect(200)
    for (const value of ['yo', 'cy', 'lift']) expect(text).toMatch(new RegExp(`value="${value}" checked`))
    expect(text).toMatch(/id="ages-from"[^>]* value="16"/)
    expect(text).toMatch(/id="ages-to"[^>]* value="25"/)
  })
  test('a season, every second week, bank holidays and days that differ go with the draft', async () => {
    const said = { repeat: '2-weeks', startsOn: '1/6/2026', endsOn: '2026-08-31', closedOnBankHolidays: 'yes' }
    const differs = {
      'differs-1-on': '2026-07-20',
      'differs-1-until': '2026-07-24',
      'differs-3-on': '2026-07-06',
      'differs-3-from': '10',
      'differs-3-to': '12.30',
    }
    await send('/provider/offers/new', { ...described, ...said, ...differs })
    expect(posted('/provider-directory/offers')).toEqual([
      expect.objectContaining({
        times: [{ days: ['monday', 'friday'], from: '09:00', to: '12:00', interval: 2, startsOn: '2026-06-01', endsOn: '2026-08-31' }],
        exceptions: [
          { on: '2026-07-06', times: [{ from: '10:00', to: '12:30' }] },
          { on: '2026-07-20', until: '2026-07-24', times: [] },
        ],
        closedOnBankHolidays: true,
      }),
    ])
  })
  test('what an offer says of seasons and days that differ stands in its form, and what the form has no room for is kept', async () => {
    const lastFridays = { days: ['friday'], from: '18:00', to: '20:00', weeksOfMonth: [-1], startsOn: '2026-06-01' }
    const first = { days: [], from: '09:00', to: '10:00', monthDays: [1] }
    const twice = {
      on: '2026-12-24',
      times: [
        { from: '09:00', to: '10:00' },
        { from: '11:00', to: '12:00' },
      ],
    }
    const closed = { on: '2026-12-25', until: '2027-01-02', times: [] }
    state.offer = { ...draft, times: [lastFridays, first], exceptions: [twice, closed], closedOnBankHolidays: true }
    const agent = await place.signedIn('provider')
    const { text } = await agent.get(`/provider/offers/${offerId}/edit`).expect(200)
    expect(text).toContain('<option value="last" selected>')
    for (const held of ['2026-06-01', '2026-12-25', '2027-01-02']) expect(text).toContain(`value="${held}"`)
    expect(text).toContain('Keep these too: on these dates of a month: 1, 9am to 10am; 24 December 2026: 9am to 10am, 11am to midday')
    expect(text.match(/Days that differ, \d/g)).toHaveLength(4)
    await agent
      .post(`/provider/offers/${offerId}/edit`)
      .type('form')
      .send({ ...formOf(text), ...heldIn(text) })
      .expect(303)
    expect(place.asked.find(({ method }) => method === 'PUT')?.body).toMatchObject({
      times: [lastFridays, first],
      exceptions: [twice, closed],
      closedOnBankHolidays: true,
    })
  })
  test('a distance that is not among those to choose from stays what it is', async () => {
    state.offer = { ...draft, area: { withinMetres: 4_000, postcode: 'M33 7ZF' } }
    const agent = await place.signedIn('provider')
    const { text } = await agent.get(`/provider/offers/${offerId}/edit`).expect(200)
    expect(text).toContain('<option value="4000" selected>2.5 miles</option>')
    await agent
      .post(`/provider/offers/${offerId}/edit`)
      .type('form')
      .send({ ...formOf(text), ...heldIn(text) })
      .expect(303)
    expect(place.asked.find(({ method }) => method === 'PUT')?.body).toMatchObject({ area: { withinMetres: 4_000, postcode: 'M33 7ZF' } })
  })
  test('D8 the declaration of a sole worker, or a CQC number, goes with personal care, and without it neither is sent', async () => {
    await send('/provider/offers/new', { ...described, personalCare: 'yes', personalCareGate: 'sole-worker' })
    await send('/provider/offers/new', { ...described, personalCare: 'yes', personalCareGate: 'cqc', 'personalCareGate-cqcNumber': '1-123456789' })
    await send('/provider/offers/new', { ...described, personalCare: 'no', personalCareGate: 'sole-worker' })
    const gates = posted('/provider-directory/offers').map((body) => (body as { personalCareGate?: object }).personalCareGate)
    expect(gates).toEqual([{ soleWorkerDeclaration: true }, { cqcNumber: '1-123456789' }, undefined])
  })
  test('what the directory refuses stands at the field that it names', async () => {
    state.refuses = [422, 'invalid-cqc-number', '/personalCareGate/cqcNumber']
    const refused = await send('/provider/offers/new', { ...described, personalCare: 'yes', personalCareGate: 'cqc', 'personalCareGate-cqcNumber': '12' })
    expect(refused.status).toBe(422)
    expect(refused.text).toContain('href="#personalCareGate-cqcNumber"')
    expect(refused.text).toContain('Enter a CQC number: 1- and 6 to 12 digits')
  })
  test('a change begins with what is there, loses no second time of a day, and does not overwrite what somebody else changed', async () => {
    const agent = await place.signedIn('provider')
    const { text } = await agent.get(`/provider/offers/${offerId}/edit`).expect(200)
    for (const held of ['value="A tidy garden"', 'value="18.50"', 'value="M33 7ZF"', 'Keep these too: Monday, 2pm to 4pm']) expect(text).toContain(held)
    const { organisationId: __, track: ___, ...entered } = described
    const save = (more: object) =>
      agent
        .post(`/provider/offers/${offerId}/edit`)
        .type('form')
        .send({ ...formOf(text), ...entered, version: '"7"', ...more })
    await save({ keepOtherTimes: 'yes' }).expect(303)
    const put = place.asked.find(({ method }) => method === 'PUT')
    expect(put?.headers['if-match']).toBe('"7"')
    expect(put?.body).toMatchObject({ times: expect.arrayContaining([{ days: ['monday'], from: '14:00', to: '16:00' }]) })
    state.refuses = [412, 'stale', '']
    const refused = await save({ version: '"6"' })
    expect([refused.status, refused.text.includes('Somebody has changed this since you opened it')]).toEqual([412, true])
    // Saved from two windows: the second keeps its words, and goes on from the first one's.
    expect(refused.text).toContain('value="A tidy garden"')
    expect(refused.text).toContain('name="version" value="&quot;7&quot;"')
  })
  test('an offer that is not theirs is not there', async () => {
    state.offer = { ...draft, status: 'published', isYours: false }
    const agent = await place.signedIn('provider')
    for (const path of ['', '/edit', '/publication', '/withdrawal']) await agent.get(`/provider/offers/${offerId}${path}`).expect(404)
  })
})

describe('an offer of one’s own', () => {
  const address = `/provider/offers/${offerId}`
  test('a draft is shown as others will see it, with what publishes it', async () => {
    const { text } = await (await place.signedIn('provider')).get(address).expect(200)
    for (const words of ['Nobody else sees this', '£18.50 an hour', 'Within 2 miles of M33 7ZF', `action="${address}/publication"`])
      expect(text).toContain(words)
  })
  test('says to its provider that a postcode is not known here, of the place and of the distance', async () => {
    const agent = await place.signedIn('provider')
    expect((await agent.get(address)).text).not.toContain('Place unknown')
    state.offer = { ...draft, place: { postcode: 'EX1 1AA' } }
    expect((await agent.get(address)).text).toContain('Place unknown: we do not know this postcode')
    state.offer = { ...draft, area: { ...draft.area, isPlaceKnown: false } }
    expect((await agent.get(address)).text).toContain('Place unknown: we do not know this postcode')
  })
  test('D8 publishing without the gate is refused in words on its page', async () => {
    state.refuses = [422, 'personal-care-gate', '/personalCareGate']
    const refused = await send(address, {}, `${address}/publication`)
    expect([refused.status, refused.text.includes('Personal care needs your CQC number or the declaration first')]).toEqual([422, true])
  })
  test('D4 room is said with a number and holds to the end of a day in London, summer and winter', async () => {
    for (const expiresAt of ['2026-07-31', '31/12/2026']) await send(address, { state: 'open', units: '3', expiresAt })
    expect(posted(`/provider-directory/offers/${offerId}/capacity`)).toEqual([
      { state: 'open', units: 3, expiresAt: '2026-07-31T22:59:00.000Z' },
      { state: 'open', units: 3, expiresAt: '2026-12-31T23:59:00.000Z' },
    ])
  })
  test.each([
    [{ state: '', units: '', expiresAt: '2026-12-31' }, 'state', 'Choose whether there is room'],
    [{ state: 'open', units: 'some', expiresAt: '2026-12-31' }, 'units', 'Enter a whole number'],
    [{ state: 'open', units: '', expiresAt: '' }, 'expiresAt', 'Enter until which day'],
    [{ state: 'open', units: '', expiresAt: '31 June' }, 'expiresAt', 'Enter a day'],
    [{ state: 'open', units: '', expiresAt: '2026-02-30' }, 'expiresAt', 'Enter a day'],
  ])('%j is told at its field', async (entered, field, words) => {
    const refused = await send(address, entered)
    expect(refused.status).toBe(400)
    expect(refused.text).toContain(`href="#${field}"`)
    expect(refused.text).toContain(words)
    expect(changes()).toBe(0)
  })
  test('withdrawing asks first', async () => {
    const gone = await send(`${address}/withdrawal`, {})
    expect([gone.status, gone.headers.location]).toEqual([303, address])
  })
})

describe('an edit as a draft', () => {
  const { organisationId: _mine, track: _fixed, ...entered } = described
  const address = `/provider/offers/${offerId}`
  const live = { ...draft, status: 'published', forWhom: 'Anyone', form: { kind: 'group', seats: 12 } }
  const said = ({ category, description, price, area, place: where, times, fundingAccepted, personalCare, contact }: typeof draft) => ({
    category,
    description,
    price,
    area,
    place: where,
    times,
    fundingAccepted,
    personalCare,
    contact,
  })
  const waiting = {
    ...live,
    draft: {
      ...said(draft),
      name: 'A wild garden',
      form: { kind: 'group', seats: 8 },
      price: { kind: 'free' },
      times: [{ days: ['friday'], from: '09:00', to: '12:00' }],
      draftedAt: '2026-03-03T10:00:00.000Z',
    },
  }
  const look = async (path: string) => (await (await place.signedIn('provider')).get(path).expect(200)).text

  test('D6 a published offer is saved and published, or kept as a draft; Enter does what the first button does', async () => {
    state.offer = live
    const text = await look(`${address}/edit`)
    expect(text.match(/<button[^>]*name="as"[^>]*value="(\w+)"|<button[^>]*value="(\w+)"[^>]*name="as"/g)).toHaveLength(2)
    expect(text.indexOf('Save and publish')).toBeLessThan(text.indexOf('Save as a draft'))
    state.offer = waiting
    const kept = await send(`${address}/edit`, { ...entered, version: '"7"', as: 'draft' })
    expect([kept.status, kept.headers.location]).toEqual([303, address])
    expect(posted(`/provider-directory/offers/${offerId}/draft`)).toMatchObject([{ name: 'A tidy garden', organisationId }])
    expect(place.asked.find(({ method }) => method === 'PUT')?.headers['if-match']).toBe('"7"')
    for (const as of [{ as: 'published' }, {}]) await send(`${address}/edit`, { ...entered, version: '"7"', ...as })
    expect(posted(`/provider-directory/offers/${offerId}`)).toHaveLength(2)
  })
  test('D6 what nobody else sees yet has one way of saving', async () => {
    expect(await look(`${address}/edit`)).not.toContain('Save as a draft')
  })
  test('D6 the offer shows that a draft waits, and what differs, field by field, as published and as drafted', async () => {
    state.offer = waiting
    const text = await look(address)
    expect(text).toContain('Saved on 3 March 2026.')
    for (const field of ['Name', 'For whom', 'How it is offered', 'Price', 'Times']) expect(text).toContain(`<h3 class="govuk-heading-s">${field}</h3>`)
    for (const field of ['What happens', 'Kind', 'Area', 'How people reach you']) expect(text).not.toContain(`<h3 class="govuk-heading-s">${field}</h3>`)
    for (const value of [
      'A tidy garden',
      'A wild garden',
      '£18.50 an hour',
      'Free',
      'Anyone',
      'Nothing is said',
      'Group, 12 seats',
      'Group, 8 seats',
      'Friday: 9am to midday',
    ])
      expect(text).toContain(value)
  })
  test('D6 where a draft waits, that is what is changed; a field that it leaves empty stays empty', async () => {
    state.offer = waiting
    const text = await look(`${address}/edit`)
    expect(text).toContain('value="A wild garden"')
    expect(text).not.toContain('value="Anyone"')
    expect(text).toContain('You are changing the draft of 3 March 2026.')
    expect(text).not.toContain('Keep these too')
  })
  test.each(['publication', 'discarding'])('D6 the %s of a draft is of the one that was looked at', async (step) => {
    state.offer = waiting
    const sent = await send(`${address}/draft/${step}`, { version: '"7"' })
    expect([sent.status, sent.headers.location]).toEqual([303, address])
    expect(place.asked.find(({ method }) => method === 'POST')).toMatchObject({ path: `/provider-directory/offers/${offerId}/draft/${step}`, body: {} })
    expect(place.asked.find(({ method }) => method === 'POST')?.headers['if-match']).toBe('"7"')
    state.refuses = [412, 'stale', '']
    expect((await send(`${address}/draft/${step}`, { version: '"6"' })).text).toContain('Somebody has changed this since you looked')
  })
  test('D8 a draft that may not be published says what it needs', async () => {
    state.offer = waiting
    state.refuses = [422, 'personal-care-gate', '/personalCareGate']
    expect((await send(`${address}/draft/publication`, { version: '"7"' })).text).toContain('Personal care needs your CQC number or the declaration first')
  })
  test('D6 where no draft waits there is none to publish or to throw away', async () => {
    state.offer = live
    const agent = await place.signedIn('provider')
    for (const step of ['publication', 'discarding']) await agent.get(`${address}/draft/${step}`).expect(303).expect('location', address)
    expect(await look(address)).not.toContain('A draft of changes waits')
  })
  test('D6 the start page and the page that everyone sees say so to its organisation', async () => {
    state.offer = waiting
    place.routes['GET /provider-directory/organisations/:id'] = () => ({
      ...organisation,
      isYours: true,
      offers: [{ ...live, draftedAt: '2026-03-03T10:00:00.000Z' }],
    })
    expect(await look('/provider')).toContain('A draft of changes from 3 March 2026 waits')
    const text = await look(`/offers/${offerId}`)
    expect(text).toContain('Everyone else sees this without it.')
    expect(text).not.toContain('A wild garden')
  })
})

describe('a request', () => {
  const address = `/provider/referrals/${referralId}`
  test('R6 before acceptance shows need, area, access needs and hopes, and asks nobody for a name', async () => {
    const { text } = await (await place.signedIn('provider')).get(address).expect(200)
    for (const words of ['My knees are bad.', 'Sale Central', 'Large print', 'I sit outside again', 'Please answer by 5 March 2026'])
      expect(text).toContain(words)
    expect(text).not.toContain('George')
    expect(place.asked.filter(({ path }) => path.startsWith('/people/people/'))).toEqual([])
  })
  test('R6 after acceptance shows name and contact, read once, and says that the look is recorded', async () => {
    state.referral = accepted
    const { text } = await (await place.signedIn('provider')).get(address).expect(200)
    for (const words of ['George Whitfield', 'tel:01632960123', 'it is recorded that you saw this']) expect(text).toContain(words)
    expect(place.asked.filter(({ path }) => path === `/people/people/${personId}`)).toHaveLength(1)
  })
  test('R6 a colleague who accepted is named as such; who comes second is told kindly', async () => {
    state.referral = { ...accepted, acceptedBy: id(99) }
    const agent = await place.signedIn('provider')
    const { text } = await agent.get(address).expect(200)
    expect(text).toContain('A colleague of yours said yes on 3 March 2026')
    state.refuses = [409, 'referral-taken', '']
    await agent
      .post(`${address}/acceptance`)
      .type('form')
      .send(formOf((await agent.get(`${address}/conclusion`)).text))
      .expect(303)
      .expect('location', address)
    expect((await agent.get(address)).text).toContain('A colleague of yours said yes a moment before you')
  })
  test('ended, shows nothing of the person', async () => {
    state.referral = { referralId, status: 'consent-withdrawn', offerId, organisationId, sentAt: sent.sentAt, endedAt: '2026-03-04T10:00:00.000Z', steps: [] }
    const { text } = await (await place.signedIn('provider')).get(address).expect(200)
    expect(text).toContain('On 4 March 2026 the person decided not to share this any more.')
    for (const words of ['My knees', 'George', 'I sit outside']) expect(text).not.toContain(words)
  })
  test('R6 yes, no with a reason, what came of a hope, and the end go to the referral service', async () => {
    await send(address, {}, `${address}/acceptance`)
    expect((await send(`${address}/decline`, { reason: '', note: '' })).text).toContain('Choose why')
    await send(`${address}/decline`, { reason: 'no-capacity', note: 'Try the allotment group' })
    state.referral = accepted
    await send(`${address}/outcomes/${outcomeId}`, { result: 'partly', note: '' })
    await send(`${address}/conclusion`, { reason: 'moved' })
    expect(posted(`/referral/referrals/${referralId}/acceptance`)).toEqual([{}])
    expect(posted(`/referral/referrals/${referralId}/decline`)).toEqual([{ reason: 'no-capacity', note: 'Try the allotment group' }])
    expect(posted(`/referral/referrals/${referralId}/outcomes`)).toEqual([{ outcomeId, result: 'partly' }])
    expect(posted(`/referral/referrals/${referralId}/conclusion`)).toEqual([{ reason: 'moved' }])
  })
  test('an end as done, with a hope unmarked, says what to do first', async () => {
    state.referral = accepted
    state.refuses = [409, 'outcomes-unmarked', '/reason']
    const refused = await send(`${address}/conclusion`, { reason: 'completed' })
    expect([refused.status, refused.text.includes('First say what came of each hope')]).toEqual([409, true])
  })
})

test('what people wrote, and what they are called, is shown as text and never as markup', async () => {
  const script = '<img src=x onerror=alert(1)>"\''
  const names = place.routes['GET /people/people/:id']!
  place.routes['GET /people/people/:id'] = () => ({ personId, name: script, phone: script, accessNeeds: [], contactPreferences: { ways: [], note: script } })
  state.referral = { ...accepted, words: script, outcomes: [{ outcomeId, words: script, notes: [{ byRole: 'navigator', at: sent.sentAt, note: script }] }] }
  state.offer = { ...draft, name: script, description: script, forWhom: script, timesInWords: script, contact: { name: script } }
  const agent = await place.signedIn('provider')
  const shown = [`/provider/referrals/${referralId}`, `/provider/offers/${offerId}`, `/provider/offers/${offerId}/edit`]
  for (const path of shown) {
    const { text } = await agent.get(path).expect(200)
    expect(text).not.toContain('<img src=x')
    expect(text.match(/&lt;img src=x onerror=alert\(1\)&gt;&quot;&#39;/g)?.length).toBeGreaterThan(3)
  }
  place.routes['GET /people/people/:id'] = names
})

test('personal care is asked about only of who gives it: a number left empty is no fault of others', async () => {
  const entered = {
    organisationId,
    track: 'be-helped',
    name: 'A tidy garden',
    description: 'I mow.',
    category: 'garden-and-home',
    'price-kind': 'free',
    personalCareGate: 'cqc',
  }
  expect((await send('/provider/offers/new', { ...entered, personalCare: 'no' })).status).toBe(303)
  expect((await send('/provider/offers/new', { ...entered, personalCare: 'yes' })).text).toContain('href="#personalCareGate-cqcNumber"')
})

test('every page of a provider is there in Welsh', async () => {
  const agent = await place.signedIn('provider')
  for (const path of [
    '/provider',
    '/provider/join',
    '/provider/organisation/new',
    `/provider/organisations/${organisationId}/description`,
    '/provider/offers/new',
    `/provider/offers/${offerId}`,
    `/provider/referrals/${referralId}`,
  ])
    expect((await agent.get(`${path}?lang=cy`).redirects(1)).text).toMatch(/<html lang="cy"/)
})

describe('criminal-record checks', () => {
  const at = `/provider/organisations/${organisationId}/checks`
  test('D7 an owner sees what was entered, when the council looked, and that it was read; no word of an expiry', async () => {
    const { text } = await (await place.signedIn('provider')).get(at).expect(200)
    for (const words of ['Enhanced check', '001234567890', 'Issued on 1 May 2024', 'The council looked at it on 3 March 2026', 'The council, 3 March 2026'])
      expect(text).toContain(words)
    expect(text).not.toMatch(/expir|valid until/i)
  })
  test('D7 a certificate is entered as it is printed, in groups of digits', async () => {
    await send(at, { level: 'enhanced', certificateNumber: '0012 3456 7890', issuedOn: '2024-05-01' })
    expect(posted(`/provider-directory/organisations/${organisationId}/credentials`)).toEqual([
      { level: 'enhanced', certificateNumber: '001234567890', issuedOn: '2024-05-01' },
    ])
  })
  test('what is no certificate number is told beside its field', async () => {
    const { text } = await send(at, { level: 'enhanced', certificateNumber: '12', issuedOn: '2024-05-01' })
    expect(text).toContain('Enter the 12 digits of the certificate')
    expect(changes()).toBe(0)
  })
  test('a check is taken back after a question', async () => {
    await send(`${at}/${check.credentialId}/removal`, {})
    expect(posted(`/provider-directory/credentials/${check.credentialId}/removal`)).toHaveLength(1)
  })
})

describe('assurance', () => {
  test('D4 whoever provides an offer is told how it stands, and says in one step that it is still right', async () => {
    state.offer = { ...draft, status: 'published', standing: 'downranked' }
    const { text } = await (await place.signedIn('provider')).get(`/provider/offers/${offerId}`).expect(200)
    expect(text).toContain('so it stands behind all others')
    await send(`/provider/offers/${offerId}/assurance`, {})
    expect(posted(`/provider-directory/offers/${offerId}/assurance`)).toEqual([{}])
  })
  test('D3 the offer page says on whose behalf it was checked, and when', async () => {
    for (const [assurer, words] of [
      ['provider', 'Those who offer it said on 3 March 2026 that all this is right.'],
      ['council', 'The council checked this on 3 March 2026.'],
    ]) {
      state.offer = { ...draft, status: 'published', assured: { assurer, at: '2026-03-03T10:00:00.000Z' } }
      expect((await place.browser().get(`/offers/${offerId}`).expect(200)).text).toContain(words)
    }
  })
})

test('D9 a place that nobody may know of stays so when its offer is edited', async () => {
  state.offer = { ...draft, place: { postcode: 'M33 7ZF', sensitive: true } }
  const { text } = await (await place.signedIn('provider')).get(`/provider/offers/${offerId}/edit`).expect(200)
  expect(/<input[^>]*name="place-sensitive"[^>]*>/.exec(text)?.[0]).toContain('checked')
  await send('/provider/offers/new', { ...described, 'place-postcode': 'M33 7ZF', 'place-sensitive': 'yes' })
  expect(posted('/provider-directory/offers')).toMatchObject([{ place: { postcode: 'M33 7ZF', sensitive: true } }])
})
