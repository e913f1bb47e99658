import type { EventHandler, EventRun } from '@patchwork/event-log'
import type { EventEnvelope } from '@patchwork/events'
import { sleep } from '@patchwork/runtime'
import { currentTraceparent, startTracing } from '@patchwork/telemetry'
import { type Consumer, consume } from './consume.ts'
import { on, type Reaction } from './on.ts'
import { openAggregates } from './openAggregates.ts'
import type { Ports } from './ports.ts'
import { type Hook, type Hooks, hooked, once, storeAway } from './simulation/hooked.ts'
import { type SimulatedPlace, simulatedPlace } from './simulation/simulatedPlace.ts'
import { addCoins, CoinsAdded, commandOf, type Jar, type JarDetails, type JarEvent, JarSealed, jarDefinition, seal } from './testExamples.ts'

const { topic } = jarDefinition
let made = 0
/** An event as another service would have published it. */
const eventOf = (subject: string, sequence: number, more: Partial<EventEnvelope> = {}): EventEnvelope => {
  made += 1
  return {
    specversion: '1.0',
    id: `event-${made}`,
    source: '/patchwork/example/jar',
    type: CoinsAdded.type,
    subject,
    time: '2025-01-06T09:00:00.000Z',
    datacontenttype: 'application/json',
    sequence,
    sequencetype: 'Integer',
    commandkey: 'k',
    data: { coins: sequence },
    ...more,
  }
}

/** A group that notes what it did, and fails where it is told to. */
const given = async (options: { hooks?: Hooks; reactions?: Reaction[]; onStep?: Ports['onStep']; wrap?: (ports: Ports) => Ports } = {}) => {
  const place = simulatedPlace(1)
  const { run } = place.time
  const done: string[] = []
  const failing = new Map<string, Error>()
  const react = async ({ subject, sequence }: EventEnvelope) => {
    const failure = failing.get(`${subject}${sequence}`)
    if (failure) throw failure
    done.push(`${subject}${sequence}`)
  }
  const open = async (): Promise<Consumer> => {
    const { ports } = place.openProcess(options.onStep)
    const own = { ...ports, documents: hooked(ports.documents, options.hooks ?? {}) }
    return run(
      consume({ service: 'watching', group: 'watchers', topics: [topic], handlers: options.reactions ?? [on(CoinsAdded, react)] }, options.wrap?.(own) ?? own),
    )
  }
  const consumer = await open()
  const { ports } = place.openProcess()
  const publish = (...events: EventEnvelope[]) => run(ports.log.publish(events.map((event) => ({ topic, event }))))
  return { place, run, done, failing, consumer, open, publish, ports }
}
const markOf = (place: SimulatedPlace, subject: string) =>
  JSON.parse(place.disk.get('watching/marks')?.get(`watchers:/patchwork/example/jar:${subject}`)?.text ?? '{}')
const pass = (place: SimulatedPlace, ms: number) => place.time.run(sleep(place.time.runtime, ms))
const away = storeAway()
const { signal } = new AbortController()

