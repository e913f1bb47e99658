import { keyDigest } from './commandKey.ts'
import { InvalidEventError, KeyReusedError, StaleError } from './errors.ts'
import { openAggregates } from './openAggregates.ts'
import { type Hooks, hooked, once, storeAway } from './simulation/hooked.ts'
import { type SimulatedPlace, simulatedPlace } from './simulation/simulatedPlace.ts'
import {
  addCoins,
  addFirstCoins,
  CoinsAdded,
  commandOf,
  type Jar,
  type JarDetails,
  type JarEvent,
  JarSealedError,
  jarDefinition,
  noteDown,
  seal,
} from './testExamples.ts'

const openJars = (place: SimulatedPlace, hooks: Hooks = {}) => {
  const { ports } = place.openProcess()
  return place.time.run(openAggregates<Jar, JarEvent, JarDetails>(jarDefinition, { ...ports, documents: hooked(ports.documents, hooks) }))
}
const published = (place: SimulatedPlace) => place.topics.events.get(jarDefinition.topic) ?? []
const given = async (hooks: Hooks = {}) => {
  const place = simulatedPlace(1)
  const jars = await openJars(place, hooks)
  return { place, jars, run: place.time.run }
}

describe('rule 1: revision is the lock, sequence is the order', () => {
  test('a no-op that is answered while the relay empties the outbox is still remembered', async () => {
    const place = simulatedPlace(1)
    const { run } = place.time
    const other = await openJars(place)
    const quiet = once(() => other.update('a', commandOf('quiet'), () => ({ events: [], answer: { first: true } })))
    const jars = await openJars(place, {
      jar: {
        replace: async (proceed) => {
          await quiet()
          return proceed()
        },
      },
    })
    await run(jars.update('a', commandOf('k1'), addCoins(1)))
    await run(jars.relay.drained())
    expect(await run(jars.update('a', commandOf('quiet'), addCoins(9)))).toMatchObject({ answer: { first: true }, repeated: true })
  })

  test('neither a no-op nor the relay moves the sequence that a caller names in If-Match', async () => {
    const { jars, run } = await given()
    await run(jars.update('a', commandOf('k1'), addCoins(1)))
    await run(jars.update('a', commandOf('k2'), addFirstCoins(1)))
    await run(jars.relay.drained())
    await expect(run(jars.update('a', commandOf('k3', { expectedSequence: 2 }), addCoins(1)))).rejects.toBeInstanceOf(StaleError)
    expect(await run(jars.update('a', commandOf('k4', { expectedSequence: 1 }), addCoins(1)))).toMatchObject({ sequence: 2 })
  })
})

test('rule 2: the sequence grows by the number of events in the write', async () => {
  const { place, jars, run } = await given()
  const two = () => ({
    events: [
      ...addCoins(1)({ id: 'a', sequence: 0, state: jarDefinition.initial, details: undefined }).events,
      { type: JarSealedType, data: {} },
    ] as JarEvent[],
  })
  expect(await run(jars.update('a', commandOf('k1'), two))).toMatchObject({ sequence: 2, state: { status: 'sealed' } })
  await run(jars.relay.drained())
  expect(published(place).map(({ sequence }) => sequence)).toEqual([1, 2])
})
const JarSealedType = 'jar.sealed.v1' as const

test('rule 4: a command key is kept as its digest only', async () => {
  const { place, jars, run } = await given()
  await run(jars.update('a', commandOf('Ann Other, 07700 900123'), addCoins(1)))
  await run(jars.update('a', commandOf('Ann Other, 07700 900124'), addFirstCoins(1)))
  await run(jars.relay.drained())
  const everything = JSON.stringify([...place.disk].map(([name, rows]) => [name, ...rows])) + JSON.stringify(published(place))
  expect(everything).not.toContain('07700')
  expect(published(place)[0]?.commandkey).toBe(keyDigest('Ann Other, 07700 900123'))
})

