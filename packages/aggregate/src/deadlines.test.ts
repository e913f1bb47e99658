import { type DomainEvent, defineEvent } from '@patchwork/events'
import { instant, sleep } from '@patchwork/runtime'
import { z } from 'zod'
import type { AggregateDefinition } from './aggregate.ts'
import { deadlines } from './deadlines.ts'
import { openAggregates } from './openAggregates.ts'
import { simulatedPlace } from './simulation/simulatedPlace.ts'
import { commandOf } from './testExamples.ts'

const topic = 'patchwork.example.promise'
const PromiseMade = defineEvent({ type: 'promise.made.v1', topic, meaning: 'Something was promised by an instant.', data: z.object({ dueAt: z.string() }) })
const PromiseBroken = defineEvent({ type: 'promise.broken.v1', topic, meaning: 'The instant passed.', data: z.object({}) })
type PromiseEvent = DomainEvent<typeof PromiseMade> | DomainEvent<typeof PromiseBroken>
type Promised = { status: 'none' | 'made' | 'broken'; dueAt?: string }
const definition: AggregateDefinition<Promised, PromiseEvent> = {
  service: 'example',
  name: 'promise',
  topic,
  events: [PromiseMade, PromiseBroken],
  initial: { status: 'none' },
  evolve: (_, event) => (event.type === 'promise.made.v1' ? { status: 'made', dueAt: event.data.dueAt } : { status: 'broken' }),
  fields: { dueAt: { path: 'state.dueAt', type: 'string' } },
  indexes: { due: { fields: ['dueAt'], sparse: true } },
}

const given = async () => {
  const place = simulatedPlace(1)
  const { run } = place.time
  const { ports } = place.openProcess()
  const promises = await run(openAggregates<Promised, PromiseEvent>(definition, ports))
  const inMs = (ms: number) => new Date(place.time.runtime.now() + ms).toISOString()
  const promise = (id: string, dueAt: string) =>
    run(promises.update(id, commandOf(`${id}-${dueAt}`), () => ({ events: [{ type: 'promise.made.v1', data: { dueAt } }] })))
  const open = (more: object = {}) =>
    deadlines<Promised, PromiseEvent, undefined>({
      aggregates: promises,
      field: 'dueAt',
      everyMs: 60_000,
      name: 'promise-kept',
      ports,
      decide: () => ({ events: [{ type: 'promise.broken.v1', data: {} }] }),
      ...more,
    })
  const statusOf = async (id: string) => (await run(promises.get(id)))?.state.status
  return { place, run, ports, promises, inMs, promise, open, statusOf }
}

test('what is due is decided on, at its time and once; the rest waits', async () => {
  const { place, run, promise, inMs, open, statusOf, promises } = await given()
  await promise('soon', inMs(90_000))
  await promise('late', inMs(900_000))
  const watch = open()
  expect(await run(watch.runOnce())).toEqual({ due: 0, changed: 0 })
  await run(sleep(place.time.runtime, 130_000))
  expect([await statusOf('soon'), await statusOf('late')]).toEqual(['broken', 'made'])
  expect(await run(watch.runOnce())).toEqual({ due: 0, changed: 0 })
  expect(await run(promises.history('soon'))).toHaveLength(2)
  await run(watch.stop())
  await run(sleep(place.time.runtime, 2_000_000))
  expect(await statusOf('late')).toBe('made')
})

test('two processes that look at once change each once', async () => {
  const { run, promise, inMs, open, promises } = await given()
  for (let at = 0; at < 20; at += 1) await promise(`p${at}`, inMs(-1))
  const [one, two] = await run(Promise.all([open().runOnce(), open().runOnce()]))
  expect(one.changed + two.changed).toBe(20)
  expect(await run(promises.history('p7'))).toHaveLength(2)
})

test('those that cannot be decided on, however many, hide none behind them', async () => {
  const { run, promise, inMs, open, statusOf } = await given()
  for (let at = 0; at < 250; at += 1) await promise(`p${String(at).padStart(3, '0')}`, inMs(-1_000))
  await promise('zz', inMs(-1))
  const watch = open({
    decide: ({ id }: { id: string }) => {
      if (id !== 'zz') throw new Error('cannot')
      return { events: [{ type: 'promise.broken.v1', data: {} }] }
    },
  })
  expect(await run(watch.runOnce())).toEqual({ due: 251, changed: 1 })
  expect(await statusOf('zz')).toBe('broken')
})

test('what moved its instant in the meantime is left alone', async () => {
  const { run, promise, inMs, open, promises, statusOf, ports } = await given()
  await promise('a', inMs(-1))
  const later = inMs(900_000)
  const moved = {
    ...promises,
    find: async (query: Parameters<typeof promises.find>[0]) => {
      const page = await promises.find(query)
      await promises.update('a', commandOf('moved'), () => ({ events: [{ type: 'promise.made.v1', data: { dueAt: later } }] }))
      return page
    },
  }
  expect(await run(open({ aggregates: moved }).runOnce())).toEqual({ due: 1, changed: 0 })
  expect(await statusOf('a')).toBe('made')
  expect(instant(ports.runtime) < later).toBe(true)
})

test('a clock that jumps forward and back makes each deadline once', async () => {
  const { place, run, promise, inMs, open, promises } = await given()
  await promise('a', inMs(3_600_000))
  const watch = open()
  place.time.jump(3 * 86_400_000)
  await run(watch.runOnce())
  place.time.jump(-3 * 86_400_000)
  await run(watch.runOnce())
  expect(await run(promises.history('a'))).toHaveLength(2)
})

test('what comes afterwards comes once for each look, when all that is due was decided on, and ends with the watch', async () => {
  const { place, run, promise, promises, inMs, open } = await given()
  await promise('a', inMs(-1))
  const found: unknown[] = []
  const watch = open({ afterwards: async () => void found.push((await promises.get('a'))?.state.status) })
  await run(watch.runOnce())
  await run(sleep(place.time.runtime, 150_000))
  expect(found).toEqual(['broken', 'broken', 'broken'])
  await run(watch.stop())
  await run(sleep(place.time.runtime, 150_000))
  expect(found).toHaveLength(3)
})

test('a field that is not declared is refused', async () => {
  const { open } = await given()
  expect(() => open({ field: 'elsewhere' })).toThrow(RangeError)
})
