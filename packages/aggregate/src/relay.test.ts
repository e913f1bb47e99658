import { sleep } from '@patchwork/runtime'
import type { HistoryBody } from './aggregateDocument.ts'
import { openAggregates } from './openAggregates.ts'
import type { Ports, Step } from './ports.ts'
import { type Hooks, hooked, logAway, once, storeAway } from './simulation/hooked.ts'
import { type SimulatedPlace, simulatedPlace } from './simulation/simulatedPlace.ts'
import { addCoins, commandOf, type Jar, type JarDetails, type JarEvent, jarDefinition } from './testExamples.ts'

const openJars = async (
  place: SimulatedPlace,
  options: { hooks?: Hooks; onStep?: Ports['onStep']; publish?: (proceed: () => Promise<void>, events: number) => Promise<void> } = {},
) => {
  const process = place.openProcess(options.onStep)
  const { ports } = process
  const log = options.publish
    ? { ...ports.log, publish: (events: Parameters<typeof ports.log.publish>[0]) => options.publish!(() => ports.log.publish(events), events.length) }
    : ports.log
  const jars = await place.time.run(
    openAggregates<Jar, JarEvent, JarDetails>(jarDefinition, { ...ports, log, documents: hooked(ports.documents, options.hooks ?? {}) }),
  )
  return { jars, process }
}
const published = (place: SimulatedPlace) => (place.topics.events.get(jarDefinition.topic) ?? []).map(({ subject, sequence }) => `${subject}${sequence}`)
const archived = (place: SimulatedPlace) =>
  [...(place.disk.get('example/jar-history') ?? new Map()).values()]
    .map(({ text }) => JSON.parse(text).event)
    .map(({ subject, sequence }) => `${subject}${sequence}`)
const pass = (place: SimulatedPlace, ms: number) => place.time.run(sleep(place.time.runtime, ms))

