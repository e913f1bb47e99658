import type { EventEnvelope } from '@patchwork/events'
import type { Runtime } from '@patchwork/runtime'
import type { Logger } from '@patchwork/telemetry'
import type { KafkaMessage } from 'kafkajs'
import { type LogPosition, LogUnavailableError } from '../eventLog.ts'
import type { KafkaClient } from './client.ts'
import { fromMessage } from './cloudEvents.ts'

const heartbeatMs = 3_000
const sessionMs = 30_000

type Options = {
  kafka: KafkaClient
  runtime: Runtime
  logger: Logger | undefined
  topic: string
  /** The end of each partition, as of the moment at which reading was asked for. */
  ends: Promise<{ partition: number; high: string; low: string }[]>
  from: LogPosition
  forgetGroup: (group: string) => Promise<void>
  /** What is still to be done when everything was read, and nobody need wait for but whoever closes the log. It never rejects. */
  beside: (work: Promise<void>) => void
  /** Aborted when the log is closed: what is being read ends then. */
  closing: AbortSignal
}

/**
 * Every event of a topic from a position up to its ends. Kafka's client gives whole topics to groups only: so a group of one, for once, that is
 * forgotten afterwards. At most one batch waits to be taken.
 */
export async function* readTopic({ kafka, runtime, logger, topic, ends, from, forgetGroup, beside, closing }: Options): AsyncIterable<EventEnvelope> {
  const partitions = (await ends).map(({ partition, low, high }) => ({ partition, start: Math.max(Number(low), from[partition] ?? 0), end: Number(high) }))
  const left = new Map(partitions.filter(({ start, end }) => end > start).map(({ partition, end }) => [partition, end]))
  if (left.size === 0) return
  const group = `patchwork-read-${runtime.uuid()}`
  const consumer = kafka.consumer({
    groupId: group,
    sessionTimeout: sessionMs,
    heartbeatInterval: heartbeatMs,
    maxWaitTimeInMs: 200,
    allowAutoTopicCreation: false,
  })
  const batches: KafkaMessage[][] = []
  // What was read before a crash that the client mended comes again, and is passed over.
  const next = new Map(partitions.map(({ partition, start }) => [partition, start]))
  let failed: Error | undefined
  let arrived = () => {}
  let taken = () => {}
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (payload.restart) return
    failed = payload.error
    arrived()
  })
  // Whenever it has joined its group, anew after a broken connection too: before that there is nothing to place.
  consumer.on(consumer.events.GROUP_JOIN, () => {
    for (const { partition, start } of partitions) {
      if (left.has(partition)) consumer.seek({ topic, partition, offset: String(next.get(partition) ?? start) })
      else consumer.pause([{ topic, partitions: [partition] }])
    }
  })
  let leaving: Promise<void> | undefined
  const leave = () => {
    batches.length = 0
    taken()
    leaving ??= consumer
      .disconnect()
      .then(() => forgetGroup(group))
      .catch(() => undefined)
    beside(leaving)
  }
  const endWithTheLog = () => {
    failed = new Error('the log was closed')
    leave()
    arrived()
  }
  closing.addEventListener('abort', endWithTheLog, { once: true })
  const event = (message: KafkaMessage): EventEnvelope[] => {
    try {
      return [fromMessage(message)]
    } catch (error) {
      logger?.error({ topic, offset: message.offset, code: (error as Error).name }, 'a message that is not a CloudEvent was passed over')
      return []
    }
  }
  try {
    await consumer.connect()
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch, heartbeat, isRunning }) => {
        const end = left.get(batch.partition)
        if (end === undefined) return
        const wanted = next.get(batch.partition) ?? 0
        batches.push(batch.messages.filter(({ offset }) => Number(offset) >= wanted && Number(offset) < end))
        next.set(batch.partition, Math.max(wanted, Number(batch.lastOffset()) + 1))
        if (Number(batch.lastOffset()) >= end - 1) left.delete(batch.partition)
        arrived()
        while (batches.length > 0 && isRunning()) {
          await new Promise<void>((resolve) => {
            const cancel = runtime.after(heartbeatMs, resolve)
            taken = () => {
              cancel()
              resolve()
            }
          })
          await heartbeat()
        }
      },
    })
    while (left.size > 0 || batches.length > 0) {
      const batch = batches.shift()
      if (batch) {
        yield* batch.flatMap(event)
        taken()
      } else if (failed) throw failed
      else
        await new Promise<void>((resolve) => {
          arrived = resolve
        })
    }
    // What still waited to be taken is gone then.
    if (closing.aborted) throw failed
  } catch (error) {
    throw new LogUnavailableError(`Kafka could not be read: ${(error as Error).message}`, { cause: error })
  } finally {
    closing.removeEventListener('abort', endWithTheLog)
    leave()
  }
}
