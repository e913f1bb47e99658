import { until } from '@patchwork/testing'
import { lunchClub, newId, type Place, startPlace } from '../testing/startPlace.ts'

let place: Place
beforeAll(async () => {
  place = await startPlace()
})
afterAll(() => place.stop())

const registered = async (role: 'provider' | 'coordinator' = 'provider') => {
  const personId = newId()
  const ask = place.as(role, personId)
  const answer = await ask('/organisations', { body: { name: 'Sale Good Neighbours', kind: 'community-network', description: 'Neighbours who help.' } })
  expect(answer.status).toBe(201)
  return { ask, personId, organisationId: answer.body.organisationId as string }
}
const drafted = async (changes: object = {}) => {
  const owner = await registered()
  const answer = await owner.ask('/offers', { body: lunchClub(owner.organisationId, changes) })
  expect(answer.body).toEqual({ offerId: expect.any(String) })
  return { ...owner, offerId: answer.body.offerId as string }
}
const published = async (changes: object = {}) => {
  const offer = await drafted(changes)
  expect((await offer.ask(`/offers/${offer.offerId}/publication`, { method: 'post' })).status).toBe(200)
  return offer
}
const find = (query: string) => place.asAnyone(`/offers?limit=200&${query}`)
const isFound = async (offerId: string, query = '') =>
  until(
    () => find(query),
    ({ body }) => body.items.some((item: { offerId: string }) => item.offerId === offerId),
  )

describe('D1 publishing', () => {
  test('D1 a provider describes an offer, publishes it, and anyone finds it by words, price, area and times', async () => {
    const offer = await drafted({ name: 'Chair yoga for beginners', category: 'sport-and-leisure' })
    expect((await find('text=yoga')).body.total).toBe(0)
    await offer.ask(`/offers/${offer.offerId}/publication`, { method: 'post' })
    await isFound(offer.offerId, 'text=yoga&cost=paid&ward=E05015254&near=M33%207ZF&within=500&category=sport-and-leisure,food&track=join-in&funding=own-money')
    const { body } = await find('text=yoga&near=M337ZF')
    expect(body.near).toMatchObject({ known: true, wardName: 'Sale Central' })
    expect(body.items[0]).toMatchObject({
      offerId: offer.offerId,
      name: 'Chair yoga for beginners',
      organisation: { name: 'Sale Good Neighbours' },
      distanceMetres: 0,
      comesToYou: true,
      place: { postcode: 'M33 7ZF', wardCode: 'E05015254', wardName: 'Sale Central', latitude: expect.any(Number), longitude: expect.any(Number) },
      price: { kind: 'paid', pence: 350, unit: 'session' },
      capacity: { state: 'unknown' },
      openNow: expect.any(Boolean),
      takesReferrals: true,
    })
  })
  test('a draft is seen by its organisation only; to everyone else it is not there', async () => {
    const offer = await drafted()
    const path = `/offers/${offer.offerId}`
    expect((await offer.ask(path)).body).toMatchObject({ status: 'draft', isYours: true, name: 'Thursday lunch club' })
    for (const ask of [place.asAnyone, place.as('provider'), place.as('resident'), place.as('navigator')])
      expect((await ask(path)).body).toMatchObject({ status: 404, code: 'not-found' })
    expect((await place.as('administrator')(path)).status).toBe(200)
    expect((await place.asAnyone(`/organisations/${offer.organisationId}`)).body.offers).toEqual([])
    expect((await offer.ask(`/organisations/${offer.organisationId}`)).body).toMatchObject({ isYours: true, offers: [{ status: 'draft' }] })
  })
  test('an edit of a published offer is what everyone finds next', async () => {
    const offer = await published({ name: 'Board games evening' })
    await isFound(offer.offerId, 'text=games')
    const edit = await offer.ask(`/offers/${offer.offerId}`, { method: 'put', body: lunchClub(offer.organisationId, { name: 'Cribbage evening' }) })
    expect(edit.status).toBe(200)
    await isFound(offer.offerId, 'text=cribbage')
    expect((await find('text=games')).body.total).toBe(0)
  })
  test('its organisation is told whether search shows an offer as it is by now; to others it is not there', async () => {
    const offer = await drafted()
    const path = `/offers/${offer.offerId}/search-state`
    const isUpToDate = () =>
      until(
        () => offer.ask(path),
        ({ body }) => body.isUpToDate,
      )
    for (const step of ['publication', 'withdrawal', 'publication']) {
      await offer.ask(`/offers/${offer.offerId}/${step}`, { method: 'post' })
      await isUpToDate()
      const { body } = await find('')
      expect(body.items.some((item: { offerId: string }) => item.offerId === offer.offerId)).toBe(step === 'publication')
    }
    for (const ask of [place.as('provider'), place.as('coordinator')]) expect((await ask(path)).status).toBe(404)
    expect((await place.asAnyone(path)).status).toBe(401)
  })
  test('a withdrawn offer is found no longer, and can be published again', async () => {
    const offer = await published({ name: 'Whittling workshop' })
    await isFound(offer.offerId, 'text=whittling')
    expect((await offer.ask(`/offers/${offer.offerId}/withdrawal`, { method: 'post' })).status).toBe(200)
    await until(
      () => find('text=whittling'),
      ({ body }) => body.total === 0,
    )
    expect((await place.asAnyone(`/offers/${offer.offerId}`)).status).toBe(404)
    await offer.ask(`/offers/${offer.offerId}/publication`, { method: 'post' })
    await isFound(offer.offerId, 'text=whittling')
  })
  test('a new name of an organisation is found with each of its offers', async () => {
    const offer = await published({ name: 'Knitting circle' })
    await isFound(offer.offerId, 'text=knitting')
    await offer.ask(`/organisations/${offer.organisationId}`, { method: 'put', body: { name: 'Purl Together', description: 'We knit.' } })
    await isFound(offer.offerId, 'text=purl')
    expect((await place.asAnyone(`/offers/names?ids=${offer.offerId},${newId()}`)).body.items).toEqual([
      expect.objectContaining({ name: 'Knitting circle', organisation: { organisationId: offer.organisationId, name: 'Purl Together' } }),
    ])
  })
  test('D1 near a town is near its middle, and what comes to one of its wards comes there', async () => {
    const offer = await published({ area: { wardCodes: ['E05015255'], atHome: true }, place: undefined, name: 'Dominoes at your kitchen table' })
    await isFound(offer.offerId, 'text=dominoes')
    const { body } = await find('text=dominoes&near=sale&within=500')
    expect(body.near).toEqual({ known: true, name: 'Sale', latitude: expect.any(Number), longitude: expect.any(Number) })
    expect(body.items).toMatchObject([{ offerId: offer.offerId, comesToYou: true }])
    expect((await find('text=dominoes&near=Urmston&within=500')).body.total).toBe(0)
  })
  test('the postcode that a distance is measured from is the first half only for the public, whole for its members', async () => {
    const offer = await published({ area: { withinMetres: 4_000, postcode: 'M33 2RP', atHome: true }, place: {} })
    await isFound(offer.offerId)
    expect((await place.asAnyone(`/offers/${offer.offerId}`)).body.area).toMatchObject({ withinMetres: 4_000, postcode: 'M33', atHome: true })
    expect((await offer.ask(`/offers/${offer.offerId}`)).body.area.postcode).toBe('M33 2RP')
    const { body } = await find('near=M337ZF')
    const { place: shown } = body.items.find((item: { offerId: string }) => item.offerId === offer.offerId)
    expect(shown).toMatchObject({ latitude: 53.42, longitude: -2.3 })
    expect(JSON.stringify(body)).not.toContain('2RP')
  })
})

