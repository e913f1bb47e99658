import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Consumer, consume, on } from '@patchwork/aggregate'
import { EventEnvelope, eventDefinitions } from '@patchwork/events'
import { z } from 'zod'
import { pairsOfPorts } from '../src/openedPorts.ts'
import type { Fault } from './fault.ts'

const eventsFolder = fileURLToPath(new URL('../../events/', import.meta.url))
const json = (path: string): unknown => JSON.parse(readFileSync(`${eventsFolder}${path}`, 'utf8'))

type Example = { type: string; event: EventEnvelope }
/** Every example that was ever released, each as the first event of an aggregate of its own. */
const releasedExamples = (): Example[] =>
  readdirSync(`${eventsFolder}examples`).flatMap((type) =>
    readdirSync(`${eventsFolder}examples/${type}`).map((file, index) => {
      const event = EventEnvelope.parse(json(`examples/${type}/${file}`))
      return { type, event: { ...event, id: `${type}/${file}`, subject: `${type}-${index}`, sequence: 1 } }
    }),
  )

/** What a later version may look like to today's readers: one more field in every object of the data. */
const ofLater = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(ofLater)
  if (typeof value !== 'object' || value === null) return value
  return { ...Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, ofLater(inner)])), ofALaterVersion: { since: 2 } }
}

/** Knows one kind of event as it was when it was released, and no more. */
const releasedDefinition = (type: string) => {
  const definition = eventDefinitions.get(type)
  if (!definition) throw new Error(`${type} was released and is gone`)
  const data = z.fromJSONSchema(json(`released/${type}.json`) as Parameters<typeof z.fromJSONSchema>[0])
  return { ...definition, data: data as z.ZodObject }
}

const readings = {
  'a released event, read today': { definitionOf: (type: string) => eventDefinitions.get(type), sent: (event: EventEnvelope) => event },
  'an event of a later version, read today': {
    definitionOf: (type: string) => eventDefinitions.get(type),
    sent: (event: EventEnvelope) => ({ ...event, data: ofLater(event.data) as EventEnvelope['data'] }),
  },
  "today's event, read by what was released": { definitionOf: releasedDefinition, sent: (event: EventEnvelope) => event },
  "today's event and one of a later version side by side, read by what was released": {
    definitionOf: releasedDefinition,
    sent: (event: EventEnvelope, index: number) => (index % 2 === 0 ? event : { ...event, data: ofLater(event.data) as EventEnvelope['data'] }),
  },
}
type Reading = (typeof readings)[keyof typeof readings]

/** Every event goes through a log and a consumer as in any service; gives which of them were handled, and what was parked. */
const read = async (examples: readonly Example[], { definitionOf, sent }: Reading) => {
  const { ports, close } = await pairsOfPorts.SQLite()
  const { log } = ports
  const handled = new Set<string>()
  const types = [...new Set(examples.map(({ type }) => type))]
  const handlers = types.map((type) => {
    const definition = definitionOf(type)
    if (!definition) throw new Error(`${type} was released and is gone`)
    return on(definition, async ({ id }) => void handled.add(id))
  })
  const topics = [...new Set(handlers.map(({ definition }) => definition.topic))]
  await log.ensureTopics(topics)
  const consumer: Consumer = await consume({ service: 'testing', group: 'testing', topics, handlers }, ports)
  try {
    await log.publish(examples.map(({ type, event }, index) => ({ topic: eventDefinitions.get(type)?.topic as string, event: sent(event, index) })))
    await consumer.caughtUp()
    return { handled, parked: (await consumer.parked(1_000)).map(({ type, reason }) => ({ type, reason })) }
  } finally {
    await consumer.stop()
    await close()
  }
}

/** Events of an older and of a newer version, each read by the other. */
export const oldAndNewEvents: Fault = {
  name: 'old and new events',
  on: 'alone',
  title: 'O1 every event that was ever released, and one of a later version, is handled by readers of either',
  unit: 'events',
  counts: { ci: 1, full: 1 },
  points: Object.keys(readings),
  strike: async ({ struck, say }) => {
    const examples = releasedExamples()
    // Each kind that is published today has been released, with an example.
    expect([...eventDefinitions.keys()].filter((type) => !examples.some((example) => example.type === type))).toEqual([])
    for (const [name, reading] of Object.entries(readings)) {
      const { handled, parked } = await read(examples, reading)
      expect({ name, parked }).toEqual({ name, parked: [] })
      for (const { event } of examples) {
        expect({ name, id: event.id, isHandled: handled.has(event.id) }).toEqual({ name, id: event.id, isHandled: true })
        struck(name)
      }
    }
    say(`${eventDefinitions.size} kinds of event, ${examples.length} examples`)
  },
}
