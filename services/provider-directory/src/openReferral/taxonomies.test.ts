import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemRuntime } from '@patchwork/runtime'
import { until } from '@patchwork/testing'
import { importTaxonomy } from '../taxonomy/importTaxonomy.ts'
import { schemeNames, taxonomyIdOf, termIdOf } from '../taxonomy/taxonomy.ts'
import { localGovernmentList, openEligibility } from '../taxonomy/testFiles.ts'
import { newId, type Place, startPlace } from '../testing/startPlace.ts'
import { formTaxonomy } from './forms.ts'
import type { Fields } from './said.ts'
import { taxonomy, termOf } from './terms.ts'

const folder = mkdtempSync(join(tmpdir(), 'patchwork-feed-taxonomies-'))
const taxonomiesFolder = join(folder, 'kept')
let place: Place
const lga = 'local-government-functions-and-services'
const libraries = termIdOf(lga, 'function/76')
const foodOfOthers = termIdOf('open-eligibility', '1102')
const foreign = { taxonomyId: '1f7b145d-84af-42d7-8fae-eaca714b02b2', termId: '3f7b145d-84af-42d7-8fae-eaca714b02b2' }

const take = async (text: string, options: { name?: string; language?: 'cy' } = {}): Promise<void> => {
  const path = join(folder, 'terms')
  writeFileSync(path, text)
  await importTaxonomy(path, { folder: taxonomiesFolder, now: systemRuntime.now, ...options })
  // It is looked for every few seconds.
  place.clock.aheadMs += 5_000
}
const contents = async (path: string, headers: Record<string, string> = {}): Promise<Fields[]> => (await place.feed(path, { headers })).body.contents
const count = async (path: string): Promise<number> => (await place.feed(`${path}${path.includes('?') ? '&' : '?'}per_page=1`)).body.total_items
const inWelsh = { 'accept-language': 'cy, en;q=0.5' }

/** Services of a feed, taken in; resolves when the open feed has them. */
const imported = async (services: object[]): Promise<void> => {
  const before = await count('/services')
  const path = join(folder, 'feed.json')
  writeFileSync(path, JSON.stringify(services))
  const { imports } = place.service()
  const { importId, ended } = await imports.stage({ origin: { kind: 'file', path }, format: { kind: 'open-referral' }, source: newId(), asOf: '2026-03-02' })
  await ended
  await (await imports.accept(importId)).ended
  await until(
    () => count('/services'),
    (now) => now === before + services.length,
  )
}
const service = (name: string, terms: object[]) => ({
  id: newId(),
  name,
  description: 'Open to all.',
  status: 'active',
  organization: { id: newId(), name: `Friends of ${name}`, description: 'Neighbours.' },
  attributes: terms.map((taxonomy_term) => ({ id: newId(), taxonomy_term })),
})

beforeAll(async () => {
  place = await startPlace({ taxonomiesFolder })
})
afterAll(async () => {
  await place.stop()
  rmSync(folder, { recursive: true, force: true })
})

test('D2 our own kinds are told in Welsh to whoever likes that best, with the same ids, and in English to everyone else', async () => {
  const answer = await place.feed('/taxonomy_terms?per_page=200', { headers: inWelsh })
  expect(answer.headers).toMatchObject({ 'content-language': 'cy', vary: expect.stringContaining('Accept-Language') })
  expect(answer.body.contents).toEqual(expect.arrayContaining([expect.objectContaining({ id: termOf('food').id, name: 'Bwyd', language: 'cy' })]))
  for (const language of ['en', 'fr', 'en-GB,cy;q=0.1', '*', '💥', 'x'.repeat(2_000)].map((one) => encodeURI(one))) {
    const other = await place.feed('/taxonomy_terms?per_page=200', { headers: { 'accept-language': language } })
    expect(other.headers['content-language']).toBe('en')
    expect(other.headers.etag).not.toBe(answer.headers.etag)
  }
  const [english, welsh] = [await place.feed('/taxonomy_terms?format=ndjson'), await place.feed('/taxonomy_terms?format=ndjson', { headers: inWelsh })]
  expect(welsh.headers.etag).not.toBe(english.headers.etag)
  expect(await contents('/taxonomies', inWelsh)).toMatchObject([
    { id: taxonomy.id, name: 'Mathau Patchwork o help a gweithgaredd' },
    { id: formTaxonomy().id, name: 'Ffurfiau cynigion Patchwork' },
  ])
})