test('a postcode that this place does not know is kept, and everyone is told that its place is unknown', async () => {
  const offer = await published({ place: { postcode: 'EX1 1AA' }, area: { withinMetres: 2_000, postcode: 'EX1 1AA' } })
  const { body } = await place.asAnyone(`/offers/${offer.offerId}`)
  expect([body.place, body.area]).toEqual([{ postcode: 'EX1 1AA' }, { withinMetres: 2_000, postcode: 'EX1', isPlaceKnown: false }])
  const known = await published()
  expect((await place.asAnyone(`/offers/${known.offerId}`)).body.area.isPlaceKnown).toBe(true)
  expect((await place.asAnyone(`/organisations/${offer.organisationId}`)).body.offers[0].place).toEqual({ postcode: 'EX1 1AA' })
})

describe('D8 the personal-care gate', () => {
  test('D8 without a CQC number or the declaration it stays a draft; with either it is published', async () => {
    const offer = await drafted({ category: 'care-at-home', track: 'be-helped', personalCare: true })
    const publish = () => offer.ask(`/offers/${offer.offerId}/publication`, { method: 'post' })
    const refused = await publish()
    expect(refused.headers['content-type']).toMatch('application/problem+json')
    expect(refused.body).toMatchObject({ status: 422, code: 'personal-care-gate', errors: [{ pointer: '/personalCareGate', code: 'personal-care-gate' }] })
    const describe = (personalCareGate: object) =>
      offer.ask(`/offers/${offer.offerId}`, {
        method: 'put',
        body: lunchClub(offer.organisationId, { category: 'care-at-home', track: 'be-helped', personalCare: true, personalCareGate }),
      })
    expect((await describe({ cqcNumber: '12345' })).body).toMatchObject({
      status: 422,
      code: 'invalid-cqc-number',
      errors: [{ pointer: '/personalCareGate/cqcNumber' }],
    })
    expect((await describe({ soleWorkerDeclaration: true })).status).toBe(200)
    expect((await publish()).status).toBe(200)
  })
})

