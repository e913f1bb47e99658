import { until } from '@patchwork/testing'
import { lunchClub, newId, type Place, startPlace } from '../testing/startPlace.ts'
import { formTaxonomy, formTerms } from './forms.ts'
import { taxonomy, termOf } from './terms.ts'

let place: Place
let total: number
beforeAll(async () => {
  place = await startPlace()
  const { offers } = await place.service().loadOpenData()
  await until(
    () => place.asAnyone('/offers?limit=1'),
    ({ body }) => body.total === offers,
  )
  total = (await place.feed('/services?per_page=1')).body.total_items
})
afterAll(() => place.stop())

test('D2 it says which version of the standard it is, in the form that the validator reads', async () => {
  const { body } = await place.feed('/')
  expect(body).toEqual({
    version: 'HSDS-UK-3.0',
    profile: expect.stringMatching(/^https:/),
    openapi_url: 'https://place.example/open-referral-uk/v3/openapi.json',
  })
})

test('D2 a record of open data was modified when its source changed; whoever asks what is new is given it all the same', async () => {
  const { body } = await place.feed('/services?per_page=200')
  expect(body.contents.map((service: { last_modified: string }) => service.last_modified.slice(0, 10)).filter((day: string) => day > '2026-03-01')).toEqual([])
  expect(new Set(body.contents.map((service: { last_modified: string }) => service.last_modified)).size).toBeGreaterThan(1)
  const news = await place.feed(`/services?per_page=1&modified_after=${new Date(Date.now() - 3_600_000).toISOString()}`)
  expect(news.body.total_items).toBe(total)
})

test('D2 its OpenAPI document says where it is', async () => {
  expect((await place.feed('/openapi.json')).body.servers).toEqual([{ url: '/open-referral-uk/v3' }])
})

test('D2 a page past the last is empty, and still the last', async () => {
  expect((await place.feed('/services?page=100000')).body).toMatchObject({ contents: [], size: 0, empty: true, first_page: false, last_page: true })
})

test('D2 what the standard requires and a record lacks is never invented: the record stays out', async () => {
  const pharmacies = (await place.asAnyone('/offers?category=pharmacies&limit=1')).body
  expect(pharmacies.total).toBe(57)
  expect((await place.feed(`/services?taxonomy_term_id=${termOf('pharmacies').id}`)).body.total_items).toBe(0)
  expect((await place.feed(`/services/${pharmacies.items[0].offerId}`)).status).toBe(404)
  // They are counted for administrators, and for nobody else.
  const published = (await place.asAnyone('/offers?limit=1')).body.total
  const { body } = await place.as('administrator')('/open-feed')
  expect(body).toEqual({ services: total, organisations: await count('/organizations'), leftOut: published - total })
  expect(body.leftOut).toBeGreaterThan(57)
  expect((await place.as('provider')('/open-feed')).status).toBe(403)
})

const everyList = ['/services', '/service_at_locations', '/organizations', '/taxonomies', '/taxonomy_terms']
const firstOf = async (list: string) => (await place.feed(`${list}?per_page=1`)).body.contents[0]

test('D2 any page may read it: CORS for everyone, on refusals too, and nothing but reading', async () => {
  for (const path of ['/', ...everyList, '/services/nothing', '/services?page=x', '/nowhere', '/openapi.json'])
    expect((await place.feed(path)).headers['access-control-allow-origin']).toBe('*')
  const preflight = await place.feed('/services', { method: 'options' })
  expect(preflight.status).toBe(204)
  expect(preflight.headers['access-control-allow-methods']).toContain('GET')
  const written = await place.feed('/services', { body: { name: 'New' } })
  expect(written).toMatchObject({ status: 405, headers: { allow: expect.stringContaining('GET') } })
  expect(JSON.parse(written.text)).toMatchObject({ code: 'method-not-allowed' })
})

test('D2 whoever has an answer already is told that nothing is new, by its ETag and by its day, of every endpoint', async () => {
  const paths = ['/', ...everyList, ...(await Promise.all(everyList.map(async (list) => `${list}/${(await firstOf(list)).id}`)))]
  expect(paths).toHaveLength(11)
  for (const path of [...paths, '/services?per_page=5', '/services?format=ndjson', '/organizations?format=ndjson']) {
    // The last second is not told as a day, as more may change in it.
    const { headers } = await until(
      () => place.feed(path),
      (answer) => path === '/' || answer.headers['last-modified'] !== undefined,
    )
    expect({ path, status: (await place.feed(path, { headers: { 'if-none-match': headers.etag! } })).status }).toEqual({ path, status: 304 })
    expect({ path, status: (await place.feed(path, { headers: { 'if-none-match': '"another"' } })).status }).toEqual({ path, status: 200 })
    if (path === '/') continue
    const known = { 'if-modified-since': headers['last-modified']! }
    expect({ path, status: (await place.feed(path, { headers: known })).status }).toEqual({ path, status: 304 })
    expect({ path, status: (await place.feed(path, { headers: { 'if-modified-since': 'Mon, 01 Jan 2024 00:00:00 GMT' } })).status }).toEqual({
      path,
      status: 200,
    })
  }
  expect((await place.feed('/services?per_page=6', { headers: { 'if-none-match': (await place.feed('/services?per_page=5')).headers.etag! } })).status).toBe(
    200,
  )
})

