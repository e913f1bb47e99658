import { jest } from '@jest/globals'
import type { EventEnvelope } from '@patchwork/events'
import { systemRuntime } from '@patchwork/runtime'
import { kafkaForTests } from '@patchwork/testing'
import { Kafka, logLevel, Partitioners } from 'kafkajs'
import { eventLogConformance, eventOf, firsts, numbers, ofKey, pause, until } from '../conformance.ts'
import type { EventLog } from '../eventLog.ts'
import { LogUnavailableError } from '../eventLog.ts'
import { kafkaEventLog } from './kafkaEventLog.ts'

// Looked for before the tests are named, so that what cannot run is shown as skipped.
const kafka = await kafkaForTests()
let clients = 0
const open = () => {
  clients += 1
  return kafkaEventLog({ brokers: kafka?.brokers ?? [], clientId: `test-${clients}`, runtime: systemRuntime })
}
const broker = kafka?.process

describe('what only Kafka has', () => {
  const testOnKafka = kafka ? test : test.skip
  const testOnOurBroker = broker ? test : test.skip
  const plain = new Kafka({ brokers: kafka?.brokers ?? [''], clientId: 'plain', logLevel: logLevel.NOTHING })
  let log: EventLog
  let topicCount = 0
  const newTopic = async () => {
    topicCount += 1
    const topic = `patchwork.kafka.t${process.pid}-${topicCount}`
    await log.ensureTopics([topic])
    return topic
  }
  beforeAll(() => {
    if (kafka) log = open()
  })
  afterAll(async () => {
    await log?.close()
  })

  testOnKafka('any CloudEvents reader can take our events: attributes as ce_ headers, the data as the body, the subject as the key', async () => {
    const topic = await newTopic()
    await log.publish([{ topic, event: eventOf('a', 7) }])
    const consumer = plain.consumer({ groupId: `${topic}-plain` })
    const received: unknown[] = []
    await consumer.connect()
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    await consumer.run({
      eachMessage: async ({ message: { key, value, headers } }) => {
        received.push({
          key: String(key),
          value: JSON.parse(String(value)),
          headers: Object.fromEntries(Object.entries(headers ?? {}).map(([name, text]) => [name, String(text)])),
        })
      },
    })
    await until('the message comes', () => received.length > 0)
    await consumer.disconnect()
    expect(received[0]).toEqual({
      key: 'a',
      value: eventOf('a', 7).data,
      headers: {
        ce_specversion: '1.0',
        ce_id: 'a-7',
        ce_source: '/patchwork/test',
        ce_type: 'thing.happened.v1',
        ce_subject: 'a',
        ce_time: '2026-03-29T01:30:00.000Z',
        ce_sequence: '7',
        ce_sequencetype: 'Integer',
        ce_commandkey: 'key-7',
        ce_causationid: 'cause',
        ce_traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        'content-type': 'application/json',
      },
    })
  })

  testOnKafka("another producer's CloudEvents are taken, and what is no CloudEvent holds nobody up", async () => {
    const topic = await newTopic()
    const producer = plain.producer({ createPartitioner: Partitioners.DefaultPartitioner })
    await producer.connect()
    const headers = {
      ce_specversion: '1.0',
      ce_id: 'x-1',
      ce_source: 'urn:another',
      ce_type: 'thing.seen.v1',
      ce_time: '2026-03-29T01:30:00.000Z',
      ce_sequence: '1',
      'content-type': 'application/json; charset=utf-8',
    }
    await producer.send({
      topic,
      messages: [
        { key: 'x', value: 'not JSON', headers },
        { key: 'x', value: '{}' },
        { key: 'x', value: null },
        { key: 'x', value: '{"seen":true}', headers: { ...headers, ce_custom: 'kept' } },
      ],
    })
    await producer.disconnect()
    const taken: unknown[] = []
    const subscription = await log.subscribe({ group: `${topic}-g`, topics: [topic], handler: async ([event]) => void taken.push(event) })
    await subscription.caughtUp()
    await subscription.stop()
    expect(taken).toEqual([expect.objectContaining({ id: 'x-1', subject: 'x', source: 'urn:another', sequence: 1, custom: 'kept', data: { seen: true } })])
  })

  testOnKafka(
    'the broker can tell a repeat of a send from a new one: each has the number of its producer and its own',
    // Only a producer that waits for all copies may be numbered so: a client that did not would be refused.
    async () => {
      const topic = await newTopic()
      for (const sequence of numbers(3)) await log.publish([{ topic, event: eventOf('a', sequence) }])
      const consumer = plain.consumer({ groupId: `${topic}-plain` })
      const sends: { producerId?: string; firstSequence?: number }[] = []
      await consumer.connect()
      await consumer.subscribe({ topics: [topic], fromBeginning: true })
      await consumer.run({ eachMessage: async ({ message }) => void sends.push((message as unknown as { batchContext: object }).batchContext) })
      await until('all come', () => sends.length === 3)
      await consumer.disconnect()
      expect(new Set(sends.map(({ producerId }) => producerId)).size).toBe(1)
      expect(Number(sends[0]?.producerId)).toBeGreaterThanOrEqual(0)
      expect(sends.map(({ firstSequence }) => firstSequence)).toEqual([0, 1, 2])
    },
  )

  testOnKafka('topics are kept for ever, in twelve partitions', async () => {
    const topic = await newTopic()
    const admin = plain.admin()
    await admin.connect()
    const metadata = await admin.fetchTopicMetadata({ topics: [topic] })
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: 2, name: topic, configNames: ['retention.ms', 'retention.bytes'] }],
    })
    await admin.disconnect()
    expect(metadata.topics[0]?.partitions.length).toBe(12)
    expect(resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]).sort()).toEqual([
      ['retention.bytes', '-1'],
      ['retention.ms', '-1'],
    ])
  })

  testOnKafka('given a process whose clock is days off, when it publishes, then its events are taken and keep their order and their own instants', async () => {
    const topic = await newTopic()
    const now = Date.now
    for (const [index, days] of [8, -8].entries()) {
      const clock = jest.spyOn(Date, 'now').mockImplementation(() => now() + days * 86_400_000)
      const other = open()
      await other.publish([{ topic, event: eventOf('a', index + 1) }])
      await other.close()
      clock.mockRestore()
    }
    const read: EventEnvelope[] = []
    for await (const event of log.read(topic)) read.push(event)
    expect(read.map(({ sequence, time }) => ({ sequence, time }))).toEqual([1, 2].map((sequence) => ({ sequence, time: eventOf('a', sequence).time })))
  })

  testOnKafka('reading a topic leaves no group behind', async () => {
    const topic = await newTopic()
    await log.publish([{ topic, event: eventOf('a', 1) }])
    const other = open()
    for await (const event of other.read(topic)) expect(event.id).toBe('a-1')
    // It leaves beside whoever reads on; a log that is closed has left nothing to do.
    await other.close()
    const admin = plain.admin()
    await admin.connect()
    const { groups } = await admin.listGroups()
    await admin.disconnect()
    expect(groups.filter(({ groupId }) => groupId.startsWith('patchwork-read-'))).toEqual([])
  })

  testOnKafka(
    'given a member that died without a word, when another subscribes, then it need not wait to be served, and is once the group has missed the dead one',
    async () => {
      const [topic, sessionMs] = [await newTopic(), 6_000]
      const group = `${topic}-g`
      await log.publish([{ topic, event: eventOf('a', 1) }])
      // It hangs on its first message, and so says nothing any more and does not leave.
      const dead = plain.consumer({ groupId: group, sessionTimeout: sessionMs, rebalanceTimeout: sessionMs, heartbeatInterval: 1_000 })
      let [hangs, letGo] = [false, () => {}]
      const hanging = new Promise<void>((resolve) => {
        letGo = resolve
      })
      await dead.connect()
      await dead.subscribe({ topics: [topic], fromBeginning: true })
      await dead.run({
        eachMessage: async () => {
          hangs = true
          await hanging
        },
      })
      await until('it hangs', () => hangs)
      const admin = plain.admin()
      await admin.connect()
      const members = async () => (await admin.describeGroups([group])).groups[0]?.members.map(({ memberId }) => memberId)
      const before = await members()
      const heard: number[] = []
      const subscription = await log.subscribe({ group, topics: [topic], handler: async ([{ sequence }]) => void heard.push(sequence) })
      // It has its place still: nobody has been served in its stead.
      expect({ heard, members: await members() }).toEqual({ heard: [], members: expect.arrayContaining(before as string[]) })
      await admin.disconnect()
      await until('the event comes', () => heard.length > 0)
      letGo()
      await subscription.stop()
      await dead.disconnect()
      expect(heard).toEqual([1])
    },
  )

  testOnOurBroker('while the broker is away a publish is refused after a while, and works again once it is back', async () => {
    const topic = await newTopic()
    await log.publish([{ topic, event: eventOf('a', 1) }])
    await broker?.kill()
    await expect(log.publish([{ topic, event: eventOf('a', 2) }])).rejects.toThrow(LogUnavailableError)
    await expect(log.ping()).rejects.toThrow(LogUnavailableError)
    await broker?.start()
    await until('publishing works again', () =>
      log.publish([{ topic, event: eventOf('a', 2) }]).then(
        () => true,
        () => false,
      ),
    )
    const read: number[] = []
    for await (const { sequence } of log.read(topic)) read.push(sequence)
    expect(firsts(read)).toEqual([1, 2])
  })

  testOnOurBroker(
    'a broker that ends and comes back under publishes loses nothing that was taken, and first occurrences stay in order per key',
    async () => {
      const topic = await newTopic()
      const keys = numbers(6).map((key) => `k${key}`)
      const received: { subject: string; sequence: number }[] = []
      const subscription = await log.subscribe({
        group: `${topic}-g`,
        topics: [topic],
        handler: async ([{ subject, sequence }]) => void received.push({ subject, sequence }),
      })
      let ended = false
      // As the relay does: one event of a key after the other, each until it is taken.
      const publisher = async (key: string) => {
        let sequence = 0
        while (!ended || sequence < 30) {
          sequence += 1
          for (let taken = false; !taken; ) {
            taken = await log.publish([{ topic, event: eventOf(key, sequence) }]).then(
              () => true,
              () => false,
            )
            if (!taken) await pause(50)
          }
          await pause(5)
        }
        return sequence
      }
      const publishing = Promise.all(keys.map(publisher))
      for (let times = 0; times < 3; times += 1) {
        const before = received.length
        await until('events flow', () => received.length > before + 30)
        await broker?.kill()
        await pause(1_000)
        await broker?.start()
      }
      const before = received.length
      await until('events flow again without a restart of ours', () => received.length > before + 30)
      ended = true
      const last = await publishing
      await subscription.caughtUp()
      await subscription.stop()
      for (const [index, key] of keys.entries())
        expect(firsts(received.filter(({ subject }) => subject === key).map(({ sequence }) => sequence))).toEqual(numbers(last[index] as number))
      const logged = []
      for await (const event of log.read(topic)) logged.push(event)
      for (const [index, key] of keys.entries()) expect(firsts(ofKey(logged, key))).toEqual(numbers(last[index] as number))
    },
    300_000,
  )

  testOnOurBroker('who subscribes while the broker is away is served once it is back', async () => {
    const topic = await newTopic()
    await log.publish([{ topic, event: eventOf('a', 1) }])
    await broker?.kill()
    const other = open()
    const received: number[] = []
    const subscription = await other.subscribe({ group: `${topic}-g`, topics: [topic], handler: async ([{ sequence }]) => void received.push(sequence) })
    await broker?.start()
    await until('the event comes', () => received.length > 0)
    await subscription.stop()
    await other.close()
    expect(received).toEqual([1])
  })

  testOnOurBroker('given somebody who reads while the broker goes away, when the log is closed, then nobody waits for more any longer', async () => {
    const topic = await newTopic()
    const data = { text: 'x'.repeat(100_000) }
    for (const key of numbers(12)) await log.publish(numbers(30).map((sequence) => ({ topic, event: eventOf(`k${key}`, sequence, { data }) })))
    const other = open()
    const reading = other.read(topic)[Symbol.asyncIterator]()
    expect(await reading.next()).toMatchObject({ done: false })
    await broker?.kill()
    const rest = (async () => {
      while (!(await reading.next()).done);
    })()
    const told = expect(rest).rejects.toMatchObject({ code: 'log-unavailable' })
    await pause(500)
    await other.close()
    await told
    await broker?.start()
  })
})

eventLogConformance(
  'Kafka',
  kafka && {
    open: async () => open(),
    close: () => kafka.stop(),
    ...(broker && { restart: async () => broker.kill().then(broker.start) }),
  },
)