describe('D5 room', () => {
  test('D5 a statement of room expires to unknown at its own time with no user action', async () => {
    const offer = await published({ name: 'Pottery for two' })
    await isFound(offer.offerId)
    const state = (body: object) => offer.ask(`/offers/${offer.offerId}/capacity`, { body })
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString()
    expect((await state({ state: 'open', units: 2, expiresAt })).status).toBe(200)
    await isFound(offer.offerId, 'text=pottery&capacity=open')
    expect((await place.asAnyone(`/offers/${offer.offerId}`)).body.capacity).toEqual({ state: 'open', units: 2, expiresAt })
    place.clock.aheadMs = 3_600_001
    try {
      // From that very moment, whether or not the deadline has been noticed.
      expect((await place.asAnyone(`/offers/${offer.offerId}`)).body.capacity).toEqual({ state: 'unknown' })
      expect((await find('text=pottery&capacity=open')).body.total).toBe(0)
      const events = await until(
        () => place.events('offer'),
        (seen) => seen.some(({ type, subject }) => type === 'offer.capacity-expired.v1' && subject === offer.offerId),
      )
      expect(events.filter(({ type, subject }) => type === 'offer.capacity-expired.v1' && subject === offer.offerId)).toHaveLength(1)
    } finally {
      place.clock.aheadMs = 0
    }
  })
  test.each([
    [{ state: 'open', expiresAt: '2020-01-01T00:00:00Z' }, 422, 'expiry-not-ahead'],
    [{ state: 'open', expiresAt: '2099-01-01T00:00:00Z' }, 422, 'expiry-too-far'],
    [{ state: 'open', expiresAt: '2026-02-30T00:00:00Z' }, 400, 'invalid-request'],
    [{ state: 'open', expiresAt: 'tomorrow' }, 400, 'invalid-request'],
    [{ state: 'ajar', expiresAt: '2026-02-28T00:00:00Z' }, 400, 'invalid-request'],
    [{ state: 'open', units: -1, expiresAt: '2026-02-28T00:00:00Z' }, 400, 'invalid-request'],
  ])('D5 what cannot hold is refused (%j)', async (body, status, code) => {
    const offer = await published()
    expect((await offer.ask(`/offers/${offer.offerId}/capacity`, { body })).body).toMatchObject({ status, code })
  })
})

