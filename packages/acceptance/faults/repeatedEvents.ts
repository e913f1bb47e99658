import { consume, on, openReadModel } from '@patchwork/aggregate'
import { defineEvent, type EventEnvelope } from '@patchwork/events'
import { type Runtime, systemRuntime } from '@patchwork/runtime'
import { z } from 'zod'
import { type OpenedPorts, pairsOfPorts } from '../src/openedPorts.ts'
import { chance } from './chance.ts'
import type { Fault } from './fault.ts'

const topics = ['patchwork.example.jar', 'patchwork.example.purse'] as const
const definitions = topics.map((topic) =>
  defineEvent({ type: `${topic.split('.').at(-1)}.filled.v1`, topic, meaning: 'Coins were put in.', data: z.object({ coins: z.int() }) }),
)
const [keysCount, perKey, window] = [40, 12, 50]
const at = '2027-01-11T09:00:00.000Z'
const runtime: Runtime = { ...systemRuntime, now: () => Date.parse(at) }
const ways = { twice: 'each event twice', shuffled: 'windows of 50 shuffled across keys', replayed: 'whole topics replayed' } as const

type Logged = { topic: string; event: EventEnvelope }
type Purse = { sequences: number[]; coins: number }

/** Every event once, key after key in turn. */
const allEvents = (): Logged[] =>
  Array.from({ length: keysCount * perKey }, (_, index) => {
    const [key, sequence] = [index % keysCount, Math.floor(index / keysCount) + 1]
    const { type, topic } = definitions[key % definitions.length] as (typeof definitions)[number]
    const id = `${key}-${sequence}`
    const event = { specversion: '1.0', id, source: `/${topic}`, type, subject: `key-${key}`, time: at, datacontenttype: 'application/json' } as const
    return { topic, event: { ...event, sequence, sequencetype: 'Integer', commandkey: id, data: { coins: key + sequence } } }
  })

/** Another order of some events, in which those of each key stay in order. */
const shuffled = (events: readonly Logged[], occasion: string): Logged[] => {
  const queues = [...Map.groupBy(events, ({ event }) => event.subject).values()].map((queue) => [...queue])
  return events.map((_event, index) => {
    const place = chance(`${occasion} ${index}`, 0, queues.length)
    const next = queues[place]?.shift() as Logged
    if (queues[place]?.length === 0) queues.splice(place, 1)
    return next
  })
}
const spoilt = (events: readonly Logged[], occasion: string): Logged[] => {
  const twice = events.flatMap((event) => [event, event])
  return Array.from({ length: Math.ceil(twice.length / window) }, (_, part) =>
    shuffled(twice.slice(part * window, (part + 1) * window), `${occasion} ${part}`),
  ).flat()
}

/** A store, a log, a group whose every reaction adds something, and a read model that sums. */
const openPurses = async (opened: Promise<OpenedPorts>) => {
  const { ports, stored, close: closePorts } = await opened
  const { log, documents } = ports
  await log.ensureTopics(topics)
  const purses = await documents.collection<Purse>({ service: 'example', name: 'purses', fields: {}, indexes: {} })
  // Not made to be repeated: an event that had its effect twice would show.
  const fill = async ({ subject, sequence, data: { coins } }: { subject: string; sequence: number; data: { coins: number } }) => {
    const before = await purses.get(subject)
    const after = { sequences: [...(before?.body.sequences ?? []), sequence], coins: (before?.body.coins ?? 0) + coins }
    if (before) await purses.replace(subject, after, { expectedRevision: before.revision })
    else await purses.insert(subject, after)
  }
  const handlers = definitions.map((definition) => on(definition, fill))
  const consumer = await consume({ service: 'example', group: 'purses', topics, handlers }, ports)
  const sums = await openReadModel<{ coins: number }>(
    {
      service: 'example',
      name: 'sums',
      version: 1,
      topics,
      idOf: ({ subject }) => subject,
      project: (sum, { data }) => ({ coins: (sum?.coins ?? 0) + Number(data.coins) }),
    },
    ports,
  )
  const publish = async (events: readonly Logged[]) => {
    for (let from = 0; from < events.length; from += window) await log.publish(events.slice(from, from + window))
    await consumer.caughtUp()
    await sums.caughtUp()
  }
  const close = async () => {
    await sums.stop()
    await consumer.stop()
    await closePorts()
  }
  return { publish, state: async () => factsOf(await stored('example')), sums, consumer, close }
}

/**
 * All that is stored, without how often marks and read models were written: one write of theirs covers as many events as had come by then. The purses, which
 * the reaction writes once for each event, keep theirs.
 */
const factsOf = (stored: Readonly<Record<string, readonly string[]>>): Record<string, readonly string[]> => {
  const withoutRevision = (record: string): string => {
    const { revision: _writes, ...facts } = JSON.parse(record) as Record<string, unknown>
    return JSON.stringify(facts)
  }
  return Object.fromEntries(Object.entries(stored).map(([table, records]) => [table, table.endsWith('purses') ? records : records.map(withoutRevision).sort()]))
}

const strikeOnce = async (open: () => Promise<OpenedPorts>, occasion: string, struck: (way: keyof typeof ways) => void): Promise<void> => {
  const events = allEvents()
  const clean = await openPurses(open())
  let expected: Awaited<ReturnType<typeof clean.state>>
  let expectedSums: string
  try {
    await clean.publish(events)
    expected = await clean.state()
    expectedSums = await clean.sums.digest()
  } finally {
    await clean.close()
  }
  expect(Object.values(expected).flat().length).toBeGreaterThan(keysCount * 3)
  const struckPlace = await openPurses(open())
  try {
    await struckPlace.publish(spoilt(events, occasion))
    expect(await struckPlace.state()).toEqual(expected)
    struck('twice')
    struck('shuffled')
    await struckPlace.publish(events)
    expect(await struckPlace.state()).toEqual(expected)
    struck('replayed')
    // A group that is born now meets all of it from the beginning.
    await struckPlace.sums.rebuild()
    expect(await struckPlace.sums.digest()).toBe(expectedSums)
    expect(await struckPlace.consumer.parked(10)).toEqual([])
  } finally {
    await struckPlace.close()
  }
}

const pointOf = (way: keyof typeof ways, pair: string): string => `${ways[way]}, ${pair}`

/** Every event comes twice, among others than it was published with, and all over again. */
export const repeatedEvents: Fault = {
  name: 'repeated and shuffled events',
  on: 'alone',
  title: 'O1 with each event twice, windows of 50 shuffled across keys and whole topics replayed, the state is the same to the byte',
  unit: 'strikes',
  counts: { ci: 1, full: 5 },
  points: Object.keys(pairsOfPorts).flatMap((pair) => Object.values(ways).map((way) => `${way}, ${pair}`)),
  strike: async ({ count, struck, say }) => {
    for (let strike = 0; strike < count; strike += 1)
      for (const [pair, open] of Object.entries(pairsOfPorts))
        await strikeOnce(
          () => open(runtime),
          `repeated ${strike}`,
          (way) => struck(pointOf(way, pair)),
        )
    say(`${count * keysCount * perKey} events of ${keysCount} keys on each`)
  },
}