const count = async (path: string) => (await place.feed(`${path}${path.includes('?') ? '&' : '?'}per_page=1`)).body.total_items

describe.each(['/services', '/service_at_locations'])('%s', (list) => {
  const answers = (query: string) => count(`${list}?${query}`)
  test('D2 are found by words, kind, taxonomy and organisation', async () => {
    const all = await answers('')
    expect(await answers('search=mental%20health%20support')).toBeGreaterThan(0)
    expect(await answers('search=')).toBe(all)
    expect(await answers(`taxonomy_term_id=${termOf('mental-health').id}`)).toBeGreaterThan(50)
    expect(await answers(`taxonomy_term_id=${termOf('mental-health').id.toUpperCase()}`)).toBeGreaterThan(50)
    expect(await answers('taxonomy_term_id=00000000-0000-4000-8000-000000000000')).toBe(0)
    expect(await answers(`taxonomy_id=${taxonomy.id}`)).toBe(all)
    expect(await answers('taxonomy_id=other')).toBe(0)
    const [one] = (await place.feed(`${list}?per_page=1`)).body.contents
    expect(await answers(`organization_id=${one.organization_id ?? one.service.organization_id}`)).toBe(1)
  })

  test('D2 are found by what has changed on or after an instant, however it is written', async () => {
    const all = await answers('')
    const [one] = (await place.feed(`${list}?per_page=1`)).body.contents
    expect(await answers(`modified_after=${encodeURIComponent((one.service ?? one).last_modified)}`)).toBe(all)
    expect(await answers('modified_after=2020-01-01')).toBe(all)
    for (const instant of [
      '2099-01-01T00:00:00%2B01:00',
      '2099-01-01T00:00:00+01:00',
      '2099-01-01T00:00:00',
      '2099-01-01 00:00:00',
      '2099-01-01T00:00:00.123Z',
      '2099-01-01',
    ])
      expect(await answers(`modified_after=${instant}`)).toBe(0)
  })
})

test('D2 services are listed short, full and minimal', async () => {
  const [minimal] = (await place.feed('/services?minimal=true')).body.contents
  // As little as the standard's schema lets it be.
  expect(Object.keys(minimal)).toEqual(['id', 'organization_id', 'name', 'status', 'last_modified'])
  expect((await place.feed('/services?minimal=true')).body.size).toBe(total)
  const [full] = (await place.feed('/services?per_page=1&full=true')).body.contents
  expect(full).toEqual((await place.feed(`/services/${full.id}`)).body)
  expect(full.attributes[0].taxonomy_term.name).toEqual(expect.any(String))
  const listed = await firstOf('/services')
  expect(Object.entries(listed).filter(([name, value]) => name !== 'organization' && typeof value === 'object')).toEqual([])
})

test('D2 an organisation is shown with its services, named or in full, and found by its own words and theirs', async () => {
  const { id } = await firstOf('/organizations')
  const at = `/organizations/${id}`
  const [service] = (await place.feed(`/services?organization_id=${id}`)).body.contents
  const { services: named, ...organization } = (await place.feed(at)).body
  expect(organization).toEqual((await place.feed(`/services/${service.id}`)).body.organization)
  expect(named).toEqual([
    { id: service.id, organization_id: service.organization_id, name: service.name, status: 'active', last_modified: service.last_modified },
  ])
  const { organization: _itself, ...whole } = (await place.feed(`/services/${service.id}`)).body
  expect((await place.feed(`${at}?full_service=true`)).body.services).toEqual([whole])
  expect(await firstOf('/organizations')).not.toHaveProperty('services')
  expect((await place.feed('/organizations?per_page=1&full=true')).body.contents[0].services).toEqual(named)
  expect((await place.feed('/organizations?per_page=1&full_service=true')).body.contents[0].services).toEqual([whole])
  expect(await count('/organizations?search=hospice')).toBeGreaterThan(0)
  expect(await count('/organizations')).toBe(new Set((await everyServiceOf()).map(({ organization_id }) => organization_id)).size)
})
const everyServiceOf = async (): Promise<{ organization_id: string }[]> => (await place.feed('/services?per_page=1000')).body.contents

