import { until } from '@patchwork/testing'
import { formKinds } from '../domain/form.ts'
import { formTaxonomy, formTerm } from '../openReferral/forms.ts'
import { openApiFile, standardSchemas, testWith } from '../testing/standard.ts'
import { lunchClub, newId, type Place, startPlace } from '../testing/startPlace.ts'

const withSchemas = testWith(openApiFile)

let place: Place
beforeAll(async () => {
  place = await startPlace()
})
afterAll(() => place.stop())

const published = async (changes: object) => {
  const ask = place.as('provider', newId())
  const { organisationId } = (await ask('/organisations', { body: { name: 'Sale Good Neighbours', kind: 'community-network', description: 'We help.' } })).body
  const { offerId } = (await ask('/offers', { body: lunchClub(organisationId, changes) })).body
  expect((await ask(`/offers/${offerId}/publication`, { method: 'post' })).status).toBe(200)
  return { ask, offerId: offerId as string }
}
const find = (query: string) => place.asAnyone(`/offers?limit=200&${query}`)
const isFound = async (offerId: string, query: string) =>
  until(
    () => find(query),
    ({ body }) => body.items.some((item: { offerId: string }) => item.offerId === offerId),
  )

test('D11 an offer is found by its languages, by ages that it does not turn away, and by all facts of access that are asked for', async () => {
  const said = { ages: { from: 60 }, languages: ['POL', 'cym', 'cy'], accessibility: ['step-free', 'hearing-loop'] }
  const offer = await published({ name: 'Xylophones', ...said })
  await isFound(offer.offerId, 'text=xylophones&language=cy&age=50-to-64&access=hearing-loop,step-free')
  expect((await place.asAnyone(`/offers/${offer.offerId}`)).body).toMatchObject({
    ...said,
    languages: ['cy', 'pl'],
    accessibility: ['hearing-loop', 'step-free'],
  })
  for (const query of ['language=en', 'age=under-5', 'access=step-free,lift']) expect((await find(`text=xylophones&${query}`)).body.total).toBe(0)
  const { facets, wider } = (await find('text=xylophones&language=en')).body
  expect({ language: facets.language, age: facets.age['under-5'], wider }).toEqual({
    language: { cy: 1, pl: 1 },
    age: 0,
    wider: [{ without: 'language', total: 1 }],
  })
  for (const query of ['language=klingon', 'age=old', 'access=step-free,helipad']) expect((await find(query)).status).toBe(400)
})

test('D11 an offer that says none of that turns nobody away, and says nothing of it', async () => {
  const offer = await published({ name: 'Yodelling', languages: [], accessibility: [], ages: {} })
  await isFound(offer.offerId, 'text=yodelling&age=under-5')
  const { body } = await place.asAnyone(`/offers/${offer.offerId}`)
  for (const part of ['ages', 'languages', 'accessibility']) expect(body).not.toHaveProperty(part)
})

test('D11 an offer is found by the form that it says, each with how many that would leave; one that does not say it by none', async () => {
  const group = await published({ name: 'Ukuleles for all', form: { kind: 'group', seats: 12 } })
  const silent = await published({ name: 'Ukuleles' })
  await isFound(group.offerId, 'text=ukuleles&form=group')
  await isFound(silent.offerId, 'text=ukuleles')
  const { items, total, facets } = (await find('text=ukuleles&form=group')).body
  expect({ total, form: items[0].form }).toEqual({ total: 1, form: { kind: 'group', seats: 12 } })
  expect(facets.form).toEqual({ 'one-to-one': 0, group: 1, thing: 0, space: 0, advice: 0 })
  expect((await find('text=ukuleles&form=advice')).body).toMatchObject({ total: 0, wider: [{ without: 'form', total: 2 }] })
  expect((await find('form=lecture')).status).toBe(400)
  expect((await place.asAnyone(`/offers/${group.offerId}`)).body.form).toEqual({ kind: 'group', seats: 12 })
  expect((await place.asAnyone(`/offers/${silent.offerId}`)).body).not.toHaveProperty('form')
})

