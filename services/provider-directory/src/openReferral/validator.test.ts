import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '@patchwork/testing'
import { importedTaxonomies } from '../taxonomy/testFiles.ts'
import { bristolFile, mocksFolder, openApiFile, readJsonFile, standardSchemas, testWith } from '../testing/standard.ts'
import { type Place, startPlace } from '../testing/startPlace.ts'
import { formerPageRules, type Got, specificationFor, standardEndpoints, validate } from './testValidator.ts'

const withStandard = testWith(openApiFile)
const withBristol = testWith(openApiFile, bristolFile)
const withMocks = testWith(openApiFile, mocksFolder)

let place: Place
let taxonomiesFolder: string
/** The open data of Trafford and, where it is there, the real feed of Bristol; and two taxonomies that were imported. */
beforeAll(async () => {
  taxonomiesFolder = await importedTaxonomies()
  place = await startPlace({ taxonomiesFolder })
  const { offers } = await place.service().loadOpenData()
  const imports = place.service().imports
  const { importId, ended } = await imports.stage({
    origin: { kind: 'file', path: bristolFile },
    format: { kind: 'open-referral' },
    source: 'bristol',
    asOf: '2024-12-13',
  })
  const report = await ended.catch((error) => {
    if (error.code === 'no-such-file') return undefined
    throw error
  })
  if (report) await (await imports.accept(importId)).ended
  await until(
    () => place.asAnyone('/offers?limit=1'),
    ({ body }) => body.total === offers + (report?.new ?? 0),
  )
})
afterAll(async () => {
  await place.stop()
  rmSync(taxonomiesFolder, { recursive: true, force: true })
})

const get = async (path: string): Promise<Got> => {
  const { status, body } = await place.feed(path)
  return { status, body, ms: 0 }
}
const lists = ['/services', '/service_at_locations', '/organizations', '/taxonomies', '/taxonomy_terms']

withStandard('D2 the validator of the standard has nothing to say about any of the 11 endpoints', async () => {
  const { findings, asked } = await validate(get)
  expect(findings).toEqual([])
  const endpoints = new Set(asked.map((path) => path.replace(/\?.*/, '').replace(/\/[0-9a-f-]{36}$/, '/{id}')))
  expect([...endpoints].sort()).toEqual(
    standardEndpoints()
      .map(({ path }) => path)
      .sort(),
  )
  expect(endpoints.size).toBe(11)
})

test('D2 the validator reads which specification a feed is held to, from the words that we use and not from others', () => {
  expect(['HSDS-UK-3.0', 'V3.0', '3.0'].map(specificationFor)).toEqual(['3.0', '3.0', '3.0'])
  expect(['HSDS 3.0', '3.0.0', '', undefined].map(specificationFor)).toEqual([undefined, undefined, undefined, undefined])
})

/** A feed as ours is, but for the answers that `change` gives in their place. */
const changed =
  (change: (path: string, got: Got) => Got | undefined) =>
  async (path: string): Promise<Got> => {
    const got = await get(path)
    return change(path, structuredClone(got)) ?? got
  }
const onList = (list: string, change: (body: Got['body']) => void) =>
  changed((path, got) => {
    if (path.split('?')[0] === list) change(got.body)
    return got
  })

withStandard.each([
  ['says another version', changed((path, got) => (path === '/' ? { ...got, body: { ...got.body, version: 'HSDS 3.0' } } : got)), 'error', 'SPECIFICATION'],
  [
    'does not say where its profile is',
    changed((path, got) => (path === '/' ? { ...got, body: { ...got.body, profile: 'nowhere at all' } } : got)),
    'error',
    'SCHEMA',
  ],
  [
    'fails at a required endpoint',
    changed((path) => (path.startsWith('/services?') ? { status: 500, body: {}, ms: 0 } : undefined)),
    'error',
    'REQUIRED_ENDPOINT_FAILED',
  ],
  [
    'fails at an optional endpoint',
    changed((path) => (path.startsWith('/taxonomies?') ? { status: 404, body: {}, ms: 0 } : undefined)),
    'warning',
    'OPTIONAL_ENDPOINT_FAILED',
  ],
  ['leaves out a name', onList('/services', (body) => delete body.contents[0].name), 'error', 'SCHEMA'],
  ['leaves out a description in an optional list', onList('/organizations', (body) => delete body.contents[0].description), 'error', 'SCHEMA'],
  ['has an id that is no UUID', onList('/service_at_locations', (body) => Object.assign(body.contents[0], { id: 'one' })), 'error', 'SCHEMA'],
  ['has an empty list', onList('/taxonomies', (body) => Object.assign(body, { contents: [] })), 'warning', 'EMPTY_FEED_WARNING'],
  ['is slow', changed((_path, got) => ({ ...got, ms: 60_000 })), 'warning', 'PERFORMANCE'],
  ['calls every page the first', onList('/services', (body) => Object.assign(body, { first_page: true })), 'warning', 'first_page'],
  ['has no last page', onList('/services', (body) => Object.assign(body, { last_page: false })), 'warning', 'last_page'],
  ['calls a full page empty', onList('/services', (body) => Object.assign(body, { empty: true })), 'warning', 'empty'],
  ['has too few entries on a page', onList('/services', (body) => body.contents.splice(1)), 'warning', 'items_on_page'],
  ['counts a page wrongly', onList('/services', (body) => Object.assign(body, { size: body.size + 1 })), 'warning', 'size'],
  ['does not count from 1', onList('/services', (body) => Object.assign(body, { page_number: body.page_number - 1 })), 'warning', 'page_number'],
] as const)('the rules that ours passes find a feed that %s', async (_what, broken, level, rule) => {
  const { findings } = await validate(broken)
  expect(findings).toContainEqual(expect.objectContaining({ level, rule }))
})

