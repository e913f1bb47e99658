import { until } from '@patchwork/testing'
import { newId, type Place, startPlace } from '../testing/startPlace.ts'

let place: Place
beforeEach(async () => {
  place = await startPlace()
})
afterEach(() => place.stop())

const words = 'somebody who cuts my Zanzibar hedge'
const find = (query: Record<string, string>, address = '203.0.113.1') =>
  place.asAnyone(`/offers?${new URLSearchParams(query)}`, { headers: { 'x-forwarded-for': address } })
/** What was noted of searches, once there are as many as expected. */
const noted = async (count: number) => {
  const events = await until(
    () => place.events('search'),
    (seen) => seen.length >= count,
  )
  return (await place.events('search')).length === events.length ? events : place.events('search')
}

test('D12 a search that finds nothing is kept by kind and ward, and its words and who asked are nowhere', async () => {
  await find({ text: words, category: 'garden-and-home', near: 'M33 7ZF' })
  const [event] = await noted(1)
  expect(event?.data).toEqual({ searchId: event?.subject, category: 'garden-and-home', wardCode: 'E05015254', searchedAt: expect.any(String) })
  const stored = JSON.stringify([await place.events('search'), place.logLines])
  for (const part of [...words.split(' ').filter((word) => word.length > 4), '203.0.113.1', 'M33']) expect(stored).not.toContain(part)
})

test('D12 what was not said is left out: several kinds are none, an unknown place has no ward, nor has a town of several', async () => {
  await find({ text: words, category: 'food,health', near: 'nowhere' })
  await find({ text: `${words} 2`, near: 'Sale' })
  await find({ text: `${words} 3`, near: 'partington' })
  const told = (await noted(3)).map(({ data }) => data)
  const nothing = { searchId: expect.any(String), searchedAt: expect.any(String) }
  // Sale is of two wards, and Partington of one.
  expect(told).toEqual([nothing, nothing, { ...nothing, wardCode: 'E05015244' }])
})

test('D12 a search that finds something, a later page and a question about nothing in particular are no unmet need', async () => {
  const owner = place.as('provider', newId())
  const { body: organisation } = await owner('/organisations', { body: { name: 'Good Neighbours', kind: 'community-network' } })
  await find({})
  await find({ ward: 'E05015254' })
  await find({ open: 'now' })
  expect(organisation.organisationId).toBeDefined()
  expect((await noted(1)).map(({ data }) => data.wardCode)).toEqual(['E05015254'])
})

test('D12 a robot cannot fill the log: one address is noted 30 times an hour, and others still are', async () => {
  for (let count = 1; count <= 40; count += 1) {
    await find({ text: `${words} ${count}` })
    // Of more than twenty that wait to be noted, further ones are dropped.
    if (count % 10 === 0) await noted(Math.min(count, 30))
  }
  await find({ text: words }, '203.0.113.2')
  expect(await noted(31)).toHaveLength(31)
  place.clock.aheadMs = 3_700_000
  await find({ text: words })
  expect(await noted(32)).toHaveLength(32)
})

test('D12 that nothing of what was found will do is kept with its reason, by kind and ward, once for one press; never words or who', async () => {
  const body = { category: 'food', near: 'M33 7ZF', reason: 'too-dear' }
  const key = { 'idempotency-key': newId(), 'x-forwarded-for': '203.0.113.9' }
  const say = (sent: object, headers: Record<string, string> = {}) => place.asAnyone('/searches/none-acceptable', { body: sent, headers })
  expect((await say(body, key)).status).toBe(201)
  expect((await say(body, key)).status).toBe(201)
  expect((await say({ near: 'nowhere' })).status).toBe(201)
  expect((await say({ reason: 'too-far', ward: 'E05015254' })).status).toBe(201)
  const events = await noted(3)
  expect(events.map(({ type }) => type)).toEqual(Array(3).fill('search.found-none-acceptable.v1'))
  expect(events.map(({ data: { searchId: _id, searchedAt: _at, ...facts } }) => facts)).toEqual([
    { category: 'food', wardCode: 'E05015254', reason: 'too-dear' },
    {},
    { wardCode: 'E05015254', reason: 'too-far' },
  ])
  const stored = JSON.stringify([await place.events('search'), place.logLines])
  for (const part of ['203.0.113.9', 'M33']) expect(stored).not.toContain(part)
  for (const wrong of [{ reason: 'because' }, { text: words }, { category: 'weapons' }]) expect((await say(wrong)).status).toBe(400)
  expect(await noted(3)).toHaveLength(3)
})
test('charities are found by their numbers, with the ward they offer something in; others are left out', async () => {
  await place.service().loadOpenData()
  const { body } = await place.asAnyone('/organisations/charities?numbers=1109047,1')
  expect(body.items).toEqual([{ charityNumber: '1109047', organisationId: expect.any(String), wardCode: expect.stringMatching(/^E0501/) }])
  expect((await place.asAnyone(`/organisations/${body.items[0].organisationId}`)).body.name).toContain('Age')
  expect((await place.asAnyone('/organisations/charities?numbers=abc')).status).toBe(400)
  expect((await place.asAnyone('/organisations/charities')).status).toBe(400)
})