describe('rule 5: each attempt looks in the document, its answers, its outbox, then history', () => {
  test('a repeat that loads just after the event left for history finds it there', async () => {
    const place = simulatedPlace(1)
    const { run } = place.time
    const jars = await openJars(place)
    const drain = once(() => jars.relay.drained())
    const other = await openJars(place, {
      jar: {
        get: async (proceed) => {
          await drain()
          return proceed()
        },
      },
    })
    await run(jars.update('a', commandOf('k0'), addCoins(5)))
    await run(jars.relay.drained())
    await run(jars.update('a', commandOf('k1'), addCoins(1)))
    expect(await run(other.update('a', commandOf('k1'), addCoins(1)))).toMatchObject({ sequence: 2, repeated: true })
  })

  test.each(['outbox', 'history'])('who loses the race to a twin of the same command finds it in the %s at the next attempt', async (where) => {
    const place = simulatedPlace(1)
    const { run } = place.time
    const jars = await openJars(place)
    await run(jars.update('a', commandOf('k0'), addCoins(5)))
    await run(jars.relay.drained())
    const twin = once(async () => {
      await jars.update('a', commandOf('k1'), addCoins(1))
      if (where === 'history') await jars.relay.drained()
    })
    const other = await openJars(place, {
      jar: {
        replace: async (proceed) => {
          await twin()
          return proceed()
        },
      },
    })
    expect(await run(other.update('a', commandOf('k1'), addCoins(1)))).toMatchObject({ sequence: 2, state: { coins: 6 }, repeated: true })
  })

  test('what another process did meanwhile counts, although this one keeps what it wrote itself', async () => {
    const place = simulatedPlace(1)
    const { run } = place.time
    const [jars, other] = [await openJars(place), await openJars(place)]
    await run(jars.update('a', commandOf('k1'), addCoins(1)))
    await run(jars.relay.drained())
    await run(other.update('a', commandOf('k2'), addCoins(2)))
    await run(other.relay.drained())
    expect(await run(jars.update('a', commandOf('k2'), addCoins(2)))).toMatchObject({ sequence: 2, answer: { total: 3 }, repeated: true })
    await run(other.update('a', commandOf('k3'), seal))
    await expect(run(jars.update('a', commandOf('k4', { repeatable: false }), addCoins(1)))).rejects.toBeInstanceOf(JarSealedError)
    await run(other.update('b', commandOf('k1'), addCoins(7)))
    await run(jars.update('b', commandOf('k2'), addCoins(1)))
    await run(other.update('b', commandOf('k3'), addCoins(1)))
    expect(await run(jars.update('b', commandOf('k4', { expectedSequence: 3, repeatable: false }), seal))).toMatchObject({ sequence: 4 })
    await run(jars.relay.drained())
    expect(await run(jars.update('b', commandOf('k3'), addCoins(1)))).toMatchObject({ repeated: true })
  })

  test.each(['decides nothing', 'refuses'])('a rule that %s on what this process wrote last is asked again on what others made of it', async (what) => {
    const place = simulatedPlace(1)
    const { run } = place.time
    const [jars, other] = [await openJars(place), await openJars(place)]
    await run(jars.update('a', commandOf('k1'), addCoins(1)))
    await run(other.update('a', commandOf('k2'), addCoins(9)))
    const whenFull = (jar: Parameters<ReturnType<typeof addCoins>>[0]) => {
      if (jar.state.coins >= 10) return seal(jar)
      if (what === 'refuses') throw new JarSealedError()
      return { events: [] }
    }
    expect(await run(jars.update('a', commandOf('k3', { repeatable: false }), whenFull))).toMatchObject({ sequence: 3, state: { status: 'sealed' } })
  })

  test('a state that was handed out cannot be changed behind the back of the next decision', async () => {
    const { jars, run } = await given()
    const { state } = await run(jars.update('a', commandOf('k1'), addCoins(1)))
    expect(() => Object.assign(state, { coins: 100 })).toThrow(TypeError)
    expect(await run(jars.update('a', commandOf('k2'), addCoins(1)))).toMatchObject({ state: { coins: 2 } })
  })

  test('two who create the same aggregate at once under two keys are both carried out, one after the other', async () => {
    const place = simulatedPlace(1)
    const [one, two] = [await openJars(place), await openJars(place)]
    const both = await place.time.run(Promise.all([one.update('a', commandOf('k1'), addCoins(1)), two.update('a', commandOf('k2'), addCoins(2))]))
    expect(both.map(({ sequence }) => sequence).sort()).toEqual([1, 2])
    expect(await place.time.run(one.get('a'))).toMatchObject({ sequence: 2, state: { coins: 3 } })
  })
})

