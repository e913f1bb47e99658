import type { EventEnvelope } from '@patchwork/events'
import type { AggregateBody, HistoryBody } from './aggregateDocument.ts'
import { aggregateCollection, historyCollection } from './aggregateDocument.ts'
import { openLogStanding } from './logStanding.ts'
import { openAggregates } from './openAggregates.ts'
import { type SimulatedPlace, simulatedPlace } from './simulation/simulatedPlace.ts'
import { addCoins, commandOf, type Jar, type JarDetails, type JarEvent, jarDefinition } from './testExamples.ts'

const logOf = (place: SimulatedPlace) => place.topics.events.get(jarDefinition.topic)!
const ids = (events: readonly EventEnvelope[]) => events.map(({ id }) => id)
const copyOf = (place: SimulatedPlace) => ({ disk: structuredClone([...place.disk]), log: structuredClone(logOf(place)) })
const restoreStore = (place: SimulatedPlace, { disk }: ReturnType<typeof copyOf>) => {
  for (const [name, rows] of structuredClone(disk)) place.disk.set(name, rows)
}
const restoreLog = (place: SimulatedPlace, { log }: ReturnType<typeof copyOf>) => logOf(place).splice(0, Infinity, ...structuredClone(log))

/** The ports of a new process of a place, and how many events it has read from the log. `meanwhile` happens each time before it reads. */
const countingReads = (place: SimulatedPlace, meanwhile = async () => {}) => {
  const { ports } = place.openProcess()
  let eventsRead = 0
  const read: typeof ports.log.read = async function* (topic, options) {
    await meanwhile()
    for await (const event of ports.log.read(topic, options)) {
      eventsRead += 1
      yield event
    }
  }
  return { ports: { ...ports, log: { ...ports.log, read } }, eventsRead: () => eventsRead }
}

