import { sleep } from '@patchwork/runtime'
import kafkajs, { type Admin, type IResourceConfigEntry } from 'kafkajs'
import { LogUnavailableError } from '../eventLog.ts'
import { openAdmin } from './admin.ts'
import { type KafkaClientOptions, kafkaClient } from './client.ts'

// Node.js finds no more of this module's names by itself than those before the first that is not plain.
const { ConfigResourceTypes, ConfigSource } = kafkajs

const partitionsDefault = 12
const copiesDefault = 1
// The largest event a topic of ours takes.
const messageBytesMax = 4 * 1_048_576
const looksMax = 50
const lookAgainMs = 200

export type TopicOptions = {
  /** Of topics that are made; 12 when absent. */
  partitions?: number
  /** Copies of each topic that is made; 1 when absent. */
  replicationFactor?: number
}

/** A setting of a topic that is not what it should be. */
export type TopicChange = { setting: string; from: string; to: string }
/** What is to be done about a topic. A refused one is one that must stay as it is, and `why` says in words what to do. */
export type TopicPlan = { topic: string; partitions: number } & (
  | { action: 'make' | 'same' }
  | { action: 'change'; changes: TopicChange[] }
  | { action: 'refuse'; why: string }
)

/** Kept for ever, whole, and acknowledged by all copies but one that may be away. */
const settingsFor = (copies: number): Readonly<Record<string, string>> => ({
  'cleanup.policy': 'delete',
  'retention.ms': '-1',
  'retention.bytes': '-1',
  'max.message.bytes': String(messageBytesMax),
  // Kafka's client for Node.js reads gzip only: what another producer sends as Snappy, LZ4 or Zstandard would end every consumer that meets it.
  'compression.type': 'uncompressed',
  // The broker's own clock: it refuses what a process whose clock is an hour ahead of it says. When something happened is in the event.
  'message.timestamp.type': 'LogAppendTime',
  'min.insync.replicas': String(Math.max(1, Math.min(2, copies - 1))),
})
const entriesOf = (settings: Readonly<Record<string, string>>): IResourceConfigEntry[] => Object.entries(settings).map(([name, value]) => ({ name, value }))

/** The topics of Kafka beside what is declared of them. */
export type KafkaTopics = {
  /** What `apply` would do, in the order of the topics. Throws LogUnavailableError. */
  plan(topics: readonly string[]): Promise<TopicPlan[]>
  /** Carries out a plan, and resolves when it shows. Throws RangeError where anything in it is refused: then nothing is done. A repeat, planned anew, has nothing to do. */
  apply(plan: readonly TopicPlan[]): Promise<void>
  close(): Promise<void>
}

/** Brings topics to what is declared of them: made where they are not there, their settings put right, their partitions never moved under events. */
export const kafkaTopics = (options: KafkaClientOptions & TopicOptions): KafkaTopics => {
  const admin = openAdmin({ kafka: kafkaClient(options), runtime: options.runtime })
  // A broker answers before it acts on what it was told.
  const untilItHolds = async (topics: readonly string[]) => {
    for (let tries = 0; tries < looksMax; tries += 1) {
      const plan = await admin.ask((client) => planTopics(client, topics, options))
      if (plan.every(({ action }) => action === 'same')) return
      await sleep(options.runtime, lookAgainMs)
    }
    throw new LogUnavailableError('Kafka took the changes, and they do not show yet: ask again in a moment')
  }
  return {
    plan: (topics) => admin.ask((client) => planTopics(client, [...new Set(topics)], options)),
    apply: async (plan) => {
      if (plan.some(({ action }) => action === 'refuse')) throw new RangeError('A plan with a refusal is not carried out')
      await admin.ask(async (client) => {
        const missing = plan.filter(({ action }) => action === 'make').map(({ topic }) => topic)
        await makeTopics(client, missing, options)
        for (const one of plan) if (one.action === 'change') await change(client, one)
      })
      await untilItHolds(plan.map(({ topic }) => topic))
    },
    close: admin.close,
  }
}

/** Makes those of the topics that are not there, and leaves the others as they are. Two processes that do so at a time both find them made. */
export const makeTopics = async (client: Admin, topics: readonly string[], options: TopicOptions): Promise<void> => {
  const { partitions = partitionsDefault, replicationFactor = copiesDefault } = options
  const existing = new Set(await client.listTopics())
  const missing = topics.filter((topic) => !existing.has(topic))
  if (missing.length === 0) return
  const configEntries = entriesOf(settingsFor(replicationFactor))
  await client.createTopics({
    waitForLeaders: true,
    topics: missing.map((topic) => ({ topic, numPartitions: partitions, replicationFactor, configEntries })),
  })
}