describe('rule 10: one mark per group and source', () => {
  test('an event that comes again has no second effect', async () => {
    const { run, done, consumer, open, publish } = await given()
    const events = [eventOf('a', 1), eventOf('a', 2)]
    await publish(...events, ...events, events[0]!)
    await run(consumer.caughtUp())
    await run(consumer.stop())
    const again = await open()
    await publish(events[1]!, eventOf('a', 3))
    await run(again.caughtUp())
    expect(done).toEqual(['a1', 'a2', 'a3'])
  })

  test('events that nobody here reacts to move the mark too', async () => {
    const { place, run, done, consumer, publish } = await given()
    await publish(eventOf('a', 1, { type: JarSealed.type, data: {} }), eventOf('a', 2, { type: 'jar.unheard-of.v7' }), eventOf('a', 3))
    await run(consumer.caughtUp())
    expect({ done, mark: markOf(place, 'a').sequence }).toEqual({ done: ['a3'], mark: 3 })
  })

  test('what fails each time is parked with the reason, what follows waits behind it, other keys flow on, and a replay keeps the order', async () => {
    const { place, run, done, failing, consumer, publish } = await given()
    failing.set('a2', Object.assign(new Error('Ann Other'), { code: 'not-now' }))
    await publish(eventOf('a', 1), eventOf('a', 2), eventOf('a', 3), eventOf('b', 1), eventOf('b', 2))
    await run(consumer.caughtUp())
    expect([...done].sort()).toEqual(['a1', 'b1', 'b2'])
    const parked = await run(consumer.parked(10))
    expect(parked.map(({ subject, sequence, reason }) => [subject, sequence, reason])).toEqual([
      ['a', 2, { why: 'failed', code: 'not-now' }],
      ['a', 3, { why: 'behind' }],
    ])
    expect(JSON.stringify([...place.disk.values()].map((rows) => [...rows]))).not.toContain('Ann')

    expect(await run(consumer.replay('a'))).toEqual({ replayed: 0, stillParked: 2 })
    failing.clear()
    failing.set('a3', new TypeError('broken'))
    expect(await run(consumer.replay())).toEqual({ replayed: 1, stillParked: 1 })
    expect((await run(consumer.parked(10))).map(({ sequence, reason }) => [sequence, reason])).toEqual([[3, { why: 'failed', code: 'TypeError' }]])
    await publish(eventOf('a', 4))
    await run(consumer.caughtUp())
    failing.clear()
    expect(await run(consumer.replay('b'))).toEqual({ replayed: 0, stillParked: 0 })
    expect(await run(consumer.replay('a'))).toEqual({ replayed: 2, stillParked: 0 })
    expect(done.filter((event) => event.startsWith('a'))).toEqual(['a1', 'a2', 'a3', 'a4'])
    await publish(eventOf('a', 5))
    await run(consumer.caughtUp())
    expect(done.at(-1)).toBe('a5')
  })

  test('a parked event that comes again stays parked and is not tried', async () => {
    const { run, done, failing, consumer, publish } = await given()
    failing.set('a1', new Error('poison'))
    const [first, second] = [eventOf('a', 1), eventOf('a', 2)]
    await publish(first, second)
    await run(consumer.caughtUp())
    failing.clear()
    await publish(first, second, first)
    await run(consumer.caughtUp())
    expect(done).toEqual([])
    expect(await run(consumer.replay())).toEqual({ replayed: 2, stillParked: 0 })
    expect(done).toEqual(['a1', 'a2'])
  })

  test('data that is not what its definition says is parked at once; fields it does not know reach the reaction', async () => {
    const seen: unknown[] = []
    const { run, consumer, publish } = await given({ reactions: [on(CoinsAdded, async ({ data }) => void seen.push(data))] })
    await publish(eventOf('a', 1, { data: { coins: 2, added: 'later' } }), eventOf('a', 2, { data: { coins: 'two' } }))
    await run(consumer.caughtUp())
    expect(seen).toEqual([{ coins: 2, added: 'later' }])
    expect((await run(consumer.parked(10))).map(({ reason }) => reason.why)).toEqual(['unreadable'])
  })

  test('what is only away is waited for without limit, and parks nothing', async () => {
    const { place, run, done, failing, consumer, publish } = await given()
    failing.set('a1', away)
    await publish(eventOf('a', 1), eventOf('a', 2), eventOf('b', 1))
    await pass(place, 120_000)
    expect({ done, parked: await run(consumer.parked(10)) }).toEqual({ done: ['b1'], parked: [] })
    failing.clear()
    await run(consumer.caughtUp())
    expect(done).toEqual(['b1', 'a1', 'a2'])
  })

  test('an event that parks just as a replay finds nothing more is replayed too', async () => {
    let isPoisoned = true
    let parkNext = async () => {}
    const { run, done, handlers, consumers } = await givenTwoOwners({
      react: async () => {
        if (isPoisoned) throw new Error('poison')
      },
      hooks: {
        marks: {
          replace: async (proceed, [, body]) => {
            if ((body as { sequence: number }).sequence === 1) await parkNext()
            return proceed()
          },
        },
      },
    })
    await run(handlers[0]!([eventOf('a', 1)], { signal }))
    isPoisoned = false
    parkNext = once(() => handlers[1]!([eventOf('a', 2)], { signal }))
    expect(await run(consumers[0]!.replay())).toEqual({ replayed: 2, stillParked: 0 })
    expect([...new Set(done)]).toEqual(['a1', 'a2'])
  })

  test('a row that was written just before a crash does not count, and is taken away', async () => {
    const { place, run, handlers, consumers } = await givenTwoOwners({})
    await run(handlers[0]!([eventOf('a', 1)], { signal }))
    await run(handlers[0]!([eventOf('a', 3)], { signal }))
    const rows = place.disk.get('watching/parked-events')!
    const [id, row] = [...rows][0]!
    rows.set(id.replace('#3', '#1'), { revision: 1, text: row.text.replaceAll('"sequence":3', '"sequence":1') })
    expect((await run(consumers[0]!.parked(10))).map(({ sequence }) => sequence)).toEqual([3])
    expect(rows.size).toBe(1)
  })
})

