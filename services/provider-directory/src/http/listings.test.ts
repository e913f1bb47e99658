import { embeddedDocumentStore } from '@patchwork/document-store'
import { embeddedEventLog } from '@patchwork/event-log'
import { openPlaceFile } from '@patchwork/place-file'
import { systemRuntime } from '@patchwork/runtime'
import { createLogger } from '@patchwork/telemetry'
import { until } from '@patchwork/testing'
import { demonstrationPlaceFolder } from '../config.ts'
import { openCouncilArea } from '../place/place.ts'
import { openDirectory } from '../store/directory.ts'
import { newId, type Place, startPlace } from '../testing/startPlace.ts'
import { listingRoutes } from './listingRoutes.ts'

let place: Place
beforeAll(async () => {
  place = await startPlace()
})
afterAll(() => place.stop())

const listing = (changes: object = {}) => ({
  organisation: { name: 'Brooklands Bakers', kind: 'community-network' },
  track: 'join-in',
  name: 'Bread on Fridays',
  description: 'We bake together and eat what comes of it.',
  price: { kind: 'free' },
  place: { postcode: 'm33 7zf' },
  contact: { phone: '0161 496 0000' },
  isPublished: true,
  ...changes,
})
const list = (ask: ReturnType<Place['as']>, body: object, key = newId()) => ask('/listings', { body, headers: { 'idempotency-key': key } })
const mine = async (ask: ReturnType<Place['as']>) => (await ask('/organisations/mine')).body.items as { organisationId: string; name: string }[]

describe('D1 listing in one step', () => {
  test('D1 a person who is new says who they are and what they offer in one request, and anyone finds it', async () => {
    const ask = place.as('coordinator')
    const { status, body } = await list(ask, listing())
    expect([status, body]).toEqual([201, { organisationId: expect.any(String), offerId: expect.any(String), category: 'food', isCategoryGuessed: true }])
    await until(
      () => place.asAnyone('/offers?text=bread&near=M33%207ZF'),
      ({ body: found }) => found.items.some((item: { offerId: string }) => item.offerId === body.offerId),
    )
    expect((await place.asAnyone(`/offers/${body.offerId}`)).body).toMatchObject({
      status: 'published',
      category: 'food',
      organisation: { name: 'Brooklands Bakers', kind: 'community-network' },
      place: { postcode: 'M33 7ZF' },
      contact: { phone: '0161 496 0000' },
      takesReferrals: true,
    })
    expect(await mine(ask)).toMatchObject([{ name: 'Brooklands Bakers', memberRole: 'owner' }])
  })
  test('sent again with the same key it makes nothing more and answers the same', async () => {
    const [ask, key] = [place.as('provider'), newId()]
    const answers = [await list(ask, listing(), key), await list(ask, listing(), key)]
    expect(answers[1]!.body).toEqual(answers[0]!.body)
    const own = await mine(ask)
    expect(own).toHaveLength(1)
    expect((await ask(`/organisations/${own[0]!.organisationId}`)).body.offers).toHaveLength(1)
    expect((await list(ask, listing({ name: 'Other words' }), key)).body.code).toBe('idempotency-key-reused')
  })
  test.each([
    ['nobody says where it is', { place: {} }, 'where-missing', '/area'],
    ['the postcode is none', { place: { postcode: 'nowhere' } }, 'invalid-postcode', '/place/postcode'],
    ['D8 it includes personal care, and nobody says what lets them give it', { personalCare: true }, 'personal-care-gate', '/personalCareGate'],
    ['D8 its CQC number is none', { personalCare: true, personalCareGate: { cqcNumber: '123' } }, 'invalid-cqc-number', '/personalCareGate/cqcNumber'],
  ])('it is refused whole, its organisation too, where %s', async (_what, changes, code, pointer) => {
    const ask = place.as('provider')
    const { status, body } = await list(ask, listing(changes))
    expect([status, body.code, body.errors?.[0]?.pointer]).toEqual([422, code, pointer])
    expect(await mine(ask)).toEqual([])
  })
  test('D8 as a draft it may include personal care whose gate comes later; it is not published without', async () => {
    const ask = place.as('provider')
    const { body } = await list(ask, listing({ personalCare: true, isPublished: false }))
    expect((await ask(`/offers/${body.offerId}`)).body).toMatchObject({ status: 'draft', personalCare: true })
    expect((await ask(`/offers/${body.offerId}/publication`, { method: 'post' })).body.code).toBe('personal-care-gate')
    expect((await place.asAnyone(`/offers/${body.offerId}`)).status).toBe(404)
  })
  test('for an organisation of one’s own no other is made; another’s is not there', async () => {
    const ask = place.as('provider')
    const first = await list(ask, listing())
    const { organisation: _, ...words } = listing({ name: 'Cakes on Mondays', category: 'community-groups' })
    const second = await list(ask, { ...words, organisationId: first.body.organisationId })
    expect(second.body).toMatchObject({ organisationId: first.body.organisationId, category: 'community-groups', isCategoryGuessed: false })
    expect(await mine(ask)).toHaveLength(1)
    expect((await list(place.as('provider'), { ...words, organisationId: first.body.organisationId })).status).toBe(404)
  })
  test.each([
    ['nobody', { organisation: undefined }, 'missing'],
    ['two', { organisationId: newId() }, 'organisation-twice'],
  ])('%s to offer it is told at the organisation', async (_who, changes, code) => {
    const { status, body } = await list(place.as('provider'), listing(changes))
    expect([status, body.errors]).toEqual([400, [expect.objectContaining({ pointer: '/organisation', code })]])
  })
})

test('D1 what was cut off between an organisation and its offer goes on from there when it is sent again: there is one of each', async () => {
  const placeFile = await openPlaceFile({ path: ':memory:' })
  const logger = createLogger({ level: 'silent' })
  const log = embeddedEventLog({ placeFile, runtime: systemRuntime, logger })
  const documents = embeddedDocumentStore(placeFile)
  const directory = await openDirectory({ documents, log, runtime: systemRuntime, logger, dataKey: new Uint8Array(32).fill(3) })
  const councilArea = openCouncilArea(demonstrationPlaceFolder, { postcodesFile: undefined, now: systemRuntime.now })
  const [caller, body] = [
    { kind: 'person', personId: newId(), role: 'provider' },
    { ...listing(), area: {}, times: [], fundingAccepted: [], personalCare: false },
  ]
  const sent = { caller, body, command: { key: newId(), repeatable: true, body, at: '2026-03-02T10:00:00.000Z' } } as never
  const cutOff = { ...directory, offers: { ...directory.offers, update: () => Promise.reject(new Error('cut off')) } }
  const [whole, broken] = [directory, cutOff].map((used) => listingRoutes({ directory: used, councilArea })[0]!)
  await expect(broken!.handle(sent)).rejects.toThrow('cut off')
  expect([await directory.organisations.count({}), await directory.offers.count({})]).toEqual([1, 0])
  const first = await whole!.handle(sent)
  expect(await whole!.handle(sent)).toEqual(first)
  expect([await directory.organisations.count({}), await directory.offers.count({})]).toEqual([1, 1])
  await Promise.all(Object.values(directory).map((opened) => opened.stop()))
  await log.close()
  await documents.close()
  await placeFile.close()
})
