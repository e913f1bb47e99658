import type { EventEnvelope } from '@patchwork/events'
import type { AggregateBody, HistoryBody } from './aggregateDocument.ts'
import { aggregateCollection, historyCollection } from './aggregateDocument.ts'
import { openAggregates } from './openAggregates.ts'
import { reconcile } from './reconcile.ts'
import { type SimulatedPlace, simulatedPlace } from './simulation/simulatedPlace.ts'
import { addCoins, commandOf, type Jar, type JarDetails, type JarEvent, jarDefinition } from './testExamples.ts'

const logOf = (place: SimulatedPlace) => place.topics.events.get(jarDefinition.topic)!
const ids = (events: readonly EventEnvelope[]) => events.map(({ id }) => id)
const copyOf = (place: SimulatedPlace) => ({ disk: structuredClone([...place.disk]), log: structuredClone(logOf(place)) })
const restoreStore = (place: SimulatedPlace, { disk }: ReturnType<typeof copyOf>) => {
  for (const [name, rows] of structuredClone(disk)) place.disk.set(name, rows)
}
const restoreLog = (place: SimulatedPlace, { log }: ReturnType<typeof copyOf>) => logOf(place).splice(0, Infinity, ...structuredClone(log))

/** A place that ran twice: three events each time, all passed on. `early` is its copy after the first run, `whole` its log at the end. */
const given = async () => {
  const place = simulatedPlace(1)
  const { run } = place.time
  /** Opens as a start does; tells how many events it read for it. */
  const start = async () => {
    const { ports } = place.openProcess()
    let eventsRead = 0
    const read: typeof ports.log.read = async function* (topic, options) {
      for await (const event of ports.log.read(topic, options)) {
        eventsRead += 1
        yield event
      }
    }
    const jars = await run(openAggregates<Jar, JarEvent, JarDetails>(jarDefinition, { ...ports, log: { ...ports.log, read } }))
    return { jars, eventsRead }
  }
  const play = async (key: string) => {
    const { jars } = await start()
    for (const id of ['a', 'b', 'c']) await run(jars.update(id, commandOf(key), addCoins(1)))
    await run(jars.relay.drained())
    await run(jars.stop())
  }
  await play('first')
  const early = copyOf(place)
  await play('second')
  return { place, run, start, play, early, whole: ids(logOf(place)) }
}

