import type { EventEnvelope } from '@patchwork/events'
import { sleep } from '@patchwork/runtime'
import { openAggregates } from './openAggregates.ts'
import { openReadModel, type ReadModelOptions } from './readModel.ts'
import { type Hook, type Hooks, hooked } from './simulation/hooked.ts'
import { type SimulatedPlace, simulatedPlace } from './simulation/simulatedPlace.ts'
import { addCoins, CoinsAdded, commandOf, type Jar, type JarDetails, type JarEvent, jarDefinition, seal } from './testExamples.ts'

type JarFact = { coins: number; status: 'open' | 'sealed' }
const facts: ReadModelOptions<JarFact> = {
  service: 'watching',
  name: 'jar-facts',
  version: 1,
  topics: [jarDefinition.topic],
  fields: { status: { path: 'status', type: 'string' }, coins: { path: 'coins', type: 'integer' } },
  indexes: { 'by-status': { fields: ['status'] } },
  idOf: ({ subject }) => (subject === 'ignored' ? undefined : subject),
  project: (fact, { type, data }) => {
    if (type === CoinsAdded.type && data.coins === 99) return undefined
    return type === CoinsAdded.type ? { coins: (fact?.coins ?? 0) + Number(data.coins), status: 'open' } : fact && { ...fact, status: 'sealed' }
  },
}

const given = async (hooks: Hooks = {}) => {
  const place = simulatedPlace(1)
  const { run } = place.time
  const { ports } = place.openProcess()
  const jars = await run(openAggregates<Jar, JarEvent, JarDetails>(jarDefinition, ports))
  const open = (more: Partial<ReadModelOptions<JarFact>> = {}) => {
    const process = place.openProcess()
    return run(openReadModel({ ...facts, ...more }, { ...process.ports, documents: hooked(process.ports.documents, hooks) }))
  }
  let keys = 0
  const add = async (id: string, coins: number) => {
    keys += 1
    await run(jars.update(id, commandOf(`k${keys}`), addCoins(coins)))
    await run(jars.relay.drained())
  }
  return { place, run, jars, open, add, ports }
}
const rowsOf = (place: SimulatedPlace, generation: number) => place.disk.get(`watching/jar-facts-${generation}`)

test('a read model follows its topics; what is not of interest is passed over', async () => {
  const { run, jars, open, add } = await given()
  await add('a', 3)
  const model = await open()
  await add('a', 4)
  await add('b', 1)
  await add('ignored', 1)
  await run(jars.update('a', commandOf('s'), seal))
  await run(jars.relay.drained())
  await run(model.caughtUp())
  const live = model.collection()
  expect((await run(live.get('a')))?.body).toEqual({ coins: 7, status: 'sealed' })
  expect((await run(live.find({ where: { status: { equals: 'open' } } }))).documents.map(({ id }) => id)).toEqual(['b'])
  expect(await run(live.tally({ by: ['status'], sum: ['coins'] }))).toHaveLength(2)
  expect(await run(live.count())).toBe(2)
})

test('a document that the projection takes away is gone for every reader, and can come again', async () => {
  const { run, open, add } = await given()
  const model = await open()
  await add('a', 3)
  await add('a', 99)
  await run(model.caughtUp())
  expect([await run(model.collection().get('a')), await run(model.collection().count())]).toEqual([undefined, 0])
  await add('a', 5)
  await run(model.caughtUp())
  expect((await run(model.collection().get('a')))?.body).toEqual({ coins: 5, status: 'open' })
})

