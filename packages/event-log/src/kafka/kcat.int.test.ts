import { EventEnvelope } from '@patchwork/events'
import { systemRuntime } from '@patchwork/runtime'
import { kafkaForTests, kcatForTests } from '@patchwork/testing'
import { eventOf, until } from '../conformance.ts'
import { kafkaEventLog } from './kafkaEventLog.ts'

const [kafka, kcat] = [await kafkaForTests(), await kcatForTests()]
const isHere = kafka !== undefined && kcat !== undefined
const limitMs = 120_000

const runs = isHere ? describe : describe.skip
runs('another client of Kafka', () => {
  const brokers = kafka?.brokers ?? []
  const ask = (args: readonly string[], input?: string) => kcat!(['-b', brokers.join(','), ...args], input)
  const log = kafkaEventLog({ brokers, clientId: 'test-kcat', runtime: systemRuntime })
  let count = 0
  const newTopic = async () => {
    const topic = `patchwork.kcat.t${process.pid}-${++count}`
    await log.ensureTopics([topic])
    return topic
  }
  afterAll(async () => {
    await log.close()
    await kafka?.stop()
  })

  test(
    'reads our events as plain CloudEvents in binary mode, in their order, all of a key in one partition',
    async () => {
      const topic = await newTopic()
      const events = [1, 2, 3].map((sequence) => eventOf('aggregate-1', sequence))
      for (const event of events) await log.publish([{ topic, event }])
      const lines = (await ask(['-C', '-t', topic, '-o', 'beginning', '-e', '-q', '-J'])).trim().split('\n')
      const read = lines.map((line) => JSON.parse(line) as { key: string; payload: string; partition: number; headers: string[] })
      expect(new Set(read.map(({ partition }) => partition)).size).toBe(1)
      for (const [index, { key, payload, headers }] of read.entries()) {
        const named = Object.fromEntries(headers.flatMap((name, at) => (at % 2 === 0 ? [[name, headers[at + 1]]] : [])))
        const { data, datacontenttype, ...attributes } = events[index]!
        expect({ key, data: JSON.parse(payload), named }).toEqual({
          key: attributes.subject,
          data,
          named: {
            'content-type': datacontenttype,
            ...Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce_${name}`, String(value)])),
          },
        })
      }
      expect(read).toHaveLength(3)
    },
    limitMs,
  )

  // Kafka's client for Node.js reads gzip at most: our topics are kept uncompressed, whatever they were sent as.
  test.each(['none', 'gzip', 'snappy', 'lz4'])(
    'writes one by hand, compressed as %s, that our consumer takes',
    async (compression) => {
      const topic = await newTopic()
      const heard: EventEnvelope[] = []
      const subscription = await log.subscribe({ group: `${topic}-g`, topics: [topic], handler: async ([event]) => void heard.push(event) })
      const headers = {
        ...{ ce_specversion: '1.0', ce_id: 'by-hand-1', ce_source: 'urn:council:desk', ce_type: 'thing.happened.v1' },
        ...{ ce_time: '2026-03-29T02:30:00+01:00', ce_sequence: '1', 'content-type': 'application/json' },
      }
      const asHeaders = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}=${value}`])
      await ask(['-P', '-t', topic, '-k', 'aggregate-2', '-z', compression, ...asHeaders], `${JSON.stringify(byHand.data)}\n`)
      await until('the event comes', () => heard.length > 0)
      await subscription.stop()
      expect(heard).toEqual([EventEnvelope.parse({ ...eventOf('aggregate-2', 1), id: 'by-hand-1', source: 'urn:council:desk', ...byHand })])
    },
    limitMs,
  )
})

// What somebody who writes by hand leaves out; and enough that a client finds it worth compressing.
const byHand = {
  time: '2026-03-29T01:30:00.000Z',
  commandkey: '',
  causationid: undefined,
  traceparent: undefined,
  data: { count: 1, text: 'much the same '.repeat(200) },
}
