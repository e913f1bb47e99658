import type { EventEnvelope } from '@patchwork/events'
import type { Runtime } from '@patchwork/runtime'
import { type Message, Partitioners, type Producer } from 'kafkajs'
import { LogUnavailableError } from '../eventLog.ts'
import type { KafkaClient } from './client.ts'
import { toMessage } from './cloudEvents.ts'

const eventsPerSendMax = 1_000
// A broker takes a batch of 1 MiB per partition unless it is told otherwise; whatever is larger goes alone.
const bytesPerSendMax = 700_000
/** A publish that was not taken within so long is refused; what was written of it by then stays. */
const publishWithinMs = 15_000

type Call = { left: number; settled: boolean; resolve: () => void; reject: (error: Error) => void }
type Item = { topic: string; message: Message; bytes: number; call: Call }

/**
 * Sends what waits, together, one send in flight: sends that overlap an outage may be reordered by Kafka's client. A send that fails fails all
 * calls that had a part in it (any part may have been written), and the producer is made anew, as an idempotent one may never recover its numbering.
 */
export const openProducer = ({ kafka, runtime }: { kafka: KafkaClient; runtime: Runtime }) => {
  let waiting: Item[] = []
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
  const nextBatch = (): Item[] => {
    waiting = waiting.filter(({ call }) => !call.settled)
    let bytes = 0
    let end = 0
    while (end < waiting.length && end < eventsPerSendMax && (end === 0 || bytes + waiting[end]!.bytes <= bytesPerSendMax)) {
      bytes += waiting[end]!.bytes
      end += 1
    }
    return waiting.splice(0, end)
  }
  const sendBatch = async (batch: readonly Item[]) => {
    const byTopic = Map.groupBy(batch, ({ topic }) => topic)
    try {
      const ready = await connected()
      await ready.sendBatch({ acks: -1, topicMessages: [...byTopic].map(([topic, items]) => ({ topic, messages: items.map(({ message }) => message) })) })
      for (const { call } of batch) settle(call)
    } catch (error) {
      const broken = producer
      producer = undefined
      await broken?.disconnect().catch(() => undefined)
      for (const { call } of batch) refuse(call, `Kafka took nothing: ${(error as Error).message}`, error)
    }
  }
  const send = async () => {
    // All publishes of one turn go together.
    await Promise.resolve()
    for (let batch = nextBatch(); batch.length > 0; batch = nextBatch()) await sendBatch(batch)
  }
  // Whoever is told that a batch is out may publish at once, before this promise is settled: so it looks again.
  const startSending = () => {
    sending ??= send().finally(() => {
      sending = undefined
      if (waiting.length > 0) startSending()
    })
  }

  return {
    publish: (events: readonly { topic: string; event: EventEnvelope }[]): Promise<void> =>
      new Promise((resolve, reject) => {
        if (closed) return reject(new LogUnavailableError('The log has been closed'))
        const call: Call = { left: events.length, settled: false, resolve, reject }
        const cancel = runtime.after(publishWithinMs, () => refuse(call, `Kafka took nothing within ${publishWithinMs / 1_000} seconds`))
        call.resolve = () => {
          cancel()
          resolve()
        }
        call.reject = (error) => {
          cancel()
          reject(error)
        }
        for (const { topic, event } of events) {
          const message = toMessage(event)
          waiting.push({ topic, message, bytes: bytesOf(message), call })
        }
        startSending()
      }),
    close: async () => {
      closed = true
      await sending
      await producer?.disconnect().catch(() => undefined)
    },
  }
}

const settle = (call: Call) => {
  call.left -= 1
  if (call.left > 0 || call.settled) return
  call.settled = true
  call.resolve()
}
const refuse = (call: Call, why: string, cause?: unknown) => {
  if (call.settled) return
  call.settled = true
  call.reject(new LogUnavailableError(why, { cause }))
}
const bytesOf = ({ key, value, headers }: Message): number =>
  Buffer.byteLength(String(key)) +
  Buffer.byteLength(String(value)) +
  Object.entries(headers ?? {}).reduce((sum, [name, text]) => sum + name.length + Buffer.byteLength(String(text)) + 4, 70)
