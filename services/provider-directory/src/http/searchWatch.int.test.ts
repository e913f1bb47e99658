import { randomUUID } from 'node:crypto'
import { AccountClosed, type EventEnvelope } from '@patchwork/events'
import { until } from '@patchwork/testing'
import { lunchClub, newId, type Place, startPlace } from '../testing/startPlace.ts'

let place: Place
beforeEach(async () => {
  place = await startPlace({ newOffersCheckMs: 50 })
})
afterEach(() => place.stop())

const hourMs = 3_600_000
const provider = async () => {
  const ask = place.as('provider', newId())
  const { organisationId } = (await ask('/organisations', { body: { name: 'Sale Good Neighbours', kind: 'community-network' } })).body
  const draft = async (changes: object): Promise<string> => (await ask('/offers', { body: lunchClub(organisationId, changes) })).body.offerId
  const step = async (offerId: string, what: string) => expect((await ask(`/offers/${offerId}/${what}`, { method: 'post' })).status).toBe(200)
  const publish = async (changes: object): Promise<string> => {
    const offerId = await draft(changes)
    await step(offerId, 'publication')
    return offerId
  }
  return { draft, publish, step }
}
type Ask = ReturnType<Place['as']>
const watch = async (ask: Ask, search: object): Promise<string> => {
  const { status, body } = await ask('/search-watches', { body: search })
  expect(status).toBe(201)
  return body.searchWatchId
}
const told = async (searchWatchId?: string): Promise<EventEnvelope[]> =>
  (await place.events('search-watch')).filter(
    ({ type, subject }) => type === 'search-watch.told.v1' && (searchWatchId === undefined || subject === searchWatchId),
  )
const toldTimes = (searchWatchId: string, times: number) =>
  until(
    () => told(searchWatchId),
    ({ length }) => length >= times,
  )
/** Everything that was published by now has been looked at. */
const lookedAt = async (): Promise<void> => {
  await place.settled()
  await until(
    async () => (await queue()).length,
    (length) => length === 0,
  )
  await place.settled()
}
const queue = async () => {
  const { documents } = place.ports()
  const collection = await documents.collection<{ offerId: string }>({ service: 'provider-directory', name: 'new-offer', fields: {}, indexes: {} })
  return (await collection.find({ limit: 1_000 })).documents
}

test('D12 a person is told of what is new and fits, once; of what was there before, does not fit or stands at a sensitive place not', async () => {
  const { draft, publish, step } = await provider()
  await publish({ name: 'Zither circle from before' })
  await lookedAt()
  const personId = newId()
  const ask = place.as('resident', personId)
  const byWords = await watch(ask, { text: 'zither', near: 'M33 7ZF', within: 16_000 })
  const byKind = await watch(ask, { category: 'health' })
  const someWords = await watch(ask, { text: 'zither quilting' })
  const elsewhere = await watch(ask, { text: 'zither', ward: 'E05015250' })
  await publish({ name: 'Bowls' })
  await publish({ name: 'Zither refuge', place: { address: 'A secret street', postcode: 'M33 7ZF', sensitive: true } })
  const comes = await draft({ name: 'Zither evenings' })
  await lookedAt()
  expect(await told()).toEqual([])
  await step(comes, 'publication')
  const [event] = await toldTimes(byWords, 1)
  expect(event?.data).toEqual({ searchWatchId: byWords, personId, toldAt: expect.any(String) })
  await step(comes, 'withdrawal')
  await step(comes, 'publication')
  await lookedAt()
  place.clock.aheadMs += 25 * hourMs
  await lookedAt()
  expect((await told()).map(({ subject }) => subject)).toEqual([byWords])
  for (const other of [byKind, someWords]) expect(await told(other)).toEqual([])
  expect(await told(elsewhere)).toEqual([])
})

test('D12 many new offers are one message, the next comes a day later at the earliest, and a restart tells nobody twice', async () => {
  const { publish } = await provider()
  const searchWatchId = await watch(place.as('resident'), { text: 'zither' })
  await Promise.all(Array.from({ length: 12 }, (_, number) => publish({ name: `Zither ${number}` })))
  await toldTimes(searchWatchId, 1)
  await lookedAt()
  await place.restart()
  await publish({ name: 'Zither at last' })
  await lookedAt()
  expect(await told(searchWatchId)).toHaveLength(1)
  await place.restart()
  place.clock.aheadMs += 23 * hourMs
  await lookedAt()
  expect(await told(searchWatchId)).toHaveLength(1)
  place.clock.aheadMs += 2 * hourMs
  await toldTimes(searchWatchId, 2)
  place.clock.aheadMs += 48 * hourMs
  await lookedAt()
  expect(await told(searchWatchId)).toHaveLength(2)
  for (const invariant of place.service().invariants) expect([invariant.name, await invariant.check()]).toMatchObject([invariant.name, { violations: 0 }])
})