describe('rule 9: archive, then publish, then remove by event id', () => {
  test('in that order, each step told', async () => {
    const place = simulatedPlace(1)
    const steps: string[] = []
    const seen = (step: Step) => void steps.push(`${step} archived ${archived(place)} published ${published(place)}`)
    const { jars } = await openJars(place, { onStep: seen })
    await place.time.run(jars.update('a', commandOf('k1'), addCoins(1)))
    await place.time.run(jars.relay.drained())
    expect(steps).toEqual([
      'before-write archived  published ',
      'after-write archived  published ',
      'after-archive archived a1 published ',
      'after-publish archived a1 published a1',
      'after-trim archived a1 published a1',
    ])
  })

  test('what cannot be archived is not published, writes stay possible, and it goes on by itself', async () => {
    const place = simulatedPlace(1)
    let isAway = true
    const { jars } = await openJars(place, { hooks: { 'jar-history': { insert: async (proceed) => (isAway ? Promise.reject(storeAway()) : proceed()) } } })
    for (let at = 1; at <= 3; at += 1) await place.time.run(jars.update('a', commandOf(`k${at}`), addCoins(1)))
    await pass(place, 20_000)
    expect(published(place)).toEqual([])
    isAway = false
    await pass(place, 10_000)
    expect(published(place)).toEqual(['a1', 'a2', 'a3'])
  })

  test('while the log is away writes stay possible; when it is back everything goes out in order', async () => {
    const place = simulatedPlace(1)
    let isAway = true
    let tries = 0
    const publish = async (proceed: () => Promise<void>) => {
      tries += 1
      return isAway ? Promise.reject(logAway()) : proceed()
    }
    const { jars } = await openJars(place, { publish })
    for (let at = 1; at <= 3; at += 1) for (const id of ['a', 'b']) await place.time.run(jars.update(id, commandOf(`${id}${at}`), addCoins(1)))
    await pass(place, 60_000)
    expect(tries).toBeLessThan(40)
    isAway = false
    await place.time.run(jars.relay.drained())
    expect(published(place).filter((event) => event.startsWith('a'))).toEqual(['a1', 'a2', 'a3'])
    expect(published(place).filter((event) => event.startsWith('b'))).toEqual(['b1', 'b2', 'b3'])
  })

  test.each<[string, (isBack: Promise<void>) => Promise<void>]>([
    ['does not answer', (isBack) => isBack],
    ['is away', () => Promise.reject(logAway())],
  ])('while the log %s, what waits is archived once, and nothing but to publish it is left for when it is back', async (_, wait) => {
    const place = simulatedPlace(1)
    const back = Promise.withResolvers<void>()
    let isBack = false
    let inserts = 0
    const insert: NonNullable<Hooks[string]['insert']> = (proceed) => {
      inserts += 1
      return proceed()
    }
    const { jars } = await openJars(place, {
      hooks: { 'jar-history': { insert } },
      publish: async (proceed) => {
        if (!isBack) await wait(back.promise)
        return proceed()
      },
    })
    for (let at = 1; at <= 3; at += 1) for (let jar = 0; jar < 300; jar += 1) await place.time.run(jars.update(`jar-${jar}`, commandOf(`k${at}`), addCoins(1)))
    await pass(place, 60_000)
    expect(published(place)).toEqual([])
    expect(archived(place)).toHaveLength(900)
    isBack = true
    back.resolve()
    await place.time.run(jars.relay.drained())
    expect(inserts).toBe(900)
    for (let jar = 0; jar < 300; jar += 1)
      expect(published(place).filter((event) => event.slice(0, -1) === `jar-${jar}`)).toEqual([1, 2, 3].map((at) => `jar-${jar}${at}`))
  })

  test('what a process archived and left when it died is published by another without archiving it again', async () => {
    const place = simulatedPlace(1)
    const { jars: dying, process } = await openJars(place, { publish: () => Promise.reject(logAway()) })
    for (let jar = 0; jar < 500; jar += 1) await place.time.run(dying.update(`jar-${jar}`, commandOf('k1'), addCoins(1)))
    await pass(place, 10_000)
    process.crash()
    expect(archived(place)).toHaveLength(500)
    let inserts = 0
    const insert: NonNullable<Hooks[string]['insert']> = (proceed) => {
      inserts += 1
      return proceed()
    }
    const { jars } = await openJars(place, { hooks: { 'jar-history': { insert } } })
    await place.time.run(jars.relay.drained())
    expect(published(place)).toHaveLength(500)
    expect(inserts).toBe(0)
  })

  test('an event that is written while its predecessor is on the way stays in the outbox', async () => {
    const place = simulatedPlace(1)
    const { jars: other } = await openJars(place)
    await place.time.run(other.stop())
    const next = once(() => other.update('a', commandOf('k2'), addCoins(1)))
    const publish = async (proceed: () => Promise<void>) => {
      await next()
      return proceed()
    }
    const { jars } = await openJars(place, { publish })
    await pass(place, 100)
    await place.time.run(jars.update('a', commandOf('k1'), addCoins(1)))
    await pass(place, 500)
    await place.time.run(jars.relay.drained())
    expect(published(place)).toEqual(['a1', 'a2'])
    // This process has passed on what the other one wrote, and still knows that it does not know the other one's commands.
    expect(await place.time.run(jars.update('a', commandOf('k2'), addCoins(1)))).toMatchObject({ sequence: 2, repeated: true })
  })

  test.each(['after-write', 'after-archive', 'after-publish', 'after-trim'] as const)(
    'a process that ends %s loses nothing: another passes it on by itself',
    async (last) => {
      const place = simulatedPlace(1)
      const { jars: other } = await openJars(place)
      await pass(place, 100)
      const { jars, process } = await openJars(place, {
        onStep: (step) => {
          if (step !== last) return
          process.crash()
          return new Promise<void>(() => {})
        },
      })
      void jars.update('a', commandOf('k1'), addCoins(1))
      await pass(place, 5_000)
      expect([...new Set(published(place))]).toEqual(['a1'])
      expect(archived(place)).toEqual(['a1'])
      await place.time.run(other.relay.drained())
      expect(await place.time.run(other.update('a', commandOf('k1'), addCoins(1)))).toMatchObject({ repeated: true })
    },
  )

  test('what leaves its outbox while the store is searched is not passed on again', async () => {
    const place = simulatedPlace(1)
    const find: NonNullable<Hooks[string]['find']> = async (proceed) => {
      const page = await proceed()
      await sleep(place.time.runtime, 200)
      return page
    }
    const { jars } = await openJars(place, { hooks: { jar: { find } } })
    await place.time.run(jars.relay.drained())
    await place.time.run(jars.update('a', commandOf('k1'), addCoins(1)))
    jars.relay.wake()
    await place.time.run(jars.relay.drained())
    expect(published(place)).toEqual(['a1'])
  })

  test('two relays over the same outboxes only repeat: first occurrences stay in order', async () => {
    const place = simulatedPlace(5)
    place.store.delayMs = 9
    const [one, two] = [await openJars(place), await openJars(place)]
    const writes = Array.from({ length: 30 }, (_, at) => (at % 2 === 0 ? one : two).jars.update('a', commandOf(`k${at}`), addCoins(1)))
    for (let round = 0; round < 20; round += 1) {
      one.jars.relay.wake()
      two.jars.relay.wake()
      await pass(place, 7)
    }
    await place.time.run(Promise.all(writes))
    await place.time.run(Promise.all([one.jars.relay.drained(), two.jars.relay.drained()]))
    expect([...new Set(published(place))]).toEqual(Array.from({ length: 30 }, (_, at) => `a${at + 1}`))
  })
})

