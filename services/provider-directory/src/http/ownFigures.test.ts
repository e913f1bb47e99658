import { calendarDay } from '@patchwork/runtime'
import { until } from '@patchwork/testing'
import { newId, type Place, startPlace } from '../testing/startPlace.ts'

const dayMs = 86_400_000
let place: Place
beforeEach(async () => {
  place = await startPlace({ viewsWriteMs: 50 })
  // Tomorrow at noon: no day ends while a test goes on.
  place.clock.aheadMs = Date.parse(`${calendarDay(Date.now())}T12:00:00.000Z`) + dayMs - Date.now()
})
afterEach(() => place.stop())

const listed = async (changes: object = {}) => {
  const ask = place.as('provider', newId())
  const { body } = await ask('/listings', {
    body: {
      ...{ organisation: { name: 'Brooklands Bakers', kind: 'community-network' }, track: 'join-in', name: 'Bread on Fridays', description: 'We bake.' },
      ...{ price: { kind: 'free' }, place: { postcode: 'M33 7ZF' }, contact: { phone: '0161 496 0000' }, isPublished: true },
      ...changes,
    },
  })
  return { ask, offerId: body.offerId as string, organisationId: body.organisationId as string }
}
const look = (offerId: string, address = '203.0.113.1', query = '?look=page') =>
  place.asAnyone(`/offers/${offerId}${query}`, { headers: { 'x-forwarded-for': address } })
const line = async ({ ask, organisationId }: Awaited<ReturnType<typeof listed>>) => (await ask(`/organisations/${organisationId}`)).body.offers[0]
const viewsOf = async ({ ask, offerId }: Awaited<ReturnType<typeof listed>>) => (await ask(`/offers/${offerId}`)).body.views as { on: string; count: number }[]

test('how often the page of an offer is looked at is counted by the day; a repeat within the hour, other readings and its own people are not', async () => {
  const offer = await listed()
  for (const address of ['203.0.113.1', '203.0.113.2', '203.0.113.1']) await look(offer.offerId, address)
  await look(offer.offerId, '203.0.113.3', '')
  await offer.ask(`/offers/${offer.offerId}?look=page`)
  const views = await viewsOf(offer)
  expect([views.length, views.at(-1), views.slice(0, -1).every(({ count }) => count === 0)]).toEqual([
    28,
    { on: calendarDay(Date.now() + place.clock.aheadMs), count: 2 },
    true,
  ])
  expect(await line(offer)).toMatchObject({ views: 2 })
})
test('what was counted outlives a restart, and is forgotten after 28 days; nothing of who looked is kept', async () => {
  const offer = await listed()
  await look(offer.offerId)
  await place.restart()
  expect(await line(offer)).toMatchObject({ views: 1 })
  const stored = await (await place.ports().documents.collection({ service: 'provider-directory', name: 'offer-views', fields: {}, indexes: {} })).get(
    offer.offerId,
  )
  expect(Object.keys(stored?.body ?? {})).toEqual(['days'])
  expect(place.logLines.join()).not.toContain('203.0.113.1')
  place.clock.aheadMs += 27 * dayMs
  expect(await line(offer)).toMatchObject({ views: 1 })
  place.clock.aheadMs += 2 * dayMs
  await look(offer.offerId)
  expect(await line(offer)).toMatchObject({ views: 1 })
})
test('what an offer lacks, its standing and its looks are told to its own people and to nobody else', async () => {
  const offer = await listed()
  expect((await offer.ask(`/offers/${offer.offerId}`)).body.missing).toEqual(['form', 'times', 'for-whom', 'contact-name', 'room'])
  expect(await line(offer)).toMatchObject({ missing: ['form', 'times', 'for-whom', 'contact-name', 'room'], standing: 'fresh', views: 0, roomEndsSoon: false })
  for (const ask of [place.asAnyone, place.as('provider'), place.as('navigator'), place.as('administrator')]) {
    const { body: whole } = await ask(`/offers/${offer.offerId}`)
    const { body: organisation } = await ask(`/organisations/${offer.organisationId}`)
    for (const shown of [whole, organisation.offers[0]])
      for (const own of ['missing', 'standing', 'views', 'roomEndsSoon']) expect(shown).not.toHaveProperty(own)
  }
  const found = await until(
    () => place.asAnyone('/offers?text=bread'),
    ({ body }) => body.total > 0,
  )
  expect(JSON.stringify(found.body)).not.toContain('missing')
})
test('D5 what was said of room is said again in one step, before it runs out and after; said never, there is nothing to say again', async () => {
  const offer = await listed()
  const renew = () => offer.ask(`/offers/${offer.offerId}/capacity-renewal`, { method: 'post' })
  expect((await renew()).body.code).toBe('capacity-never-stated')
  const now = () => Date.now() + place.clock.aheadMs
  const body = { state: 'open', units: 3, expiresAt: new Date(now() + 6 * dayMs).toISOString() }
  await offer.ask(`/offers/${offer.offerId}/capacity`, { body })
  expect(await line(offer)).toMatchObject({ roomEndsSoon: true, capacity: { state: 'open', units: 3 } })
  expect((await renew()).status).toBe(200)
  expect(await line(offer)).toMatchObject({ roomEndsSoon: false, capacity: { state: 'open', units: 3 } })
  place.clock.aheadMs += 29 * dayMs
  const { body: ended } = await offer.ask(`/offers/${offer.offerId}`)
  expect(ended).toMatchObject({ capacity: { state: 'unknown' }, roomBefore: { state: 'open', units: 3 } })
  expect((await renew()).status).toBe(200)
  const { body: again } = await offer.ask(`/offers/${offer.offerId}`)
  expect(again).toMatchObject({ capacity: { state: 'open', units: 3, expiresAt: expect.any(String) } })
  expect(again).not.toHaveProperty('roomBefore')
  expect(Date.parse(again.capacity.expiresAt) - now()).toBeGreaterThan(27 * dayMs)
})