test('D12 an offer that was there before somebody asked to be told is no news to them, however late it is looked at', async () => {
  await place.stop()
  const settings = { newOffersCheckMs: 24 * hourMs }
  place = await startPlace(settings)
  const { publish } = await provider()
  await publish({ name: 'Zither circle from before' })
  await until(queue, ({ length }) => length === 1)
  const [late, early] = [await watch(place.as('resident'), { text: 'zither' }), await watch(place.as('resident'), { text: 'quilting' })]
  await publish({ name: 'Quilting' })
  await until(queue, ({ length }) => length === 2)
  // Both wait: from now on they are looked at together.
  settings.newOffersCheckMs = 50
  await place.restart()
  await toldTimes(early, 1)
  await lookedAt()
  expect(await told(late)).toEqual([])
})

test('D12 an offer that was hidden because nobody assured it is new when it comes back; one that is only assured is not', async () => {
  const { publish, step } = await provider()
  const [back, kept] = [await publish({ name: 'Zither back' }), await publish({ name: 'Zither kept' })]
  await lookedAt()
  const standing = (what: string) =>
    until(
      () => place.events('offer'),
      (events) => events.some(({ subject, type }) => subject === back && type === `offer.${what}.v1`),
    )
  for (const [days, what] of [
    [181, 'assurance-asked'],
    [31, 'downranked'],
    [61, 'hidden'],
  ] as const) {
    place.clock.aheadMs += days * 24 * hourMs
    await standing(what)
    await step(kept, 'assurance')
  }
  const searchWatchId = await watch(place.as('resident'), { text: 'zither' })
  await step(kept, 'assurance')
  await lookedAt()
  expect(await told(searchWatchId)).toEqual([])
  await step(back, 'assurance')
  await toldTimes(searchWatchId, 1)
})

test('D12 one person is told of 20 searches at most, the same search again is the one that is there, and nobody else learns of any', async () => {
  const ask = place.as('resident')
  const first = await watch(ask, { text: 'zither', near: 'M33 7ZF' })
  expect(await watch(ask, { near: 'M33 7ZF', text: 'zither' })).toBe(first)
  for (let count = 1; count < 20; count += 1) await watch(ask, { text: `zither ${count}` })
  expect(await ask('/search-watches', { body: { text: 'one more' } })).toMatchObject({
    status: 422,
    body: { type: expect.stringContaining('too-many-watches') },
  })
  expect((await ask('/search-watches')).body.items).toHaveLength(20)
  expect((await ask(`/search-watches/${first}`)).body).toMatchObject({ searchWatchId: first, search: { text: 'zither', near: 'M33 7ZF' } })
  const other = place.as('navigator')
  for (const [path, method] of [
    ['', 'get'],
    ['/renewal', 'post'],
    ['/removal', 'post'],
  ] as const)
    expect((await other(`/search-watches/${first}${path}`, { method })).status).toBe(404)
  expect((await other('/search-watches')).body.items).toEqual([])
  expect((await place.asAnyone('/search-watches', { body: { text: 'zither' } })).status).toBe(401)
  expect((await ask(`/search-watches/${first}/renewal`, { method: 'post' })).status).toBe(200)
  expect((await ask(`/search-watches/${first}/removal`, { method: 'post' })).status).toBe(200)
  expect((await ask(`/search-watches/${first}`)).status).toBe(404)
  await watch(ask, { text: 'one more' })
  for (const wrong of [{ cost: 'free' }, {}, { text: '' }, { text: 'x', open: 'now' }, { within: 0 }])
    expect([400, 422]).toContainEqual((await ask('/search-watches', { body: wrong })).status)
})

test('D12 what was looked for is sealed, in no event and no log line, and gone once it is taken back or the account is closed', async () => {
  const words = `zither${randomUUID().slice(0, 8)}`
  const personId = newId()
  const ask = place.as('resident', personId)
  const { publish } = await provider()
  const searchWatchId = await watch(ask, { text: words, near: 'WA14 1PG' })
  await publish({ name: words })
  await toldTimes(searchWatchId, 1)
  const stored = JSON.stringify([await place.events('search-watch'), place.logLines])
  for (const part of [words, 'WA14']) expect(stored).not.toContain(part)
  const accountId = newId()
  const closed = { id: newId(), source: '/patchwork/identity/account', type: AccountClosed.type, subject: accountId, time: new Date().toISOString() }
  await place.ports().log.ensureTopics([AccountClosed.topic])
  const event = { ...closed, specversion: '1.0', datacontenttype: 'application/json', sequence: 1, sequencetype: 'Integer', commandkey: 'x' }
  const data = { accountId, personId, closedBy: newId() }
  await place.ports().log.publish([{ topic: AccountClosed.topic, event: { ...event, data } as unknown as EventEnvelope }])
  await until(
    () => place.events('search-watch'),
    (events) => events.some(({ type, data }) => type === 'search-watch.ended.v1' && data.why === 'account-closed'),
  )
  expect((await ask('/search-watches')).body.items).toEqual([])
})
