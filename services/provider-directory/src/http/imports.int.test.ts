import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '@patchwork/testing'
import { demonstrationPlaceFolder } from '../config.ts'
import { oldService, serve } from '../import/testFeeds.ts'
import { newId, type Place, startPlace } from '../testing/startPlace.ts'

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
  // One import at a time: the next test begins when this one has ended.
  await until(
    () => administrator(`/imports/${importId}`),
    (one) => one.body.status === 'undone' && one.body.progress === undefined,
  )
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

describe('a file that is sent', () => {
  const sendFile = (words: string | Buffer) => place.sendFile('/imports/files', Buffer.from(words))
  const staged = async (importId: string) =>
    (
      await until(
        () => place.as('administrator')(`/imports/${importId}`),
        ({ body }) => body.status !== 'staging',
      )
    ).body
  const csv = 'Name,Group,Tel\nTea,Sale Neighbours,0161 496 0000\nCoffee,Sale Neighbours\n'
  const columns = [
    { column: 'Name', field: 'name' },
    { column: 'Group', field: 'organisation' },
  ]

  test('with JSON in it is read as the feed of whom it is said to be, and is gone then', async () => {
    const administrator = place.as('administrator')
    const { status, body } = await sendFile(`\ufeff ${JSON.stringify([oldService('sent')])}`)
    expect([status, body.format]).toEqual([201, 'open-referral'])
    const { body: begun } = await administrator(`/imports/files/${body.fileId}/reading`, { body: { source: 'The sent feed' } })
    expect(await staged(begun.importId)).toMatchObject({ status: 'staged', source: 'The sent feed', report: { read: 1, new: 1 } })
    await until(
      () => administrator(`/imports/files/${body.fileId}`),
      (one) => one.status === 404,
    )
    expect((await administrator(`/imports/files/${body.fileId}/reading`, { body: { source: 'x' } })).body.code).toBe('import-file-not-found')
  })
  test('with rows shows its columns, is read by what they are said to be, and the next file can be read likewise', async () => {
    const administrator = place.as('administrator')
    const { body } = await sendFile(csv)
    expect((await administrator(`/imports/files/${body.fileId}`)).body).toMatchObject({
      format: 'csv',
      columns: [{ name: 'Name', example: 'Tea' }, { name: 'Group' }, { name: 'Tel' }],
      guess: [
        { column: 'Name', field: 'name' },
        { column: 'Tel', field: 'phone' },
        { column: 'Group', field: 'organisation' },
      ],
    })
    const reading = `/imports/files/${body.fileId}/reading`
    expect((await administrator(reading, { body: { source: 'Rows' } })).body.code).toBe('mapping-incomplete')
    const { body: begun } = await administrator(reading, { body: { source: 'Rows', columns, keepAs: 'Rows of Sale' } })
    expect(await staged(begun.importId)).toMatchObject({ report: { read: 2, new: 2, problems: [{}, { code: 'fewer-columns', examples: ['line 3'] }] } })
    expect((await administrator(`/imports/${begun.importId}/records`)).body.items[1]).toMatchObject({
      line: 3,
      problems: expect.arrayContaining(['fewer-columns']),
    })
    expect((await administrator('/imports/mappings')).body.items).toEqual([{ name: 'Rows of Sale', columns }])
  })
  test('that cannot be read says at which line, and stays for a day to be read otherwise', async () => {
    const administrator = place.as('administrator')
    const { body } = await sendFile('Name,Group\nTea,x\nCoffee,"y\n')
    const { body: begun } = await administrator(`/imports/files/${body.fileId}/reading`, { body: { source: 'Rows', columns } })
    expect(await staged(begun.importId)).toMatchObject({ status: 'failed', reason: 'quote-not-closed', line: 3 })
    expect((await administrator(`/imports/files/${body.fileId}`)).body.columns).toHaveLength(2)
    const { body: other } = await sendFile('Name,Group\n"Tea,x\n')
    expect((await administrator(`/imports/files/${other.fileId}`)).body.code).toBe('quote-not-closed')
    place.clock.aheadMs += 25 * 3_600_000
    expect((await place.as('administrator')(`/imports/files/${body.fileId}`)).status).toBe(404)
    place.clock.aheadMs = 0
  })
  test('is kept sealed, in parts; five wait at most', async () => {
    const administrator = place.as('administrator')
    const first = await sendFile(`Name,Group\n${'Walks for everybody,Sale Neighbours\n'.repeat(50_000)}`)
    const parts = await place.ports().documents.collection<{ fileId: string; sealed: string }>({
      ...{ service: 'provider-directory', name: 'import-file-part' },
      ...{ fields: { fileId: { path: 'fileId', type: 'string' } }, indexes: { 'by-file': { fields: ['fileId'] } } },
    })
    const kept = await parts.find({ where: { fileId: { equals: first.body.fileId } } })
    expect(kept.documents).toHaveLength(3)
    expect(JSON.stringify(kept.documents)).not.toContain('Walks')
    for (let count = 0; count < 5; count += 1) await sendFile(csv)
    expect((await administrator(`/imports/files/${first.body.fileId}`)).status).toBe(404)
    expect((await parts.find({ where: { fileId: { equals: first.body.fileId } } })).documents).toEqual([])
  })
  test('that is empty, or another than an administrator sends, is none', async () => {
    expect((await sendFile('')).status).toBe(400)
    expect((await place.sendFile('/imports/files', Buffer.from(csv), 'navigator')).status).toBe(403)
  })
})