describe('rule 11', () => {
  test('only a higher sequence of a source changes a document, also when a mark was never moved', async () => {
    let isLosingMarks = true
    const { place, run, open, add } = await given({
      marks: {
        insert: async (proceed) => {
          const result = await proceed()
          if (isLosingMarks) throw Object.assign(new Error('away'), { code: 'store-unavailable', kind: 'unavailable' })
          return result
        },
      },
    })
    const model = await open()
    await add('a', 3)
    await add('a', 4)
    await run(sleep(place.time.runtime, 1_000))
    place.disk.get('watching/marks')?.clear()
    isLosingMarks = false
    await run(model.stop())
    place.topics.groups.clear()
    const again = await open()
    await run(again.caughtUp())
    expect((await run(again.collection().get('a')))?.body.coins).toBe(7)
  })

  test('a rebuild runs beside the live model, takes over when it has caught up, and is equal to the event ids', async () => {
    const { place, run, jars, open, add } = await given()
    const model = await open()
    for (let at = 1; at <= 5; at += 1) for (const id of ['a', 'b', 'c']) await add(id, at)
    await run(model.caughtUp())
    const before = await run(model.digest())
    const seen: (number | undefined)[] = []
    const rebuilt = model.rebuild()
    const watching = (async () => {
      for (let look = 0; look < 30; look += 1) {
        seen.push((await model.collection().get('a'))?.body.coins)
        await sleep(place.time.runtime, 3)
      }
    })()
    await run(watching)
    expect(await run(rebuilt)).toEqual({ documents: 3 })
    expect(new Set(seen)).toEqual(new Set([15]))
    expect(await run(model.digest())).toBe(before)
    await run(jars.update('a', commandOf('later'), addCoins(1)))
    await run(jars.relay.drained())
    await run(model.caughtUp())
    expect((await run(model.collection().get('a')))?.body.coins).toBe(16)
    expect(await run(model.digest())).not.toBe(before)
  })

  test('a damaged live model is whole again after a rebuild', async () => {
    const { place, run, open, add } = await given()
    const model = await open()
    await add('a', 3)
    await run(model.caughtUp())
    const digest = await run(model.digest())
    const row = rowsOf(place, 1)!.get('a')!
    rowsOf(place, 1)!.set('a', { ...row, text: row.text.replace('"coins":3', '"coins":300') })
    expect(await run(model.digest())).not.toBe(digest)
    await run(model.rebuild())
    expect(await run(model.digest())).toBe(digest)
  })

  test('a digest tells apart what was made of other events, also where the documents are the same', async () => {
    const { place, run, open, add } = await given()
    const model = await open()
    await add('a', 3)
    await add('a', 99)
    await run(model.caughtUp())
    const digest = await run(model.digest())
    const row = rowsOf(place, 1)!.get('a')!
    for (const [was, is] of [
      ['"sequence":2', '"sequence":1'],
      [/"eventId":"[^"]*"/, '"eventId":"another"'],
      ['"subject":"a"', '"subject":"b"'],
    ] as const) {
      rowsOf(place, 1)!.set('a', { ...row, text: row.text.replace(was, is) })
      expect(await run(model.digest())).not.toBe(digest)
    }
    rowsOf(place, 1)!.delete('a')
    expect(await run(model.digest())).not.toBe(digest)
  })

  test('the former documents stay for those who read them still, until the next rebuild', async () => {
    const { place, run, open, add } = await given()
    const [one, two] = [await open(), await open()]
    await add('a', 3)
    await run(one.caughtUp())
    await run(one.rebuild())
    expect((await run(two.collection().get('a')))?.body.coins).toBe(3)
    await run(sleep(place.time.runtime, 3_000))
    await add('a', 4)
    await run(one.caughtUp())
    expect((await run(two.collection().get('a')))?.body.coins).toBe(7)
    await run(one.rebuild())
    expect([rowsOf(place, 1)?.size, rowsOf(place, 2)?.size, rowsOf(place, 3)?.size]).toEqual([0, 1, 1])
    expect([...place.disk.get('watching/marks')!.keys()].some((id) => id.startsWith('watching-jar-facts-1:'))).toBe(false)
  })

  test('a rebuild that a crash cut short leaves nothing in the next one', async () => {
    const { place, run, open, add } = await given()
    const model = await open()
    for (let at = 1; at <= 5; at += 1) await add('a', at)
    await run(model.caughtUp())
    const digest = await run(model.digest())
    void model.rebuild().catch(() => undefined)
    await run(sleep(place.time.runtime, 12))
    await run(model.stop())
    const next = await open()
    await run(next.rebuild())
    expect(await run(next.digest())).toBe(digest)
  })

  test('a version that has grown is built to the end before it opens; an older program is refused then', async () => {
    const { run, open, add } = await given()
    const model = await open()
    for (let at = 1; at <= 5; at += 1) await add('a', at)
    await run(model.caughtUp())
    const doubled = (fact: JarFact | undefined, { data }: EventEnvelope): JarFact => ({ coins: (fact?.coins ?? 0) + 2 * Number(data.coins), status: 'open' })
    const next = await open({ version: 2, project: doubled })
    expect((await run(next.collection().get('a')))?.body.coins).toBe(30)
    expect((await run(model.collection().get('a')))?.body.coins).toBe(15)
    await run(model.stop())
    await expect(open()).rejects.toBeInstanceOf(RangeError)
  })
})