describe('bad input', () => {
  const post = async (body: unknown, sending: object = {}) => {
    const owner = await registered()
    const sent = typeof body === 'function' ? body(owner.organisationId) : body
    return owner.ask('/offers', { body: sent, ...sending })
  }
  const offers = async () => (await place.events('offer')).length

  test.each<[string, (organisationId: string) => unknown, number, string, string]>([
    ['an unknown field', (id) => lunchClub(id, { colour: 'green' }), 400, 'unknown-field', '/colour'],
    ['an unknown field inside', (id) => lunchClub(id, { price: { kind: 'free', discount: 1 } }), 400, 'unknown-field', '/price/discount'],
    ['a number for text', (id) => lunchClub(id, { name: 12 }), 400, 'invalid-type', '/name'],
    ['an operator object', (id) => lunchClub(id, { name: { $ne: null } }), 400, 'invalid-type', '/name'],
    ['an operator object as an id', () => lunchClub({ $ne: null } as never), 400, 'invalid-type', '/organisationId'],
    ['10,000 characters', (id) => lunchClub(id, { name: 'a'.repeat(10_000) }), 400, 'too-long', '/name'],
    ['control characters', (id) => lunchClub(id, { name: 'Lunch\u0000club' }), 400, 'control-characters', '/name'],
    ['nothing but spaces', (id) => lunchClub(id, { name: '   ' }), 400, 'missing', '/name'],
    ['a fraction of a penny', (id) => lunchClub(id, { price: { kind: 'paid', pence: 10.5 } }), 400, 'invalid-type', '/price/pence'],
    ['a negative price', (id) => lunchClub(id, { price: { kind: 'paid', pence: -1 } }), 400, 'too-small', '/price/pence'],
    ['a kind that there is not', (id) => lunchClub(id, { category: 'weapons' }), 400, 'invalid-value', '/category'],
    ['a time that there is not', (id) => lunchClub(id, { times: [{ days: ['monday'], from: '25:00', to: '26:00' }] }), 400, 'invalid-format', '/times/0/from'],
    ['a time of no length', (id) => lunchClub(id, { times: [{ days: ['monday'], from: '10:00', to: '10:00' }] }), 422, 'empty-time', '/times/0/to'],
    ['a script as an address', (id) => lunchClub(id, { contact: { website: 'javascript:alert(1)' } }), 400, 'invalid-format', '/contact/website'],
    ['a postcode of no shape', (id) => lunchClub(id, { place: { postcode: 'NOT ONE' } }), 422, 'invalid-postcode', '/place/postcode'],
    ['a ward elsewhere', (id) => lunchClub(id, { area: { wardCodes: ['E05000001'] } }), 422, 'unknown-ward', '/area/wardCodes/0'],
    ['a distance from nowhere', (id) => lunchClub(id, { area: { withinMetres: 100 } }), 422, 'distance-without-postcode', '/area/postcode'],
    ['VAT of something free', (id) => lunchClub(id, { price: { kind: 'free', vat: 'none' } }), 422, 'price-of-free-offer', '/price/vat'],
    ['travel of something free', (id) => lunchClub(id, { price: { kind: 'free', travelPence: 1 } }), 422, 'price-of-free-offer', '/price/travelPence'],
    ['a price of something free', (id) => lunchClub(id, { price: { kind: 'free', pence: 100 } }), 422, 'price-of-free-offer', '/price/pence'],
    ['no days', (id) => lunchClub(id, { times: [{ days: [], from: '10:00', to: '11:00' }] }), 422, 'days-missing', '/times/0/days'],
    [
      'every second week of no first one',
      (id) => lunchClub(id, { times: [{ days: ['monday'], from: '10:00', to: '11:00', interval: 2 }] }),
      422,
      'start-missing',
      '/times/0/startsOn',
    ],
    [
      'a week of a month that there is not',
      (id) => lunchClub(id, { times: [{ days: ['monday'], from: '10:00', to: '11:00', weeksOfMonth: [0] }] }),
      400,
      'nought',
      '/times/0/weeksOfMonth/0',
    ],
    ['a day that there is not', (id) => lunchClub(id, { exceptions: [{ on: '2026-02-30' }] }), 400, 'invalid-format', '/exceptions/0/on'],
    ['a day said twice', (id) => lunchClub(id, { exceptions: [{ on: '2026-02-01' }, { on: '2026-02-01' }] }), 422, 'exceptions-overlap', '/exceptions/1/on'],
    ['ages the wrong way round', (id) => lunchClub(id, { ages: { from: 60, to: 5 } }), 422, 'ages-turned-round', '/ages/to'],
    ['an age that nobody reaches', (id) => lunchClub(id, { ages: { from: 121 } }), 400, 'too-big', '/ages/from'],
    ['a language that there is not', (id) => lunchClub(id, { languages: ['xyz'] }), 400, 'unknown-language', '/languages/0'],
    ['a fact about access that there is not', (id) => lunchClub(id, { accessibility: ['helipad'] }), 400, 'invalid-value', '/accessibility/0'],
    [
      'both ways through the gate',
      (id) => lunchClub(id, { personalCareGate: { cqcNumber: '1-123456789', soleWorkerDeclaration: true } }),
      422,
      'personal-care-gate-both',
      '/personalCareGate',
    ],
  ])('%s is refused with field and code, and nothing changes', async (_what, make, status, code, pointer) => {
    const before = await offers()
    const answer = await post(make)
    expect(answer.headers['content-type']).toMatch('application/problem+json')
    expect(answer.body.status).toBe(status)
    expect(answer.body.errors).toContainEqual(expect.objectContaining({ pointer, code, detail: expect.any(String) }))
    expect(await offers()).toBe(before)
  })
  test.each([
    ['a form that there is not', { kind: 'lecture' }, 'invalid-union', '/form/kind'],
    ['a group of no seats', { kind: 'group', seats: 0 }, 'too-small', '/form/seats'],
    ['a group of more seats than any has', { kind: 'group', seats: 501 }, 'too-big', '/form/seats'],
    ['half a seat', { kind: 'group', seats: 12.5 }, 'invalid-type', '/form/seats'],
    ['seats of a thing', { kind: 'thing', seats: 12 }, 'unknown-field', '/form/seats'],
    ['a thing on terms that there are not', { kind: 'thing', terms: 'leased' }, 'invalid-value', '/form/terms'],
    ['a space for nobody', { kind: 'space', people: 0 }, 'too-small', '/form/people'],
  ])('D1 %s is refused at its field', async (_what, form, code, pointer) => {
    const answer = await place.as('provider', newId())('/offers', { body: lunchClub(newId(), { form }) })
    expect(answer.body).toMatchObject({ status: 400, errors: [expect.objectContaining({ pointer, code, detail: expect.any(String) })] })
  })
  test('a field given twice is refused', async () => {
    const answer = await post(undefined, { raw: '{"name":"a","name":"b"}' })
    expect(answer.body).toMatchObject({ status: 400, errors: [{ pointer: '/name', code: 'repeated-field' }] })
  })
  test('a body of 1 MB is refused', async () => {
    expect((await post((id: string) => lunchClub(id, { description: 'a'.repeat(1_000_000) }))).status).toBe(413)
  })
  test('HTML and names in any script are words like any others', async () => {
    const name = '<script>alert(1)</script> Łódź 東京 مرحبا Ынты́ 👩🏽‍🌾'
    const offer = await published({ name })
    const { body } = await place.asAnyone(`/offers/${offer.offerId}`)
    expect(body.name).toBe(name.normalize('NFC'))
    await isFound(offer.offerId, `text=${encodeURIComponent('東京')}`)
  })
  test('a postcode that this place does not know is kept, and its place is unknown', async () => {
    const offer = await published({ area: {}, place: { postcode: 'EX1 1AA' } })
    const { body } = await place.asAnyone(`/offers/${offer.offerId}`)
    expect(body.place).toEqual({ postcode: 'EX1 1AA' })
    expect((await find('near=EX1%201AA')).body.near).toEqual({ known: false })
    expect((await find('near=Exeter')).body.near).toEqual({ known: false })
  })
  test('ids of others are as if they were not there, and nothing changes', async () => {
    const offer = await published()
    const stranger = place.as('provider')
    const before = await offers()
    const tries = [
      stranger('/offers', { body: lunchClub(offer.organisationId) }),
      stranger(`/offers/${offer.offerId}`, { method: 'put', body: lunchClub(offer.organisationId) }),
      stranger(`/offers/${offer.offerId}/publication`, { method: 'post' }),
      stranger(`/offers/${offer.offerId}/withdrawal`, { method: 'post' }),
      stranger(`/offers/${offer.offerId}/capacity`, { body: { state: 'open', expiresAt: new Date(Date.now() + 60_000).toISOString() } }),
      stranger(`/organisations/${offer.organisationId}`, { method: 'put', body: { name: 'Mine now' } }),
    ]
    for (const answer of await Promise.all(tries)) expect(answer.body).toMatchObject({ status: 404, code: 'not-found' })
    expect(await offers()).toBe(before)
  })
  test.each(['resident', 'navigator', 'commissioner'] as const)('a %s cannot register an organisation', async (role) => {
    expect((await place.as(role)('/organisations', { body: { name: 'x', kind: 'organisation' } })).body).toMatchObject({ status: 403, code: 'not-allowed' })
  })
  test('nobody who is not signed in can change anything', async () => {
    expect((await place.asAnyone('/organisations', { body: { name: 'x', kind: 'organisation' } })).body).toMatchObject({ status: 401, code: 'not-signed-in' })
  })
  test('a change to what someone else has changed since is refused: 412', async () => {
    const offer = await drafted()
    const { headers } = await offer.ask(`/offers/${offer.offerId}`)
    const edit = (name: string) =>
      offer.ask(`/offers/${offer.offerId}`, { method: 'put', body: lunchClub(offer.organisationId, { name }), headers: { 'if-match': headers.etag! } })
    expect((await edit('First')).status).toBe(200)
    expect((await edit('Second')).body).toMatchObject({ status: 412, code: 'stale' })
    expect((await offer.ask(`/offers/${offer.offerId}`)).body.name).toBe('First')
  })
  test('the same Idempotency-Key with the same body gives the same answer, also after a restart; with another it is refused', async () => {
    const owner = await registered()
    const headers = { 'idempotency-key': `key-${newId()}` }
    const send = (name: string) => owner.ask('/offers', { body: lunchClub(owner.organisationId, { name }), headers })
    const first = await send('Once')
    expect(first.status).toBe(201)
    expect((await send('Once')).body).toEqual(first.body)
    await place.restart()
    expect((await send('Once')).body).toEqual(first.body)
    expect((await send('Twice')).body).toMatchObject({ status: 422, code: 'idempotency-key-reused' })
    expect((await owner.ask(`/organisations/${owner.organisationId}`)).body.offers).toHaveLength(1)
  })
  test.each([
    'limit=0',
    'limit=201',
    'category=weapons',
    'cost=cheap',
    'open=later',
    'funding=pounds',
    'ward=Sale',
    'within=-1',
    'within=x',
    'colour=green',
    'text=a&text=b',
    'after=rubbish',
    `text=${'a'.repeat(201)}`,
  ])('a search for ?%s is refused in words', async (query) => {
    const answer = await place.asAnyone(`/offers?${query}`)
    expect(answer.body).toMatchObject({ status: 400, code: 'invalid-request', errors: [{ detail: expect.any(String) }] })
  })
  test('the empty fields of a form ask for nothing', async () => {
    const { status, body } = await place.asAnyone('/offers?text=&near=&within=&category=&track=&cost=&open=&capacity=&ward=&after=&limit=')
    expect(status).toBe(200)
    expect(body).not.toHaveProperty('near')
  })
})

