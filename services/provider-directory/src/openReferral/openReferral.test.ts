import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormatsModule from 'ajv-formats'
import { type Place, startPlace, until } from '../testing/startPlace.ts'
import { termOf } from './terms.ts'

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

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

// The standard's own schemas lie beside this repository, where they are; they are not ours to copy.
const schemas = join(import.meta.dirname, '../../../../../shared/interop/oruk-live-local/schema')
const withSchemas = existsSync(schemas) ? test : test.skip
if (!existsSync(schemas)) console.warn('Skipped: the schemas of Open Referral UK are not there (../shared/interop/oruk-live-local/schema)')

const validator = () => {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  ;(addFormatsModule as unknown as (ajv: Ajv2020) => void)(ajv)
  for (const file of readdirSync(schemas))
    if (!/package|open_api|with_definitions/.test(file)) ajv.addSchema(JSON.parse(readFileSync(join(schemas, file), 'utf8')), file)
  return (name: string, body: unknown): string[] => {
    const validate = ajv.getSchema(name)
    if (!validate) throw new Error(`There is no schema ${name}`)
    return validate(body) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
  }
}

withSchemas(
  'D2 every body of the feed is what the standard’s schemas say',
  async () => {
    const errorsOf = validator()
    expect(errorsOf('api_details.json', (await place.feed('/')).body)).toEqual([])
    for (let page = 1, pages = 1; page <= pages; page += 1) {
      const { body } = await place.feed(`/services?per_page=200&page=${page}`)
      pages = body.total_pages
      expect(errorsOf('service_list.json', body)).toEqual([])
      const full = await place.feed(`/services?per_page=200&page=${page}&full=true`)
      for (const service of full.body.contents) expect({ id: service.id, errors: errorsOf('service.json', service) }).toEqual({ id: service.id, errors: [] })
    }
    const { body } = await place.feed('/services?per_page=20')
    for (const { id } of body.contents) expect(errorsOf('service.json', (await place.feed(`/services/${id}`)).body)).toEqual([])
    // The check can fail: a service without a name is not one.
    expect(errorsOf('service.json', { id: 'x', status: 'active' })).not.toEqual([])
  },
  60_000,
)

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

test('D2 pages keep the rules of both validators, for 1, 5, 50 and 200 a page', async () => {
  for (const perPage of [1, 5, 50, 200]) {
    const last = Math.ceil(total / perPage)
    for (const page of [1, Math.ceil(last / 2), last]) {
      const { body } = await place.feed(`/services?per_page=${perPage}&page=${page}`)
      expect(body).toMatchObject({ total_items: total, total_pages: last, page_number: page, first_page: page === 1, last_page: page === last, empty: false })
      expect(body.size).toBe(body.contents.length)
      expect(body.contents.length).toBe(page === last ? total - perPage * (last - 1) : perPage)
    }
  }
  expect((await place.feed(`/services?page=100000`)).body).toMatchObject({ contents: [], size: 0, empty: true, first_page: false, last_page: true })
})

test('D2 all pages together are every service once, each with a UUID and the id of its organisation', async () => {
  const ids: string[] = []
  for (let page = 1; page <= Math.ceil(total / 200); page += 1)
    for (const service of (await place.feed(`/services?per_page=200&page=${page}`)).body.contents) {
      expect(service.id).toMatch(uuid)
      expect(service.organization_id).toMatch(uuid)
      expect(service.organization.description).toBeTruthy()
      ids.push(service.id)
    }
  expect(new Set(ids).size).toBe(total)
})

test('a field that says nothing is left out, everywhere', async () => {
  const empty: string[] = []
  const look = (value: unknown, path: string): void => {
    if (value === null || value === '' || (Array.isArray(value) && value.length === 0)) empty.push(path)
    if (typeof value === 'object' && value !== null) for (const [key, part] of Object.entries(value)) look(part, `${path}/${key}`)
  }
  for (const service of (await place.feed('/services?per_page=500&full=true')).body.contents) look(service, service.id)
  expect(empty).toEqual([])
})

