import { type AggregateDefinition, type Consumer, consume, type OpenedAggregates, on, openAggregates, type Ports } from '@patchwork/aggregate'
import { type DomainEvent, defineEvent, type EventEnvelope, eventDefinitions } from '@patchwork/events'
import { type RunningService, shownConsumer } from '@patchwork/http'
import { z } from 'zod'

const topic = 'patchwork.witness.testimony'
export const EventSeen = defineEvent({
  type: 'testimony.event-seen.v1',
  topic,
  meaning: 'A group of witnesses saw an event of the place.',
  data: z.object({ group: z.string(), subject: z.string(), sequence: z.int(), eventId: z.string() }),
})
export const EyesTurned = defineEvent({
  type: 'testimony.eyes-turned.v1',
  topic,
  meaning: 'The witnesses of a topic closed their eyes, or opened them.',
  data: z.object({ areClosed: z.boolean() }),
})
type TestimonyEvent = DomainEvent<typeof EventSeen> | DomainEvent<typeof EyesTurned>
export type Testimony = { areClosed: boolean; seen: number }
/** Two groups that react to the same events in the same way, into the same aggregate: one per topic. */
export const witnessGroups = ['witness-first', 'witness-second'] as const

const definition: AggregateDefinition<Testimony, TestimonyEvent> = {
  service: 'witness',
  name: 'testimony',
  topic,
  events: [EventSeen, EyesTurned],
  initial: { areClosed: false, seen: 0 },
  evolve: (testimony, event) =>
    event.type === 'testimony.eyes-turned.v1' ? { ...testimony, areClosed: event.data.areClosed } : { ...testimony, seen: testimony.seen + 1 },
}

export type WitnessSettings = {
  /** How long after its start the second group is born. */
  secondAfterMs: number
  /** Whether the first group fails at an event; asked each time. */
  isPoison: (event: EventEnvelope) => boolean
}
export type RunningWitness = RunningService & { testimonies: OpenedAggregates<Testimony, TestimonyEvent> }

/**
 * A service that a place does not have: it takes note of every event of all others, once per group, and of nothing while its eyes are closed. So it shows
 * whether each event has its effect once, in order, per group, on the code that every service stands on.
 */
export const startWitness = async (ports: Ports, { secondAfterMs, isPoison }: WitnessSettings): Promise<RunningWitness> => {
  const testimonies = await openAggregates<Testimony, TestimonyEvent>(definition, ports)
  const consumers: Consumer[] = []
  const watch = async (group: (typeof witnessGroups)[number]): Promise<void> => {
    const definitions = [...eventDefinitions.values()]
    const note = async (event: EventEnvelope, command: () => Parameters<typeof testimonies.update>[1], of: string): Promise<void> => {
      if (group === witnessGroups[0] && isPoison(event)) throw new Error('poison')
      const { subject, sequence, id: eventId } = event
      await testimonies.update(of, command(), ({ state }) =>
        state.areClosed ? { events: [] } : { events: [{ type: 'testimony.event-seen.v1', data: { group, subject, sequence, eventId } }] },
      )
    }
    consumers.push(
      await consume(
        {
          service: 'witness',
          group,
          topics: [...new Set(definitions.map((one) => one.topic))],
          attemptsMax: 2,
          handlers: definitions.map((one) => on(one, (event, { command }) => note(event, command, one.topic))),
        },
        ports,
      ),
    )
  }
  await watch(witnessGroups[0])
  const second = Promise.withResolvers<void>()
  ports.runtime.after(secondAfterMs, () => void watch(witnessGroups[1]).then(second.resolve, second.reject))
  second.promise.catch(() => undefined)
  return {
    name: 'witness',
    mounts: [],
    testimonies,
    ready: () => second.promise,
    stop: async () => {
      await Promise.all(consumers.map((consumer) => consumer.stop()))
      await testimonies.stop()
    },
    get invariants() {
      return [...testimonies.invariants, ...consumers.flatMap((consumer) => consumer.invariants)]
    },
    get consumers() {
      return consumers.map((consumer, at) => shownConsumer(witnessGroups[at] as string, () => consumer))
    },
    readModels: [],
  }
}
