import { sleep } from '@patchwork/runtime'
import { type EventLog, LogRefusedError, LogUnavailableError } from '../eventLog.ts'
import { openAdmin } from './admin.ts'
import { type KafkaClientOptions, kafkaClient, patient } from './client.ts'
import { openProducer } from './producer.ts'
import { readTopic } from './readTopic.ts'
import { openSubscription } from './subscription.ts'
import { makeTopics, type TopicOptions } from './topics.ts'

const sessionMsDefault = 10_000
/** A place that starts before its broker waits so long for it. */
const startWithinMs = 60_000
const startRetryMs = 1_000

export type KafkaOptions = KafkaClientOptions &
  TopicOptions & {
    /** How long a process that died keeps its share of the work before others get it; 10,000 when absent. A broker allows no less than it is set to. */
    sessionMs?: number
  }

/**
 * The log on Kafka: CloudEvents in binary mode, one topic per aggregate type kept for ever, one send in flight per process. It comes back by itself
 * when the broker does; meanwhile `publish` rejects within 15 seconds, and `ensureTopics` waits for a minute, unless
 * Kafka or this process does not trust the other: then it throws LogRefusedError at once.
 */
export const kafkaEventLog = (options: KafkaOptions): EventLog => {
  const { runtime, logger, sessionMs = sessionMsDefault } = options
  const kafka = kafkaClient(options)
  const kafkaOfMembers = kafkaClient(options, patient)
  const producer = openProducer({ kafka, runtime })
  const admin = openAdmin({ kafka, runtime })
  const stops = new Set<() => Promise<void>>()
  const besides = new Set<Promise<void>>()
  // Everything that opens asks for its own, and all of them were made at the start: none goes while a service runs.
  const there = new Set<string>()
  const closing = new AbortController()
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
          const unknown = [...new Set(topics)].filter((topic) => !there.has(topic))
          if (unknown.length > 0) await admin.ask((client) => makeTopics(client, unknown, options))
          for (const topic of unknown) there.add(topic)
          return
        } catch (error) {
          if (closed || error instanceof LogRefusedError || runtime.now() > end) throw error
          logger?.warn({ code: (error as LogUnavailableError).code }, 'Kafka does not answer yet')
          await sleep(runtime, startRetryMs)
        }
    },
    publish: (events) => (events.length === 0 ? Promise.resolve() : producer.publish(events)),
    subscribe: async ({ group, topics, handler, concurrencyMax = 16, runMax = 1 }) => {
      refuseWhenClosed()
      const subscription = openSubscription({
        kafka: kafkaOfMembers,
        runtime,
        logger,
        group,
        topics: [...new Set(topics)],
        handler,
        concurrencyMax,
        runMax,
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
        beside: (work) => {
          const doing = work.finally(() => besides.delete(doing))
          besides.add(doing)
        },
        closing: closing.signal,
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
        closing.abort()
        await Promise.all([...stops].map((stop) => stop()))
        await Promise.all(besides)
        await producer.close()
        await admin.close()
      })()
      return closed
    },
  }
}