test('what the standard requires and a record lacks is never invented: the record stays out', async () => {
  const pharmacies = (await place.asAnyone('/offers?category=pharmacies&limit=1')).body
  expect(pharmacies.total).toBe(57)
  expect((await place.feed(`/services?taxonomy_term_id=${termOf('pharmacies').id}`)).body.total_items).toBe(0)
  expect((await place.feed(`/services/${pharmacies.items[0].offerId}`)).status).toBe(404)
})

test('any page may read it: CORS for everyone, on refusals too', async () => {
  for (const path of ['/', '/services', '/services/nothing', '/services?page=0'])
    expect((await place.feed(path)).headers['access-control-allow-origin']).toBe('*')
  const preflight = await place.feed('/services', { method: 'options' })
  expect(preflight.status).toBe(204)
  expect(preflight.headers['access-control-allow-methods']).toContain('GET')
})

test('whoever has a body already is told that nothing is new', async () => {
  const { headers } = await place.feed('/services?per_page=5')
  expect((await place.feed('/services?per_page=5', { headers: { 'if-none-match': headers.etag! } })).status).toBe(304)
  expect((await place.feed('/services?per_page=6', { headers: { 'if-none-match': headers.etag! } })).status).toBe(200)
})

test('filters: words, kind, organisation, and what changed on or after an instant', async () => {
  const count = async (query: string) => (await place.feed(`/services?per_page=1&${query}`)).body.total_items
  expect(await count('search=hospice')).toBeGreaterThan(0)
  expect(await count(`taxonomy_term_id=${termOf('mental-health').id}`)).toBeGreaterThan(50)
  expect(await count('taxonomy_term_id=00000000-0000-4000-8000-000000000000')).toBe(0)
  const [one] = (await place.feed('/services?per_page=1')).body.contents
  expect(await count(`organization_id=${one.organization_id}`)).toBe(1)
  expect(await count(`modified_after=${encodeURIComponent(one.last_modified)}`)).toBe(total)
  expect(await count('modified_after=2020-01-01')).toBe(total)
  for (const instant of ['2099-01-01T00:00:00%2B01:00', '2099-01-01T00:00:00+01:00', '2099-01-01T00:00:00', '2099-01-01T00:00:00.123Z', '2099-01-01'])
    expect(await count(`modified_after=${instant}`)).toBe(0)
})

test('minimal is ids and when they changed, full is everything', async () => {
  const [minimal] = (await place.feed('/services?minimal=true')).body.contents
  expect(Object.keys(minimal)).toEqual(['id', 'last_modified'])
  expect((await place.feed('/services?minimal=true')).body.size).toBe(total)
  const [full] = (await place.feed('/services?per_page=1&full=true')).body.contents
  expect(full).toEqual((await place.feed(`/services/${full.id}`)).body)
  expect(full.attributes[0].taxonomy_term.name).toEqual(expect.any(String))
})

test('ndjson is every service, one to a line', async () => {
  const { text, headers } = await place
    .feed('/services?format=ndjson', { headers: { accept: 'application/x-ndjson' } })
    .then((answer) => ({ ...answer, text: answer.text ?? String(answer.body) }))
  expect(headers['content-type']).toContain('ndjson')
  const lines = text.trim().split('\n')
  expect(lines).toHaveLength(total)
  expect(JSON.parse(lines[0]!)).toMatchObject({ status: 'active' })
})

test.each(['page=0', 'page=x', 'per_page=0', 'per_page=100000', 'modified_after=yesterday', 'modified_after=2026-02-31', 'format=xml', 'minimal=perhaps'])(
  '?%s is refused in words',
  async (query) => {
    expect((await place.feed(`/services?${query}`)).body).toMatchObject({ status: 400, code: 'invalid-request' })
  },
)

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
