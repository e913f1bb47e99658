import { calendarDay } from '@patchwork/runtime'
import { lunchClub, newId, type Place, startPlace, until } from '../testing/startPlace.ts'

let place: Place
beforeAll(async () => {
  place = await startPlace()
})
afterAll(() => place.stop())

const dayMs = 24 * 3_600_000
const published = async (name: string) => {
  const ask = place.as('provider', newId())
  const organisation = { name: 'Sale Good Neighbours', kind: 'community-network', description: 'Neighbours who help.' }
  const { organisationId } = (await ask('/organisations', { body: organisation })).body
  const body = lunchClub(organisationId, { name })
  const { offerId } = (await ask('/offers', { body })).body
  expect((await ask(`/offers/${offerId}/publication`, { method: 'post' })).status).toBe(200)
  return {
    ask,
    offerId: offerId as string,
    organisationId: organisationId as string,
    body,
    assure: () => ask(`/offers/${offerId}/assurance`, { method: 'post' }),
  }
}
type Published = Awaited<ReturnType<typeof published>>
const find = async (text: string): Promise<string[]> =>
  (await place.asAnyone(`/offers?limit=200&text=${text}`)).body.items.map(({ offerId }: { offerId: string }) => offerId)
const stands = ({ ask, offerId }: Published, standing: string) =>
  until(
    () => ask(`/offers/${offerId}`),
    ({ body }) => body.standing === standing,
  )
const caughtUp = () => place.service().consumers[0]!.caughtUp()
const ladderOf = async ({ offerId }: Published) => {
  await place.settled()
  const events = await place.events('offer')
  return events.filter(({ subject, type }) => subject === offerId && /assur|downranked|hidden/.test(type)).map(({ type }) => type)
}

test('D4 an offer that nobody assures is asked about, then found last, then hidden, one event each; assuring it restores it', async () => {
  const kept = await published('Zither evening zzz')
  const left = await published('Zither evening aaa')
  await until(
    () => find('zither'),
    ({ length }) => length === 2,
  )
  expect(await find('zither')).toEqual([left.offerId, kept.offerId])

  place.clock.aheadMs += 181 * dayMs
  await stands(left, 'asked')
  await kept.assure()
  place.clock.aheadMs += 31 * dayMs
  await stands(left, 'downranked')
  await until(
    () => find('zither'),
    ([first]) => first === kept.offerId,
  )
  expect(await find('zither')).toEqual([kept.offerId, left.offerId])
  expect((await place.feed(`/services/${left.offerId}`)).status).toBe(200)

  place.clock.aheadMs += 61 * dayMs
  await stands(left, 'hidden')
  await until(
    () => find('zither'),
    ({ length }) => length === 1,
  )
  for (const answer of [await place.asAnyone(`/offers/${left.offerId}`), await place.feed(`/services/${left.offerId}`)]) expect(answer.status).toBe(404)
  expect((await place.asAnyone(`/organisations/${left.organisationId}`)).body.offers).toEqual([])
  expect((await left.ask(`/organisations/${left.organisationId}`)).body.offers).toHaveLength(1)
  await place.service().readModels[0]!.rebuild()
  expect(await find('zither')).toEqual([kept.offerId])
  for (const invariant of place.service().invariants) expect([invariant.name, await invariant.check()]).toMatchObject([invariant.name, { violations: 0 }])
  expect(await ladderOf(left)).toEqual(['offer.assurance-asked.v1', 'offer.downranked.v1', 'offer.hidden.v1'])

  expect((await left.assure()).status).toBe(200)
  await until(
    () => find('zither'),
    ({ length }) => length === 2,
  )
  expect(await find('zither')).toEqual([left.offerId, kept.offerId])
  expect((await place.feed(`/services/${left.offerId}`)).body).toMatchObject({
    assured_date: calendarDay(Date.now() + place.clock.aheadMs),
  })
})
test('D3 saving with no change leaves who assured it and when; everyone is told on whose behalf, nobody who', async () => {
  const offer = await published('Bowls')
  expect((await place.asAnyone(`/offers/${offer.offerId}`)).body).not.toHaveProperty('assured')
  await offer.assure()
  const { assured } = (await offer.ask(`/offers/${offer.offerId}`)).body
  expect(assured).toEqual({ assurer: 'provider', at: expect.any(String) })
  place.clock.aheadMs += dayMs
  for (const body of [offer.body, { ...offer.body, description: 'Now with tea.' }]) {
    expect((await offer.ask(`/offers/${offer.offerId}`, { method: 'put', body })).status).toBe(200)
    expect((await place.asAnyone(`/offers/${offer.offerId}`)).body.assured).toEqual(assured)
  }
  await place.as('administrator')(`/offers/${offer.offerId}/assurance`, { method: 'post' })
  const { body } = await place.asAnyone(`/offers/${offer.offerId}`)
  expect([body.assured.assurer, body.assured.at > assured.at, body.standing]).toEqual(['council', true, undefined])
})
test('whoever keeps a copy of the open feed hears of an assurance', async () => {
  const offer = await published('Croquet')
  await until(
    () => find('croquet'),
    ({ length }) => length === 1,
  )
  place.clock.aheadMs += 2 * dayMs
  const since = new Date(Date.now() + place.clock.aheadMs - 1_000).toISOString()
  const changed = async (): Promise<string[]> =>
    (await place.feed(`/services?per_page=200&modified_after=${since}`)).body.contents.map(({ id }: { id: string }) => id)
  expect(await changed()).not.toContain(offer.offerId)
  await offer.assure()
  await caughtUp()
  await until(changed, (ids) => ids.includes(offer.offerId))
})