describe('a backlog', () => {
  const writesOf = () => {
    const counted = { writes: 0 }
    const count: Hook = (proceed) => {
      counted.writes += 1
      return proceed()
    }
    return { counted, hooks: { insert: count, replace: count } }
  }

  test('of one source takes fewer writes than it has events, and is equal to what each by itself came to, to the event ids', async () => {
    const { counted, hooks } = writesOf()
    const { run, open, add } = await given({ 'jar-facts-2': hooks })
    const model = await open()
    for (let coins = 1; coins <= 40; coins += 1) {
      await add('a', coins === 20 ? 99 : coins)
      await run(model.caughtUp())
    }
    const before = await run(model.digest())
    await run(model.rebuild())
    expect(await run(model.digest())).toBe(before)
    expect(counted.writes).toBeGreaterThan(0)
    expect(counted.writes).toBeLessThan(30)
  })

  test('of one source that tells of several documents gives each its own, in order', async () => {
    const { run, open, add } = await given()
    for (const coins of [1, 1, 2, 4, 1, 2, 3, 6]) await add('a', coins)
    const model = await open({ idOf: ({ data }) => (Number(data.coins) % 2 === 0 ? 'even' : 'odd') })
    await run(model.caughtUp())
    const bodies = await run(model.collection().getMany(['even', 'odd']))
    expect(Object.fromEntries(bodies.map(({ id, body }) => [id, body.coins]))).toEqual({ even: 14, odd: 6 })
  })

  test('with a poisoned event in it goes up to that one; what follows waits, and no document has heard of it', async () => {
    const { run, open, add } = await given()
    for (const coins of [1, 2, 7, 4, 5]) await add('a', coins)
    const project: typeof facts.project = (fact, event) => {
      if (event.data.coins === 7) throw new Error('poison')
      return facts.project(fact, event)
    }
    const model = await open({ project })
    await run(model.caughtUp())
    expect((await run(model.collection().get('a')))?.body.coins).toBe(3)
    expect((await run(model.consumer().parked(10))).map(({ sequence, reason }) => [sequence, reason.why])).toEqual([
      [3, 'failed'],
      [4, 'behind'],
      [5, 'behind'],
    ])
  })
})

test('a poisoned event is parked and its document waits; others flow on', async () => {
  const { run, open, add } = await given()
  let isBroken = true
  const model = await open({
    project: (fact, event) => {
      if (isBroken && event.data.coins === 13) throw new TypeError('broken')
      return facts.project(fact, event)
    },
  })
  await add('a', 13)
  await add('a', 1)
  await add('b', 1)
  await run(model.caughtUp())
  expect([await run(model.collection().get('a')), (await run(model.collection().get('b')))?.body.coins]).toEqual([undefined, 1])
  isBroken = false
  expect(await run(model.consumer().replay())).toEqual({ replayed: 2, stillParked: 0 })
  expect((await run(model.collection().get('a')))?.body.coins).toBe(14)
})