describe('rule 6: a no-op and a refusal leave a trace', () => {
  test('what was a no-op stays one when the world has moved on', async () => {
    const { jars, run } = await given()
    await run(jars.update('a', commandOf('k1'), () => ({ events: [], answer: { nothing: true } })))
    expect(await run(jars.update('a', commandOf('k1'), addCoins(1)))).toMatchObject({ sequence: 0, answer: { nothing: true }, repeated: true })
  })

  test('what was refused is refused again in the same words, until a parked event is tried anew', async () => {
    const { jars, run } = await given()
    await run(jars.update('a', commandOf('k1'), addCoins(1)))
    await run(jars.update('a', commandOf('k2'), seal))
    await expect(run(jars.update('a', commandOf('k3'), addCoins(1)))).rejects.toBeInstanceOf(JarSealedError)
    const again = run(jars.update('a', commandOf('k3'), () => ({ events: [] })))
    await expect(again).rejects.toMatchObject({
      kind: 'conflict',
      code: 'jar-sealed',
      title: 'The jar is sealed',
      message: 'A sealed jar takes no more coins.',
    })
    const anew = await run(jars.update('a', commandOf('k3', { refusalsAnew: true }), () => ({ events: [], answer: { mended: true } })))
    expect(anew).toMatchObject({ answer: { mended: true }, repeated: false })
    expect(await run(jars.update('a', commandOf('k3'), addCoins(1)))).toMatchObject({ answer: { mended: true }, repeated: true })
  })

  test('an id that knows refusals only is no aggregate to any reader, and can still be born', async () => {
    const { jars, run } = await given()
    await run(jars.update('b', commandOf('k0'), addCoins(1)))
    const refuse = () => {
      throw new JarSealedError()
    }
    await expect(run(jars.update('a', commandOf('k1'), refuse))).rejects.toBeInstanceOf(JarSealedError)
    expect(await run(jars.get('a'))).toBeUndefined()
    expect(await run(jars.getMany(['a', 'b']))).toHaveLength(1)
    expect((await run(jars.find({}))).aggregates.map(({ id }) => id)).toEqual(['b'])
    expect((await run(jars.find({ where: { status: { equals: null } } }))).aggregates).toEqual([])
    expect([await run(jars.count()), await run(jars.count({ status: { equals: null } })), await run(jars.count({ status: { equals: 'open' } }))]).toEqual([
      1, 0, 1,
    ])
    expect(await run(jars.tally({ by: ['status'], sum: ['coins'] }))).toEqual([{ by: { status: 'open' }, count: 1, sums: { coins: 1 } }])
    expect(await run(jars.tally({}))).toEqual([{ by: {}, count: 1, sums: {} }])
    expect(await run(jars.update('a', commandOf('k2'), addCoins(2)))).toMatchObject({ sequence: 1 })
    expect(await run(jars.count())).toBe(2)
  })

  test('traces are kept for 24 hours by time, however many come', async () => {
    const { place, jars, run } = await given()
    await run(jars.update('a', commandOf('first'), () => ({ events: [], answer: { first: true } })))
    for (let more = 0; more < 300; more += 1) await run(jars.update('a', commandOf(`more-${more}`), () => ({ events: [] })))
    expect(await run(jars.update('a', commandOf('first'), addCoins(1)))).toMatchObject({ repeated: true })
    place.time.jump(23 * 3_600_000)
    expect(await run(jars.update('a', commandOf('first'), addCoins(1)))).toMatchObject({ repeated: true })
    place.time.jump(3_600_000)
    expect(await run(jars.update('a', commandOf('first'), addCoins(1)))).toMatchObject({ repeated: false })
    expect([...place.disk.get('example/jar')!.values()][0]!.text).not.toContain(keyDigest('more-299'))
  })

  test('a command that cannot come again leaves none', async () => {
    const { place, jars, run } = await given()
    await run(jars.update('a', commandOf('k1', { repeatable: false }), () => ({ events: [] })))
    expect(place.disk.get('example/jar')?.size).toBe(0)
  })
})