describe('a colleague joins by a code', () => {
  const codeOf = async (ask: ReturnType<Place['as']>, organisationId: string, headers: Record<string, string> = {}) =>
    ask(`/organisations/${organisationId}/joining-codes`, { method: 'post', headers })
  test('the owner hands the code over; whoever enters it, however typed, acts for the organisation from then on', async () => {
    const owner = await registered()
    const { status, body } = await codeOf(owner.ask, owner.organisationId)
    expect([status, body.code]).toEqual([201, expect.stringMatching(/^([2-9A-HJ-NP-Z]{4}-){3}[2-9A-HJ-NP-Z]{4}$/)])
    const colleague = place.as('coordinator')
    const joined = await colleague('/memberships', { body: { code: ` ${body.code.toLowerCase().replaceAll('-', ' ')} ` } })
    expect([joined.status, joined.body]).toEqual([201, { organisationId: owner.organisationId, memberRole: 'member' }])
    expect((await colleague('/organisations/mine')).body.items).toMatchObject([{ organisationId: owner.organisationId, memberRole: 'member' }])
    expect((await colleague('/offers', { body: lunchClub(owner.organisationId) })).status).toBe(201)
    expect((await codeOf(colleague, owner.organisationId)).status).toBe(404)
    expect((await owner.ask('/organisations/mine')).body.items[0].memberRole).toBe('owner')
  })
  test('a code lets one in, and every other is answered alike', async () => {
    const owner = await registered()
    const { code } = (await codeOf(owner.ask, owner.organisationId)).body
    const join = (entered: string) => place.as('provider')('/memberships', { body: { code: entered } })
    const answers = await Promise.all(Array.from({ length: 10 }, () => join(code)))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(422)])
    const refusals = [answers.find(({ status }) => status === 422), await join('AAAA-AAAA-AAAA-AAAA'), await join('%$&')]
    for (const refusal of refusals) expect(refusal?.body).toMatchObject({ code: 'joining-code-ended', errors: [{ pointer: '/code' }] })
  })
  test('under one key both are answered as the first time, also after a restart, and the code is stored nowhere', async () => {
    const owner = await registered()
    const [codeKey, joinKey] = [{ 'idempotency-key': newId() }, { 'idempotency-key': newId() }]
    const { code } = (await codeOf(owner.ask, owner.organisationId, codeKey)).body
    const colleague = place.as('provider')
    const first = await colleague('/memberships', { body: { code }, headers: joinKey })
    await place.restart()
    expect((await codeOf(owner.ask, owner.organisationId, codeKey)).body.code).toBe(code)
    expect((await colleague('/memberships', { body: { code }, headers: joinKey })).body).toEqual(first.body)
    const told = (await place.events('organisation')).filter(({ subject }) => subject === owner.organisationId)
    expect(told.map(({ type }) => type).slice(-2)).toEqual(['organisation.joining-code-issued.v1', 'organisation.member-joined.v1'])
    for (const secret of [code, code.replaceAll('-', '')]) expect(JSON.stringify(told) + place.logLines.join()).not.toContain(secret)
  })
  test('a code of an organisation of others is not to be had, and residents join nothing', async () => {
    const owner = await registered()
    for (const ask of [place.as('provider'), place.as('coordinator')]) expect((await codeOf(ask, owner.organisationId)).status).toBe(404)
    for (const role of ['resident', 'navigator', 'administrator'] as const)
      expect((await place.as(role)('/memberships', { body: { code: 'AAAA-AAAA-AAAA-AAAA' } })).status).toBe(403)
  })
})