test('D2 imported taxonomies are listed beside our own, with their terms, what lies above each, and words where they were translated', async () => {
  expect(await count('/taxonomies')).toBe(2)
  const before = await place.feed('/taxonomy_terms')
  await take(localGovernmentList)
  await take(openEligibility)
  await take('code,name\nfunction/76,Llyfrgelloedd\n', { name: schemeNames.lga, language: 'cy' })
  expect((await contents('/taxonomies')).map(({ name, version }) => [name, version])).toEqual([
    [taxonomy.name, undefined],
    [formTaxonomy().name, undefined],
    [schemeNames.lga, '2010-04-06'],
    [schemeNames['open-eligibility'], '2.0'],
  ])
  expect((await place.feed('/taxonomy_terms', { headers: { 'if-none-match': before.headers.etag! } })).status).toBe(200)
  expect(await count(`/taxonomy_terms?taxonomy_id=${taxonomyIdOf(lga)}`)).toBe(5)
  expect(await count(`/taxonomy_terms?taxonomy_id=${taxonomyIdOf(lga)}&top_only=true`)).toBe(2)
  expect((await contents(`/taxonomy_terms?parent_id=${libraries}`)).map(({ term }) => term)).toEqual(['service/437', 'service/76'])
  expect((await place.feed(`/taxonomy_terms/${libraries.toUpperCase()}`)).body).toEqual({
    id: libraries,
    name: 'Libraries',
    description: 'Libraries',
    parent_id: termIdOf(lga, 'function/72'),
    taxonomy: schemeNames.lga,
    taxonomy_id: taxonomyIdOf(lga),
    term_uri: 'http://id.esd.org.uk/function/76',
    term: 'function/76',
    language: 'en',
  })
  expect((await place.feed(`/taxonomy_terms/${libraries}`, { headers: inWelsh })).body).toMatchObject({ name: 'Llyfrgelloedd', language: 'cy' })
  expect((await place.feed(`/taxonomies/${taxonomyIdOf('open-eligibility')}`)).body.taxonomy_terms).toHaveLength(5)
  expect((await place.feed('/taxonomy_terms?format=ndjson')).text.trim().split('\n')).toHaveLength(await count('/taxonomy_terms'))
})

test('D2 a service carries its kind and the terms that this stands for, and is found by each of them', async () => {
  await imported([{ ...service('Sale food bank', []), description: 'A food bank with free meals.' }])
  const [found] = await contents(`/services?taxonomy_term_id=${foodOfOthers}`)
  const { body } = await place.feed(`/services/${String(found?.id)}`)
  expect(body.attributes.map(({ taxonomy_term: term }: Fields) => (term as Fields).name)).toEqual(['Food', 'Food'])
  expect(body.attributes.map(({ taxonomy_term_id: id }: Fields) => id)).toEqual([termOf('food').id, foodOfOthers])
  expect(await count(`/services?taxonomy_id=${taxonomyIdOf('open-eligibility')}`)).toBeGreaterThan(0)
  expect(await count(`/services?taxonomy_id=${taxonomyIdOf('open-eligibility')}&taxonomy_term_id=${libraries}`)).toBe(0)
  expect(await count(`/services?taxonomy_term_id=${termIdOf('open-eligibility', '1105')}`)).toBe(0)
  const inTheirs = (await place.feed(`/services/${String(found?.id)}`, { headers: inWelsh })).body.attributes
  expect(inTheirs.map(({ taxonomy_term: term }: Fields) => (term as Fields).name)).toEqual(['Bwyd', 'Food'])
})

test('D2 X1 a record that comes with a term of a known taxonomy is of the kind that this means, and leaves with the term', async () => {
  await imported([service('Quiet rooms', [{ id: newId(), name: 'Library facilities', description: 'x', term_uri: 'http://id.esd.org.uk/service/437' }])])
  const quiet = (await contents(`/services?taxonomy_term_id=${termOf('libraries').id}&search=quiet`))[0]
  expect(quiet).toMatchObject({ name: 'Quiet rooms' })
  expect(await count(`/services?taxonomy_term_id=${libraries}`)).toBe(1)
  expect((await place.feed(`/services/${String(quiet?.id)}`)).body.attributes[0].taxonomy_term).toMatchObject({ name: 'Library facilities' })
})

test('D2 X1 a record that names one term twice, by an id of its own and by the list that it stands in, leaves with it once', async () => {
  const own = { id: newId(), name: 'Libraries of ours', description: 'x', term_uri: 'http://id.esd.org.uk/function/76' }
  const listed = { id: libraries, name: 'Libraries', description: 'x', term_uri: 'http://id.esd.org.uk/function/76' }
  const other = { id: newId(), name: 'Reading aloud', description: 'x' }
  await imported([service('Story corner', [own, listed, other, other])])
  const [corner] = await contents('/services?search=story')
  const { attributes } = (await place.feed(`/services/${String(corner?.id)}`)).body
  expect(attributes.map(({ taxonomy_term: term }: Fields) => (term as Fields).name)).toEqual(['Libraries of ours', 'Reading aloud'])
})

