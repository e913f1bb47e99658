import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Operation, openPlaceFile, type PlaceFile } from '@patchwork/place-file'
import { systemRuntime } from '@patchwork/runtime'
import { eventOf, firsts, numbers, ofKey, pause, until } from '../conformance.ts'
import { type EventLog, LogUnavailableError } from '../eventLog.ts'
import { embeddedEventLog } from './embeddedEventLog.ts'

// A place file that counts, and fails when it is told to.
const openWatched = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'patchwork-log-'))
  const placeFile = await openPlaceFile({ path: join(folder, 'log.sqlite') })
  const watched = { writes: 0, reads: 0, fails: (_operation: Operation): boolean => false }
  const file: PlaceFile = {
    ...placeFile,
    run: async (operation) => {
      if (watched.fails(operation)) throw new Error('no room')
      if (operation.statements.some(({ sql }) => /^(INSERT|UPDATE)/.test(sql))) watched.writes += 1
      else watched.reads += 1
      return placeFile.run(operation)
    },
  }
  return { watched, file, close: () => placeFile.close().then(() => rmSync(folder, { recursive: true })) }
}

describe('what only the embedded log has', () => {
  let place: Awaited<ReturnType<typeof openWatched>>
  let log: EventLog
  beforeEach(async () => {
    place = await openWatched()
    log = embeddedEventLog({ placeFile: place.file, runtime: systemRuntime })
    await log.ensureTopics(['t'])
  })
  afterEach(async () => {
    await log.close()
    await place.close()
  })
  const publish = (subject: string, from: number, to = from) =>
    log.publish(numbers(to, from).map((sequence) => ({ topic: 't', event: eventOf(subject, sequence) })))
  const subscribe = async (group = 'g', by = log) => {
    const sequences: number[] = []
    const subscription = await by.subscribe({ group, topics: ['t'], handler: async ([{ sequence }]) => void sequences.push(sequence) })
    return { sequences, subscription }
  }

  test('subscribers wake with the publish: no poll, and nothing is read again that was just written', async () => {
    const { sequences, subscription } = await subscribe()
    await publish('a', 1)
    await subscription.caughtUp()
    const readsBefore = place.watched.reads
    for (const sequence of numbers(50, 2)) await publish('a', sequence)
    await until('all are handled', () => sequences.length === 50)
    expect(place.watched.reads - readsBefore).toBeLessThan(5)
    expect(sequences).toEqual(numbers(50))
  })
  test('positions cost one write per moment, not one per event or group', async () => {
    const groups = await Promise.all(numbers(5).map((number) => subscribe(`g${number}`)))
    const writesBefore = place.watched.writes
    await Promise.all(numbers(300).map((sequence) => publish('a', sequence)))
    await Promise.all(groups.map(({ subscription }) => subscription.caughtUp()))
    await pause(300)
    expect(place.watched.writes - writesBefore).toBeLessThan(300 + 50)
  })
  test('a publish that fails writes nothing of it, and the events of a later one come in order', async () => {
    const { sequences, subscription } = await subscribe()
    await publish('a', 1)
    place.watched.fails = ({ statements }) => statements.some(({ sql }) => sql.startsWith('INSERT INTO event_log '))
    await expect(publish('a', 2, 3)).rejects.toThrow(LogUnavailableError)
    place.watched.fails = () => false
    await publish('a', 2, 5)
    await subscription.caughtUp()
    expect(sequences).toEqual(numbers(5))
  })
  test('a log that could not be read, or a position that could not be saved, is tried again', async () => {
    place.watched.fails = ({ statements }) => statements.some(({ sql }) => sql.startsWith('SELECT offset, key') || sql.includes('positions'))
    await publish('a', 1, 3)
    const { sequences, subscription } = await subscribe()
    await pause(200)
    expect(sequences).toEqual([])
    place.watched.fails = ({ statements }) => statements.some(({ sql }) => sql.startsWith('INSERT INTO event_log_positions'))
    await until('the events come', () => sequences.length === 3)
    place.watched.fails = () => false
    await publish('a', 4)
    await subscription.stop()
    expect(await log.lag('g', ['t'])).toEqual([{ topic: 't', behind: sequences.length === 4 ? 0 : 1 }])
  })
  test('two logs on one file are one log: each wakes the other, and a group has every event once', async () => {
    const other = embeddedEventLog({ placeFile: place.file, runtime: systemRuntime })
    const one = await subscribe('g', log)
    const two = await subscribe('g', other)
    await Promise.all(numbers(40).map((key) => (key % 2 ? log : other).publish([{ topic: 't', event: eventOf(`k${key}`, key) }])))
    await two.subscription.caughtUp()
    expect([...one.sequences, ...two.sequences].sort((a, b) => a - b)).toEqual(numbers(40))
    await other.close()
  })
  test('many publishers, slow and refusing handlers, members that come and go, reads that fail: every group has every key in order', async () => {
    const seen = new Map<string, ReturnType<typeof eventOf>[]>()
    let calls = 0
    const join = (group: string) => {
      const events = seen.get(group) ?? []
      seen.set(group, events)
      return log.subscribe({
        group,
        topics: ['t'],
        concurrencyMax: 3,
        handler: async ([event]) => {
          calls += 1
          if (calls % 3 === 0) await pause(1)
          if (calls % 17 === 0) throw new Error('not now')
          events.push(event)
        },
      })
    }
    const subscriptions = [await join('one'), await join('two')]
    let pages = 0
    place.watched.fails = ({ statements }) => {
      const isPage = statements.some(({ sql }) => sql.startsWith('SELECT offset, key'))
      pages += Number(isPage)
      return isPage && pages % 3 === 0
    }
    const publisher = async (key: string) => {
      for (const sequence of numbers(60)) {
        await publish(key, sequence)
        if (sequence === 20 && key === 'k1') subscriptions.push(await join('one'), await join('three'))
        if (sequence === 40 && key === 'k2') await subscriptions.shift()?.stop()
      }
    }
    const keys = numbers(8).map((key) => `k${key}`)
    await Promise.all(keys.map(publisher))
    place.watched.fails = () => false
    await Promise.all(subscriptions.map((subscription) => subscription.caughtUp()))
    for (const [group, events] of seen) for (const key of keys) expect([group, firsts(ofKey(events, key))]).toEqual([group, numbers(60)])
  })
})
