import { until } from '@patchwork/testing'
import { openFeeds } from '../import/feeds.ts'
import { openImports } from '../import/openImports.ts'
import { oldService, serve } from '../import/testFeeds.ts'
import { openImportStore } from '../store/importStore.ts'
import { newId, type Place, startPlace } from '../testing/startPlace.ts'

const hour = 3_600_000
const day = 24 * hour
let place: Place
let feed: Awaited<ReturnType<typeof serve>>
const server = {
  services: [] as object[],
  etag: undefined as string | undefined,
  status: 200,
  total: undefined as number | undefined,
  asked: [] as (string | undefined)[],
}

const body = () => (server.total === undefined ? server.services : { total_items: server.total, total_pages: 1, page_number: 1, contents: server.services })

beforeEach(async () => {
  place = await startPlace({ feedCheckMs: 3_600_000 })
  Object.assign(server, { services: [oldService('a'), oldService('b')], etag: undefined, status: 200, total: undefined, asked: [] })
  feed = await serve(({ headers }, response) => {
    server.asked.push(headers['if-none-match'])
    if (server.etag !== undefined) response.setHeader('etag', server.etag)
    response.statusCode = server.etag !== undefined && headers['if-none-match'] === server.etag ? 304 : server.status
    response.end(response.statusCode === 200 ? JSON.stringify(body()) : undefined)
  })
})
afterEach(async () => {
  await feed.stop()
  await place.stop()
})

/** Watched as an operator does it: a server of this machine is none that a page may name. */
const watch = (every: 'day' | 'week' = 'day') => place.service().feeds.watch({ address: feed.address, every, isTrusted: true })
const look = async () => {
  await place.service().feeds.lookNow()
  return (await place.service().feeds.list())[0]!
}
const later = (ms: number) => {
  place.clock.aheadMs += ms
}
const found = async () => (await place.asAnyone('/offers?limit=10')).body.total
const administrator = (path: string, sending = {}) => place.as('administrator')(path, sending)

test('X1 a feed that is watched is looked at each day, and what differs waits: nothing public changes until it is accepted', async () => {
  await watch()
  const { last, failures, nextLookAt } = await look()
  expect([last?.answer, failures]).toEqual(['staged', 0])
  expect(Date.parse(nextLookAt) - Date.parse(last!.endedAt)).toBe(day)
  expect((await administrator(`/imports/${last?.importId}`)).body).toMatchObject({ status: 'staged', report: { read: 2, new: 2 } })
  await place.settled()
  expect(await found()).toBe(0)
  later(day - 1_000 * 60)
  await look()
  expect(server.asked).toHaveLength(1)
  later(1_000 * 60)
  expect((await look()).last?.importId).not.toBe(last?.importId)
  expect(server.asked).toHaveLength(2)
  expect((await administrator(`/imports/${last?.importId}`)).body.status).toBe('dropped')
})

test('a feed is asked whether it has changed, and one that has not leaves what waits as it is', async () => {
  server.etag = '"one"'
  await watch()
  const { last } = await look()
  later(day)
  expect((await look()).last).toMatchObject({ answer: 'unchanged' })
  expect(server.asked).toEqual([undefined, '"one"'])
  expect((await administrator(`/imports/${last?.importId}`)).body.status).toBe('staged')
  await (await place.service().imports.accept(last!.importId!)).ended
  later(day)
  expect((await look()).last?.answer).toBe('unchanged')
})

test('what was dropped or undone is read again, whatever the server says of change', async () => {
  server.etag = '"one"'
  await watch()
  const first = (await look()).last!.importId!
  await place.service().imports.drop(first)
  later(day)
  const { last } = await look()
  expect(last?.answer).toBe('staged')
  await (await place.service().imports.accept(last!.importId!)).ended
  await (await place.service().imports.undo(last!.importId!)).ended
  later(day)
  expect((await look()).last?.answer).toBe('staged')
  expect(server.asked).toEqual([undefined, undefined, undefined])
})