describe('an organisation changes hands', () => {
  const step = (ask: ReturnType<Place['as']>, organisationId: string, what: string) => ask(`/organisations/${organisationId}/${what}`, { method: 'post' })
  const joined = async (owner: Awaited<ReturnType<typeof registered>>) => {
    const { code } = (await step(owner.ask, owner.organisationId, 'joining-codes')).body
    const ask = place.as('provider', newId())
    expect((await ask('/memberships', { body: { code } })).status).toBe(201)
    return ask
  }
  const roleOf = async (ask: ReturnType<Place['as']>) => (await ask('/organisations/mine')).body.items[0]?.memberRole

  test('by a code that its owner hands to a member, who owns it from then on; the former owner stays a member, and may leave', async () => {
    const owner = await registered()
    const colleague = await joined(owner)
    expect((await step(owner.ask, owner.organisationId, 'leaving')).body).toMatchObject({ status: 409, code: 'last-owner' })
    const { status, body } = await step(owner.ask, owner.organisationId, 'hand-over')
    expect([status, body]).toEqual([201, { code: expect.any(String), expiresAt: expect.any(String) }])
    expect((await colleague('/memberships', { body: { code: body.code } })).body).toEqual({ organisationId: owner.organisationId, memberRole: 'owner' })
    expect([await roleOf(colleague), await roleOf(owner.ask)]).toEqual(['owner', 'member'])
    expect((await step(owner.ask, owner.organisationId, 'joining-codes')).status).toBe(404)
    expect((await step(owner.ask, owner.organisationId, 'leaving')).status).toBe(200)
    expect(await roleOf(owner.ask)).toBeUndefined()
    expect((await owner.ask('/offers', { body: lunchClub(owner.organisationId) })).status).toBe(404)
    expect((await step(colleague, owner.organisationId, 'leaving')).body).toMatchObject({ code: 'last-owner' })
    const told = (await place.events('organisation')).filter(({ subject }) => subject === owner.organisationId)
    expect(told.map(({ type }) => type).slice(-3)).toEqual(['organisation.hand-over-offered.v1', 'organisation.handed-over.v1', 'organisation.member-left.v1'])
    expect(JSON.stringify(told) + place.logLines.join()).not.toContain(body.code)
  })
  test('only its owner hands it over, only its members leave it; to others it is not there', async () => {
    const owner = await registered()
    const colleague = await joined(owner)
    expect((await step(colleague, owner.organisationId, 'hand-over')).status).toBe(404)
    for (const what of ['hand-over', 'leaving']) {
      expect((await step(place.as('provider'), owner.organisationId, what)).status).toBe(404)
      expect((await step(place.as('administrator'), owner.organisationId, what)).status).toBe(403)
    }
    expect(await roleOf(owner.ask)).toBe('owner')
  })
})