/** A place that ran twice: three events each time, all passed on. `early` is its copy after the first run, `whole` its log at the end. */
const given = async () => {
  const place = simulatedPlace(1)
  const { run } = place.time
  /** Opens as a start does; tells how many events it read for it. */
  const start = async () => {
    const { ports, eventsRead } = countingReads(place)
    const jars = await run(openAggregates<Jar, JarEvent, JarDetails>(jarDefinition, ports))
    return { jars, eventsRead: eventsRead() }
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

  test('what a log lacks is published without what history holds ahead of an event that still waits', async () => {
    const then = await given()
    const { place, run } = then
    const { ports, crash } = place.openProcess((step) => (step === 'after-archive' ? crash() : undefined))
    const jars = await run(openAggregates<Jar, JarEvent, JarDetails>(jarDefinition, ports))
    await run(Promise.all(['third', 'fourth'].map((key) => jars.update('a', commandOf(key), addCoins(1)))))
    await run(new Promise<void>((resolve) => place.time.runtime.after(1_000, resolve)))
    const history = place.disk.get('example/jar-history')!
    const third = [...history].find(([, { text }]) => JSON.parse(text).event.subject === 'a' && JSON.parse(text).event.sequence === 3)!
    history.delete(third[0])
    logOf(place).splice(0)
    const { jars: next } = await then.start()
    await run(next.relay.drained())
    expect(
      logOf(place)
        .filter(({ subject }) => subject === 'a')
        .map(({ sequence }) => sequence),
    ).toEqual([1, 2, 3, 4])
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

  test('an event that is published again counts once, also where that is read only by a later start', async () => {
    const { place, start, play } = await given()
    await start()
    logOf(place).push(...structuredClone(logOf(place).slice(3)))
    expect((await start()).eventsRead).toBe(3)
    expect((await start()).eventsRead).toBe(0)
    await play('third')
    const [lost] = logOf(place).splice(10, 1)
    await start()
    expect(ids(logOf(place))).toContain(lost?.id)
  })

  test('a store whose standing was noted by an earlier version is compared as a whole, once', async () => {
    const { place, run, start } = await given()
    const rows = place.disk.get('example/log-standings')!
    rows.set('jar', { revision: 2, text: JSON.stringify({ settled: 6, end: await run(place.openProcess().ports.log.end(jarDefinition.topic)) }) })
    expect((await start()).eventsRead).toBeGreaterThanOrEqual(6)
    expect((await start()).eventsRead).toBe(0)
  })

  test('what others publish while a start reads is no reason to read everything, and the next start counts it once', async () => {
    const then = await given()
    const { jars } = await then.start()
    let turn = 0
    const others = async () => {
      turn += 1
      for (const id of ['a', 'b']) await then.run(jars.update(id, commandOf(`meanwhile ${turn}`), addCoins(1)))
      await then.run(jars.relay.drained())
    }
    const standing = await standingOf(then, others)
    expect(await then.run(standing.reconcile())).toEqual({ republished: 0 })
    expect(standing.eventsRead()).toBe(2)
    expect((await then.start()).eventsRead).toBe(2)
    expect((await then.start()).eventsRead).toBe(0)
  })
})

/** The standing as a process has it. */
const standingOf = async ({ place, run }: Awaited<ReturnType<typeof given>>, meanwhile?: () => Promise<void>) => {
  const { ports, eventsRead } = countingReads(place, meanwhile)
  const documents = await run(ports.documents.collection<AggregateBody>(aggregateCollection(jarDefinition)))
  const history = await run(ports.documents.collection<HistoryBody>(historyCollection(jarDefinition)))
  const source = { definition: jarDefinition, documents, history, log: ports.log }
  return { ...(await run(openLogStanding(source, ports))), eventsRead }
}

describe('rule 12: the standing while a place runs', () => {
  const many = 1_200
  const minute = 60_000
  /** A place in which many events more have happened, and nobody has looked at them. */
  const busy = async () => {
    const then = await given()
    const { jars } = await then.start()
    for (let from = 0; from < many; from += 100)
      await then.run(Promise.all(Array.from({ length: 100 }, (_, at) => jars.update(`busy ${at}`, commandOf(`more ${from}`), addCoins(1)))))
    await then.run(jars.relay.drained())
    await then.run(jars.stop())
    return then
  }
  const pass = ({ place, run }: Awaited<ReturnType<typeof given>>, ms: number) => run(new Promise<void>((resolve) => place.time.runtime.after(ms, resolve)))

  const rush = async (then: Awaited<ReturnType<typeof given>>, standing: { passedOn(events: number): void }, seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      standing.passedOn(5_000)
      await pass(then, 1_000)
    }
  }

  test('it moves on, so that a start reads little, and an event that is lost before it or after it is published again', async () => {
    const then = await busy()
    const { place, start } = then
    const standing = await standingOf(then)
    standing.passedOn(many)
    await pass(then, minute)
    expect(standing.eventsRead()).toBe(many)
    expect((await start()).eventsRead).toBe(0)
    for (const at of [4, 600, many]) {
      const [lost] = logOf(place).splice(at, 1)
      await start()
      expect(ids(logOf(place))).toContain(lost?.id)
    }
    const { length } = logOf(place)
    expect((await start()).eventsRead).toBe(0)
    expect(logOf(place).length).toBe(length)
  })
  test('few new events are left to the next start, however many this process passed on: another has moved it', async () => {
    const then = await given()
    const standing = await standingOf(then)
    standing.passedOn(many)
    await pass(then, minute)
    expect(standing.eventsRead()).toBe(0)
  })
  test('a rush is left for later, and the standing follows when it is over', async () => {
    const then = await busy()
    const standing = await standingOf(then)
    await rush(then, standing, 60)
    expect(standing.eventsRead()).toBe(0)
    await pass(then, minute)
    expect(standing.eventsRead()).toBe(many)
  })
  test('a rush without end is not left for ever', async () => {
    const then = await busy()
    const standing = await standingOf(then)
    await rush(then, standing, 120)
    expect(standing.eventsRead()).toBe(many)
  })
  test('a process that stops moves it no more', async () => {
    const then = await busy()
    const standing = await standingOf(then)
    standing.passedOn(many)
    standing.stop()
    await pass(then, minute)
    expect(standing.eventsRead()).toBe(0)
  })
  test('two that move it at a time count each event once', async () => {
    const then = await busy()
    const both = [await standingOf(then), await standingOf(then)]
    for (const standing of both) standing.passedOn(many)
    await pass(then, minute)
    expect((await then.start()).eventsRead).toBe(0)
    const [lost] = logOf(then.place).splice(7, 1)
    await then.start()
    expect(ids(logOf(then.place))).toContain(lost?.id)
  })
})
