import { lunchClub, newId, type Place, startPlace } from '../testing/startPlace.ts'

let place: Place
beforeAll(async () => {
  place = await startPlace()
})
afterAll(() => place.stop())

test('search ends as the documents are, whatever is edited, renamed, withdrawn and rebuilt at the same time', async () => {
  const owners = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const ask = place.as('provider', newId())
      const { body } = await ask('/organisations', { body: { name: 'Begun', kind: 'micro-provider' } })
      const offerIds: string[] = await Promise.all(
        Array.from({ length: 5 }, async () => (await ask('/offers', { body: lunchClub(body.organisationId) })).body.offerId),
      )
      return { ask, organisationId: body.organisationId as string, offerIds }
    }),
  )
  const everyone = owners.map(async ({ ask, organisationId, offerIds }, who) => {
    for (let round = 0; round < 6; round += 1) {
      await Promise.all([
        ...offerIds.map((offerId, index) =>
          (round + index + who) % 3 === 0
            ? ask(`/offers/${offerId}/withdrawal`, { method: 'post' })
            : (round + index) % 3 === 1
              ? ask(`/offers/${offerId}/publication`, { method: 'post' })
              : ask(`/offers/${offerId}`, { method: 'put', body: lunchClub(organisationId, { name: `Round ${round}` }) }),
        ),
        ask(`/organisations/${organisationId}`, { method: 'put', body: { name: `Name ${round}` } }),
        place.service().readModels[0]!.rebuild(),
      ])
    }
  })
  await Promise.all(everyone)
  await place.settled()
  await place.service().consumers[0]!.caughtUp()
  const digest = await place.service().readModels[0]!.digest()
  for (const invariant of place.service().invariants) expect({ name: invariant.name, ...(await invariant.check()) }).toMatchObject({ violations: 0 })
  await place.restart()
  expect(await place.service().readModels[0]!.digest()).toBe(digest)
  const { items } = (await place.asAnyone('/offers?limit=200')).body
  expect(items.length).toBeGreaterThan(0)
  expect(new Set(items.map(({ organisation }: { organisation: { name: string } }) => organisation.name))).toEqual(new Set(['Name 5']))
})
