import { listAsset } from '../domain/asset.ts'
import { publishOffer } from '../domain/offer.ts'
import { mergeOrganisation } from '../domain/organisation.ts'
import { type Directory, openDirectory } from '../store/directory.ts'
import { lunchClub, newId, type Place, startPlace } from '../testing/startPlace.ts'

// What was looked at before the closing and is written after it: such a writer has seen the organisation open.
let place: Place
let late: Directory
beforeAll(async () => {
  place = await startPlace()
  late = await openDirectory(place.ports())
})
afterAll(async () => {
  await Promise.all(Object.values(late).map((one) => one.stop()))
  await place.stop()
})

const at = '2026-03-02T10:00:00.000Z'
const command = () => ({ key: newId(), repeatable: false, body: null, at })
const registered = async () => {
  const owner = place.as('provider')
  const { organisationId } = (await owner('/organisations', { body: { name: 'Sale Neighbours', kind: 'organisation' } })).body
  const { offerId } = (await owner('/offers', { body: lunchClub(organisationId) })).body
  const publish = async () => expect((await owner(`/offers/${offerId}/publication`, { method: 'post' })).status).toBe(200)
  const close = async () => expect((await owner(`/organisations/${organisationId}/closing`, { method: 'post' })).status).toBe(200)
  const statusOf = async () => (await owner(`/offers/${offerId}`)).body.status
  return { owner, organisationId: organisationId as string, offerId: offerId as string, publish, close, statusOf }
}

test('an offer that is published a moment after the closing is withdrawn by its own event', async () => {
  const one = await registered()
  await one.close()
  await place.settled()
  await late.offers.update(one.offerId, command(), (offer) => publishOffer(offer, { offerId: one.offerId, at }))
  await place.settled()
  expect(await one.statusOf()).toBe('withdrawn')
  expect(await place.violations()).toEqual([])
})
test('what it speaks for and lists a moment after the closing is hidden by its own event', async () => {
  const one = await registered()
  await one.close()
  // What the closing itself hides is hidden by now.
  await place.settled()
  const assetId = newId()
  const words = { kind: 'thing', name: 'A ladder', description: 'Eight metres.', terms: 'lent', contact: {}, wardCode: 'E05015254' } as const
  const listed = { assetId, category: 'other', words, holder: { organisationId: one.organisationId }, at } as const
  await late.assets.update(assetId, command(), (asset) => listAsset(asset, listed))
  await place.settled()
  expect((await place.asAnyone(`/assets/${assetId}`)).status).toBe(404)
  expect((await one.owner(`/assets/${assetId}`)).status).toBe(200)
  expect(await place.violations()).toEqual([])
})
test('an organisation that is merged into it a moment after the closing closes with it', async () => {
  const [one, other] = [await registered(), await registered()]
  await other.publish()
  await one.close()
  await place.settled()
  const merge = { organisationId: other.organisationId, intoOrganisationId: one.organisationId, matchId: newId(), mergedBy: newId(), at, fields: [] }
  await late.organisations.update(other.organisationId, command(), (current) => mergeOrganisation(current, merge))
  await place.settled()
  expect(await other.statusOf()).toBe('withdrawn')
  expect(await place.violations()).toEqual([])
})
test('cut off by a stop it goes on after the next start, and withdraws every offer once', async () => {
  const own = await startPlace()
  try {
    const owner = own.as('provider')
    const { organisationId } = (await owner('/organisations', { body: { name: 'Sale Neighbours', kind: 'organisation' } })).body
    const offerIds: string[] = []
    for (let n = 0; n < 30; n += 1) {
      const { offerId } = (await owner('/offers', { body: lunchClub(organisationId, { name: `Lunch club ${n}` }) })).body
      await owner(`/offers/${offerId}/publication`, { method: 'post' })
      offerIds.push(offerId)
    }
    expect((await owner(`/organisations/${organisationId}/closing`, { method: 'post' })).status).toBe(200)
    await own.restart()
    await own.settled()
    const withdrawn = (await own.events('offer')).filter(({ type }) => type === 'offer.withdrawn.v1').map(({ subject }) => subject)
    expect(withdrawn.sort()).toEqual(offerIds.sort())
  } finally {
    await own.stop()
  }
})
