import type { EventHandler, EventLog } from '@patchwork/event-log'
import type { EventEnvelope } from '@patchwork/events'
import { systemRuntime } from '@patchwork/runtime'
import { createLogger } from '@patchwork/telemetry'
import type { Offer } from '../domain/offer.ts'
import type { Organisation } from '../domain/organisation.ts'
import { at, details, offerId, organisationId, publishedState } from '../domain/testExamples.ts'
import type { Directory } from '../store/directory.ts'
import { createSearchIndex } from '../store/searchIndex.ts'
import { syncSearch } from './searchSync.ts'

// The same reading with each step held open by hand: what a busy place does rarely, done each time.
const heldOpen = async ({ changedAt = at }: { changedAt?: string } = {}) => {
  let offer: Offer & { id: string; sequence: number } = {
    id: offerId,
    sequence: 3,
    details: { ...details, modifiedAt: changedAt },
    state: publishedState,
  }
  let organisation: Organisation & { id: string; sequence: number } = {
    id: organisationId,
    sequence: 1,
    details: { name: 'First name', description: 'Neighbours.', modifiedAt: at },
    state: { status: 'registered', kind: 'micro-provider', origin: 'registered', memberIds: [], ownerIds: [] },
  }
  let hold: Promise<void> | undefined
  let handler: EventHandler | undefined
  const directory = {
    offers: {
      get: async () => offer,
      find: async () => ({ aggregates: offer.state.status === 'published' ? [offer] : [] }),
    },
    organisations: {
      getMany: async () => {
        const read = organisation
        await hold
        return [read]
      },
    },
  } as unknown as Directory
  const log = {
    ensureTopics: async () => undefined,
    subscribe: async (options: { handler: EventHandler }) => {
      handler = options.handler
      return { caughtUp: async () => undefined, stop: async () => undefined }
    },
  } as unknown as EventLog
  const index = createSearchIndex()
  const logger = createLogger({ service: 'test', level: 'silent' })
  const sync = await syncSearch({ index, directory, group: 'test' }, { log, logger, runtime: systemRuntime })
  const tell = (type: string, subject: string, sequence: number) =>
    handler!([{ source: '/patchwork/provider-directory/offer', type, subject, sequence } as EventEnvelope], { signal: new AbortController().signal })
  return {
    index,
    sync,
    /** Readings of organisations end only when the given function is called. */
    holdReadings: () => {
      let release = (): void => undefined
      hold = new Promise((resolve) => {
        release = () => {
          hold = undefined
          resolve()
        }
      })
      return () => release()
    },
    withdraw: () => {
      offer = { ...offer, sequence: 4, state: { ...(offer.state as never as object), status: 'withdrawn', withdrawnAt: at } as Offer['state'] }
      return tell('offer.withdrawn.v1', offerId, 4)
    },
    rename: () => {
      organisation = { ...organisation, sequence: 2, details: { name: 'Second name', description: 'Neighbours.', modifiedAt: at } }
      return tell('organisation.described.v1', organisationId, 2)
    },
    nameShown: () => index.get(offerId)?.organisation.name,
  }
}
const aMoment = () => new Promise((resolve) => setImmediate(resolve))

test('what is withdrawn while the index is read anew is not shown again by the reading', async () => {
  const place = await heldOpen()
  const release = place.holdReadings()
  const rebuilt = place.sync.rebuild()
  await aMoment()
  await place.withdraw()
  release()
  await rebuilt
  expect(place.index.ids()).toEqual([])
})
test('an organisation that changes while it is read is read again', async () => {
  const place = await heldOpen()
  const release = place.holdReadings()
  const rebuilt = place.sync.rebuild()
  await aMoment()
  await place.rename()
  release()
  await rebuilt
  expect(place.nameShown()).toBe('Second name')
})
test('an event of what is shown already changes nothing, and a later one is followed', async () => {
  const place = await heldOpen()
  expect(place.nameShown()).toBe('First name')
  await place.rename()
  expect(place.nameShown()).toBe('Second name')
  await place.withdraw()
  expect(place.nameShown()).toBeUndefined()
})
test('while it is read anew, search finds what it showed before', async () => {
  const place = await heldOpen()
  const release = place.holdReadings()
  const rebuilt = place.sync.rebuild()
  await aMoment()
  expect(place.index.search({ limit: 5 }, Date.parse(at)).hits.map(({ offer }) => offer.offerId)).toEqual([offerId])
  release()
  await rebuilt
  expect(place.index.search({ limit: 5 }, Date.parse(at)).total).toBe(1)
})
test('a long reading says how far it is', async () => {
  const lines: string[] = []
  const index = createSearchIndex()
  const one = { id: offerId, sequence: 1, details, state: { status: 'draft' } }
  let page = 0
  const directory = {
    offers: {
      find: async () => {
        page += 1
        const aggregates = Array.from({ length: 500 }, (_, at) => ({ ...one, id: `${page}-${at}` }))
        return { aggregates, ...(page < 41 ? { after: String(page) } : {}) }
      },
    },
    organisations: { getMany: async () => [] },
  } as unknown as Directory
  const log = { ensureTopics: async () => undefined, subscribe: async () => ({ stop: async () => undefined }) } as unknown as EventLog
  const logger = createLogger({ service: 'test', level: 'info', destination: { write: (line: string) => void lines.push(line) } })
  const sync = await syncSearch({ index, directory, group: 'test' }, { log, logger, runtime: systemRuntime })
  await sync.stop()
  expect(lines.filter((line) => line.includes('is reading')).map((line) => JSON.parse(line).count)).toEqual([10_000, 20_000])
})
test('what is gone without a word is gone after a reading anew', async () => {
  const place = await heldOpen()
  place.index.put([{ offer: { ...place.index.get(offerId)!, offerId: organisationId }, sequence: 1 }])
  await place.sync.rebuild()
  expect(place.index.ids()).toEqual([offerId])
})
test('D2 what an event brings is news to other systems when it is shown, however late, and stays so when the index is read anew', async () => {
  const place = await heldOpen()
  const newsAt = () => place.index.feed.newsAt(offerId)
  // Found at the start: news by its own dates, which are long ago.
  expect(newsAt()).toBe(at)
  const before = new Date(systemRuntime.now()).toISOString()
  await place.rename()
  const shown = newsAt()
  expect(shown && shown >= before).toBe(true)
  await place.sync.rebuild()
  expect(newsAt()).toBe(shown)
})
test('D2 what has changed within a day of a start counts as shown then', async () => {
  const place = await heldOpen({ changedAt: new Date(systemRuntime.now() - 3_600_000).toISOString() })
  expect(Date.parse(place.index.feed.newsAt(offerId) ?? '')).toBeGreaterThan(systemRuntime.now() - 600_000)
})
