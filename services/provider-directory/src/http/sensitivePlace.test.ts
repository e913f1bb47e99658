import { until } from '@patchwork/testing'
import { lunchClub, newId, type Place, startPlace } from '../testing/startPlace.ts'

let place: Place
beforeAll(async () => {
  place = await startPlace()
  // From the beginning of a minute on: an instant that ends in 53.4 seconds would be taken for where the place lies.
  place.clock.aheadMs = 60_000 - (Date.now() % 60_000)
})
afterAll(() => place.stop())

const canary = 'zkrefuge lane'
// Where M33 7ZF lies, and the ward that it lies in, as nothing here names them otherwise.
const where = { address: `12 ${canary}, Sale`, postcode: 'M33 7ZF' }
const traces = /zkrefuge|M33 ?7ZF|M33|Sale Central|E05015254|53\.4|-2\.3/i
const refuge = async (sensitive: object) => {
  const ask = place.as('provider', newId())
  const { organisationId } = (await ask('/organisations', { body: { name: 'Haven', kind: 'organisation', description: 'A safe place.' } })).body
  const body = lunchClub(organisationId, {
    name: 'Harbour house',
    description: 'A safe place.',
    place: { ...where, ...sensitive },
    area: { withinMetres: 3_000, postcode: 'M33 7ZF' },
  })
  const { offerId } = (await ask('/offers', { body })).body
  expect((await ask(`/offers/${offerId}/publication`, { method: 'post' })).status).toBe(200)
  await until(
    () => place.asAnyone('/offers?limit=200&text=harbour'),
    ({ body: found }) => found.items.some((item: { offerId: string }) => item.offerId === offerId),
  )
  return { ask, offerId: offerId as string, organisationId: organisationId as string, body }
}
/** All of one offer that leaves: search and its map, its page and organisation, each list of the feed, the events. */
const leavingOf = async ({ offerId, organisationId }: Awaited<ReturnType<typeof refuge>>) => {
  const events = (await place.events('offer')).filter(({ subject }) => subject === offerId)
  const found = (await place.asAnyone('/offers?limit=200&text=harbour')).body.items.filter((item: { offerId: string }) => item.offerId === offerId)
  const pages = await Promise.all([
    place.asAnyone(`/offers/${offerId}`),
    place.as('administrator')(`/offers/${offerId}`),
    place.asAnyone(`/organisations/${organisationId}`),
    place.asAnyone(`/organisations/${organisationId}/offers`),
    place.feed(`/services/${offerId}`),
    place.feed(`/services?full=true&organization_id=${organisationId}`),
    place.feed(`/organizations/${organisationId}`),
  ])
  const atPlaces = (await place.feed('/service_at_locations?per_page=200&full=true')).body.contents.filter(
    ({ service_id }: { service_id: string }) => service_id === offerId,
  )
  return { events: JSON.stringify(events), search: JSON.stringify(found), atPlaces: JSON.stringify(atPlaces), pages: pages.map(({ text }) => text).join('') }
}
const isFoundBy = async (query: string, offerId: string) =>
  (await place.asAnyone(`/offers?limit=200&${query}`)).body.items.some((item: { offerId: string }) => item.offerId === offerId)

test('D9 where a sensitive place is leaves by no list, page, event, search or map', async () => {
  const hidden = await refuge({ sensitive: true })
  const left = await leavingOf(hidden)
  for (const text of Object.values(left)) expect(text).not.toMatch(traces)
  expect(left.atPlaces).toBe('[]')
  for (const query of ['text=zkrefuge', 'text=M33%207ZF', 'ward=E05015254', 'near=M33%207ZF&within=5000'])
    expect(await isFoundBy(query, hidden.offerId)).toBe(false)
  const { items } = (await place.asAnyone('/offers?text=harbour&near=M33%207ZF')).body
  expect(items.find((item: { offerId: string }) => item.offerId === hidden.offerId)).not.toHaveProperty('distanceMetres')
  expect(place.logLines.join('')).not.toMatch(/zkrefuge|M33 ?7ZF/i)
  expect((await hidden.ask(`/offers/${hidden.offerId}`)).body.place).toMatchObject({ ...where, sensitive: true })
})
test('D9 the same place leaves by each of these ways where it is not sensitive: they are looked at where it would stand', async () => {
  const open = await refuge({})
  const left = await leavingOf(open)
  for (const text of Object.values(left)) expect(text).toMatch(traces)
  for (const query of ['text=zkrefuge', 'ward=E05015254', 'near=M33%207ZF&within=5000']) expect(await isFoundBy(query, open.offerId)).toBe(true)
})
test('D9 a place that becomes sensitive is found there no longer, also after a rebuild', async () => {
  const turned = await refuge({})
  const body = { ...turned.body, place: { ...where, sensitive: true } }
  expect((await turned.ask(`/offers/${turned.offerId}`, { method: 'put', body })).status).toBe(200)
  await until(
    () => isFoundBy('text=zkrefuge', turned.offerId),
    (isFound) => !isFound,
  )
  await place.service().readModels[0]!.rebuild()
  const { events: _before, ...now } = await leavingOf(turned)
  for (const text of Object.values(now)) expect(text).not.toMatch(traces)
})