test('a feed that says what was accepted last leaves nothing to accept', async () => {
  await watch()
  await (await place.service().imports.accept((await look()).last!.importId!)).ended
  later(day)
  expect((await look()).last).toMatchObject({ answer: 'no-difference' })
  expect((await administrator('/imports')).body.items.map(({ status }: { status: string }) => status)).toEqual(['dropped', 'accepted'])
})

test('a feed that cannot be read is left alone for longer each time, and says so; once it answers it is as before', async () => {
  server.status = 404
  await watch()
  const waits: number[] = []
  for (let times = 0; times < 3; times += 1) {
    const { last, nextLookAt, failures } = await look()
    expect([last?.answer, last?.reason, failures]).toEqual(['failed', 'unreachable', times + 1])
    waits.push(Math.round((Date.parse(nextLookAt) - Date.parse(last!.endedAt)) / 60_000))
    later(day)
  }
  expect(waits).toEqual([15, 30, 60])
  expect((await administrator('/imports')).body.items).toEqual([])
  server.status = 200
  expect(await look()).toMatchObject({ failures: 0, last: { answer: 'staged' } })
})

describe('a record that its feed lacks', () => {
  const accepted = async () => {
    await watch()
    await (await place.service().imports.accept((await look()).last!.importId!)).ended
    await until(found, (total) => total === 2)
  }
  const lookedAt = async (services: object[]) => {
    later(day)
    server.services = services
    const { last } = await look()
    const { report } = (await administrator(`/imports/${last?.importId}`)).body
    return { answer: last?.answer, importId: last?.importId, missing: report?.missing, gone: report?.gone, problems: report?.problems }
  }
  const [a, b] = [oldService('a'), oldService('b', { assured_date: '' })]

  test('X1 is missing once, then twice, and has gone when the third look in a row lacks it; accepting hides it only then', async () => {
    server.services = [a, b]
    await accepted()
    const once = await lookedAt([a])
    expect(once).toMatchObject({
      answer: 'staged',
      missing: 1,
      gone: 0,
      problems: expect.arrayContaining([{ code: 'missing-once', count: 1, examples: ['b'] }]),
    })
    expect((await administrator(`/imports/${once.importId}/records?kind=missing`)).body.items).toMatchObject([{ recordId: 'b', problems: ['missing-once'] }])
    await (await place.service().imports.accept(once.importId!)).ended
    await place.settled()
    expect(await found()).toBe(2)
    expect(await lookedAt([a])).toMatchObject({ missing: 1, gone: 0, problems: expect.arrayContaining([expect.objectContaining({ code: 'missing-twice' })]) })
    const thrice = await lookedAt([a])
    expect([thrice.answer, thrice.missing, thrice.gone]).toEqual(['staged', undefined, 1])
    expect(await found()).toBe(2)
    await (await place.service().imports.accept(thrice.importId!)).ended
    await until(found, (total) => total === 1)
  })
  test('begins to be counted anew once it was there again', async () => {
    server.services = [a, b]
    await accepted()
    await lookedAt([a])
    await lookedAt([a])
    expect((await lookedAt([a, b])).answer).toBe('no-difference')
    expect(await lookedAt([a])).toMatchObject({ missing: 1, gone: 0, problems: expect.arrayContaining([expect.objectContaining({ code: 'missing-once' })]) })
  })
  test('is looked for in the whole feed, whatever its server says of change', async () => {
    server.services = [a, b]
    server.etag = '"one"'
    await accepted()
    server.etag = '"two"'
    await lookedAt([a])
    await lookedAt([a])
    expect((await lookedAt([a])).gone).toBe(1)
    expect(server.asked.slice(1)).toEqual(['"one"', undefined, undefined])
  })
  test('has gone at once where its source says that it has ended, or an administrator reads the feed by hand', async () => {
    server.services = [a, b]
    await accepted()
    expect(await lookedAt([a, { ...b, status: 'inactive' }])).toMatchObject({ missing: undefined, gone: 1 })
    server.services = [a]
    const byHand = await place
      .service()
      .imports.stage({ origin: { kind: 'address', address: feed.address, isTrusted: true }, format: { kind: 'open-referral' } })
    expect(await byHand.ended).toMatchObject({ gone: 1 })
  })
  test('is not missing where the feed says that it holds more than came', async () => {
    server.services = [a, b]
    await accepted()
    await lookedAt([a])
    server.total = 2
    expect(await lookedAt([a])).toMatchObject({ answer: 'no-difference', missing: undefined })
    server.total = undefined
    expect(await lookedAt([a])).toMatchObject({ missing: 1, problems: expect.arrayContaining([expect.objectContaining({ code: 'missing-twice' })]) })
  })
  test('is counted once by a look that was begun again', async () => {
    server.services = [a, b]
    await accepted()
    server.services = [a]
    const again = () => place.service().imports.look({ lookId: 'the same', address: feed.address, isTrusted: true })
    for (let times = 0; times < 4; times += 1) await again()
    expect((await administrator('/imports')).body.items[0].report).toMatchObject({ missing: 1, gone: 0 })
  })
})