test('D5 D6 room is for no more people than a group has seats: of what is published, not of a draft that waits beside it', async () => {
  const { ask, offerId } = await published({ name: 'Theremins', form: { kind: 'group', seats: 12 } })
  const { organisation } = (await place.asAnyone(`/offers/${offerId}`)).body
  const expiresAt = new Date(Date.now() + place.clock.aheadMs + 7 * 24 * 3_600_000).toISOString()
  const roomFor = (units: number) => ask(`/offers/${offerId}/capacity`, { body: { state: 'open', units, expiresAt } })
  const said = (seats: number) => lunchClub(organisation.organisationId, { name: 'Theremins', form: { kind: 'group', seats } })
  const refused = await roomFor(13)
  expect([refused.status, refused.body.errors]).toEqual([422, [expect.objectContaining({ pointer: '/units', code: 'units-above-seats' })]])
  expect((await roomFor(12)).status).toBe(200)
  expect((await ask(`/offers/${offerId}/draft`, { method: 'put', body: said(8) })).status).toBe(200)
  const shown = async () => {
    const { form, capacity, draft } = (await ask(`/offers/${offerId}`)).body
    return { seats: form.seats, units: capacity.units, drafted: draft?.form.seats }
  }
  expect(await shown()).toEqual({ seats: 12, units: 12, drafted: 8 })
  expect((await ask(`/offers/${offerId}/draft/publication`, { method: 'post' })).status).toBe(200)
  expect(await shown()).toEqual({ seats: 8, units: 8, drafted: undefined })
})

test('D2 a form goes out by the open feed, is asked for by its term and its taxonomy, and comes in again as the same', async () => {
  const { offerId } = await published({ name: 'Vuvuzelas', form: { kind: 'thing', terms: 'lent' } })
  await isFound(offerId, 'text=vuvuzelas')
  const { body: service } = await place.feed(`/services/${offerId}`)
  expect(service.attributes).toContainEqual(expect.objectContaining({ taxonomy_term_id: formTerm('thing').id, value: 'lent' }))
  const listed = async (query: string) => (await place.feed(`/services?per_page=1000&${query}`)).body.contents.map(({ id }: { id: string }) => id)
  expect(await listed(`taxonomy_term_id=${formTerm('thing').id}`)).toEqual([offerId])
  expect(await listed(`taxonomy_id=${formTaxonomy().id}`)).toContain(offerId)
  expect(await listed(`taxonomy_term_id=${formTerm('advice').id}`)).toEqual([])
  expect((await place.feed(`/taxonomies/${formTaxonomy().id}`)).body.taxonomy_terms.map(({ term }: { term: string }) => term)).toEqual(formKinds)
  expect((await place.feed('/taxonomy_terms?per_page=1000')).body.contents.filter(({ id }: { id: string }) => id === formTerm('thing').id)).toHaveLength(1)
})

withSchemas('D2 a service with each form is sound by the standard’s own schema', async () => {
  const forms = [{ kind: 'one-to-one' }, { kind: 'group', seats: 12 }, { kind: 'thing', terms: 'sold' }, { kind: 'space', people: 40 }, { kind: 'advice' }]
  for (const form of forms) {
    const { offerId } = await published({ name: `Zithers ${form.kind}`, form })
    await isFound(offerId, 'text=zithers')
    const { body } = await place.feed(`/services/${offerId}`)
    expect(body.attributes).toHaveLength(2)
    expect(standardSchemas()('service.json', body)).toEqual([])
  }
})

test('D1 an offer is open by its seasons, weeks and days that differ, and says when it opens next', async () => {
  const nowMs = Date.now() + place.clock.aheadMs
  const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']
  const dayIn = (count: number) => new Date(nowMs + count * 24 * 3_600_000).toISOString().slice(0, 10)
  const allDay = { days, from: '00:00', to: '24:00' }
  const saying = async (more: object) => {
    const offer = await published({ name: 'Theremin evenings', ...more })
    return (await place.asAnyone(`/offers/${offer.offerId}`)).body
  }
  const season = [{ ...allDay, interval: 1, startsOn: dayIn(5) }]
  expect(await saying({ times: season })).toMatchObject({ openNow: false, times: [{ ...allDay, startsOn: dayIn(5) }], opensNextAt: expect.any(String) })
  const closed = [{ on: dayIn(-1), until: dayIn(1), times: [] }]
  expect(await saying({ times: [allDay], exceptions: closed, closedOnBankHolidays: true })).toMatchObject({
    ...{ openNow: false, exceptions: closed, closedOnBankHolidays: true, opensNextAt: expect.any(String) },
  })
  const over = await saying({ times: [allDay], exceptions: [{ on: '2020-01-01', times: [] }] })
  expect(over.openNow).toBe(true)
  for (const part of ['opensNextAt', 'exceptions', 'closedOnBankHolidays']) expect(over).not.toHaveProperty(part)
})
