import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '@patchwork/testing'
import fc from 'fast-check'
import { mocksFolder, openApiFile, readJsonFile, standardSchemas, testWith } from '../testing/standard.ts'
import { type Place, startPlace } from '../testing/startPlace.ts'
import { givenService } from './given.ts'
import type { Fields } from './said.ts'

const withMocks = testWith(mocksFolder)
const withSchemas = testWith(openApiFile)

let place: Place
let folder: string
beforeEach(async () => {
  place = await startPlace()
  folder = mkdtempSync(join(tmpdir(), 'patchwork-given-'))
})
afterEach(async () => {
  await place.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** Takes services in as from a feed and gives them as the open feed has them then, in full. */
const importedAs = async (services: unknown, count: number): Promise<Fields[]> => {
  const path = join(folder, 'feed.json')
  writeFileSync(path, JSON.stringify(services))
  const { imports } = place.service()
  const { importId, ended } = await imports.stage({ origin: { kind: 'file', path }, format: { kind: 'open-referral' }, source: 'mock', asOf: '2024-12-13' })
  await ended
  await (await imports.accept(importId)).ended
  return (
    await until(
      () => place.feed('/services?full=true&per_page=200'),
      ({ body }) => body.total_items === count,
    )
  ).body.contents
}

/** The same record where every id has become another: which one, each the same everywhere, and no two of them one. */
const renamed = (given: unknown, shown: unknown): Map<string, string> => {
  const names = new Map<string, string>()
  const look = (one: unknown, other: unknown): void => {
    if (typeof one !== 'object' || one === null || typeof other !== 'object' || other === null) return
    for (const [key, value] of Object.entries(one)) {
      const there = (other as Fields)[key]
      if (/(?:^|_)id$/.test(key) && typeof value === 'string' && typeof there === 'string') {
        expect({ id: value, becomes: names.get(value) ?? there }).toEqual({ id: value, becomes: there })
        names.set(value, there)
      } else look(value, there)
    }
  }
  look(given, shown)
  expect(new Set(names.values()).size).toBe(names.size)
  return names
}
const withNames = (value: unknown, names: ReadonlyMap<string, string>): unknown =>
  JSON.parse(JSON.stringify(value), (key, part) => (/(?:^|_)id$/.test(key) ? (names.get(part) ?? part) : part))

withMocks.each(['Default', 'Warn', 'Test'])('D2 the service that the validator keeps as its %s feed is imported, and comes out again equal', async (feed) => {
  const given = readJsonFile(join(mocksFolder, `V3.0-UK-${feed}`, 'service_full.json'))
  const [shown = {}] = await importedAs([given], 1)
  const { organization_id: organisationId, ...rest } = shown
  expect(rest).toEqual(withNames(given, renamed(given, shown)))
  expect(organisationId).toBe((shown.organization as Fields).id)
  // So do its parts, asked for by themselves.
  const [placeGiven] = given.service_at_locations
  const [placeShown] = shown.service_at_locations as Fields[]
  const whole = (await place.feed(`/service_at_locations/${placeShown?.id}`)).body
  expect(whole.location).toEqual(placeShown?.location)
  expect(whole.location.name).toBe(placeGiven.location.name)
  const { services, ...organization } = (await place.feed(`/organizations/${organisationId}`)).body
  expect(organization).toEqual(shown.organization)
  expect(services).toHaveLength(1)
  const [{ taxonomy_term: term }] = given.attributes
  expect((await place.feed(`/taxonomy_terms/${term.id}`)).body).toEqual(term)
  expect((await place.feed(`/services?taxonomy_term_id=${term.id}`)).body.total_items).toBe(1)
  for (const [query, count] of [
    ['minimum_age=12', 1],
    ['minimum_age=13', 0],
    ['maximum_age=100', 1],
    ['maximum_age=99', 0],
  ] as const)
    expect({ query, count: (await place.feed(`/services?${query}`)).body.total_items }).toEqual({ query, count })
})

withMocks.each(['Default', 'Warn', 'Test'])(
  'D2 the list that the validator keeps as its %s feed is imported, and what is sound in it comes out again equal',
  async (feed) => {
    const { contents } = readJsonFile(join(mocksFolder, `V3.0-UK-${feed}`, 'service_list.json')) as { contents: Fields[] }
    // The mocks give one and the same id to every service; two of them cannot be told apart, so each comes in with one of its own.
    const sound = contents.filter(({ organization }) => (organization as Fields | undefined)?.description !== undefined)
    const given = sound.map((service, number) => ({ ...service, id: `${String(number).padStart(8, '0')}-0000-4000-8000-000000000000` }))
    const shown = await importedAs(given, given.length)
    for (const service of given) {
      const { schedules, ...words } = service as Fields & { schedules?: Fields[] }
      const there = shown.filter((one) => isShownAs(words, one))
      expect({ id: service.id, times: there.length }).toEqual({ id: service.id, times: expect.any(Number) })
      expect(there.length).toBeGreaterThan(0)
      if (schedules) expect(there.some((one) => isShownAs({ schedules }, one))).toBe(true)
    }
  },
)
/** Whether all that is given is in what is shown, but for ids. */
const isShownAs = (given: unknown, shown: unknown): boolean => {
  if (Array.isArray(given)) return Array.isArray(shown) && given.length === shown.length && given.every((part, at) => isShownAs(part, shown[at]))
  if (typeof given !== 'object' || given === null) return given === shown
  return Object.entries(given).every(([key, value]) => (/(?:^|_)id$/.test(key) ? true : isShownAs(value, (shown as Fields | undefined)?.[key])))
}

withMocks('D2 what is not sound in the feed that the validator keeps to be refused is left out, and the rest comes out', async () => {
  const given = readJsonFile(join(mocksFolder, 'V3.0-UK-Fail', 'service_full.json'))
  const [shown = {}] = await importedAs([given], 1)
  expect(given).toMatchObject({ url: 'example/counselling', email: 'email-example_com' })
  expect(shown.email).toBeUndefined()
  expect(shown.url).not.toBe(given.url)
  expect(shown.accreditations).toBe(given.accreditations)
  expect(standardSchemas()('service.json', shown)).toEqual([])
})

test('D2 X1 a description that came marked up leaves with its paragraphs, lists and links and nothing else, and is shown so beside its words', async () => {
  const given = {
    id: 'one',
    name: 'Lunch club',
    description: '<p style="x">A <b onclick="x()">meal</b>.</p><script>alert(1)</script><ul><li><a href="https://example.org/menu">The menu</a></ul>',
    status: 'active',
    organization: { id: 'two', name: 'Sale Cooks', description: 'Cooks.' },
  }
  const markup = '<p>A <b>meal</b>.</p><ul><li><a href="https://example.org/menu" rel="nofollow noopener">The menu</a></li></ul>'
  const [shown = {}] = await importedAs([given], 1)
  expect(shown.description).toBe(markup)
  expect((await place.as('resident')(`/offers/${String(shown.id)}`)).body).toMatchObject({ description: 'A meal.\n\n- The menu', descriptionMarkup: markup })
  // It is what the feed says, so the next reading finds nothing to change.
  const path = join(folder, 'again.json')
  writeFileSync(path, JSON.stringify([given]))
  const again = await place.service().imports.dryRun({ origin: { kind: 'file', path }, format: { kind: 'open-referral' }, source: 'mock', asOf: '2024-12-13' })
  expect(again).toMatchObject({ same: 1, changed: 0 })
})

test('D2 a service that somebody describes anew here leaves in their words, without what its feed had said', async () => {
  const given = {
    id: 'one',
    name: 'Lunch club',
    description: 'A meal.',
    status: 'active',
    alert: 'Closed in August.',
    minimum_age: 60,
    organization: { id: 'o', name: 'Neighbours', description: 'Who cook.', logo: 'https://neighbours.example.org/logo.png' },
  }
  const [shown = {}] = await importedAs([given], 1)
  expect(shown).toMatchObject({ alert: 'Closed in August.', minimum_age: 60, organization: { logo: given.organization.logo } })
  const administrator = place.as('administrator')
  const { organisationId } = (await administrator(`/offers/${shown.id}`)).body.organisation
  const body = {
    organisationId,
    track: 'be-helped',
    name: 'Tea club',
    description: 'Tea.',
    category: 'food',
    price: { kind: 'free' },
    area: {},
    place: {},
    times: [],
    fundingAccepted: [],
    personalCare: false,
    contact: {},
  }
  expect((await administrator(`/offers/${shown.id}`, { method: 'put', body })).status).toBe(200)
  const edited = (
    await until(
      () => place.feed(`/services/${shown.id}`),
      (answer) => answer.body.name === 'Tea club',
    )
  ).body
  expect(edited).not.toHaveProperty('alert')
  expect(edited).not.toHaveProperty('minimum_age')
  expect((await place.feed('/services?minimum_age=1')).body.total_items).toBe(0)
})

describe('whatever a feed says', () => {
  const becoming = { ownId: 'a', organisationId: 'b', ownKey: undefined, organisationKey: undefined, parentId: () => 'c' }
  const junk = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.double(),
    fc.constant(null),
    fc.boolean(),
    fc.constantFrom('WEEKLY', '09:00', '2026-02-30', 'mailto:x', '\u202e', 'http://['),
  )
  const record = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      junk,
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(
        fc.constantFrom(
          ...(
            'id name description url email status fees minimum_age last_modified schedules service_areas service_at_locations location location_type addresses ' +
            'contacts phones number attributes taxonomy_term opens_at freq uri latitude organization_id service_id cost_options amount languages'
          ).split(' '),
        ),
        tie('any'),
      ),
    ),
  })).any

  withSchemas('D2 nothing leaves that the standard’s schema refuses', async () => {
    const errorsOf = standardSchemas()
    fc.assert(
      fc.property(record, (value) => {
        const given = typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : { schedules: value, contacts: value }
        const shown = { id: '00000000-0000-4000-8000-000000000000', name: 'x', status: 'active', ...givenService(given, becoming) }
        expect(errorsOf('service.json', shown)).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  test('scripts, made-up contacts and instants without an offset do not leave, and no more than a bounded part of anything does', () => {
    const sound = givenService(
      {
        alert: 'Closed<script>alert(1)</script> today',
        accreditations: 'x'.repeat(10_000_000),
        assurer_email: 'redacted-1@example.org',
        last_modified: '2025-09-02T12:06:15.654',
        minimum_age: -1,
        contacts: Array.from({ length: 10_000 }, () => ({ name: 'Ann' })),
        funding: [{ source: ' ' }, { source: 'A grant' }],
      },
      becoming,
    )
    expect(sound).toEqual({
      alert: 'Closed today',
      accreditations: expect.any(String),
      contacts: expect.any(Array),
      funding: [{ id: expect.any(String) }, { id: expect.any(String), source: 'A grant' }],
    })
    expect(sound?.accreditations).toHaveLength(4_000)
    expect(sound?.contacts).toHaveLength(100)
    expect(givenService({ schedules: Array.from({ length: 100 }, () => ({ notes: 'x'.repeat(4_000) })) }, becoming)).toBeUndefined()
  })
})