test('of two processes one looks', async () => {
  const ports = place.ports()
  const imports = await openImports(ports, { instance: 'two' })
  const store = await openImportStore(ports)
  const two = openFeeds({ store, work: imports, ports, instance: 'two', everyMs: hour })
  for (let days = 1; days <= 5; days += 1) {
    await watch()
    await Promise.all([place.service().feeds.lookNow(), two.lookNow()])
    expect(server.asked).toHaveLength(days)
    later(day)
  }
  await two.stop()
  await imports.stop()
  await Promise.all([store.imports.stop(), store.feeds.stop()])
})

test('a schedule has one timer: what is due is taken on and looked at in one turn', async () => {
  const ports = place.ports()
  const store = await openImportStore(ports)
  const planned: number[] = []
  const after = (ms: number) => {
    planned.push(ms)
    return () => undefined
  }
  const runtime = { ...ports.runtime, after }
  const feeds = openFeeds({ store, work: { look: async () => ({ answer: 'unchanged' }) }, ports: { ...ports, runtime }, instance: 'three', everyMs: hour })
  expect(planned).toEqual([hour])
  await feeds.stop()
  await Promise.all([store.imports.stop(), store.feeds.stop()])
})

test('a look that a stop cut off is done by the next start, and is no failure of the feed', async () => {
  const asked = Promise.withResolvers<void>()
  const slow = await serve((_request, response) => {
    response.write('[')
    asked.resolve()
  })
  await place.service().feeds.watch({ address: slow.address, every: 'week', isTrusted: true })
  const looking = place.service().feeds.lookNow()
  await asked.promise
  expect((await place.service().feeds.list())[0]).toMatchObject({ isLooking: true })
  await place.restart()
  await looking
  await slow.stop()
  expect((await place.service().feeds.list())[0]).toMatchObject({ isLooking: true, failures: 0 })
  const { last, isLooking, failures } = await look()
  expect([last?.reason, isLooking, failures]).toEqual(['unreachable', false, 1])
})

test('X1 an administrator has a feed watched, sees what its last look came to, and stops it; nobody else may', async () => {
  const address = 'http://127.0.0.1:1/feed?key=of-theirs'
  const { status, body } = await administrator('/feeds', { body: { address, every: 'week' } })
  expect(status).toBe(201)
  await place.service().feeds.lookNow()
  expect((await administrator('/feeds')).body.items).toEqual([
    expect.objectContaining({
      feedId: body.feedId,
      address,
      every: 'week',
      failures: 1,
      last: expect.objectContaining({ answer: 'failed', reason: 'refused-address' }),
    }),
  ])
  for (const role of ['resident', 'provider', 'navigator', 'coordinator', 'commissioner'] as const) {
    expect((await place.as(role)('/feeds')).status).toBe(403)
    expect((await place.as(role)('/feeds', { body: { address, every: 'day' } })).status).toBe(403)
    expect((await place.as(role)(`/feeds/${body.feedId}/stop`, { body: {} })).status).toBe(403)
  }
  expect((await administrator(`/feeds/${body.feedId}/stop`, { body: {} })).status).toBe(200)
  expect((await administrator('/feeds')).body.items).toEqual([])
  expect((await administrator(`/feeds/${newId()}/stop`, { body: {} })).body.code).toBe('feed-not-found')
  expect((await administrator('/feeds', { body: { address: 'file:///etc/passwd', every: 'day' } })).status).toBe(400)
  expect(place.logLines.join('\n')).not.toContain('of-theirs')
  await place.settled()
  const events: unknown[] = []
  for await (const event of place.ports().log.read('patchwork.provider-directory.feed')) events.push(event)
  expect(events).toHaveLength(4)
  expect(JSON.stringify(events)).not.toMatch(/127\.0\.0\.1|of-theirs/)
})

