import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Ports } from '@patchwork/aggregate'
import { type DocumentStore, embeddedDocumentStore, mongoDocumentStore } from '@patchwork/document-store'
import { embeddedEventLog } from '@patchwork/event-log'
import { openPlaceFile } from '@patchwork/place-file'
import { systemRuntime } from '@patchwork/runtime'
import { createLogger } from '@patchwork/telemetry'
import { mongoForTests } from '@patchwork/testing'
import { describeOffer, publishedWords } from '../domain/offer.ts'
import { openDirectory } from '../store/directory.ts'
import { openImportStore } from '../store/importStore.ts'
import { openImports } from './openImports.ts'
import { oldService } from './testFeeds.ts'

const mongo = await mongoForTests()
const drivers = ['embedded', ...(mongo ? ['mongo'] : [])] as const
afterAll(() => mongo?.stop())

/** A directory with its imports, over stores that live until `close`; `again` opens it anew on the same data. */
const openPlace = async (driver: string) => {
  const folder = mkdtempSync(join(tmpdir(), 'patchwork-import-'))
  const placeFile = await openPlaceFile({ path: join(folder, 'patchwork.sqlite') })
  const documents: DocumentStore = driver === 'mongo' ? mongoDocumentStore({ runtime: systemRuntime, uri: mongo?.uri ?? '' }) : embeddedDocumentStore(placeFile)
  const logger = createLogger({ level: 'silent' })
  const log = embeddedEventLog({ placeFile, runtime: systemRuntime, logger })
  const ports: Ports = { documents, log, runtime: systemRuntime, logger, dataKey: new Uint8Array(32).fill(3) }
  const directory = await openDirectory(ports)
  let imports = await openImports(ports, { instance: 'one' })
  // One server holds every test's documents, so each has sources of its own.
  const source = systemRuntime.uuid()
  const feed = (services: unknown, options: object = {}) => {
    const path = join(folder, 'feed.json')
    writeFileSync(path, typeof services === 'string' ? services : JSON.stringify(services))
    return { origin: { kind: 'file', path }, format: { kind: 'open-referral' }, source, asOf: '2024-12-13', ...options } as const
  }
  const stage = async (services: unknown, options: object = {}) => {
    const { importId, ended } = await imports.stage(feed(services, options))
    return { importId, report: await ended }
  }
  const offersOf = async (importId: string) => {
    const { items } = await imports.records(importId, { limit: 100 })
    return directory.offers.getMany(items.flatMap(({ offerId }) => (offerId === undefined ? [] : [offerId])))
  }
  const shown = async (ids: readonly string[]) =>
    Object.fromEntries((await directory.offers.getMany(ids)).map(({ id, state, details }) => [id, state.status === 'published' ? details?.name : state.status]))
  return {
    directory,
    ports,
    imports: () => imports,
    feed,
    stage,
    accept: async (services: unknown, options: object = {}) => {
      const staged = await stage(services, options)
      await (await imports.accept(staged.importId)).ended
      return staged
    },
    offersOf,
    shown,
    edit: async (offerId: string, name: string) => {
      const at = new Date().toISOString()
      await directory.offers.update(offerId, { key: systemRuntime.uuid(), repeatable: false, body: null, at }, (current) => {
        if (current.state.status === 'none' || !current.details) throw new Error('There is none')
        const { organisationId, track, origin, category, personalCare } = current.state
        return describeOffer(current, { offerId, organisationId, track, origin, category, personalCare, details: { ...publishedWords(current.details), name } })
      })
    },
    organisationName: async (offerId: string) => {
      const offer = await directory.offers.get(offerId)
      return offer && offer.state.status !== 'none' ? (await directory.organisations.get(offer.state.organisationId))?.details?.name : undefined
    },
    /** How many different events the log has of what was decided by now. */
    events: async () => {
      const ids = new Set<string>()
      await Promise.all([directory.offers.relay.drained(), directory.organisations.relay.drained()])
      for (const topic of ['offer', 'organisation']) for await (const { id } of log.read(`patchwork.provider-directory.${topic}`)) ids.add(id)
      return ids.size
    },
    again: async () => {
      await imports.stop()
      imports = await openImports(ports, { instance: 'one' })
    },
    close: async () => {
      await imports.stop()
      await Promise.all([directory.offers.stop(), directory.organisations.stop()])
      await log.close()
      await documents.close()
      await placeFile.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

describe.each(drivers)('on %s', (driver) => {
  let place: Awaited<ReturnType<typeof openPlace>>
  beforeEach(async () => {
    place = await openPlace(driver)
  })
  afterEach(() => place.close())
  const [a, b, c] = [oldService('a'), oldService('b'), oldService('c')]

  test('X1 what is staged changes nothing public until it is accepted', async () => {
    const { importId, report } = await place.stage([a, b, oldService('d', { name: '' })])
    expect(report).toMatchObject({ read: 3, new: 2, refused: 1, problems: [{ code: 'no-name', count: 1, examples: ['d'] }] })
    expect(await place.offersOf(importId)).toEqual([])
    await place.directory.offers.relay.drained()
    expect(await place.events()).toBe(0)
    await (await place.imports().accept(importId)).ended
    const offers = await place.offersOf(importId)
    expect(offers.map(({ state }) => state)).toEqual([
      expect.objectContaining({ status: 'published', origin: 'imported', takesReferrals: false }),
      expect.objectContaining({ status: 'published', origin: 'imported', takesReferrals: false }),
    ])
    expect(await place.imports().get(importId)).toMatchObject({ status: 'accepted', taken: 2, left: 0 })
  })

  test('X1 a dry run leaves no trace', async () => {
    await place.accept([a, b])
    const { records, importedOffers, sources, imports, mappings } = await openImportStore(place.ports)
    const everything = async () => {
      const kept: { id: string; revision: number }[] = []
      for (const one of [records, importedOffers, sources, mappings] as unknown as (typeof records)[])
        kept.push(...(await one.find({ limit: 1_000 })).documents)
      const aggregates: { id: string; sequence: number }[] = []
      for (const one of [imports, place.directory.offers, place.directory.organisations] as unknown as (typeof imports)[])
        aggregates.push(...(await one.find({ limit: 1_000 })).aggregates)
      return [...kept.map(({ id, revision }) => `${id}/${revision}`), ...aggregates.map(({ id, sequence }) => `${id}/${sequence}`)].sort()
    }
    const [before, events] = [await everything(), await place.events()]
    const report = await place.imports().dryRun(place.feed([oldService('a', { name: 'New name' }), c]))
    expect(report).toMatchObject({ read: 2, new: 1, changed: 1, same: 0, gone: 1 })
    expect([await everything(), await place.events()]).toEqual([before, events])
  })

  test('X1 a feed is compared with what was accepted last: new, changed, same, gone', async () => {
    await place.accept([a, b])
    const { report } = await place.stage([a, oldService('b', { description: 'Other words' }), c])
    expect(report).toMatchObject({ read: 3, new: 1, changed: 1, same: 1, gone: 0, refused: 0 })
    expect((await place.stage([c, oldService('a', { status: 'inactive' })])).report).toMatchObject({ new: 1, gone: 2, refused: 1 })
  })

  test.each([
    ['cut in the middle', JSON.stringify([a, b]).slice(0, -30), 'cut-off'],
    ['not JSON', '<html>', 'not-json'],
    ['empty', '[]', 'no-records'],
  ])('X1 a bad feed changes nothing and leaves nothing behind: %s', async (_what, words, code) => {
    const { importId } = await place.accept([a, b])
    const { importId: failed, ended } = await place.imports().stage(place.feed(words))
    await expect(ended).rejects.toMatchObject({ code })
    expect(await place.imports().get(failed)).toMatchObject({ status: 'failed', reason: code })
    expect((await place.imports().records(failed, { limit: 10 })).items).toEqual([])
    expect((await place.offersOf(importId)).map(({ state }) => state.status)).toEqual(['published', 'published'])
  })

  test.each<[string, () => unknown[], number]>([
    ['what a feed says twice does not stand for what it lacks', () => [a, a, c], 1],
    ['what its source has ended has gone, though the feed speaks of all', () => [a, b, oldService('c', { status: 'inactive' })], 1],
    ['what is new does not stand for what it lacks', () => [a, c, oldService('d')], 1],
  ])('%s', async (_, said, gone) => {
    await place.accept([a, b, c])
    expect((await place.stage(said())).report).toMatchObject({ gone })
  })

  test('one page of several, from a file, says nothing of what has gone', async () => {
    await place.accept([a, b])
    expect((await place.stage({ contents: [a], total_pages: 2, page_number: 1 })).report).toMatchObject({ same: 1, gone: 0 })
  })

  test('accepting shows what is new, changes what is changed, withdraws what has gone; undoing puts each back to what it was', async () => {
    const first = await place.accept([a, b])
    const [idA, idB] = (await place.imports().records(first.importId, { limit: 10 })).items.map(({ offerId }) => offerId!)
    const organisation = { id: 'o1', name: 'Sale Neighbours Together', description: 'Neighbours who cook.' }
    const second = await place.accept([oldService('b', { name: 'Supper club', organization: organisation }), oldService('c', { organization: organisation })])
    const idC = (await place.imports().records(second.importId, { kind: 'new', limit: 10 })).items[0]!.offerId!
    expect(await place.shown([idA!, idB!, idC])).toEqual({ [idA!]: 'withdrawn', [idB!]: 'Supper club', [idC]: 'Lunch club c' })
    expect(await place.organisationName(idB!)).toBe('Sale Neighbours Together')
    expect(await place.imports().lastAccepted()).toBe(second.importId)
    await (await place.imports().undo(second.importId)).ended
    expect(await place.shown([idA!, idB!, idC])).toEqual({ [idA!]: 'Lunch club a', [idB!]: 'Lunch club b', [idC]: 'withdrawn' })
    expect(await place.organisationName(idB!)).toBe('Sale Neighbours')
    expect((await place.stage([a, b])).report).toMatchObject({ same: 2, new: 0, gone: 0 })
    const third = await place.accept([a, b, c])
    expect(third.report).toMatchObject({ same: 2, new: 1 })
    expect(await place.shown([idC])).toEqual({ [idC]: 'Lunch club c' })
    await (await place.imports().undo(third.importId)).ended
    expect(await place.shown([idC])).toEqual({ [idC]: 'withdrawn' })
  })

  test('X1 of what was edited here somebody chooses field by field: ours, theirs or both; it is not asked again, and undone', async () => {
    const { importId } = await place.accept([a])
    const [offer] = await place.offersOf(importId)
    const offerId = offer!.id
    await place.edit(offerId, 'Ours')
    const words = async () => {
      const { name, description } = (await place.directory.offers.get(offerId))!.details!
      return { name, description }
    }
    const before = await words()
    const changed = oldService('a', { name: 'Theirs', description: 'A hot meal, twice.' })
    const second = await place.stage([changed])
    const conflict = await place.imports().conflict(second.importId, 1)
    expect(conflict?.differences.map(({ field, proposed }) => [field, proposed])).toEqual([
      ['name', 'ours'],
      ['description', 'theirs'],
    ])
    await place.imports().chooseFields(second.importId, 1, { name: 'ours', description: 'both' })
    expect((await place.imports().records(second.importId, { limit: 1 })).items).toMatchObject([{ isChosen: true }])
    await (await place.imports().accept(second.importId)).ended
    expect(await words()).toEqual({ name: 'Ours', description: `${before.description}\n\nA hot meal, twice.` })
    expect(await place.imports().get(second.importId)).toMatchObject({ taken: 1, left: 0 })

    // While neither side changes nothing is asked; when the feed changes in one field, only that is.
    const third = await place.stage([changed])
    expect(third.report).toMatchObject({ same: 1, changed: 0 })
    await place.imports().drop(third.importId)
    const fourth = await place.stage([oldService('a', { name: 'Theirs again', description: 'A hot meal, twice.' })])
    expect((await place.imports().conflict(fourth.importId, 1))?.differences.map(({ field }) => field)).toEqual(['name'])
    await place.imports().drop(fourth.importId)

    await (await place.imports().undo(second.importId)).ended
    expect(await words()).toEqual(before)
    const again = await place.stage([changed])
    expect((await place.imports().conflict(again.importId, 1))?.differences.map(({ field }) => field)).toEqual(['name', 'description'])
  })

  test('X1 what was edited here after it had been chosen stays when the import is undone; what needs no choice refuses one', async () => {
    const { importId } = await place.accept([a, b])
    const offerId = (await place.imports().records(importId, { limit: 1 })).items[0]!.offerId!
    await place.edit(offerId, 'Ours')
    const second = await place.stage([oldService('a', { name: 'Theirs' }), oldService('b', { name: 'New b' })])
    await expect(place.imports().chooseFields(second.importId, 2, { name: 'ours' })).rejects.toMatchObject({ code: 'no-conflict' })
    await place.imports().chooseFields(second.importId, 1, { name: 'theirs' })
    await (await place.imports().accept(second.importId)).ended
    expect((await place.shown([offerId]))[offerId]).toBe('Theirs')
    await place.edit(offerId, 'Ours again')
    await (await place.imports().undo(second.importId)).ended
    expect((await place.shown([offerId]))[offerId]).toBe('Ours again')
    await expect(place.imports().chooseFields(second.importId, 1, { name: 'ours' })).rejects.toMatchObject({ code: 'import-not-staged' })
  })

  test('what was edited here stays as it is, on accepting and on undoing, and is told', async () => {
    const first = await place.accept([a, b])
    const [idA, idB] = (await place.imports().records(first.importId, { limit: 10 })).items.map(({ offerId }) => offerId!)
    await place.edit(idA!, 'Our own name')
    const second = await place.accept([oldService('a', { name: 'Their name' }), oldService('b', { name: 'Supper' })])
    expect(second.report.problems).toEqual([{ code: 'edited-here', count: 1, examples: ['a'] }])
    expect(await place.imports().get(second.importId)).toMatchObject({ taken: 1, left: 1 })
    expect(await place.shown([idA!, idB!])).toEqual({ [idA!]: 'Our own name', [idB!]: 'Supper' })
    await place.edit(idB!, 'Our supper')
    await (await place.imports().undo(second.importId)).ended
    expect(await place.shown([idA!, idB!])).toEqual({ [idA!]: 'Our own name', [idB!]: 'Our supper' })
  })

  test('accepting and undoing again change nothing; what is outdated, dropped or older is refused', async () => {
    const first = await place.accept([a])
    const events = await place.events()
    await (await place.imports().accept(first.importId)).ended
    expect(await place.events()).toBe(events)
    const second = await place.accept([a, b])
    await expect(
      place
        .imports()
        .undo(first.importId)
        .then(({ ended }) => ended),
    ).rejects.toMatchObject({ code: 'import-not-last' })
    const waiting = await place.stage([a])
    await (await place.imports().undo(second.importId)).ended
    await (await place.imports().undo(second.importId)).ended
    await expect(
      place
        .imports()
        .accept(waiting.importId)
        .then(({ ended }) => ended),
    ).rejects.toMatchObject({ code: 'import-outdated' })
    await place.imports().drop(waiting.importId)
    await expect(place.imports().accept(waiting.importId)).rejects.toMatchObject({ code: 'import-not-staged' })
    await expect(place.imports().accept(systemRuntime.uuid())).rejects.toMatchObject({ code: 'import-not-found' })
    expect((await place.imports().records(waiting.importId, { limit: 10 })).items).toEqual([])
  })

  test('one import at a time', async () => {
    const { ended } = await place.imports().stage(place.feed([a]))
    await expect(place.imports().stage(place.feed([a]))).rejects.toMatchObject({ code: 'import-busy' })
    await ended
  })

  test('an acceptance and an undoing that were cut off go on at the next start, and end as uncut ones', async () => {
    const many = Array.from({ length: 300 }, (_, at) => oldService(`s${at}`, { organization: { id: `o${at % 40}`, name: `Group ${at % 40}` } }))
    const { importId } = await place.stage(many)
    const { ended } = await place.imports().accept(importId)
    ended.catch(() => undefined)
    await place.again()
    expect(await place.imports().get(importId)).toMatchObject({ status: 'accepted', taken: 300, left: 0 })
    const ids = (await place.offersOf(importId)).map(({ id }) => id)
    expect(new Set(Object.values(await place.shown(ids)))).toEqual(new Set(many.slice(0, 100).map(({ name }) => name)))
    const undoing = await place.imports().undo(importId)
    undoing.ended.catch(() => undefined)
    await place.again()
    expect(await place.imports().get(importId)).toMatchObject({ status: 'undone' })
    expect(new Set(Object.values(await place.shown(ids)))).toEqual(new Set(['withdrawn']))
  })

  test('a reading that was cut off by a stop has failed at the next start', async () => {
    const { importId, ended } = await place.imports().stage(place.feed(Array.from({ length: 2_000 }, (_, at) => oldService(`s${at}`))))
    ended.catch(() => undefined)
    await place.again()
    expect(await place.imports().get(importId)).toMatchObject({ status: 'failed', reason: 'interrupted' })
  })

  test('a staged record is sealed: its words lie nowhere that a reader of the store could find them', async () => {
    await place.stage([oldService('a', { name: 'Ann Other, gardener', email: 'ann@example.org' })])
    const { records } = await openImportStore(place.ports)
    expect(JSON.stringify((await records.find({ limit: 1_000 })).documents)).not.toMatch(/Ann Other|ann@example/)
  })

  test('a column mapping is kept under its name', async () => {
    await expect(place.imports().mapping('charities')).rejects.toMatchObject({ code: 'mapping-not-found' })
    await expect(place.imports().keepMapping('charities', [{ column: 'n', field: 'name' }])).rejects.toMatchObject({ code: 'mapping-incomplete' })
    const columns = [
      { column: 'n', field: 'name' },
      { column: 'n', field: 'organisation' },
    ] as const
    await place.imports().keepMapping('charities', columns)
    await place.imports().keepMapping('charities', columns)
    expect(await place.imports().mapping('charities')).toEqual(columns)
  })
})
