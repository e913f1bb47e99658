import { type AggregateDefinition, type Command, consume, deadlines, on, openAggregates } from '@patchwork/aggregate'
import { defineEvent, type EventEnvelope } from '@patchwork/events'
import { systemRuntime } from '@patchwork/runtime'
import { z } from 'zod'
import { type OpenedPorts, pairsOfPorts } from '../src/openedPorts.ts'
import type { Fault } from './fault.ts'

const [minuteMs, hourMs, dayMs] = [60_000, 3_600_000, 86_400_000]
const everyMs = 3_600_000
type PromiseEvent = { type: 'promise.made.v1'; data: { dueAt: string } } | { type: 'promise.broken.v1'; data: Record<string, never> }
type Promised = { status: 'none' | 'made' | 'broken'; dueAt?: string }

/** The promises of one service: each place where the clock is moved has its own, so that none falls due for another. */
const promisesOf = (service: string) => {
  const topic = `patchwork.${service}.promise`
  const made = defineEvent({ type: 'promise.made.v1', topic, meaning: 'Something was promised by an instant.', data: z.object({ dueAt: z.string() }) })
  const broken = defineEvent({ type: 'promise.broken.v1', topic, meaning: 'The instant passed.', data: z.object({}) })
  const definition: AggregateDefinition<Promised, PromiseEvent> = {
    ...{ service, name: 'promise', topic },
    events: [made, broken],
    initial: { status: 'none' },
    evolve: (_, event) => (event.type === 'promise.made.v1' ? { status: 'made', dueAt: event.data.dueAt } : { status: 'broken' }),
    fields: { dueAt: { path: 'state.dueAt', type: 'string' } },
    indexes: { due: { fields: ['dueAt'], sparse: true } },
  }
  return { topic, made, broken, definition }
}

/** Where the clock stands at first, and where it is set to one after the other. */
const moves: Record<string, { from: number; by: number[] }> = {
  'three days on': { from: Date.parse('2027-01-11T09:00:00Z'), by: [3 * dayMs] },
  'three days back': { from: Date.parse('2027-01-11T09:00:00Z'), by: [-3 * dayMs, 6 * dayMs] },
  'the spring change of Europe/London': { from: Date.parse('2027-03-28T00:30:00Z'), by: [hourMs, hourMs] },
  'the autumn change of Europe/London': { from: Date.parse('2027-10-31T00:30:00Z'), by: [hourMs, hourMs] },
  'back and forth by an hour': { from: Date.parse('2027-06-01T12:00:00Z'), by: [hourMs, -hourMs, hourMs, -2 * hourMs, 3 * hourMs] },
}
/** What is promised falls due so long after (or before) each place where the clock stands. */
const dueAfterMs = [-minuteMs, minuteMs, 30 * minuteMs, 90 * minuteMs]

type Clock = { now: number }

/** Deadlines and a consumer under a clock that is moved while they run. */
const openUnderClock = async (ports: OpenedPorts['ports'], clock: Clock, service: string) => {
  const { topic, made, broken, definition } = promisesOf(service)
  await ports.log.ensureTopics([topic])
  const promises = await openAggregates<Promised, PromiseEvent>(definition, ports)
  const handled: EventEnvelope[] = []
  const take = async (event: EventEnvelope) => void handled.push(event)
  const consumer = await consume({ service, group: `${service}-clock`, topics: [topic], handlers: [on(made, take), on(broken, take)] }, ports)
  const watch = deadlines<Promised, PromiseEvent, undefined>({
    aggregates: promises,
    field: 'dueAt',
    everyMs,
    name: 'promise-kept',
    ports,
    decide: ({ state }) => ({ events: state.status === 'made' ? [{ type: 'promise.broken.v1', data: {} }] : [] }),
  })
  return {
    promises,
    consumer,
    handled,
    make: async (id: string, dueAt: string) => {
      const command: Command = { key: id, repeatable: true, body: null, at: new Date(clock.now).toISOString() }
      await promises.update(id, command, () => ({ events: [{ type: 'promise.made.v1', data: { dueAt } }] }))
    },
    look: () => watch.runOnce(),
    settled: async () => {
      await promises.relay.drained()
      await consumer.caughtUp()
    },
    close: async () => {
      await watch.stop()
      await consumer.stop()
      await promises.stop()
    },
  }
}

const strikeClock = async (ports: OpenedPorts['ports'], clock: Clock, { from, by }: { from: number; by: number[] }, service: string): Promise<number> => {
  clock.now = from
  const place = await openUnderClock(ports, clock, service)
  const due = new Map<string, number>()
  const promiseAll = async (step: number) => {
    for (const [index, afterMs] of dueAfterMs.entries()) {
      const at = clock.now + afterMs
      due.set(`${step}-${index}`, at)
      await place.make(`${step}-${index}`, new Date(at).toISOString())
    }
  }
  // What was due when it was looked at is broken, and stays so when the clock goes back.
  const looked = new Set<string>()
  try {
    for (const [step, move] of [0, ...by].entries()) {
      clock.now += move
      await promiseAll(step)
      await place.look()
      for (const [id, at] of due) if (at <= clock.now) looked.add(id)
      // A second look at the same time changes nothing.
      expect((await place.look()).changed).toBe(0)
      for (const id of due.keys())
        expect({ step, id, status: (await place.promises.get(id))?.state.status }).toEqual({ step, id, status: looked.has(id) ? 'broken' : 'made' })
    }
    await place.settled()
    for (const id of due.keys()) {
      const types = looked.has(id) ? ['promise.made.v1', 'promise.broken.v1'] : ['promise.made.v1']
      const events = place.handled.filter(({ subject }) => subject === id)
      expect({ id, types: events.map(({ type }) => type), sequences: events.map(({ sequence }) => sequence) }).toEqual({
        id,
        types,
        sequences: types.map((_type, index) => index + 1),
      })
    }
    for (const { name, check } of [...place.promises.invariants, ...place.consumer.invariants])
      expect({ name, violations: (await check()).violations }).toEqual({ name, violations: 0 })
    return looked.size
  } finally {
    await place.close()
  }
}

const pointOf = (move: string, pair: string): string => `${move}, ${pair}`

/** The clock of a machine is moved while what it drives goes on. */
export const movedClock: Fault = {
  name: 'moved clock',
  on: 'alone',
  title: 'O1 with the clock three days off, over both changes of Europe/London and backwards, each deadline is met once and events keep their order',
  unit: 'moves',
  counts: { ci: 1, full: 1 },
  points: Object.keys(pairsOfPorts).flatMap((pair) => Object.keys(moves).map((move) => pointOf(move, pair))),
  strike: async ({ struck, say }) => {
    let met = 0
    for (const [pair, open] of Object.entries(pairsOfPorts)) {
      const clock: Clock = { now: systemRuntime.now() }
      const { ports, close } = await open({ ...systemRuntime, now: () => clock.now })
      try {
        for (const [index, [name, move]] of Object.entries(moves).entries()) {
          met += await strikeClock(ports, clock, move, `example-${index}`)
          for (const _move of move.by) struck(pointOf(name, pair))
        }
      } finally {
        await close()
      }
    }
    say(`${met} deadlines met`)
  },
}