withMocks('the rules find what is wrong with the feed that the validator itself keeps to be refused', async () => {
  const file = (name: string) => readJsonFile(join(mocksFolder, 'V3.0-UK-Fail', `${name}.json`))
  const { findings } = await validate(async (path) => {
    const [, list = '', id] = path.split('?')[0]!.split('/')
    const names: Record<string, string> = { services: 'service', service_at_locations: 'service_at_location', organizations: 'organization' }
    const one = names[list] ? `${names[list]}_full` : list === 'taxonomies' ? 'taxonomy' : 'taxonomy_term'
    const all = names[list] ? `${names[list]}_list` : `${one}_list`
    return { status: 200, body: file(list === '' ? 'api_details' : id ? one : all), ms: 0 }
  })
  expect(findings.filter(({ level }) => level === 'error').map(({ path }) => path)).toEqual(expect.arrayContaining(['/', '/services?page=1']))
})

withStandard.each(lists)('D2 the pages of %s keep the rules of both validators, for 1, 5, 50 and 200 a page', async (list) => {
  for (const perPage of [1, 5, 50, 200]) {
    expect(await formerPageRules(list, get, perPage)).toEqual([])
    const { body } = await get(`${list}?per_page=${perPage}`)
    expect(body.total_pages).toBe(Math.ceil(body.total_items / perPage))
  }
})

test.each(lists)('D2 all pages of %s together are every entry once, and the same that its lines have', async (list) => {
  const ids: string[] = []
  const contents: unknown[] = []
  for (let page = 1, pages = 1; page <= pages; page += 1) {
    const { body } = await get(`${list}?per_page=200&page=${page}`)
    pages = body.total_pages
    contents.push(...body.contents)
    ids.push(...body.contents.map(({ id }: { id: string }) => id))
    if (page === pages) expect(ids).toHaveLength(body.total_items)
  }
  expect(new Set(ids).size).toBe(ids.length)
  const { text, headers } = await place.feed(`${list}?format=ndjson`)
  expect(headers['content-type']).toMatch(/^application\/x-ndjson/)
  expect(lined(text)).toEqual(contents)
})
const lined = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))

withBristol(
  'D2 every body of every endpoint is what the standard’s schemas say, with Trafford and the real feed of Bristol in it',
  async () => {
    const errorsOf = standardSchemas()
    const sound = (name: string, { status, body }: Got, path: string) =>
      expect({ path, status, errors: errorsOf(name, body) }).toEqual({ path, status: 200, errors: [] })
    const endpoints = standardEndpoints()
    let bodies = 0
    for (const { path, schema } of endpoints.filter((endpoint) => !endpoint.path.includes('{'))) {
      if (path === '/') {
        sound(schema, await get(path), path)
        continue
      }
      const one = endpoints.find((endpoint) => endpoint.path === `${path}/{id}`)!
      for (const more of path === '/services' ? ['', '&full=true', '&minimal=true'] : ['', '&full=true', '&full_service=true'])
        for (let page = 1, pages = 1; page <= pages; page += 1) {
          const at = `${path}?per_page=200&page=${page}${more}`
          const got = await get(at)
          sound(schema, got, at)
          pages = got.body.total_pages
          for (const body of got.body.contents) {
            if (more !== '&minimal=true') sound(one.schema, { ...got, body }, `${at} ${body.id}`)
            bodies += 1
          }
        }
      for (const { id } of (await get(`${path}?per_page=40`)).body.contents) {
        sound(one.schema, await get(`${path}/${id}`), `${path}/${id}`)
        if (path === '/organizations') sound(one.schema, await get(`${path}/${id}?full_service=true`), `${path}/${id}`)
      }
    }
    expect(bodies).toBeGreaterThan(6_000)
    expect((await get('/services?search=bristol&per_page=1')).body.total_items).toBeGreaterThan(50)
  },
  300_000,
)

test('D2 a field that says nothing is left out, everywhere, and every instant says its offset', async () => {
  const empty: string[] = []
  const look = (value: unknown, path: string): void => {
    if (value === null || value === '' || (Array.isArray(value) && value.length === 0)) empty.push(path)
    const isTime = typeof value === 'string' && (/^\d{4}-\d\d-\d\dT/.test(value) || /\/(?:opens|closes)_at$/.test(path))
    if (isTime && !/(?:Z|[+-]\d\d:\d\d)$/.test(value)) empty.push(`${path} ${value}`)
    if (typeof value === 'object' && value !== null) for (const [key, part] of Object.entries(value)) look(part, `${path}/${key}`)
  }
  for (const list of lists)
    for (const more of ['', '&full=true', '&full_service=true'])
      for (const entry of lined((await place.feed(`${list}?format=ndjson${more}`)).text)) look(entry, `${list}/${(entry as { id: string }).id}`)
  expect(empty).toEqual([])
})

test('no made-up contact of a feed leaves', async () => {
  for (const list of lists) expect((await place.feed(`${list}?format=ndjson&full=true&full_service=true`)).text).not.toMatch(/redacted-|07700 ?900/)
})