describe('rule 12: store and log after a restore', () => {
  test('a start reads what is new since the last one, and nothing when nothing is', async () => {
    const { start } = await given()
    expect((await start()).eventsRead).toBe(3)
    expect((await start()).eventsRead).toBe(0)
  })

  test.each<[string, (place: SimulatedPlace, early: ReturnType<typeof copyOf>) => void]>([
    ['restored from an older copy', restoreLog],
    ['without its last event', (place) => logOf(place).pop()],
    ['emptied', (place) => logOf(place).splice(0)],
  ])('what a log %s lacks of history is published again, once', async (_, damage) => {
    const { place, start, early, whole } = await given()
    damage(place, early)
    await start()
    expect(ids(logOf(place)).sort()).toEqual([...whole].sort())
    await start()
    expect(logOf(place).length).toBe(6)
  })

  test('an event lost when nothing else has happened since the last start is published again', async () => {
    const { place, start, whole } = await given()
    await start()
    logOf(place).pop()
    await start()
    expect(ids(logOf(place)).sort()).toEqual([...whole].sort())
  })

  test('an event lost after the last start is published again, though the log is longer than it was then', async () => {
    const { place, start, play } = await given()
    await start()
    await play('third')
    const whole = ids(logOf(place))
    logOf(place).splice(7, 1)
    await start()
    expect(ids(logOf(place)).sort()).toEqual(whole.sort())
  })

  test('a store restored from a copy older than its log does not start, and nothing is changed', async () => {
    const { place, start, early, whole } = await given()
    restoreStore(place, early)
    await expect(start()).rejects.toMatchObject({ code: 'store-behind-log', examples: ['a', 'b', 'c'] })
    expect(ids(logOf(place))).toEqual(whole)
    await expect(start()).rejects.toMatchObject({ code: 'store-behind-log' })
  })

  test.each<[string, string, boolean]>([
    ['one record is older than the log', 'jar', false],
    ['one record is missing', 'jar', true],
    ['the history is older than the log', 'jar-history', true],
  ])('a store in which %s does not start', async (_, collection, isMissing) => {
    const { place, start, early } = await given()
    const rows = place.disk.get(`example/${collection}`)!
    const then = early.disk.find(([name]) => name === `example/${collection}`)![1]
    const lost = [...rows.keys()].find((id) => (collection === 'jar' ? id === 'a' : !then.has(id))) as string
    if (isMissing) rows.delete(lost)
    else rows.set(lost, then.get(lost)!)
    await expect(start()).rejects.toMatchObject({ code: 'store-behind-log' })
  })

  test('a store that gave a used sequence again does not start', async () => {
    const { place, start } = await given()
    Object.assign(logOf(place).at(-1)!, { id: 'other' })
    await expect(start()).rejects.toMatchObject({ code: 'store-behind-log' })
  })

  /** A process that passes one event on, and ends when the next is published and still in its outbox. */
  const endAfterPublishing = async ({ place, run }: Awaited<ReturnType<typeof given>>) => {
    let publishedCount = 0
    const { ports, crash } = place.openProcess((step) => {
      if (step === 'after-publish' && ++publishedCount === 2) crash()
    })
    const jars = await run(openAggregates<Jar, JarEvent, JarDetails>(jarDefinition, ports))
    await run(jars.update('a', commandOf('settled'), addCoins(1)))
    await run(jars.relay.drained())
    await run(jars.update('b', commandOf('waiting'), addCoins(1)))
    await run(new Promise<void>((resolve) => place.time.runtime.after(1_000, resolve)))
  }

  test('an event that waited in an outbox, though published, does not stand in for one that was lost', async () => {
    const then = await given()
    await endAfterPublishing(then)
    const [lost] = logOf(then.place).splice(6, 1)
    await then.start()
    expect(ids(logOf(then.place))).toContain(lost?.id)
  })

  test('what waited in an outbox when a process ended is neither lacking nor too much, at each start that follows', async () => {
    const then = await given()
    const { place, run, start } = then
    await endAfterPublishing(then)
    expect((await start()).eventsRead).toBe(2)
    const { jars: next } = await start()
    await run(next.relay.drained())
    await run(next.stop())
    expect(new Set(ids(logOf(place))).size).toBe(8)
    await start()
    expect((await start()).eventsRead).toBe(0)
  })

  /**
   * As a start does, but with a bound on how many new events it reads one by one. Gives what a start gives, and how many events it read for it. `meanwhile`
   * happens once it knows how many events were settled.
   */
  const compareWithin = async ({ place, run }: Awaited<ReturnType<typeof given>>, newMax: number, meanwhile = async () => {}) => {
    const { ports } = place.openProcess()
    let eventsRead = 0
    let isFirst = true
    const read: typeof ports.log.read = async function* (topic, options) {
      if (isFirst) await meanwhile()
      isFirst = false
      for await (const event of ports.log.read(topic, options)) {
        eventsRead += 1
        yield event
      }
    }
    const documents = await run(ports.documents.collection<AggregateBody>(aggregateCollection(jarDefinition)))
    const history = await run(ports.documents.collection<HistoryBody>(historyCollection(jarDefinition)))
    const source = { definition: jarDefinition, documents, history, log: { ...ports.log, read } }
    return { ...(await run(reconcile(source, ports.documents, { newMax }))), eventsRead }
  }

  test.each([0, 1, 2])('more new events than a start reads one by one (%i of three) are compared as a whole, once', async (newMax) => {
    const then = await given()
    expect(await compareWithin(then, newMax)).toEqual({ republished: 0, eventsRead: 6 })
    expect(await compareWithin(then, newMax)).toEqual({ republished: 0, eventsRead: 0 })
  })

  test.each([0, 1, 2, 3, 4])(
    'with room for %i new events, what the log lacks is published again, and a store that lacks something does not start',
    async (newMax) => {
      const then = await given()
      const [lost] = logOf(then.place).splice(4, 1)
      expect(await compareWithin(then, newMax)).toMatchObject({ republished: 1 })
      expect(ids(logOf(then.place))).toContain(lost?.id)
      restoreStore(then.place, then.early)
      await expect(compareWithin(then, newMax)).rejects.toMatchObject({ code: 'store-behind-log' })
    },
  )

  test('what others publish meanwhile takes no more room than there is', async () => {
    const then = await given()
    const { jars } = await then.start()
    const others = async () => {
      for (const id of ['a', 'b']) await then.run(jars.update(id, commandOf('meanwhile'), addCoins(1)))
      await then.run(jars.relay.drained())
    }
    await then.run(jars.update('c', commandOf('before'), addCoins(1)))
    await then.run(jars.relay.drained())
    expect(await compareWithin(then, 2, others)).toEqual({ republished: 0, eventsRead: 3 + 9 })
  })

  test('events that others publish again take room once: as many as there is room for are read one by one', async () => {
    const then = await given()
    logOf(then.place).push(...structuredClone(logOf(then.place).slice(3)))
    expect(await compareWithin(then, 3)).toEqual({ republished: 0, eventsRead: 6 })
  })
})
