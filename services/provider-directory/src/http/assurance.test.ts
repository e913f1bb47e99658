import { calendarDay } from '@patchwork/runtime'
import { until } from '@patchwork/testing'
import { draftOffer, type Offer, type OfferDecision, publishOffer } from '../domain/offer.ts'
import { homeHelp } from '../domain/testExamples.ts'
import { openDirectory } from '../store/directory.ts'
import { lunchClub, newId, type Place, startPlace } from '../testing/startPlace.ts'

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

  const council = place.as('administrator')
  const unassured = (await council('/offers/unassured?limit=200')).body.items
  expect(unassured).toEqual([
    {
      offerId: left.offerId,
      name: 'Zither evening aaa',
      organisation: { organisationId: left.organisationId, name: 'Sale Good Neighbours' },
      standing: 'hidden',
      publishedAt: expect.any(String),
    },
  ])
  expect((await left.assure()).status).toBe(200)
  expect((await council('/offers/unassured')).body.items).toEqual([])
  await until(
    () => find('zither'),
    ({ length }) => length === 2,
  )
  expect(await find('zither')).toEqual([left.offerId, kept.offerId])
  expect((await place.feed(`/services/${left.offerId}`)).body).toMatchObject({
    assured_date: calendarDay(Date.now() + place.clock.aheadMs),
  })
})
test('D4 the council sees what nobody assures, the hidden first, in pages, and says in one step that one of them is still right', async () => {
  const [hidden, downranked, asked] = [await published('Sousaphone one'), await published('Sousaphone two'), await published('Sousaphone three')]
  place.clock.aheadMs += 181 * dayMs
  await stands(hidden, 'asked')
  await asked.assure()
  place.clock.aheadMs += 31 * dayMs
  await stands(downranked, 'downranked')
  await Promise.all([asked.assure(), downranked.assure()])
  place.clock.aheadMs += 61 * dayMs
  await stands(hidden, 'hidden')
  await asked.assure()
  place.clock.aheadMs += 121 * dayMs
  await stands(downranked, 'asked')
  const council = place.as('administrator')
  const seen: [string, string, string | undefined][] = []
  for (let after: string | undefined = ''; after !== undefined; ) {
    const { body } = await council(`/offers/unassured?limit=1${after && `&after=${encodeURIComponent(after)}`}`)
    for (const { offerId, standing, assured } of body.items) seen.push([offerId, standing, assured?.assurer])
    after = body.after
  }
  expect(seen.filter(([offerId]) => [hidden, downranked, asked].some((one) => one.offerId === offerId))).toEqual([
    [hidden.offerId, 'hidden', undefined],
    [downranked.offerId, 'asked', 'provider'],
  ])
  expect(seen.map(([, standing]) => standing)).toEqual(
    seen
      .map(([, standing]) => standing)
      .sort()
      .reverse(),
  )
  for (const role of ['provider', 'coordinator', 'navigator', 'commissioner', 'resident'] as const)
    expect((await place.as(role)('/offers/unassured')).status).toBe(403)
  expect((await council(`/offers/${hidden.offerId}/assurance`, { method: 'post' })).status).toBe(200)
  expect((await council('/offers/unassured?limit=200')).body.items.map(({ offerId }: { offerId: string }) => offerId)).not.toContain(hidden.offerId)
})
test('D4 what an old log published before there was a ladder joins it at the next start, once, with as much time as what is published then', async () => {
  const [recent, older, fromElsewhere] = [await published('Psaltery'), newId(), newId()]
  const directory = await openDirectory(place.ports())
  const write = (offerId: string, decide: (now: Offer) => OfferDecision) =>
    directory.offers.update(offerId, { key: newId(), repeatable: false, body: null, at: new Date().toISOString() }, decide)
  const { organisationId } = recent
  // As they were published before: without the day on which anybody would be asked.
  for (const [offerId, origin] of [[older, 'registered'] as const, [fromElsewhere, 'imported'] as const]) {
    await write(offerId, (now) => draftOffer(now, { ...homeHelp, offerId, organisationId, origin }))
    await write(offerId, (now) => publishOffer(now, { offerId, at: '2025-01-01T09:00:00.000Z' }))
  }
  await place.settled()
  await Promise.all(Object.values(directory).map((one) => one.stop()))
  const typesOf = async (id: string) => (await place.events('offer')).filter(({ subject }) => subject === id).map(({ type }) => type)
  await place.restart()
  await until(
    () => typesOf(older),
    (types) => types.includes('offer.assurance-awaited.v1'),
  )
  await place.restart()
  await place.settled()
  expect(await typesOf(older)).toEqual(['offer.drafted.v1', 'offer.described.v1', 'offer.published.v1', 'offer.assurance-awaited.v1'])
  expect(await typesOf(fromElsewhere)).not.toContain('offer.assurance-awaited.v1')
  expect(await typesOf(recent.offerId)).not.toContain('offer.assurance-awaited.v1')
  place.clock.aheadMs += 179 * dayMs
  expect((await recent.ask(`/offers/${older}`)).body).toMatchObject({ standing: 'fresh' })
  place.clock.aheadMs += 2 * dayMs
  await until(
    () => typesOf(older),
    (types) => types.at(-1) === 'offer.assurance-asked.v1',
  )
  for (const invariant of place.service().invariants) expect([invariant.name, await invariant.check()]).toMatchObject([invariant.name, { violations: 0 }])
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
