import { until } from '@patchwork/testing'
import { type Place, startPlace } from '../testing/startPlace.ts'

let place: Place
beforeEach(async () => {
  place = await startPlace()
})
afterEach(() => place.stop())

test('a load that was cut off goes on where it was, also after a restart, and ends as an uncut one', async () => {
  const cut = new AbortController()
  const load = place.service().loadOpenData({
    signal: cut.signal,
    onProgress: (count, total) => {
      if (count > total * 0.7) cut.abort(new Error('cut'))
    },
  })
  await expect(load).rejects.toThrow('cut')
  await place.restart()
  const seen: [number, number][] = []
  const { organisations, offers, added } = await place.service().loadOpenData({ onProgress: (count, total) => seen.push([count, total]) })
  expect({ organisations, offers }).toEqual({ organisations: 1_197, offers: 1_329 })
  expect(added).toBeGreaterThan(0)
  expect(added).toBeLessThan((organisations + offers) * 0.4)
  expect(seen.at(-1)).toEqual([2_526, 2_526])
  await place.settled()
  const types = Object.groupBy(await place.events('offer'), ({ type }) => type)
  expect(Object.fromEntries(Object.entries(types).map(([type, events]) => [type, events?.length]))).toEqual({
    'offer.drafted.v1': 1_329,
    'offer.described.v1': 1_329,
    'offer.published.v1': 1_329,
  })
  await until(
    () => place.asAnyone('/offers?limit=1'),
    ({ body }) => body.total === 1_329,
  )
})

test('real help is found in a real place: a library near a postcode, a pharmacy open on a Sunday, a food bank', async () => {
  await place.service().loadOpenData()
  await until(
    () => place.asAnyone('/offers?limit=1'),
    ({ body }) => body.total === 1_329,
  )
  const libraries = (await place.asAnyone('/offers?text=library&near=M33%207ZF&within=1000')).body
  expect(libraries.items[0]).toMatchObject({
    name: 'Sale Library',
    organisation: { name: 'Trafford Council' },
    price: { kind: 'free' },
    distanceMetres: expect.any(Number),
  })
  // Sunday 29 November 2026, 11:30 in London: a clock set ahead, as a statement of now.
  place.clock.aheadMs = Date.parse('2026-11-29T11:30:00.000Z') - Date.now()
  const open = (await place.asAnyone('/offers?category=pharmacies&open=now&limit=100')).body
  expect(open.items.map(({ name }: { name: string }) => name)).toContain('Asda Pharmacy')
  expect(open.total).toBeLessThan(15)
  expect(open.facets.open.now).toBe(open.total)
  place.clock.aheadMs = 0
  const food = (await place.asAnyone('/offers?text=foodbank&category=food')).body
  expect(food.total).toBeGreaterThan(0)
  const { body: offer } = await place.asAnyone(`/offers/${libraries.items[0].offerId}`)
  expect(offer.source).toMatchObject({ code: 'libraries', attribution: expect.stringContaining('Open Government Licence') })
  expect((await place.asAnyone(`/organisations/${offer.organisation.organisationId}`)).body.offers.length).toBeGreaterThan(5)
})
