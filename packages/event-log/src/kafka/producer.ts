import type { EventEnvelope } from '@patchwork/events'
import { type Kafka, Partitioners, type Producer } from 'kafkajs'
import { LogUnavailableError } from '../eventLog.ts'
import { toMessage } from './cloudEvents.ts'

const eventsPerSendMax = 1_000
type Waiting = { events: readonly { topic: string; event: EventEnvelope }[]; resolve: () => void; reject: (error: Error) => void }

/**
 * Sends what waits, together, one send in flight: sends that overlap an outage may be reordered by Kafka's client. A send that fails fails all that
 * went with it (any part may have been written), and the producer is made anew, as an idempotent one may never recover its numbering.
 */
export const openProducer = (kafka: Kafka) => {
  const waiting: Waiting[] = []
  let sending: Promise<void> | undefined
  let producer: Producer | undefined
  let closed = false

  const connected = async (): Promise<Producer> => {
    if (producer) return producer
    const made = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false })
    await made.connect()
    producer = made
    return made
  }
  const nextBatch = (): Waiting[] => {
    let count = 0
    let end = 0
    while (end < waiting.length && (end === 0 || count + (waiting[end] as Waiting).events.length <= eventsPerSendMax)) {
      count += (waiting[end] as Waiting).events.length
      end += 1
    }
    return waiting.splice(0, end)
  }
  const send = async () => {
    // All publishes of one turn go together.
    await Promise.resolve()
    while (waiting.length > 0) {
      const batch = nextBatch()
      const byTopic = Map.groupBy(
        batch.flatMap(({ events }) => events),
        ({ topic }) => topic,
      )
      try {
        const ready = await connected()
        await ready.sendBatch({
          acks: -1,
          topicMessages: [...byTopic].map(([topic, events]) => ({ topic, messages: events.map(({ event }) => toMessage(event)) })),
        })
        for (const { resolve } of batch) resolve()
      } catch (error) {
        const broken = producer
        producer = undefined
        await broken?.disconnect().catch(() => undefined)
        const failure = new LogUnavailableError(`Kafka took nothing: ${(error as Error).message}`, { cause: error })
        for (const { reject } of batch) reject(failure)
      }
    }
  }

  // Whoever is told that a batch is out may publish at once, before this promise is settled: so it looks again.
  const startSending = () => {
    sending ??= send().finally(() => {
      sending = undefined
      if (waiting.length > 0) startSending()
    })
  }

  return {
    publish: (events: Waiting['events']): Promise<void> =>
      new Promise((resolve, reject) => {
        if (closed) return reject(new LogUnavailableError('The log has been closed'))
        waiting.push({ events, resolve, reject })
        startSending()
      }),
    close: async () => {
      closed = true
      await sending
      await producer?.disconnect().catch(() => undefined)
    },
  }
}