describe('an organisation closes', () => {
  const close = (ask: ReturnType<Place['as']>, organisationId: string) => ask(`/organisations/${organisationId}/closing`, { method: 'post' })

  test('its offers are withdrawn, its page says that it has closed, nobody joins it, and it stays with its people', async () => {
    const offer = await published({ name: 'Quilting bee' })
    await isFound(offer.offerId, 'text=quilting')
    const { code } = (await offer.ask(`/organisations/${offer.organisationId}/joining-codes`, { method: 'post' })).body
    const handOver = (await offer.ask(`/organisations/${offer.organisationId}/hand-over`, { method: 'post' })).body.code
    const draft = (await offer.ask('/offers', { body: lunchClub(offer.organisationId) })).body.offerId
    expect((await close(offer.ask, offer.organisationId)).body).toEqual({ organisationId: offer.organisationId })
    const closedAt = expect.any(String)
    // Nothing but who it was, from its closing on.
    expect((await place.asAnyone(`/organisations/${offer.organisationId}`)).body).toEqual({
      ...{ organisationId: offer.organisationId, kind: 'community-network', name: 'Sale Good Neighbours', closedAt, isYours: false, offers: [] },
    })
    await place.settled()
    expect((await find('text=quilting')).body.total).toBe(0)
    expect((await place.asAnyone(`/offers/${offer.offerId}`)).status).toBe(404)
    expect((await offer.ask(`/offers/${offer.offerId}`)).body).toMatchObject({ status: 'withdrawn', takesReferrals: false })
    for (const gone of [code, handOver])
      expect((await place.as('provider')('/memberships', { body: { code: gone } })).body).toMatchObject({ code: 'joining-code-ended' })
    expect((await offer.ask('/organisations/mine')).body.items).toMatchObject([{ organisationId: offer.organisationId, memberRole: 'owner', closedAt }])
    for (const [path, asked] of [
      [`/offers/${offer.offerId}/publication`, { method: 'post' }],
      [`/offers/${draft}/publication`, { method: 'post' }],
      [`/offers/${draft}/draft/publication`, { method: 'post' }],
      ['/offers', { body: lunchClub(offer.organisationId) }],
      [`/organisations/${offer.organisationId}`, { method: 'put', body: { name: 'Once more' } }],
      [`/organisations/${offer.organisationId}/joining-codes`, { method: 'post' }],
      [`/organisations/${offer.organisationId}/hand-over`, { method: 'post' }],
    ] as const)
      expect([path, (await offer.ask(path, asked)).body]).toMatchObject([path, { status: 409, code: 'organisation-closed' }])
    expect(await place.violations()).toEqual([])
  })
  test('closed by both windows of its owner at once, or again later, it is closed once', async () => {
    const owner = await registered()
    const answers = await Promise.all([close(owner.ask, owner.organisationId), close(owner.ask, owner.organisationId)])
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    expect((await close(owner.ask, owner.organisationId)).status).toBe(200)
    await place.settled()
    const told = (await place.events('organisation')).filter(({ subject, type }) => subject === owner.organisationId && type === 'organisation.closed.v1')
    expect(told).toHaveLength(1)
  })
  test('what is published while it closes is withdrawn too, in whichever order the two come', async () => {
    for (let round = 0; round < 5; round += 1) {
      const offer = await drafted()
      await Promise.all([offer.ask(`/offers/${offer.offerId}/publication`, { method: 'post' }), close(offer.ask, offer.organisationId)])
      await place.settled()
      expect((await offer.ask(`/offers/${offer.offerId}`)).body.status).not.toBe('published')
    }
    expect(await place.violations()).toEqual([])
  })
  test('what it speaks for is shown to nobody else any more, and not again', async () => {
    const owner = await registered('coordinator')
    const { assetId } = (
      await owner.ask('/assets', {
        body: {
          ...{ organisationId: owner.organisationId, kind: 'thing', category: 'other', name: 'A long ladder', description: 'Eight metres.', terms: 'lent' },
          ...{ wardCode: 'E05015254', contact: { phone: '0161 496 0000' } },
        },
      })
    ).body
    expect((await place.asAnyone(`/assets/${assetId}`)).status).toBe(200)
    expect((await close(owner.ask, owner.organisationId)).status).toBe(200)
    await place.settled()
    expect((await place.asAnyone(`/assets/${assetId}`)).status).toBe(404)
    expect((await owner.ask(`/assets/${assetId}/showing`, { method: 'post' })).body).toMatchObject({ code: 'organisation-closed' })
    expect(await place.violations()).toEqual([])
  })
  test('only its owner closes it; to others it is not there', async () => {
    const owner = await registered()
    const { code } = (await owner.ask(`/organisations/${owner.organisationId}/joining-codes`, { method: 'post' })).body
    const colleague = place.as('provider')
    expect((await colleague('/memberships', { body: { code } })).status).toBe(201)
    for (const ask of [colleague, place.as('provider')]) expect((await close(ask, owner.organisationId)).status).toBe(404)
    expect((await close(place.as('administrator'), owner.organisationId)).status).toBe(403)
    expect((await place.asAnyone(`/organisations/${owner.organisationId}`)).body).not.toHaveProperty('closedAt')
  })
})

describe('organisations', () => {
  test('the registrant becomes the owner and finds it under their own', async () => {
    const owner = await registered('coordinator')
    expect((await owner.ask('/organisations/mine')).body.items).toEqual([
      { organisationId: owner.organisationId, name: 'Sale Good Neighbours', kind: 'community-network', memberRole: 'owner' },
    ])
    expect((await place.as('provider')('/organisations/mine')).body.items).toEqual([])
    const joined = (await place.events('organisation')).filter(
      ({ subject, type }) => subject === owner.organisationId && type === 'organisation.member-joined.v1',
    )
    expect(joined.map(({ data }) => data)).toEqual([{ organisationId: owner.organisationId, personId: owner.personId, memberRole: 'owner' }])
  })
  test('one person can register twenty and no more', async () => {
    const ask = place.as('provider', newId())
    const register = () => ask('/organisations', { body: { name: 'Another', kind: 'micro-provider' } })
    for (let count = 1; count <= 20; count += 1) expect((await register()).status).toBe(201)
    expect((await register()).body).toMatchObject({ status: 422, code: 'too-many-organisations' })
  })
})