describe('rule 7: a repeat gets the first answer, another body under the same key is refused', () => {
  test.each(['answers', 'outbox', 'history'])('found in %s', async (where) => {
    const { jars, run } = await given()
    await run(jars.update('a', commandOf('k0'), addCoins(5)))
    await run(jars.relay.drained())
    const first = await run(jars.update('a', commandOf('k1', { body: { b: 1, a: [2] } }), where === 'answers' ? addFirstCoins(1) : addCoins(1)))
    if (where === 'history') await run(jars.relay.drained())
    await run(jars.update('a', commandOf('k2'), addCoins(7)))
    expect(await run(jars.update('a', commandOf('k1', { body: { a: [2], b: 1 } }), addCoins(1)))).toMatchObject({ answer: first.answer, repeated: true })
    await expect(run(jars.update('a', commandOf('k1', { body: { a: [3], b: 1 } }), addCoins(1)))).rejects.toBeInstanceOf(KeyReusedError)
    expect((await run(jars.get('a')))?.state.coins).toBe(where === 'answers' ? 12 : 13)
  })
})

describe('a store that fails in the middle of a write', () => {
  test.each([
    ['insert', 'after'],
    ['insert', 'before'],
    ['replace', 'after'],
    ['replace', 'before'],
  ] as const)('an %s reported as failed %s it happened is carried out once', async (method, when) => {
    let failures = 0
    const { jars, run } = await given({
      jar: {
        [method]: async (proceed: () => Promise<unknown>) => {
          failures += 1
          if (failures > 1) return proceed()
          if (when === 'after') await proceed()
          throw storeAway()
        },
      },
    })
    if (method === 'replace') await run(jars.update('a', commandOf('k0'), addCoins(1)))
    expect(await run(jars.update('a', commandOf('k1', { repeatable: false }), addCoins(2)))).toMatchObject({ state: { coins: method === 'insert' ? 2 : 3 } })
  })

  test('a command that is the first under its key is not looked up in history, unless its write may have happened', async () => {
    const place = simulatedPlace(1)
    const { run } = place.time
    const other = await openJars(place)
    let lookUps = 0
    let failing: (() => Promise<void>) | undefined
    const jars = await openJars(place, {
      'jar-history': {
        find: async (proceed) => {
          lookUps += 1
          return proceed()
        },
      },
      jar: {
        replace: async (proceed) => {
          const done = await proceed()
          if (failing) await failing()
          return done
        },
      },
    })
    const isFirst = { isFirst: true, repeatable: false }
    await run(other.update('a', commandOf('k0'), addCoins(1)))
    await run(other.relay.drained())
    await run(jars.update('a', commandOf('k1', isFirst), addCoins(1)))
    await run(jars.relay.drained())
    expect(lookUps).toBe(0)
    failing = once(async () => {
      // Written, and only told of in history by the time that this process asks.
      await other.relay.drained()
      throw storeAway()
    })
    expect(await run(jars.update('a', commandOf('k2', isFirst), addCoins(1)))).toMatchObject({ state: { coins: 3 }, repeated: true })
    expect(lookUps).toBe(1)
  })

  test('a store that cannot be read is told at once', async () => {
    let calls = 0
    const { jars, run } = await given({
      jar: {
        get: async () => {
          calls += 1
          throw storeAway()
        },
      },
    })
    await expect(run(jars.update('a', commandOf('k1'), addCoins(2)))).rejects.toMatchObject({ code: 'store-unavailable' })
    expect(calls).toBe(1)
  })
})