test('D2 a service at its place is the service, the place, and both by their ids', async () => {
  const placed = await firstOf('/service_at_locations')
  const whole = (await place.feed(`/service_at_locations/${placed.id}`)).body
  const { service_at_locations: places, ...service } = (await place.feed(`/services/${placed.service_id}`)).body
  expect(whole.service).toEqual(service)
  const { service: _service, ...itself } = whole
  expect(places).toEqual([itself])
  expect(placed.location).toMatchObject({ id: placed.location_id, location_type: 'physical', latitude: expect.any(Number) })
  expect((await place.feed('/service_at_locations?full=true&per_page=1')).body.contents).toEqual([whole])
})

describe('near a postcode', () => {
  const byId = async (query: string) =>
    new Map((await place.feed(`/service_at_locations?per_page=1000&${query}`)).body.contents.map((one: { id: string }) => [one.id, one]))
  test('D2 proximity is in metres from the middle of the postcode', async () => {
    const [near, further, all] = [await byId('postcode=M33%207ZF&proximity=500'), await byId('postcode=m337zf&proximity=2000'), await byId('')]
    expect(near.size).toBeGreaterThan(0)
    expect(near.size).toBeLessThan(further.size)
    expect(further.size).toBeLessThan(all.size)
    expect([...near.keys()].filter((id) => !further.has(id))).toEqual([])
    const { latitude, longitude } = (await place.asAnyone('/places/M33%207ZF')).body
    const metres = (one: { location: { latitude: number; longitude: number } }) =>
      Math.hypot((one.location.latitude - latitude) * 111_195, (one.location.longitude - longitude) * 111_195 * Math.cos((latitude * Math.PI) / 180))
    for (const [id, one] of all) {
      const away = metres(one as Parameters<typeof metres>[0])
      // The plane is a few metres from the sphere over such distances.
      if (Math.abs(away - 2_000) > 20) expect({ id, isNear: further.has(id) }).toEqual({ id, isNear: away < 2_000 })
    }
  })

  test('D2 a postcode alone gives those that say they serve it', async () => {
    const provider = place.as('provider')
    const { organisationId } = (
      await provider('/organisations', { body: { kind: 'community-network', name: 'Sale Neighbours', description: 'Neighbours who cook.' } })
    ).body
    const serving = (await provider('/offers', { body: lunchClub(organisationId, { area: { withinMetres: 1_500, postcode: 'M33 7ZF' } }) })).body
    expect((await provider(`/offers/${serving.offerId}/publication`, { method: 'post' })).status).toBeLessThan(300)
    await until(
      () => place.feed(`/services/${serving.offerId}`),
      ({ status }) => status === 200,
    )
    const found = (await place.feed('/service_at_locations?postcode=M33%207ZF')).body
    expect(found.contents.map(({ service_id }: { service_id: string }) => service_id)).toEqual([serving.offerId])
    expect((await place.feed('/service_at_locations?postcode=WA14%201AH')).body.total_items).toBe(0)
    const told = (await place.feed(`/services/${serving.offerId}`)).body
    // Winter or summer, the clocks of the place say which.
    expect(told.schedules).toEqual([
      expect.objectContaining({ byday: 'TH', opens_at: expect.stringMatching(/^12:00\+0[01]:00$/), closes_at: expect.any(String) }),
    ])
    for (const [query, isFound] of [
      ['day=TH', true],
      ['day=thursday&start_time=12:00&end_time=14:30', true],
      ['day=friday', false],
      ['start_time=12:01', false],
      ['end_time=14:00', false],
      ['minimum_age=1', false],
      ['maximum_age=99', false],
    ] as const)
      expect({ query, count: await count(`/services?organization_id=${organisationId}&${query}`) }).toEqual({
        query,
        count: isFound ? 1 : 0,
      })
    expect((await provider(`/offers/${serving.offerId}/withdrawal`, { method: 'post' })).status).toBeLessThan(300)
    await until(
      () => place.feed(`/services/${serving.offerId}`),
      ({ status }) => status === 404,
    )
  })
})