test('D2 a taxonomy that only records of another feed name is listed with the terms in use, and goes with them', async () => {
  const term = { id: foreign.termId, name: 'Singing', description: 'Choirs', taxonomy: 'Activities of Bristol', taxonomy_id: foreign.taxonomyId }
  await imported([service('Sale choir', [term])])
  expect(await contents('/taxonomies?search=bristol')).toMatchObject([
    { id: foreign.taxonomyId, name: 'Activities of Bristol', description: expect.any(String) },
  ])
  expect((await place.feed(`/taxonomies/${foreign.taxonomyId}`)).body.taxonomy_terms).toEqual([term])
  expect(await contents(`/taxonomy_terms?taxonomy_id=${foreign.taxonomyId}`)).toEqual([term])
  expect(await count(`/services?taxonomy_term_id=${foreign.termId}`)).toBe(1)
  expect(await count(`/services?taxonomy_id=${foreign.taxonomyId}`)).toBe(1)
})

test('D2 an administrator sees the taxonomies, what is in use of each, where it came from, and its terms from the top down; others do not', async () => {
  const administrator = place.as('administrator')
  const { items } = (await administrator('/taxonomies')).body
  expect(items.map(({ of, name, terms, offers, languages }: Fields) => [of, name, terms, offers, languages])).toEqual([
    ['place', taxonomy.name, 17, await count('/services'), ['en', 'cy']],
    ['place', formTaxonomy().name, 5, 0, ['en', 'cy']],
    ['import', schemeNames.lga, 5, await count(`/services?taxonomy_id=${taxonomyIdOf(lga)}`), ['en', 'cy']],
    ['import', 'Open Eligibility', 5, await count(`/services?taxonomy_id=${taxonomyIdOf('open-eligibility')}`), ['en']],
    ['feeds', 'Activities of Bristol', 1, 1, []],
  ])
  expect(items[2]).toMatchObject({ source: 'terms', version: '2010-04-06', importedAt: expect.any(String), retired: 0 })
  const terms = async (query = '') => (await administrator(`/taxonomies/${taxonomyIdOf(lga)}/terms${query}`)).body
  const top = await terms('?limit=1')
  expect(top).toMatchObject({ total: 2, after: '1', above: [], items: [{ name: 'Leisure & culture', code: 'function/72', below: 1, offers: 0 }] })
  expect(await terms('?limit=1&after=1')).toMatchObject({ items: [{ name: 'Housing', below: 0 }] })
  const below = await terms(`?language=cy&parent=${top.items[0].termId}`)
  expect(below.above).toEqual([{ termId: top.items[0].termId, name: 'Leisure & culture' }])
  expect(below.items).toMatchObject([{ name: 'Llyfrgelloedd', below: 2, offers: await count(`/services?taxonomy_term_id=${libraries}`) }])
  const kinds = (await administrator(`/taxonomies/${taxonomy.id}/terms`)).body.items
  expect(kinds.find(({ code }: Fields) => code === 'food')).toMatchObject({ offers: await count(`/services?taxonomy_term_id=${termOf('food').id}`) })
  for (const [path, status] of [
    [`/taxonomies/${newId()}/terms`, 404],
    [`/taxonomies/${taxonomyIdOf(lga)}/terms?parent=${newId()}`, 404],
    [`/taxonomies/${taxonomyIdOf(lga)}/terms?after=x`, 400],
    ['/taxonomies/x/terms', 400],
  ] as const)
    expect({ path, status: (await administrator(path)).status }).toEqual({ path, status })
  for (const path of ['/taxonomies', `/taxonomies/${taxonomy.id}/terms`]) expect((await place.as('commissioner')(path)).status).toBe(403)
})

test('D2 a term that a new version came without is told while something carries it, and not any more when nothing does', async () => {
  await take('code,name\n1130,Food Pantry\n', { name: 'Open Eligibility' })
  // Food stands for one of our kinds; nothing carries the terms of travel.
  expect((await contents(`/taxonomy_terms?taxonomy_id=${taxonomyIdOf('open-eligibility')}`)).map(({ term }) => term)).toEqual(['1130', '1102', '1105'])
  expect((await place.feed(`/taxonomy_terms/${termIdOf('open-eligibility', '1175')}`)).status).toBe(404)
  expect((await place.feed(`/taxonomy_terms/${foodOfOthers}`)).status).toBe(200)
})