describe('events are held against their schema before anything is saved', () => {
  test.each([
    ['an unknown key', { type: CoinsAdded.type, data: { coins: 1, name: 'Ann' } }],
    ['a wrong type', { type: CoinsAdded.type, data: { coins: '1' } }],
    ['an undeclared event', { type: 'jar.broken.v1', data: {} }],
    ['a missing key', { type: CoinsAdded.type, data: {} }],
  ])('%s changes nothing, and the error does not hold the value', async (_, event) => {
    const { place, jars, run } = await given()
    const error = await run(jars.update('a', commandOf('k1'), () => ({ events: [event as unknown as JarEvent] }))).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(InvalidEventError)
    expect(String(error)).not.toContain('Ann')
    expect(place.disk.get('example/jar')?.size).toBe(0)
  })

  test('an unknown key inside an inner object is refused too', async () => {
    const { jars, run } = await given()
    const event = { type: CoinsAdded.type, data: { coins: 1, mint: { year: 1, maker: 'Ann' } } }
    await expect(run(jars.update('a', commandOf('k1'), () => ({ events: [event as unknown as JarEvent] })))).rejects.toBeInstanceOf(InvalidEventError)
  })

  test('an instant that is none is refused', async () => {
    const { jars, run } = await given()
    await expect(run(jars.update('a', commandOf('k1', { at: 'today' }), addCoins(1)))).rejects.toBeInstanceOf(InvalidEventError)
  })
})

test('details are sealed at rest, stay out of events, and open only where they belong', async () => {
  const { place, jars, run } = await given()
  await run(jars.update('a', commandOf('k1'), (jar) => ({ ...addCoins(1)(jar), details: { note: 'for the hospice' } })))
  await run(jars.update('a', commandOf('k2'), addCoins(1)))
  await run(jars.relay.drained())
  expect(await run(jars.get('a'))).toMatchObject({ details: { note: 'for the hospice' } })
  expect(JSON.stringify([...place.disk.values()].map((rows) => [...rows])) + JSON.stringify(published(place))).not.toContain('hospice')
  await run(jars.update('a', commandOf('k3'), noteDown('other')))
  expect(await run(jars.get('a'))).toMatchObject({ sequence: 2, details: { note: 'other' } })
})

test('history gives every event in order, archived or not, page by page', async () => {
  const { jars, run } = await given()
  for (let at = 1; at <= 5; at += 1) await run(jars.update('a', commandOf(`k${at}`), addCoins(at)))
  await run(jars.relay.drained())
  for (let at = 6; at <= 7; at += 1) await run(jars.update('a', commandOf(`k${at}`), addCoins(at)))
  const sequences = async (options: object) => (await run(jars.history('a', options))).map(({ sequence }) => sequence)
  expect(await sequences({})).toEqual([1, 2, 3, 4, 5, 6, 7])
  expect(await sequences({ limit: 3 })).toEqual([1, 2, 3])
  expect(await sequences({ limit: 3, afterSequence: 4 })).toEqual([5, 6, 7])
  await expect(run(jars.history('a', { limit: 1_001 }))).rejects.toBeInstanceOf(RangeError)
})

test.each([
  ['a field outside the state', { fields: { a: { path: 'details', type: 'string' } } }],
  ['a taken field name', { fields: { pendingSince: { path: 'state.a', type: 'string' } } }],
  ['an event of another topic', { topic: 'patchwork.example.other' }],
  ['an event declared twice', { events: [CoinsAdded, CoinsAdded] }],
])('a definition with %s is refused at the start', async (_, wrong) => {
  const place = simulatedPlace(1)
  await expect(place.time.run(openAggregates({ ...jarDefinition, ...(wrong as object) }, place.openProcess().ports))).rejects.toBeInstanceOf(RangeError)
})