describe('an administrator takes some', () => {
  const [a, b, c] = [oldService('a'), oldService('b'), oldService('c')]
  const staged = async (services: object[]) => {
    server.services = services
    await watch()
    return (await look()).last!.importId!
  }
  const accepted = async (importId: string, path: string, body: object = {}) => {
    expect((await administrator(`/imports/${importId}/${path}`, { body })).status).toBe(202)
    const ended = await until(
      () => administrator(`/imports/${importId}`),
      (one) => one.body.status === 'accepted',
    )
    await place.settled()
    return ended.body
  }
  const names = async () => (await place.asAnyone('/offers?limit=10')).body.items.map(({ name }: { name: string }) => name).sort()

  test('X1 a record that is left out is not taken, and is new again when the feed is read next, even one that has not changed', async () => {
    server.etag = '"one"'
    const importId = await staged([a, b, c])
    const choose = (positions: number[], isTaken: boolean) => administrator(`/imports/${importId}/choice`, { body: { positions, isTaken } })
    await choose([2, 3], false)
    await choose([2, 3], false)
    expect((await choose([3], true)).status).toBe(200)
    expect((await administrator(`/imports/${importId}/records`)).body.items.map(({ isLeftOut }: { isLeftOut?: true }) => isLeftOut)).toEqual([
      undefined,
      true,
      undefined,
    ])
    expect(await accepted(importId, 'acceptance')).toMatchObject({ taken: 2, left: 0 })
    await until(names, (all) => all.length === 2)
    expect(await names()).toEqual(['Lunch club a', 'Lunch club c'])
    expect((await choose([1], false)).body.code).toBe('import-not-staged')
    later(day)
    const { last } = await look()
    expect((await administrator(`/imports/${last?.importId}`)).body.report).toMatchObject({ new: 1, same: 2 })
  })
  test('X1 only the kinds of change that were chosen are taken; undoing puts back those alone', async () => {
    await accepted(await staged([a, b]), 'acceptance')
    later(day)
    const importId = await staged([a, oldService('b', { name: 'Supper club' }), c])
    expect((await administrator(`/imports/${importId}/acceptance-by-kind`, { body: { kinds: [] } })).status).toBe(400)
    expect(await accepted(importId, 'acceptance-by-kind', { kinds: ['changed'] })).toMatchObject({ taken: 1 })
    await until(names, (all) => all.includes('Supper club'))
    expect(await names()).toEqual(['Lunch club a', 'Supper club'])
    await (await place.service().imports.undo(importId)).ended
    await until(names, (all) => all.includes('Lunch club b'))
    expect(await names()).toEqual(['Lunch club a', 'Lunch club b'])
  })
  test('an acceptance of one kind that a stop cut off goes on with that kind alone', async () => {
    await accepted(await staged(Array.from({ length: 200 }, (_, at) => oldService(`s${at}`))), 'acceptance')
    later(day)
    const mixed = await staged([...Array.from({ length: 200 }, (_, at) => oldService(`s${at}`, { name: `Anew ${at}` })), c])
    const cut = await place.service().imports.accept(mixed, { kinds: ['changed'] })
    cut.ended.catch(() => undefined)
    await place.restart()
    const { body } = await until(
      () => administrator(`/imports/${mixed}`),
      (one) => one.body.status === 'accepted',
    )
    expect(body).toMatchObject({ taken: 200, report: { new: 1, changed: 200 } })
  })
})