/** Two members of one group whose deliveries the test makes itself, as overlapping owners of a partition get them. */
const givenTwoOwners = async (options: { react?: (event: EventEnvelope) => Promise<unknown>; hooks?: Hooks }) => {
  const handlers: EventHandler[] = []
  const done: string[] = []
  const { open, consumer, ...rest } = await given({
    hooks: options.hooks ?? {},
    wrap: (ports) => ({
      ...ports,
      log: {
        ...ports.log,
        subscribe: async ({ handler }) => {
          handlers.push(handler)
          return { caughtUp: async () => {}, stop: async () => {} }
        },
      },
    }),
    reactions: [
      on(CoinsAdded, async (event) => {
        await options.react?.(event)
        done.push(`${event.subject}${event.sequence}`)
      }),
    ],
  })
  return { ...rest, done, handlers, consumers: [consumer, await open()] }
}

describe('a run of one source', () => {
  const writesOfMarks = () => {
    const written: number[] = []
    const note: Hook = async (proceed, [, body]) => {
      written.push((body as { sequence: number }).sequence)
      return proceed()
    }
    return { written, hooks: { marks: { insert: note, replace: note } } }
  }

  test('each event has its effect, in order, and the mark moves once', async () => {
    const { written, hooks } = writesOfMarks()
    const { run, done, handlers } = await givenTwoOwners({ hooks })
    await run(handlers[0]!([eventOf('a', 1), eventOf('a', 2), eventOf('a', 3)], { signal }))
    await run(handlers[0]!([eventOf('a', 3), eventOf('a', 4), eventOf('a', 5)], { signal }))
    expect({ done, written }).toEqual({ done: ['a1', 'a2', 'a3', 'a4', 'a5'], written: [3, 5] })
  })

  test('one that fails each time is parked after as many tries as any other, and the mark covers those before it', async () => {
    let tries = 0
    const { place, run, done, handlers, consumers } = await givenTwoOwners({
      react: async ({ sequence }) => {
        if (sequence !== 3) return
        tries += 1
        throw new Error('poison')
      },
    })
    await run(handlers[0]!([eventOf('a', 1), eventOf('a', 2), eventOf('a', 3), eventOf('a', 4)], { signal }))
    expect({ done, tries, mark: markOf(place, 'a').sequence }).toEqual({ done: ['a1', 'a2'], tries: 5, mark: 2 })
    expect((await run(consumers[0]!.parked(10))).map(({ sequence, reason }) => [sequence, reason.why])).toEqual([
      [3, 'failed'],
      [4, 'behind'],
    ])
  })

  test('what is away at one of them is told to the log, those before it are done for good', async () => {
    let isAway = true
    const { place, run, done, handlers } = await givenTwoOwners({
      react: async ({ sequence }) => {
        if (isAway && sequence === 3) throw away
      },
    })
    const events: EventRun = [eventOf('a', 1), eventOf('a', 2), eventOf('a', 3)]
    await expect(run(handlers[0]!(events, { signal }))).rejects.toBe(away)
    expect({ done, mark: markOf(place, 'a').sequence }).toEqual({ done: ['a1', 'a2'], mark: 2 })
    isAway = false
    await run(handlers[1]!(events, { signal }))
    expect({ done, mark: markOf(place, 'a').sequence }).toEqual({ done: ['a1', 'a2', 'a3'], mark: 3 })
  })

  test('whoever is told to stop begins no further one, and marks what is done', async () => {
    const stopping = new AbortController()
    const { place, run, done, handlers } = await givenTwoOwners({
      react: async ({ sequence }) => {
        if (sequence === 2) stopping.abort()
      },
    })
    await expect(run(handlers[0]!([eventOf('a', 1), eventOf('a', 2), eventOf('a', 3)], { signal: stopping.signal }))).rejects.toThrow()
    expect({ done, mark: markOf(place, 'a').sequence }).toEqual({ done: ['a1', 'a2'], mark: 2 })
  })

  test('under one key of the topic two sources each keep their own order and mark', async () => {
    const { place, run, done, handlers } = await givenTwoOwners({})
    const source = '/patchwork/example/other-jar'
    await run(handlers[0]!([eventOf('a', 1), eventOf('a', 1, { source }), eventOf('a', 2), eventOf('a', 2, { source })], { signal }))
    expect({ done, marks: place.disk.get('watching/marks')?.size, mark: markOf(place, 'a').sequence }).toEqual({
      done: ['a1', 'a2', 'a1', 'a2'],
      marks: 2,
      mark: 2,
    })
  })
})