test('the place says what to do in an emergency, its wards, its sources, and where a postcode is', async () => {
  const { body } = await place.asAnyone('/place')
  expect(body).toMatchObject({
    name: 'Trafford',
    councilName: 'Trafford Council',
    safeguarding: { words: expect.stringContaining('999'), url: expect.any(String) },
  })
  expect((await place.asAnyone('/wards')).body.items).toHaveLength(21)
  expect((await place.asAnyone('/wards/boundaries')).body.features[0]).toMatchObject({ type: 'Feature', properties: { wardCode: expect.any(String) } })
  expect((await place.asAnyone('/places/wa14%201ah')).body).toMatchObject({ known: true, wardName: 'Altrincham' })
  expect((await place.asAnyone('/places/ZZ99%209ZZ')).body).toEqual({ known: false })
  for (const source of (await place.asAnyone('/sources')).body.items) expect(source.attribution).toMatch(/Open Government Licence v3\.0/)
})

test('the reference is there, and knows every route', async () => {
  const { body } = await place.asAnyone('/openapi.json')
  expect(body.openapi).toMatch(/^3\.1/)
  expect(Object.keys(body.paths)).toEqual(expect.arrayContaining(['/offers', '/offers/{id}/publication', '/organisations/mine', '/places/{postcode}']))
  expect((await place.feed('/openapi.json')).body.paths).toHaveProperty('/services/{id}')
  expect((await place.asAnyone('/readyz')).body).toEqual({ status: 'ready' })
})

test('only what can be referred to is found, when that is asked', async () => {
  const offer = await published({ name: 'Juggling lessons' })
  await isFound(offer.offerId, 'text=juggling&referrals=taken')
})

test('D14 whether VAT comes on top, and what travel costs, is shown with the price', async () => {
  const price = { kind: 'paid', pence: 1_850, unit: 'hour', vat: 'added', travelPence: 250 }
  const offer = await published({ price })
  expect((await place.asAnyone(`/offers/${offer.offerId}`)).body.price).toEqual(price)
})

test('D12 where nothing is found, it is said which filter to leave out, and how many that finds', async () => {
  const offer = await published({ name: 'Zither evenings', category: 'learning-and-work' })
  await isFound(offer.offerId, 'text=zither')
  const widerOf = async (query: string) => (await find(query)).body.wider
  expect(await widerOf('text=zither&cost=free')).toEqual([{ without: 'cost', total: 1 }])
  expect(await widerOf('text=zither&cost=free&funding=own-money')).toEqual([{ without: 'cost', total: 1 }])
  expect(await widerOf('text=zither&cost=free&funding=time-credits')).toEqual([{ without: 'all', total: 1 }])
  expect(await widerOf('text=xyzzyx&cost=free')).toEqual([])
  expect(await widerOf('text=zither')).toBeUndefined()
})

test('a slip of the finger is put right and told, other words for the same find it, and exactly=yes does neither', async () => {
  const offer = await published({ name: 'Marmalade making', description: 'A luncheon club, with oranges.' })
  await isFound(offer.offerId, 'text=marmalade')
  expect((await find('text=marmelade')).body).toMatchObject({ total: 1, corrected: 'marmalade', items: [{ name: 'Marmalade making' }] })
  expect((await find('text=clwb+cinio+marmalade')).body).toMatchObject({ total: 1, also: expect.arrayContaining(['luncheon club']) })
  for (const query of ['text=marmelade&exactly=yes', 'text=cinio&exactly=yes']) expect((await find(query)).body).toMatchObject({ total: 0, items: [] })
  expect((await find('exactly=no')).status).toBe(400)
})

test('no name, contact, address or word anyone wrote is in an event, a log line or the file', async () => {
  const canary = 'Zanzibarbara Quillfeather'
  const secret = 'quillfeather@example.org'
  const phone = '0161 496 0987'
  const offer = await published({
    name: canary,
    description: canary,
    forWhom: canary,
    timesInWords: canary,
    place: { address: canary, postcode: 'WA15 9LP' },
    contact: { name: canary, email: secret, phone },
  })
  await isFound(offer.offerId, 'text=quillfeather')
  const told = JSON.stringify([...(await place.events('offer')), ...(await place.events('organisation'))]) + place.logLines.join('\n')
  expect(['Zanzibarbara', 'uillfeather', '496 0987', 'WA15 9LP', 'WA159LP'].filter((word) => told.includes(word))).toEqual([])
  const { readdirSync, readFileSync } = await import('node:fs')
  for (const file of readdirSync(place.folder)) {
    const bytes = readFileSync(`${place.folder}/${file}`)
    for (const word of ['Zanzibarbara', 'uillfeather', 'WA15 9LP']) expect(bytes.includes(word)).toBe(false)
  }
})

test('what must hold, holds; search built anew is equal; nothing is lost over a restart', async () => {
  const { service } = place
  await service().consumers[0]!.caughtUp()
  const [search] = service().readModels
  const before = await search!.digest()
  await search!.rebuild()
  expect(await search!.digest()).toBe(before)
  for (const invariant of service().invariants) expect({ name: invariant.name, ...(await invariant.check()) }).toMatchObject({ violations: 0 })
  await place.restart()
  expect(await service().readModels[0]!.digest()).toBe(before)
})
