import { systemRuntime } from '@patchwork/runtime'
import { kafkaForTests } from '@patchwork/testing'
import { ConfigResourceTypes, Kafka, logLevel } from 'kafkajs'
import { eventOf } from '../conformance.ts'
import { openAdmin } from './admin.ts'
import { kafkaEventLog } from './kafkaEventLog.ts'
import { kafkaTopics } from './topics.ts'

const kafka = await kafkaForTests()
afterAll(() => kafka?.stop())
const limitMs = 120_000
let count = 0

const described = kafka ? describe : describe.skip
described('topics of Kafka brought to what is declared of them', () => {
  const brokers = kafka?.brokers ?? ['']
  const options = { brokers, clientId: 'test-topics', runtime: systemRuntime }
  const admin = openAdmin({ kafka: new Kafka({ brokers, clientId: 'plain', logLevel: logLevel.NOTHING }), runtime: systemRuntime })
  const log = kafkaEventLog(options)
  const topics = kafkaTopics(options)
  afterAll(async () => {
    await Promise.all([admin.close(), log.close(), topics.close()])
  })
  const name = () => `patchwork.topics.t${process.pid}-${++count}`
  const planned = async (topic: string) => (await topics.plan([topic]))[0]
  const made = async (numPartitions: number, configEntries: { name: string; value: string }[] = []) => {
    const topic = name()
    await admin.ask((client) => client.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions, replicationFactor: 1, configEntries }] }))
    return topic
  }
  const settingsOf = async (topic: string, names: string[]) => {
    const asked = { type: ConfigResourceTypes.TOPIC, name: topic, configNames: names }
    const { resources } = await admin.ask((client) => client.describeConfigs({ includeSynonyms: false, resources: [asked] }))
    return Object.fromEntries((resources[0]?.configEntries ?? []).map(({ configName, configValue }) => [configName, configValue]))
  }
  const partitionsOf = async (topic: string) => (await admin.ask((client) => client.fetchTopicMetadata({ topics: [topic] }))).topics[0]?.partitions.length

  test(
    'a topic that is not there is made in twelve partitions, and a second run has nothing to do',
    async () => {
      const topic = name()
      const plan = await topics.plan([topic, topic])
      expect(plan).toEqual([{ topic, partitions: 12, action: 'make' }])
      await topics.apply(plan)
      expect(await topics.plan([topic])).toEqual([{ topic, partitions: 12, action: 'same' }])
      expect(await partitionsOf(topic)).toBe(12)
      const wanted = {
        'cleanup.policy': 'delete',
        'retention.ms': '-1',
        'retention.bytes': '-1',
        'max.message.bytes': '4194304',
        'compression.type': 'uncompressed',
        'message.timestamp.type': 'LogAppendTime',
        'min.insync.replicas': '1',
      }
      expect(await settingsOf(topic, Object.keys(wanted))).toEqual(wanted)
    },
    limitMs,
  )

  test(
    'a topic that a service has made is the same as one that the command would have made',
    async () => {
      const topic = name()
      await log.ensureTopics([topic])
      expect(await planned(topic)).toMatchObject({ action: 'same' })
    },
    limitMs,
  )

  test(
    'settings that would lose events are put right, those of the operator stay, and events do not hinder it',
    async () => {
      const topic = await made(12, [
        { name: 'retention.ms', value: '604800000' },
        { name: 'cleanup.policy', value: 'compact' },
        { name: 'segment.bytes', value: '7340032' },
      ])
      await log.publish([{ topic, event: eventOf('a', 1) }])
      const plan = await topics.plan([topic])
      expect(plan).toEqual([
        {
          topic,
          partitions: 12,
          action: 'change',
          changes: [
            { setting: 'cleanup.policy', from: 'compact', to: 'delete' },
            { setting: 'retention.ms', from: '604800000', to: '-1' },
            { setting: 'max.message.bytes', from: expect.stringMatching(/^\d+$/), to: '4194304' },
            { setting: 'compression.type', from: 'producer', to: 'uncompressed' },
            { setting: 'message.timestamp.type', from: 'CreateTime', to: 'LogAppendTime' },
          ],
        },
      ])
      await topics.apply(plan)
      expect(await planned(topic)).toMatchObject({ action: 'same' })
      expect(await settingsOf(topic, ['segment.bytes', 'retention.ms'])).toEqual({ 'segment.bytes': '7340032', 'retention.ms': '-1' })
    },
    limitMs,
  )

  test.each([3, 24])(
    'the partitions of a topic that holds events stay as they are, %i of them, in words that say why and what to do',
    async (partitions) => {
      const topic = await made(partitions)
      await log.publish([{ topic, event: eventOf('a', 1) }])
      const plan = await topics.plan([topic])
      expect(plan).toEqual([{ topic, partitions, action: 'refuse', why: expect.stringContaining('could be handled before them') }])
      expect(plan[0]).toMatchObject({ why: expect.stringContaining(`--partitions ${partitions}`) })
      await expect(topics.apply(plan)).rejects.toThrow(RangeError)
      expect(await partitionsOf(topic)).toBe(partitions)
    },
    limitMs,
  )

  test(
    'an empty topic gets the partitions that it lacks, and one with too many is refused, as Kafka cannot take them away',
    async () => {
      const [few, many] = [await made(3), await made(24)]
      const plan = await topics.plan([few])
      expect(plan[0]).toMatchObject({ action: 'change', changes: expect.arrayContaining([{ setting: 'partitions', from: '3', to: '12' }]) })
      await topics.apply(plan)
      expect([await partitionsOf(few), await planned(few)]).toEqual([12, { topic: few, partitions: 12, action: 'same' }])
      expect(await planned(many)).toMatchObject({ action: 'refuse', why: expect.stringContaining('cannot take partitions away') })
    },
    limitMs,
  )

  test(
    'an event that came between plan and apply is not overtaken: its partitions stay',
    async () => {
      const topic = await made(3)
      const plan = await topics.plan([topic])
      await log.publish([{ topic, event: eventOf('a', 1) }])
      await expect(topics.apply(plan)).rejects.toThrow('has got events meanwhile')
      expect(await partitionsOf(topic)).toBe(3)
    },
    limitMs,
  )

  test(
    'a plan with one refusal is carried out in no part',
    async () => {
      const [full, absent] = [await made(3), name()]
      await log.publish([{ topic: full, event: eventOf('a', 1) }])
      await expect(topics.apply(await topics.plan([absent, full]))).rejects.toThrow('A plan with a refusal')
      expect((await topics.plan([absent]))[0]).toMatchObject({ action: 'make' })
    },
    limitMs,
  )
})