test('D2 taxonomies and their terms are there, by themselves and within each other', async () => {
  expect(await firstOf('/taxonomies')).toEqual(taxonomy)
  const { taxonomy_terms: terms } = (await place.feed(`/taxonomies/${taxonomy.id}`)).body
  const { taxonomy_terms: forms } = (await place.feed(`/taxonomies/${formTaxonomy().id}`)).body
  expect(forms).toEqual(formTerms())
  expect((await place.feed('/taxonomy_terms?per_page=200')).body.contents).toEqual([...terms, ...forms])
  const food = termOf('food')
  expect((await place.feed(`/taxonomy_terms/${food.id}`)).body).toEqual(food)
  expect((await place.feed('/taxonomy_terms?search=food%20bank')).body.contents).toEqual([food])
  expect(await count(`/taxonomy_terms?taxonomy_id=${taxonomy.id}&top_only=true`)).toBe(terms.length)
  expect(await count(`/taxonomy_terms?parent_id=${food.id}`)).toBe(0)
  expect(await count('/taxonomies?search=food')).toBe(0)
})

test('ndjson is every entry of a list, one to a line, and none where none is asked for', async () => {
  const { text, headers } = await place.feed('/services?format=ndjson&full=true')
  expect(headers['content-type']).toMatch(/^application\/x-ndjson/)
  const lines = text.trim().split('\n')
  expect(lines).toHaveLength(total)
  expect(JSON.parse(lines[0]!)).toMatchObject({ status: 'active', attributes: expect.any(Array) })
  expect((await place.feed('/services?format=ndjson&organization_id=nobody')).text).toBe('')
})

// What the standard's own OpenAPI document calls valid is never refused as malformed: there is no such list, and why is said.
test.each([
  ['page=0', 'no-such-page'],
  ['page=-3', 'no-such-page'],
  ['per_page=0', 'no-such-page'],
  ['modified_after=yesterday', 'no-such-instant'],
  ['modified_after=2026-02-31', 'no-such-instant'],
  ['modified_after=2026-01-01T00:00:00Z%20or%201=1', 'no-such-instant'],
])('?%s is no list: %s', async (query, code) => {
  expect((await place.feed(`/services?${query}`)).body).toMatchObject({ status: 404, code, detail: expect.stringMatching(/^[A-Z].*\.$/) })
})
test.each([
  ['postcode=nowhere', 'postcode-not-known'],
  ['postcode=ZZ99%209ZZ', 'postcode-not-known'],
  ['postcode=M33%207ZF&proximity=near', 'no-such-distance'],
  ['postcode=M33%207ZF&proximity=-1', 'no-such-distance'],
  ['proximity=500', 'proximity-without-postcode'],
])('places ?%s are no list: %s', async (query, code) => {
  expect((await place.feed(`/service_at_locations?${query}`)).body).toMatchObject({ status: 404, code })
})
test.each(['page=x', 'page=', 'page=1.5', 'per_page=ten', 'minimal=perhaps', 'full=', 'minimum_age=old', 'day=someday', 'start_time=noon', 'page=1&page=2'])(
  '?%s is refused in words',
  async (query) => {
    expect((await place.feed(`/services?${query}`)).body).toMatchObject({ status: 400, code: 'invalid-request' })
  },
)
test.each([
  `page=${'9'.repeat(400)}`,
  'per_page=100000',
  'format=xml',
  `search=${'x'.repeat(2_000)}`,
  'search=%22%20OR%20*%20NEAR(',
  'search=%00',
  'organization_id=%27%3B--',
  'unknown=1',
  'modified_after=9999-12-31T23:59:59-23:59',
])('?%s is answered', async (query) => {
  const { status, body } = await place.feed(`/services?${query}`)
  expect({ status, contents: Array.isArray(body.contents) }).toEqual({ status: 200, contents: true })
})
test.each(everyList)('an id of %s that is none is not found, whatever it is made of', async (list) => {
  for (const id of [newId(), 'x', '%00', '..%2F..', '%F0%9F%A5%98', "'%20or%201=1", 'a'.repeat(5_000)])
    expect({ id, status: (await place.feed(`${list}/${id}`)).status }).toEqual({ id, status: 404 })
})

test('loading the open data again adds nothing', async () => {
  const before = (await place.events('offer')).length
  expect(await place.service().loadOpenData()).toMatchObject({ organisations: 1_197, offers: 1_329, added: 0 })
  await place.settled()
  expect((await place.events('offer')).length).toBe(before)
})

test('no made-up contact of the raw data is here, and nothing of it takes referrals', async () => {
  const all = (await place.feed('/services?per_page=1000&full=true')).text
  expect(all).not.toMatch(/redacted-|07700 ?900/)
  const { items } = (await place.asAnyone('/offers?limit=200')).body
  expect(items.every(({ takesReferrals }: { takesReferrals: boolean }) => !takesReferrals)).toBe(true)
})

test('what must hold of the loaded place, holds', async () => {
  for (const invariant of place.service().invariants) expect({ name: invariant.name, ...(await invariant.check()) }).toMatchObject({ violations: 0 })
})
