import type { EventEnvelope } from '@patchwork/events'
import { type Runtime, sleep } from '@patchwork/runtime'
import type { Logger } from '@patchwork/telemetry'
import { type Admin, Kafka, type KafkaConfig, logLevel } from 'kafkajs'
import { type EventLog, LogUnavailableError } from '../eventLog.ts'
import { fromMessage } from './cloudEvents.ts'
import { openProducer } from './producer.ts'
import { openSubscription } from './subscription.ts'

const partitionsDefault = 12
const adminTriesMax = 20
const retries = { initialRetryTime: 100, maxRetryTime: 2_000, retries: 4 }

export type KafkaOptions = {
  brokers: readonly string[]
  clientId: string
  runtime: Runtime
  logger?: Logger
  /** Of topics made by this process; partitions are never added to a topic that is there. 12 when absent. */
  partitions?: number
  /** Copies of each topic; 1 when absent. */
  replicationFactor?: number
  ssl?: KafkaConfig['ssl']
  sasl?: KafkaConfig['sasl']
}

/** The log on Kafka: CloudEvents in binary mode, one topic per aggregate type kept for ever, one send in flight per process. */
export const kafkaEventLog = (options: KafkaOptions): EventLog => {
  const { brokers, clientId, runtime, logger, ssl, sasl } = options
  const kafka = new Kafka({
    brokers: [...brokers],
    clientId,
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    retry: retries,
    logLevel: logLevel.WARN,
    logCreator:
      () =>
      ({ namespace, log }) =>
        logger?.debug({ namespace, kafka: log.message }, 'kafka'),
    ...(ssl === undefined ? {} : { ssl }),
    ...(sasl === undefined ? {} : { sasl }),
  })
  const producer = openProducer(kafka)
  const stops = new Set<() => Promise<void>>()
  let connectedAdmin: Promise<Admin> | undefined
  let closed = false

  // A failed answer makes the next caller connect again.
  const asAdmin = async <Result>(ask: (admin: Admin) => Promise<Result>, triesLeft = adminTriesMax): Promise<Result> => {
    connectedAdmin ??= (async () => {
      const admin = kafka.admin()
      await admin.connect()
      return admin
    })()
    const connected = connectedAdmin
    try {
      return await ask(await connected)
    } catch (error) {
      // A topic just made has no leader for a moment: the broker says so, and that asking again is right.
      if ((error as { retriable?: boolean }).retriable && triesLeft > 1) {
        await sleep(runtime, retries.initialRetryTime)
        return asAdmin(ask, triesLeft - 1)
      }
      if (connectedAdmin === connected) connectedAdmin = undefined
      void connected.then((admin) => admin.disconnect()).catch(() => undefined)
      throw new LogUnavailableError(`Kafka did not answer: ${(error as Error).message}`, { cause: error })
    }
  }
  const heads = (topic: string) => asAdmin((admin) => admin.fetchTopicOffsets(topic))
  const committed = async (group: string, topics: readonly string[]) => asAdmin((admin) => admin.fetchOffsets({ groupId: group, topics: [...topics] }))

  return {
    ensureTopics: async (topics) => {
      await asAdmin(async (admin) => {
        const existing = new Set(await admin.listTopics())
        const missing = topics.filter((topic) => !existing.has(topic))
        if (missing.length === 0) return
        await admin.createTopics({
          waitForLeaders: true,
          topics: missing.map((topic) => ({
            topic,
            numPartitions: options.partitions ?? partitionsDefault,
            replicationFactor: options.replicationFactor ?? 1,
            configEntries: [
              { name: 'retention.ms', value: '-1' },
              { name: 'retention.bytes', value: '-1' },
            ],
          })),
        })
      })
    },
    publish: (events) => (events.length === 0 ? Promise.resolve() : producer.publish(events)),
    subscribe: async ({ group, topics, handler, concurrencyMax = 16 }) => {
      if (closed) throw new LogUnavailableError('The log has been closed')
      const subscription = await openSubscription({ kafka, runtime, logger, group, topics, handler, concurrencyMax, heads, committed })
      const stop = async () => {
        stops.delete(stop)
        await subscription.stop()
      }
      stops.add(stop)
      return { caughtUp: subscription.caughtUp, stop }
    },
    read: (topic) => readAll({ kafka, runtime, topic, heads, forget: (group) => asAdmin((admin) => admin.deleteGroups([group])).then(() => undefined) }),
    lag: async (group, topics) => {
      const offsets = await committed(group, topics)
      return Promise.all(
        topics.map(async (topic) => {
          const done = new Map(offsets.find((one) => one.topic === topic)?.partitions.map(({ partition, offset }) => [partition, Number(offset)]))
          const behind = (await heads(topic)).reduce(
            (sum, { partition, high, low }) => sum + Number(high) - Math.max(done.get(partition) ?? -1, Number(low)),
            0,
          )
          return { topic, behind }
        }),
      )
    },
    ping: async () => {
      await asAdmin((admin) => admin.describeCluster())
    },
    close: async () => {
      closed = true
      await Promise.all([...stops].map((stop) => stop()))
      await producer.close()
      await connectedAdmin?.then((admin) => admin.disconnect()).catch(() => undefined)
    },
  }
}

type ReadOptions = {
  kafka: Kafka
  runtime: Runtime
  topic: string
  heads: (topic: string) => Promise<{ partition: number; high: string; low: string }[]>
  forget: (group: string) => Promise<void>
}

// Kafka gives whole topics to groups only: a group of one, for once, that is forgotten afterwards. At most one batch per partition waits to be taken.
async function* readAll({ kafka, runtime, topic, heads, forget }: ReadOptions): AsyncIterable<EventEnvelope> {
  const left = new Map((await heads(topic)).filter(({ high, low }) => Number(high) > Number(low)).map(({ partition, high }) => [partition, Number(high)]))
  if (left.size === 0) return
  const group = `patchwork-read-${runtime.uuid()}`
  const consumer = kafka.consumer({ groupId: group, sessionTimeout: 30_000, retry: retries })
  const batches: EventEnvelope[][] = []
  // What was read before a crash that the client mended comes again, and is passed over.
  const next = new Map<number, number>()
  let failed: Error | undefined
  let arrived = () => {}
  let taken = () => {}
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    // A crash that the client mends by itself begins again from the beginning.
    if (payload.restart) return
    failed = payload.error
    arrived()
  })
  try {
    await consumer.connect()
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch, heartbeat, isRunning }) => {
        const head = left.get(batch.partition)
        if (head === undefined) return
        const from = next.get(batch.partition) ?? 0
        batches.push(batch.messages.filter(({ offset }) => Number(offset) >= from && Number(offset) < head).map(fromMessage))
        next.set(batch.partition, Math.max(from, Number(batch.lastOffset()) + 1))
        if (Number(batch.lastOffset()) >= head - 1) left.delete(batch.partition)
        arrived()
        while (batches.length > 0 && isRunning()) {
          await Promise.race([
            new Promise<void>((resolve) => {
              taken = resolve
            }),
            new Promise<void>((resolve) => runtime.after(3_000, resolve)),
          ])
          await heartbeat()
        }
      },
    })
    while (left.size > 0 || batches.length > 0) {
      const batch = batches.shift()
      if (batch) {
        yield* batch
        taken()
      } else if (failed) throw new LogUnavailableError(`Kafka could not be read: ${failed.message}`, { cause: failed })
      else
        await new Promise<void>((resolve) => {
          arrived = resolve
        })
    }
  } finally {
    batches.length = 0
    taken()
    await consumer.disconnect()
    await forget(group).catch(() => undefined)
  }
}
