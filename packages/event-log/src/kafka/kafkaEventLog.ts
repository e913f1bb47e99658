import { type Runtime, sleep } from '@patchwork/runtime'
import type { Logger } from '@patchwork/telemetry'
import { type Admin, Kafka, type KafkaConfig, logLevel } from 'kafkajs'
import { type EventLog, LogUnavailableError } from '../eventLog.ts'
import { openProducer } from './producer.ts'
import { readTopic } from './readTopic.ts'
import { openSubscription } from './subscription.ts'

const partitionsDefault = 12
const sessionMsDefault = 10_000
// The largest event a topic of ours takes.
const messageBytesMax = 4 * 1_048_576
/** A topic just made has no leader for a moment, nor one whose broker just came back: a question that Kafka says to ask again is asked for so long. */
const askAgainWithinMs = 10_000
const askAgainMs = 100
/** A place that starts before its broker waits so long for it. */
const startWithinMs = 60_000
const startRetryMs = 1_000

export type KafkaOptions = {
  brokers: readonly string[]
  clientId: string
  runtime: Runtime
  logger?: Logger
  /** Of topics made by this process; partitions are never added to a topic that is there. 12 when absent. */
  partitions?: number
  /** Copies of each topic; 1 when absent. */
  replicationFactor?: number
  /** How long a process that died keeps its share of the work before others get it; 10,000 when absent. A broker allows no less than it is set to. */
  sessionMs?: number
  ssl?: KafkaConfig['ssl']
  sasl?: KafkaConfig['sasl']
}

/**
 * The log on Kafka: CloudEvents in binary mode, one topic per aggregate type kept for ever, one send in flight per process. It comes back by itself
 * when the broker does; meanwhile `publish` rejects within 15 seconds, and `ensureTopics` waits for a minute.
 */
export const kafkaEventLog = (options: KafkaOptions): EventLog => {
  const { runtime, logger, sessionMs = sessionMsDefault } = options
  const kafka = new Kafka(clientConfig(options))
  const producer = openProducer({ kafka, runtime })
  const admin = openAdmin({ kafka, runtime })
  const stops = new Set<() => Promise<void>>()
  let closed: Promise<void> | undefined
  const refuseWhenClosed = () => {
    if (closed) throw new LogUnavailableError('The log has been closed')
  }
  const heads = (topic: string) => admin.ask((client) => client.fetchTopicOffsets(topic))
  const committed = (group: string, topics: readonly string[]) => admin.ask((client) => client.fetchOffsets({ groupId: group, topics: [...topics] }))

  return {
    system: 'kafka',
    ensureTopics: async (topics) => {
      const end = runtime.now() + startWithinMs
      for (;;)
        try {
          refuseWhenClosed()
          return await admin.ask((client) => makeTopics(client, [...new Set(topics)], options))
        } catch (error) {
          if (closed || runtime.now() > end) throw error
          logger?.warn({ code: (error as LogUnavailableError).code }, 'Kafka does not answer yet')
          await sleep(runtime, startRetryMs)
        }
    },
    publish: (events) => (events.length === 0 ? Promise.resolve() : producer.publish(events)),
    subscribe: async ({ group, topics, handler, concurrencyMax = 16 }) => {
      refuseWhenClosed()
      const subscription = await openSubscription({
        kafka,
        runtime,
        logger,
        group,
        topics: [...new Set(topics)],
        handler,
        concurrencyMax,
        sessionMs,
        heads,
        committed,
      })
      const stop = async () => {
        stops.delete(stop)
        await subscription.stop()
      }
      stops.add(stop)
      return { caughtUp: subscription.caughtUp, stop }
    },
    read: (topic, { from = {} } = {}) => {
      const ends = heads(topic)
      // Told to whoever reads on; one that does not must not end the process.
      ends.catch(() => undefined)
      return readTopic({
        kafka,
        runtime,
        logger,
        topic,
        ends,
        from,
        forgetGroup: (group) => admin.ask((client) => client.deleteGroups([group])).then(() => undefined),
      })
    },
    end: async (topic) => Object.fromEntries((await heads(topic)).map(({ partition, high }) => [partition, Number(high)])),
    lag: async (group, topics) => {
      const offsets = await committed(group, topics)
      return Promise.all(
        topics.map(async (topic) => {
          const done = new Map(offsets.find((one) => one.topic === topic)?.partitions.map(({ partition, offset }) => [partition, Number(offset)]))
          const behind = (await heads(topic)).map(({ partition, high, low }) => Number(high) - Math.max(done.get(partition) ?? -1, Number(low)))
          return { topic, behind: behind.reduce((sum, count) => sum + count, 0) }
        }),
      )
    },
    ping: async () => {
      refuseWhenClosed()
      await admin.ask((client) => client.describeCluster())
    },
    close: () => {
      closed ??= (async () => {
        await Promise.all([...stops].map((stop) => stop()))
        await producer.close()
        await admin.close()
      })()
      return closed
    },
  }
}

