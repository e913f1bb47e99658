import type { EventLog } from '../eventLog.ts'
import type { KafkaOptions } from './kafkaEventLog.ts'
import type { KafkaTopics } from './topics.ts'

/** The log on Kafka. Its client is loaded at the first need, so that a place on SQLite never loads it. */
export const kafkaEventLog = (options: KafkaOptions): EventLog => {
  let log: Promise<EventLog> | undefined
  const opened = (): Promise<EventLog> => {
    log ??= import('./kafkaEventLog.ts').then(({ kafkaEventLog: open }) => open(options))
    return log
  }
  return {
    system: 'kafka',
    ensureTopics: async (topics) => (await opened()).ensureTopics(topics),
    publish: async (events) => (await opened()).publish(events),
    subscribe: async (asked) => (await opened()).subscribe(asked),
    read: async function* (topic, from) {
      yield* (await opened()).read(topic, from)
    },
    end: async (topic) => (await opened()).end(topic),
    lag: async (group, topics) => (await opened()).lag(group, topics),
    ping: async () => (await opened()).ping(),
    close: async () => (await opened()).close(),
  }
}

/** The topics of Kafka beside what is declared of them; its client is loaded here. */
export const kafkaTopics = async (options: KafkaOptions): Promise<KafkaTopics> => (await import('./topics.ts')).kafkaTopics(options)