describe('X1 the lists of a real council go in by their columns', () => {
  // So many files are sent here that it takes two hours.
  beforeAll(() => {
    place.clock.aheadMs += 3_700_000
  })
  /** What an administrator says besides: the sports list has a row for each facility of a site, and calls them after the site. */
  const besides: Record<string, object[]> = { 'sports_facilities.csv': [{ column: 'facility_type', field: 'name' }] }
  /** Pitches of one kind at one site, once for members and once for all. */
  const standTwice: Record<string, number> = { 'sports_facilities.csv': 6 }
  const lists = readdirSync(demonstrationPlaceFolder).filter((name) => name.endsWith('.csv'))
  const read = async (name: string, using: { isKept: boolean }) => {
    const administrator = place.as('administrator')
    const { body: file } = await place.sendFile('/imports/files', readFileSync(join(demonstrationPlaceFolder, name)))
    const { body: shown } = await administrator(`/imports/files/${file.fileId}`)
    const kept = (await administrator('/imports/mappings?limit=200')).body.items.find((one: { name: string }) => one.name === name)
    const body = { source: name, ...(using.isKept ? { columns: kept.columns } : { columns: [...shown.guess, ...(besides[name] ?? [])], keepAs: name }) }
    const { body: begun } = await administrator(`/imports/files/${file.fileId}/reading`, { body })
    const ended = await until(
      () => administrator(`/imports/${begun.importId}`),
      (one) => one.body.status !== 'staging',
    )
    return { importId: begun.importId, ...ended.body }
  }
  const accept = async (importId: string) => {
    const administrator = place.as('administrator')
    expect((await administrator(`/imports/${importId}/acceptance`, { body: {} })).status).toBe(202)
    await until(
      () => administrator(`/imports/${importId}`),
      (one) => one.body.status === 'accepted' && one.body.progress === undefined,
    )
  }

  test('there are ten of them', () => expect(lists).toHaveLength(10))
  test.each(lists)('%s, as its columns are guessed, and again by what was kept of them', async (name) => {
    const before = await found()
    const first = await read(name, { isKept: false })
    expect(first).toMatchObject({ status: 'staged', report: { read: expect.any(Number) } })
    const { read: rows, new: taken, refused } = first.report
    expect({ name, rows, refused }).toEqual({ name, rows: taken + refused, refused: standTwice[name] ?? 0 })
    if (refused > 0) expect(first.report.problems).toContainEqual(expect.objectContaining({ code: 'id-repeated', count: refused }))
    await accept(first.importId)
    await until(found, (total) => total === before + taken)
    expect(await read(name, { isKept: true })).toMatchObject({ status: 'staged', report: { read: rows, same: taken } })
  })
})

test.each(['resident', 'provider', 'navigator', 'coordinator', 'commissioner'] as const)('a %s may not import', async (role) => {
  const someone = place.as(role)
  for (const path of ['/imports', `/imports/${newId()}`, `/imports/${newId()}/records`, `/imports/files/${newId()}`, '/imports/mappings'])
    expect((await someone(path)).status).toBe(403)
  for (const path of ['/imports', `/imports/${newId()}/acceptance`, `/imports/${newId()}/undoing`, `/imports/${newId()}/dropping`])
    expect((await someone(path, { body: { address: 'https://example.org/feed' } })).status).toBe(403)
})

test('nothing of a feed stands in the log', () => {
  expect(place.logLines.join('\n')).not.toMatch(/Lunch club|lunch@example|Sale Neighbours/)
})