test('what another process wrote last and left is passed on once, also by one that wrote the same record before', async () => {
  const place = simulatedPlace(1)
  const { jars: living } = await openJars(place)
  await place.time.run(living.update('a', commandOf('k1'), addCoins(1)))
  await place.time.run(living.relay.drained())
  const { jars: dying, process } = await openJars(place)
  await place.time.run(dying.update('a', commandOf('k2'), addCoins(1)))
  process.crash()
  await pass(place, 60_000)
  expect(published(place)).toEqual(['a1', 'a2'])
  expect([...place.disk.get('example/jar')!.values()][0]!.text).not.toContain('pendingSince')
})

test('what another living process has just written is left to it', async () => {
  const place = simulatedPlace(1)
  const [one] = [await openJars(place), await openJars(place)]
  await pass(place, 100)
  for (let at = 0; at < 400; at += 1) {
    await place.time.run(one.jars.update(`jar-${at}`, commandOf('k'), addCoins(1)))
    await pass(place, 7)
  }
  await pass(place, 100)
  expect(published(place)).toHaveLength(400)
})

test('writes that come together share a trip', async () => {
  const place = simulatedPlace(1)
  const trips: number[] = []
  const publish = async (proceed: () => Promise<void>, events: number) => {
    trips.push(events)
    return proceed()
  }
  const { jars } = await openJars(place, { publish })
  await place.time.run(Promise.all(Array.from({ length: 50 }, (_, at) => jars.update(`jar-${at}`, commandOf('k'), addCoins(1)))))
  await place.time.run(jars.relay.drained())
  expect(trips.length).toBeLessThanOrEqual(3)
})

test('an outbox is emptied as soon as nothing is written for a moment', async () => {
  const place = simulatedPlace(1)
  let trims = 0
  const { jars } = await openJars(place, {
    onStep: (step) => {
      if (step === 'after-trim') trims += 1
    },
  })
  await place.time.run(jars.update('a', commandOf('k1'), addCoins(1)))
  await pass(place, 200)
  expect({ trims, published: published(place) }).toEqual({ trims: 1, published: ['a1'] })
})

test('while other records are written none is emptied by itself, but all together now and then', async () => {
  const place = simulatedPlace(1)
  const emptiedAt: number[] = []
  const { jars } = await openJars(place, {
    onStep: (step) => {
      if (step === 'after-trim') emptiedAt.push(place.time.runtime.now())
    },
  })
  const began = place.time.runtime.now()
  for (let number = 0; number < 100; number += 1) {
    await place.time.run(jars.update(`jar-${number}`, commandOf(`k${number}`), addCoins(1)))
    await pass(place, 10)
  }
  const tookMs = place.time.runtime.now() - began
  await place.time.run(jars.relay.drained())
  expect(emptiedAt.length).toBe(100)
  const times = emptiedAt.filter((at, index) => at - (emptiedAt[index - 1] ?? 0) > 20).length
  // Simulated time: every 400 ms and something.
  expect(times).toBeLessThanOrEqual(Math.ceil(tookMs / 400) + 1)
})

test('one record that cannot be passed on holds up no other', async () => {
  const place = simulatedPlace(1)
  let isBroken = true
  const insert = async (proceed: () => Promise<unknown>, [, body]: readonly unknown[]) => {
    if (isBroken && (body as HistoryBody).event.subject === 'b') throw new Error('broken')
    return proceed()
  }
  const { jars } = await openJars(place, { hooks: { 'jar-history': { insert } } })
  await place.time.run(Promise.all(['a', 'b', 'c'].map((id) => jars.update(id, commandOf(id), addCoins(1)))))
  await pass(place, 3_000)
  expect(published(place).sort()).toEqual(['a1', 'c1'])
  isBroken = false
  await place.time.run(jars.relay.drained())
  expect(published(place).sort()).toEqual(['a1', 'b1', 'c1'])
})

test('a stopped relay passes nothing on, and drained says so', async () => {
  const place = simulatedPlace(1)
  const { jars } = await openJars(place)
  await place.time.run(jars.stop())
  await place.time.run(jars.update('a', commandOf('k1'), addCoins(1)))
  await pass(place, 5_000)
  expect(published(place)).toEqual([])
  await expect(place.time.run(jars.relay.drained())).rejects.toThrow('stopped')
})