const clientConfig = ({ brokers, clientId, logger, ssl, sasl }: KafkaOptions): KafkaConfig => ({
  brokers: [...brokers],
  clientId,
  connectionTimeout: 3_000,
  requestTimeout: 10_000,
  retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 4 },
  logLevel: logLevel.WARN,
  logCreator:
    () =>
    ({ namespace, log }) =>
      logger?.debug({ namespace, kafka: log.message }, 'kafka'),
  ...(ssl === undefined ? {} : { ssl }),
  ...(sasl === undefined ? {} : { sasl }),
})

// Two processes that make the same topic at a time both find it made.
const makeTopics = async (client: Admin, topics: readonly string[], { partitions, replicationFactor }: KafkaOptions): Promise<void> => {
  const existing = new Set(await client.listTopics())
  const missing = topics.filter((topic) => !existing.has(topic))
  if (missing.length === 0) return
  const configEntries = Object.entries({ 'retention.ms': '-1', 'retention.bytes': '-1', 'max.message.bytes': String(messageBytesMax) }).map(
    ([name, value]) => ({ name, value }),
  )
  await client.createTopics({
    waitForLeaders: true,
    topics: missing.map((topic) => ({ topic, numPartitions: partitions ?? partitionsDefault, replicationFactor: replicationFactor ?? 1, configEntries })),
  })
}

type Refusal = { retriable?: boolean; name?: string }

// One connection for questions, made when it is first needed and again after one that failed.
const openAdmin = ({ kafka, runtime }: { kafka: Kafka; runtime: Runtime }) => {
  let connected: Promise<Admin> | undefined
  const connect = async () => {
    const client = kafka.admin()
    await client.connect()
    return client
  }
  const drop = (client: Promise<Admin>) => {
    if (connected === client) connected = undefined
    return client.then((one) => one.disconnect()).catch(() => undefined)
  }
  const ask = async <Result>(question: (client: Admin) => Promise<Result>, until = runtime.now() + askAgainWithinMs): Promise<Result> => {
    connected ??= connect()
    const client = connected
    try {
      return await question(await client)
    } catch (error) {
      // The client's own few tries are over within two seconds, which a topic that was just made can take on a busy broker.
      const { retriable, name } = ((error as Error).name === 'KafkaJSNumberOfRetriesExceeded' ? (error as Error).cause : error) as Refusal
      if (retriable && name === 'KafkaJSProtocolError' && runtime.now() < until) {
        await sleep(runtime, askAgainMs)
        return ask(question, until)
      }
      void drop(client)
      throw new LogUnavailableError(`Kafka did not answer: ${(error as Error).message}`, { cause: error })
    }
  }
  return {
    ask: <Result>(question: (client: Admin) => Promise<Result>) => ask(question),
    close: async () => {
      if (connected) await drop(connected)
    },
  }
}