describe('a reaction that changes an aggregate', () => {
  const openJars = (place: SimulatedPlace, ports: Ports) =>
    place.time.run(openAggregates<Jar, JarEvent, JarDetails>({ ...jarDefinition, service: 'watching', topic: other, events }, ports))
  const other = 'patchwork.watching.jar'
  const events = jarDefinition.events.map((event) => ({ ...event, topic: other }))

  test('rule 4: two groups, and two reactions of one group, each have their own effect, once', async () => {
    const place = simulatedPlace(1)
    const { run } = place.time
    const { ports } = place.openProcess()
    const jars = await openJars(place, ports)
    const add = (name: string) => on(CoinsAdded, async (_, { command }) => void (await jars.update('target', command(), addCoins(1))), { name })
    const twice = on(CoinsAdded, async (_, { command }) => {
      await jars.update('target', command(), addCoins(1))
      await jars.update('target', command(null, 'again'), addCoins(1))
    })
    const one = await run(consume({ service: 'watching', group: 'one', topics: [topic], handlers: [add('x'), add('y')] }, ports))
    const two = await run(consume({ service: 'watching', group: 'two', topics: [topic], handlers: [add('x'), twice] }, ports))
    const event = eventOf('a', 1, { correlationid: 'c1' })
    await run(ports.log.publish([event, event].map((same) => ({ topic, event: same }))))
    await run(Promise.all([one.caughtUp(), two.caughtUp()]))
    expect((await run(jars.get('target')))?.state.coins).toBe(5)
    const [first] = await run(jars.history('target'))
    expect(first).toMatchObject({ causationid: event.id, correlationid: 'c1', time: expect.any(String) })
  })

  test('a refusal parks the event under its code; when the cause is mended a replay is decided anew', async () => {
    const place = simulatedPlace(1)
    const { run } = place.time
    const { ports } = place.openProcess()
    const jars = await openJars(place, ports)
    const unseal = () => ({ events: [] })
    await run(jars.update('target', commandOf('k1'), addCoins(1)))
    await run(jars.update('target', commandOf('k2'), seal))
    let decide: Parameters<typeof jars.update>[2] = addCoins(5)
    const consumer = await run(
      consume(
        {
          service: 'watching',
          group: 'one',
          topics: [topic],
          handlers: [on(CoinsAdded, async (_, { command }) => void (await jars.update('target', command(), decide)))],
        },
        ports,
      ),
    )
    await run(ports.log.publish([{ topic, event: eventOf('a', 1) }]))
    await run(consumer.caughtUp())
    expect((await run(consumer.parked(10)))[0]?.reason).toEqual({ why: 'failed', code: 'jar-sealed' })
    decide = unseal
    expect(await run(consumer.replay())).toEqual({ replayed: 1, stillParked: 0 })
  })
})

test('the steps are told in order: effect, then mark', async () => {
  const steps: string[] = []
  const { run, consumer, publish, done } = await given({ onStep: (step) => void steps.push(step) })
  await publish(eventOf('a', 1))
  await run(consumer.caughtUp())
  expect({ steps, done }).toEqual({ steps: ['before-effect', 'after-effect', 'after-mark'], done: ['a1'] })
})