const planTopics = async (client: Admin, topics: readonly string[], { partitions = partitionsDefault }: TopicOptions): Promise<TopicPlan[]> => {
  const existing = new Set(await client.listTopics())
  const plan: TopicPlan[] = []
  for (const topic of topics) plan.push(existing.has(topic) ? await planOne(client, topic, partitions) : { topic, partitions, action: 'make' })
  return plan
}

const planOne = async (client: Admin, topic: string, wanted: number): Promise<TopicPlan> => {
  const { topics } = await client.fetchTopicMetadata({ topics: [topic] })
  const found = topics[0]?.partitions ?? []
  const has = found.length
  if (has !== wanted) {
    const events = (await client.fetchTopicOffsets(topic)).reduce((sum, { high }) => sum + Number(high), 0)
    if (events > 0) return { topic, partitions: has, action: 'refuse', why: movedKeys(has, wanted) }
    if (has > wanted) return { topic, partitions: has, action: 'refuse', why: fewerPartitions(topic, has, wanted) }
  }
  const settings = await settingsOf(client, topic)
  const copies = Math.min(...found.map(({ replicas }) => replicas.length))
  const changes = Object.entries(settingsFor(copies)).flatMap(([setting, to]) => {
    const from = settings.get(setting)?.value ?? 'unknown'
    return from === to ? [] : [{ setting, from, to }]
  })
  if (has < wanted) changes.unshift({ setting: partitionsSetting, from: String(has), to: String(wanted) })
  return changes.length === 0 ? { topic, partitions: has, action: 'same' } : { topic, partitions: wanted, action: 'change', changes }
}

const partitionsSetting = 'partitions'

const movedKeys = (has: number, wanted: number): string =>
  `it holds events in ${has} partitions, not ${wanted}. With another number the next event of a record would stand in another partition than those before it, and could be handled before them. ` +
  `Keep ${has} (--partitions ${has}), or stop all services, copy its events in order into a topic of ${wanted} partitions, and give that one its name.`
const fewerPartitions = (topic: string, has: number, wanted: number): string =>
  `it has ${has} partitions, not ${wanted}, and Kafka cannot take partitions away. It has never held an event: stop all services, ` +
  `delete it (kafka-topics --delete --topic ${topic}) and run this again, or keep ${has} (--partitions ${has}).`

/** The settings of a topic, and whether each was said of this topic or holds for all of the broker's. */
const settingsOf = async (client: Admin, topic: string): Promise<Map<string, { value: string; isOwn: boolean }>> => {
  const { resources } = await client.describeConfigs({ includeSynonyms: false, resources: [{ type: ConfigResourceTypes.TOPIC, name: topic }] })
  const entries = resources[0]?.configEntries ?? []
  return new Map(
    entries.map(({ configName, configValue, configSource }) => [configName, { value: configValue, isOwn: configSource === ConfigSource.TOPIC_CONFIG }]),
  )
}

const change = async (client: Admin, { topic, partitions, changes }: TopicPlan & { action: 'change' }): Promise<void> => {
  // Its partitions were found to be empty when it was planned; a service that has published since must not be overtaken.
  if (changes.some(({ setting }) => setting === partitionsSetting)) {
    const events = (await client.fetchTopicOffsets(topic)).reduce((sum, { high }) => sum + Number(high), 0)
    if (events > 0) throw new LogUnavailableError(`${topic} has got events meanwhile: its partitions stay as they are`)
    await client.createPartitions({ topicPartitions: [{ topic, count: partitions }] })
  }
  const toSet = changes.filter(({ setting }) => setting !== partitionsSetting)
  if (toSet.length === 0) return
  // Kafka's client can only say all of a topic's own settings at once: those that are not ours are said again as they are.
  const own = [...(await settingsOf(client, topic))].filter(([, { isOwn }]) => isOwn).map(([setting, { value }]) => [setting, value] as const)
  const configEntries = entriesOf({ ...Object.fromEntries(own), ...Object.fromEntries(toSet.map(({ setting, to }) => [setting, to])) })
  await client.alterConfigs({ validateOnly: false, resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configEntries }] })
}
