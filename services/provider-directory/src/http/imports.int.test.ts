import { oldService, serve } from '../import/testFeeds.ts'
import { newId, type Place, startPlace, until } from '../testing/startPlace.ts'

let place: Place
let feed: Awaited<ReturnType<typeof serve>>
beforeAll(async () => {
  place = await startPlace()
  feed = await serve((_request, response) => response.end(JSON.stringify([oldService('a'), oldService('b', { name: '', assured_date: '' })])))
})
afterAll(async () => {
  await feed.stop()
  await place.stop()
})

/** Staged as an operator does it: a server of this machine is none that a page may name. */
const stage = async (): Promise<string> => {
  const { importId, ended } = await place.service().imports.stage({
    origin: { kind: 'address', address: feed.address, isTrusted: true },
    format: { kind: 'open-referral' },
  })
  await ended
  return importId
}
const found = async () => (await place.asAnyone('/offers?limit=10')).body.total

test('X1 an administrator sees what an import found, accepts it, and everyone finds it; undone, nobody does', async () => {
  const administrator = place.as('administrator')
  const importId = await stage()
  expect((await administrator('/imports')).body.items[0]).toMatchObject({ importId, status: 'staged', source: expect.stringContaining('127.0.0.1') })
  expect((await administrator(`/imports/${importId}/records?kind=refused`)).body.items).toEqual([
    { position: 2, kind: 'refused', problems: ['no-name'], recordId: 'b' },
  ])
  expect(await found()).toBe(0)
  expect((await administrator(`/imports/${importId}/acceptance`, { body: {} })).status).toBe(202)
  await until(found, (total) => total === 1)
  const { body } = await until(
    () => administrator(`/imports/${importId}`),
    ({ body }) => body.status === 'accepted',
  )
  expect(body).toMatchObject({ taken: 1, left: 0, isLast: true, report: { read: 2, new: 1, refused: 1 } })
  expect((await administrator(`/imports/${importId}/undoing`, { body: {} })).status).toBe(202)
  await until(found, (total) => total === 0)
})

test('an address that nobody outside may name is refused, and the import says why', async () => {
  const administrator = place.as('administrator')
  const { status, body } = await administrator('/imports', { body: { address: 'http://127.0.0.1:1/feed' } })
  expect(status).toBe(202)
  const seen = await until(
    () => administrator(`/imports/${body.importId}`),
    (one) => one.body.status !== 'staging',
  )
  expect(seen.body).toMatchObject({ status: 'failed', reason: 'refused-address' })
  expect((await administrator('/imports', { body: { address: 'file:///etc/passwd' } })).status).toBe(400)
})

test('what waits can be dropped', async () => {
  const administrator = place.as('administrator')
  const importId = await stage()
  expect((await administrator(`/imports/${importId}/dropping`, { body: {} })).status).toBe(200)
  expect((await administrator(`/imports/${importId}/acceptance`, { body: {} })).body.code).toBe('import-not-staged')
  expect((await administrator(`/imports/${newId()}`)).status).toBe(404)
})

test.each(['resident', 'provider', 'navigator', 'coordinator', 'commissioner'] as const)('a %s may not import', async (role) => {
  const someone = place.as(role)
  for (const path of ['/imports', `/imports/${newId()}`, `/imports/${newId()}/records`]) expect((await someone(path)).status).toBe(403)
  for (const path of ['/imports', `/imports/${newId()}/acceptance`, `/imports/${newId()}/undoing`, `/imports/${newId()}/dropping`])
    expect((await someone(path, { body: { address: 'https://example.org/feed' } })).status).toBe(403)
})

test('nothing of a feed stands in the log', () => {
  expect(place.logLines.join('\n')).not.toMatch(/Lunch club|lunch@example/)
})
