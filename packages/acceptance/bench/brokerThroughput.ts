import type { EventEnvelope } from '@patchwork/events'
import { type Bench, type Figure, median, rounded } from './figure.ts'
import { openRawKafka } from './rawKafka.ts'
import { openServers } from './tally.ts'

const rounds = 5
const events = 20_000
const keys = 500
/** As many as a relay gives at once. */
const eventsPerCall = 200
/** Callers who publish at a time, as each service has a relay per aggregate type. */
const callers = 4
const aim = 0.8
/** As the driver sets its consumers. */
const driverSettings = { sessionTimeout: 10_000, heartbeatInterval: 1_000, maxWaitTimeInMs: 200, allowAutoTopicCreation: false }
const commitEveryMs = 200

/** Publishing and consuming through the driver and through Kafka's client alone, on topics alike with the same settings, turn by turn in one run. */
export const brokerThroughput: Bench = {
  name: 'broker',
  about: `${rounded(events)} events published and consumed through the kafka driver, against raw kafkajs with the same settings`,
  run: async ({ say }) => {
    const servers = await openServers()
    const raw = await openRaw(servers.brokers)
    try {
      const measured: Record<'publish' | 'consume', { ours: number; raw: number }[]> = { publish: [], consume: [] }
      // The first round is a warm-up: the engine compiles, the broker's files grow.
      for (let round = 0; round <= rounds; round += 1) {
        say(round === 0 ? 'warming up' : `round ${round} of ${rounds}`)
        const topics = { ours: `patchwork.bench.ours-${process.pid}-${round}`, raw: `patchwork.bench.raw-${process.pid}-${round}` }
        await servers.ports.log.ensureTopics(Object.values(topics))
        const order = round % 2 === 0 ? (['ours', 'raw'] as const) : (['raw', 'ours'] as const)
        const rates = { publish: { ours: 0, raw: 0 }, consume: { ours: 0, raw: 0 } }
        for (const who of order)
          rates.publish[who] = await publishing((part) =>
            who === 'ours' ? servers.ports.log.publish(part.map((event) => ({ topic: topics.ours, event }))) : raw.publish(topics.raw, part),
          )
        for (const who of order)
          rates.consume[who] = await consuming((took) =>
            who === 'ours'
              ? servers.ports.log.subscribe({ group: topics.ours, topics: [topics.ours], handler: async ([event]) => took(event) })
              : raw.subscribe(topics.raw, took),
          )
        if (round > 0) for (const what of ['publish', 'consume'] as const) measured[what].push(rates[what])
      }
      return (['publish', 'consume'] as const).map((what) => figureOf(what, measured[what]))
    } finally {
      await raw.close()
      await servers.close()
    }
  },
}

const figureOf = (what: 'publish' | 'consume', turns: readonly { ours: number; raw: number }[]): Figure => {
  const ratio = median(turns.map(({ ours, raw }) => ours / raw))
  return {
    bench: 'broker',
    what: `Events/s through the kafka driver, ${what}`,
    measured: `${rounded(median(turns.map(({ ours }) => ours)))}/s, ratio ${rounded(ratio)}`,
    comparedTo: `raw kafkajs ${rounded(median(turns.map(({ raw }) => raw)))}/s (${what === 'publish' ? `idempotent, acks=all, one send in flight, ${callers} callers of ${eventsPerCall}` : `a fetch waits ${driverSettings.maxWaitTimeInMs} ms at most, offsets committed every ${commitEveryMs} ms`})`,
    aim: `ratio ≥ ${aim}`,
    met: ratio >= aim,
  }
}

const eventOf = (number: number): EventEnvelope => {
  const subject = `tally-${number % keys}`
  const sequence = Math.floor(number / keys) + 1
  return {
    specversion: '1.0',
    id: `${subject}-${sequence}`,
    source: '/patchwork/bench',
    type: 'tally.raised.v1',
    subject,
    time: '2026-01-05T09:00:00.000Z',
    datacontenttype: 'application/json',
    sequence,
    sequencetype: 'Integer',
    commandkey: `key-${number}`,
    data: { by: 1, raisedAt: '2026-01-05T09:00:00.000Z', idsOfWhom: [subject, subject, subject] },
  }
}

/** Events per second, published by some callers, each a part after the other. */
const publishing = async (publish: (part: readonly EventEnvelope[]) => Promise<void>): Promise<number> => {
  const all = Array.from({ length: events }, (_, number) => eventOf(number))
  const from = performance.now()
  let next = 0
  const call = async () => {
    while (next < all.length) {
      const part = all.slice(next, next + eventsPerCall)
      next += eventsPerCall
      await publish(part)
    }
  }
  await Promise.all(Array.from({ length: callers }, call))
  return (events * 1_000) / (performance.now() - from)
}

/** Events per second from the first that comes to the last, so that joining a group is left out. */
const consuming = async (subscribe: (took: (event: object) => void) => Promise<{ stop(): Promise<void> }>): Promise<number> => {
  let count = 0
  let first = 0
  let ended = (_at: number): void => undefined
  const last = new Promise<number>((resolve) => {
    ended = resolve
  })
  const subscription = await subscribe(() => {
    count += 1
    if (count === 1) first = performance.now()
    if (count === events) ended(performance.now())
  })
  const at = await last
  await subscription.stop()
  return (events * 1_000) / (at - first)
}

/** Kafka's client by itself, set as the driver sets it. */
const openRaw = async (brokers: readonly string[]) => {
  const { kafka, producer } = await openRawKafka(brokers)
  let sending: Promise<unknown> = Promise.resolve()
  return {
    // One after the other: sends of an idempotent producer that overlap are refused as out of order.
    publish: async (topic: string, part: readonly EventEnvelope[]) => {
      const messages = part.map(({ data, datacontenttype, ...attributes }) => ({
        key: attributes.subject,
        value: JSON.stringify(data),
        headers: {
          ...Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce_${name}`, String(value)])),
          'content-type': datacontenttype,
        },
      }))
      sending = sending.then(() => producer.send({ topic, acks: -1, messages }))
      await sending
    },
    subscribe: async (topic: string, took: (event: object) => void) => {
      const consumer = kafka.consumer({ groupId: topic, ...driverSettings })
      await consumer.connect()
      await consumer.subscribe({ topics: [topic], fromBeginning: true })
      await consumer.run({
        autoCommitInterval: commitEveryMs,
        eachMessage: async ({ message }) => {
          // Whoever reads CloudEvents by hand needs its attributes and its data, too.
          const attributes = Object.fromEntries(Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]))
          took({ ...attributes, data: JSON.parse(String(message.value)) })
        },
      })
      return { stop: () => consumer.disconnect() }
    },
    close: () => producer.disconnect(),
  }
}
