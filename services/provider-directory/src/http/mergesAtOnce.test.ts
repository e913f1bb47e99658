import type { Command } from '@patchwork/aggregate'
import { systemRuntime } from '@patchwork/runtime'
import { demonstrationPlaceFolder } from '../config.ts'
import { mergeOffer } from '../domain/mergedOffer.ts'
import { mergeOrganisation } from '../domain/organisation.ts'
import { openCouncilArea } from '../place/place.ts'
import { type Directory, openDirectory } from '../store/directory.ts'
import { lunchClub, newId, type Place, startPlace } from '../testing/startPlace.ts'
import { duplicateRoutes } from './duplicateRoutes.ts'
import { offerDuplicateRoutes } from './offerDuplicateRoutes.ts'

// Another process merges the other way round after this one has looked at the two, and before it writes.
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
const command = (): Command => ({ key: newId(), repeatable: false, body: null, at })

type Updating = { update(...args: never[]): Promise<unknown> }
/** The same, but for `meanwhile`, which comes before the first write. */
const interleaved = <Aggregates extends Updating>(aggregates: Aggregates, meanwhile: () => Promise<unknown>): Aggregates => {
  let isFirst = true
  const update = async (...args: never[]): Promise<unknown> => {
    if (isFirst) {
      isFirst = false
      await meanwhile()
    }
    return aggregates.update(...args)
  }
  return { ...aggregates, update }
}
const askToMerge = (routes: readonly { path: string; handle: (request: never) => Promise<unknown> }[], matchId: string, body: object): Promise<unknown> => {
  const route = routes.find(({ path }) => path.endsWith('/merging'))!
  const caller = { kind: 'person', personId: newId(), role: 'administrator' }
  return route.handle({ params: { id: matchId }, body: { fields: {}, ...body }, caller, command: command() } as never)
}
const waiting = async (path: string) => {
  await place.settled()
  const admin = place.as('administrator')
  const { matchId } = (await admin(path)).body.items[0]
  return { matchId: matchId as string, pair: (await admin(`${path}/${matchId}`)).body }
}

test('D10 two offers that are merged into each other at the same moment: one stands, the other leads to it, and who came second is told', async () => {
  const owner = place.as('provider')
  const { organisationId } = (await owner('/organisations', { body: { name: 'Offers at once', kind: 'organisation' } })).body
  const listed = async (): Promise<string> => {
    const { offerId } = (await owner('/offers', { body: lunchClub(organisationId) })).body
    await owner(`/offers/${offerId}/publication`, { method: 'post' })
    return offerId
  }
  const [one, other] = [await listed(), await listed()]
  const { matchId, pair } = await waiting('/offer-duplicates')
  const seen = pair.offers.map(({ offerId, sequence }: { offerId: string; sequence: number }) => ({ offerId, sequence }))
  const merging = { offerId: other, intoOfferId: one, matchId, mergedBy: newId(), at, fields: [] }
  const offers = interleaved(late.offers, () => late.offers.update(other, command(), (offer) => mergeOffer(offer, merging)))
  const councilArea = openCouncilArea(demonstrationPlaceFolder, { postcodesFile: undefined, now: systemRuntime.now })
  const routes = offerDuplicateRoutes({ directory: { ...late, offers }, councilArea })
  await expect(askToMerge(routes, matchId, { stands: other, seen })).rejects.toMatchObject({ code: 'merged-already' })
  await place.settled()
  for (const offerId of [one, other]) expect((await place.asAnyone(`/offers/${offerId}`)).body).toMatchObject({ offerId: one, status: 'published' })
  expect(await place.violations()).toEqual([])
})
test('D10 two organisations that are merged into each other at the same moment: one stands, the other leads to it, and who came second is told', async () => {
  const registered = async (): Promise<string> =>
    (await place.as('provider')('/organisations', { body: { name: 'Organisations at once', kind: 'organisation', phone: '0161 496 0000' } })).body
      .organisationId
  const [one, other] = [await registered(), await registered()]
  const { matchId, pair } = await waiting('/duplicates')
  const seen = pair.organisations.map(({ organisationId, sequence }: { organisationId: string; sequence: number }) => ({ organisationId, sequence }))
  const merging = { organisationId: other, intoOrganisationId: one, matchId, mergedBy: newId(), at, fields: [] }
  const organisations = interleaved(late.organisations, () =>
    late.organisations.update(other, command(), (organisation) => mergeOrganisation(organisation, merging)),
  )
  const routes = duplicateRoutes({ directory: { ...late, organisations } })
  await expect(askToMerge(routes, matchId, { stands: other, seen })).rejects.toMatchObject({ code: 'merged-already' })
  await place.settled()
  for (const organisationId of [one, other]) expect((await place.asAnyone(`/organisations/${organisationId}`)).body.organisationId).toBe(one)
  expect(await place.violations()).toEqual([])
})
test('D10 two offers that are merged a moment after their organisations were parted are parted too', async () => {
  const listed = async (): Promise<string> => {
    const owner = place.as('provider')
    const { organisationId } = (await owner('/organisations', { body: { name: `Alone ${newId()}`, kind: 'organisation' } })).body
    const { offerId } = (await owner('/offers', { body: lunchClub(organisationId) })).body
    await owner(`/offers/${offerId}/publication`, { method: 'post' })
    return offerId
  }
  const [one, other] = [await listed(), await listed()]
  const merging = { offerId: other, intoOfferId: one, matchId: newId(), mergedBy: newId(), at, fields: ['name' as const] }
  await late.offers.update(other, command(), (offer) => mergeOffer(offer, merging))
  await place.settled()
  for (const offerId of [one, other]) expect((await place.asAnyone(`/offers/${offerId}`)).body).toMatchObject({ offerId, status: 'published' })
  expect(await place.violations()).toEqual([])
})