test.each(['before-effect', 'after-effect', 'after-mark'] as const)(
  'a process that ends %s leaves the event to the next, which has its effect once',
  async (last) => {
    const place = simulatedPlace(1)
    const { run } = place.time
    const effects = new Set<string>()
    const handlers = [on(CoinsAdded, async ({ id }) => void effects.add(id))]
    const process = place.openProcess((step) => {
      if (step !== last) return
      process.crash()
      return new Promise<void>(() => {})
    })
    const options = { service: 'watching', group: 'watchers', topics: [topic], handlers }
    await run(consume(options, process.ports))
    const { ports } = place.openProcess()
    await run(ports.log.publish([1, 2].map((sequence) => ({ topic, event: eventOf('a', sequence) }))))
    await pass(place, 200)
    const next = await run(consume(options, ports))
    await run(next.caughtUp())
    expect(effects.size).toBe(2)
    expect(markOf(place, 'a').sequence).toBe(2)
  },
)

test('a reaction is part of the trace that its event began', async () => {
  const tracing = startTracing()
  const seen: (string | undefined)[] = []
  const { run, consumer, publish } = await given({ reactions: [on(CoinsAdded, async () => void seen.push(currentTraceparent()))] })
  await publish(eventOf('a', 1, { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }))
  await run(consumer.caughtUp())
  await tracing.stop()
  expect(seen[0]).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-00$/)
  expect(seen[0]).not.toContain('b7ad6b7169203331')
})

test('a group handles a hundred source aggregates at a time, and no more', async () => {
  const gate = Promise.withResolvers<void>()
  const begun: string[] = []
  const { place, run, consumer, publish } = await given({
    reactions: [
      on(CoinsAdded, async ({ subject }) => {
        begun.push(subject)
        await gate.promise
      }),
    ],
  })
  await publish(...Array.from({ length: 150 }, (_, at) => eventOf(`a${at}`, 1)))
  await pass(place, 1_000)
  expect(begun).toHaveLength(100)
  gate.resolve()
  await run(consumer.caughtUp())
  expect(new Set(begun).size).toBe(150)
})

test('a trace that nobody records is gone on with, and gets no span', async () => {
  const tracing = startTracing()
  const seen: (string | undefined)[] = []
  const { run, consumer, publish } = await given({ reactions: [on(CoinsAdded, async () => void seen.push(currentTraceparent()))] })
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00'
  await publish(eventOf('a', 1, { traceparent }))
  await run(consumer.caughtUp())
  await tracing.stop()
  expect(seen).toEqual([traceparent])
})

test('a long queue behind one parked event is listed to the limit, kept whole, and drained in order', async () => {
  const { run, done, failing, consumer, publish } = await given()
  failing.set('a1', new Error('poison'))
  await publish(...Array.from({ length: 40 }, (_, at) => eventOf('a', at + 1)))
  await run(consumer.caughtUp())
  expect(await run(consumer.parked(7))).toHaveLength(7)
  expect((await run(consumer.invariants[1]!.check())).violations).toBe(1)
  failing.clear()
  expect(await run(consumer.replay())).toEqual({ replayed: 40, stillParked: 0 })
  expect(done).toEqual(Array.from({ length: 40 }, (_, at) => `a${at + 1}`))
  for (const invariant of consumer.invariants) expect(await run(invariant.check())).toEqual({ checked: 1, violations: 0, examples: [] })
})

test('a stopped consumer takes no more, and the next goes on where it ended', async () => {
  const { place, run, done, consumer, open, publish } = await given()
  await publish(eventOf('a', 1))
  await run(consumer.caughtUp())
  await run(consumer.stop())
  await publish(eventOf('a', 2))
  await pass(place, 1_000)
  expect(done).toEqual(['a1'])
  const next = await open()
  await run(next.caughtUp())
  expect(done).toEqual(['a1', 'a2'])
})

test('two reactions with one name are refused', async () => {
  const reaction = on(CoinsAdded, async () => {})
  const { ports } = simulatedPlace(1).openProcess()
  await expect(consume({ service: 'watching', group: 'one', topics: [topic], handlers: [reaction, reaction] }, ports)).rejects.toThrow(RangeError)
})