describe('what waits for one aggregate at once goes into one write', () => {
  /** A jar with one coin, and how often it was written from here on. */
  const givenJar = async (hooks: Hooks = {}) => {
    const writes = { count: 0, failNext: false }
    const counted: Hooks = {
      jar: {
        replace: async (proceed) => {
          writes.count += 1
          const outcome = await proceed()
          if (!writes.failNext) return outcome
          writes.failNext = false
          throw storeAway()
        },
        ...hooks.jar,
      },
    }
    const place = simulatedPlace(1)
    const jars = await openJars(place, counted)
    const { run } = place.time
    await run(jars.update('a', commandOf('first'), addCoins(1)))
    await run(jars.relay.drained())
    writes.count = 0
    return { place, jars, run, writes }
  }
  const settled = (outcomes: readonly PromiseSettledResult<{ answer: object; sequence: number; repeated: boolean }>[]) =>
    outcomes.map((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.sequence, outcome.value.answer, outcome.value.repeated] : outcome.reason.code))

  test('each is decided on what the one before it made, and answered for itself', async () => {
    const { place, jars, run, writes } = await givenJar()
    const outcomes = await run(Promise.all([1, 2, 3, 4, 5].map((coins) => jars.update('a', commandOf(`k${coins}`), addCoins(coins)))))
    expect(outcomes.map(({ sequence, answer, state }) => [sequence, answer, state.coins])).toEqual([
      [2, { total: 2 }, 2],
      [3, { total: 4 }, 4],
      [4, { total: 7 }, 7],
      [5, { total: 11 }, 11],
      [6, { total: 16 }, 16],
    ])
    expect(writes.count).toBe(1)
    await run(jars.relay.drained())
    expect(published(place).map(({ sequence, commandkey }) => [sequence, commandkey])).toEqual(
      ['first', 'k1', 'k2', 'k3', 'k4', 'k5'].map((key, position) => [position + 1, keyDigest(key)]),
    )
  })

  test('a refusal, a repeat and what changes nothing are told in their place, and what follows is decided after them', async () => {
    const { jars, run } = await givenJar()
    const outcomes = await run(
      Promise.allSettled([
        jars.update('a', commandOf('k1'), addCoins(1)),
        jars.update('a', commandOf('k1'), addCoins(9)),
        jars.update('a', commandOf('k6'), addCoins(1)),
        jars.update('a', commandOf('first'), addCoins(9)),
        jars.update('a', commandOf('k2'), addFirstCoins(9)),
        jars.update('a', commandOf('k3', { expectedSequence: 1 }), addCoins(9)),
        jars.update('a', commandOf('k4'), seal),
        jars.update('a', commandOf('k5'), addCoins(9)),
      ]),
    )
    expect(settled(outcomes)).toEqual([
      [2, { total: 2 }, false],
      [2, { total: 2 }, true],
      [3, { total: 3 }, false],
      [3, { total: 1 }, true],
      [3, { total: 3 }, false],
      'stale',
      [4, {}, false],
      'jar-sealed',
    ])
  })

  test('a write of many that was reported as failed and happened is carried out once', async () => {
    const { place, jars, run, writes } = await givenJar()
    writes.failNext = true
    const outcomes = await run(Promise.allSettled([1, 2, 3].map((coins) => jars.update('a', commandOf(`k${coins}`), addCoins(coins)))))
    expect(settled(outcomes).map((one) => one[1])).toEqual([{ total: 2 }, { total: 4 }, { total: 7 }])
    await run(jars.relay.drained())
    expect(published(place)).toHaveLength(4)
  })

  test('when another process comes between, all are decided anew on what it made', async () => {
    const { place, jars, run } = await givenJar()
    const other = await openJars(place)
    await run(other.update('a', commandOf('other'), addCoins(100)))
    const outcomes = await run(Promise.all([1, 2].map((coins) => jars.update('a', commandOf(`k${coins}`), addCoins(coins)))))
    expect(outcomes.map(({ sequence, answer }) => [sequence, answer])).toEqual([
      [3, { total: 102 }],
      [4, { total: 104 }],
    ])
  })

  test('one that cannot be saved does not spoil its neighbours', async () => {
    const { jars, run } = await givenJar()
    const broken = () => ({ events: [{ type: 'jar.coins-added.v1' as const, data: { coins: 0 } }] })
    const outcomes = await run(
      Promise.allSettled([
        jars.update('a', commandOf('k1'), addCoins(1)),
        jars.update('a', commandOf('k2'), broken),
        jars.update('a', commandOf('k3'), addCoins(3)),
      ]),
    )
    expect(settled(outcomes)).toEqual([[2, { total: 2 }, false], 'invalid-event', [3, { total: 5 }, false]])
  })
})
