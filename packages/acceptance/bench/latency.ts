import { consume, on } from '@patchwork/aggregate'
import type { EventLog } from '@patchwork/event-log'
import { systemRuntime } from '@patchwork/runtime'
import { measureFsync } from './disk.ts'
import { type Bench, type Figure, milliseconds, percentile, rounded } from './figure.ts'
import { openRawKafka } from './rawKafka.ts'
import { commandOf, now, type OpenedPair, openFile, openServers, Raised, raise } from './tally.ts'

const perSecond = 500
const warmUpMs = 3_000
const lengthMs = 10_000
const sources = 250
const tickMs = 4
/** Beyond this the disk alone may explain a miss, and the aim is not held against the product. */
const fsyncMsMax = 1
const aimMs = 25

/** What the servers are asked for; the lower one is what two cores that run all of it carry. */
const serversPerSecond = [500, 100] as const
/** On Kafka and MongoDB an effect takes a round trip to each of them for every durable write on its way. */
const serversAimMs = 50

/** From the moment an update is durable to the moment what a consumer does about its event is durable too, at a steady rate kept by the clock. */
export const latency: Bench = {
  name: 'latency',
  about: `commit to consumer effect at ${perSecond} events per second for ${lengthMs / 1_000} s, beside the disk's fsync`,
  run: async ({ directory, say }) => {
    const file = await openFile(directory)
    try {
      const before = measureFsync(file.folder)
      const took = await untilEffect(file, say)
      const after = measureFsync(file.folder)
      const fsync = { p50Ms: (before.p50Ms + after.p50Ms) / 2, p99Ms: (before.p99Ms + after.p99Ms) / 2 }
      const p99Ms = percentile(took, 0.99)
      return [
        {
          bench: 'latency',
          what: `Commit → consumer effect at ${perSecond} events/s`,
          measured: inPercentiles(took),
          comparedTo: `one fsync here: p50 ${milliseconds(fsync.p50Ms)}, p99 ${milliseconds(fsync.p99Ms)}`,
          aim: `p99 ≤ ${aimMs} ms where an fsync takes ≤ ${fsyncMsMax} ms`,
          met: p99Ms <= aimMs ? true : fsync.p50Ms <= fsyncMsMax ? false : undefined,
        },
      ]
    } finally {
      await file.close()
    }
  },
}

/** The same on Kafka and MongoDB, beside what Kafka alone takes from a send to a reader's callback. */
export const serversLatency: Bench = {
  name: 'servers-latency',
  about: 'the same on Kafka and MongoDB, beside raw kafkajs from produce to consume',
  run: async ({ say }) => {
    const figures: Figure[] = []
    for (const rate of serversPerSecond) {
      const servers = await openServers()
      try {
        const took = await untilEffect(servers, say, rate)
        const raw = await untilRead(servers.brokers, servers.ports.log, say, rate)
        figures.push({
          bench: 'servers-latency',
          what: `Commit → consumer effect at ${rate} events/s, Kafka + MongoDB`,
          measured: inPercentiles(took),
          comparedTo: `raw kafkajs, produce → consume: ${inPercentiles(raw)}`,
          aim: `p99 ≤ ${serversAimMs} ms`,
          met: percentile(took, 0.99) <= serversAimMs,
        })
      } finally {
        await servers.close()
      }
    }
    return figures
  },
}

const inPercentiles = (took: readonly number[]): string =>
  `p50 ${milliseconds(percentile(took, 0.5))}, p99 ${milliseconds(percentile(took, 0.99))} (${rounded(took.length)} events)`

/** How long each event took, in milliseconds, from its durable commit to its durable effect. Throws where one had none. */
const untilEffect = async ({ ports, open }: OpenedPair, say: (words: string) => void, rate = perSecond): Promise<number[]> => {
  const committed = new Map<string, number>()
  const effected = new Map<string, number>()
  const written = await open('tally')
  const effects = await open('effect')
  // What the effects themselves publish has nobody to react to it here, as in a place.
  const consumer = await consume(
    {
      service: 'bench',
      group: 'bench-effects',
      topics: [Raised.topic],
      handlers: [
        on(Raised, async (event, { command }) => {
          if (!event.subject.startsWith('source-')) return
          await effects.update(`effect-of-${event.subject}`, command(), raise(event.data.raisedAt))
          effected.set(event.data.raisedAt, performance.now())
        }),
      ],
    },
    ports,
  )
  try {
    await steadily(
      async (number, counts) => {
        // The instant names the event; the number makes it its own.
        const name = `${now()}#${number}`
        await written.update(`source-${number % sources}`, commandOf(name), raise(name))
        if (counts) committed.set(name, performance.now())
      },
      say,
      rate,
    )
    await written.relay.drained()
    await consumer.caughtUp()
    const took = [...committed].map(([name, at]) => Math.max(0, (effected.get(name) ?? Number.NaN) - at))
    const lost = took.filter(Number.isNaN).length
    if (lost > 0)
      throw new Error(`${lost} of ${took.length} events had no effect when the group had caught up; ${(await consumer.parked(1_000)).length} are parked`)
    return took
  } finally {
    await consumer.stop()
  }
}

/** How long a message took through Kafka's client alone, in milliseconds, from the call that sends it to the reader's callback. */
const untilRead = async (brokers: readonly string[], log: EventLog, say: (words: string) => void, rate: number): Promise<number[]> => {
  const topic = `patchwork.bench.raw-${systemRuntime.uuid()}`
  await log.ensureTopics([topic])
  const { kafka, producer } = await openRawKafka(brokers)
  const consumer = kafka.consumer({ groupId: topic, maxWaitTimeInMs: 200, allowAutoTopicCreation: false })
  const sent = new Map<string, number>()
  const took: number[] = []
  await consumer.connect()
  try {
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    await consumer.run({
      eachMessage: async ({ message }) => {
        const at = sent.get(String(message.value))
        if (at !== undefined) took.push(performance.now() - at)
      },
    })
    await steadily(
      async (number, counts) => {
        if (counts) sent.set(String(number), performance.now())
        await producer.send({ topic, acks: -1, messages: [{ key: `source-${number % sources}`, value: String(number) }] })
      },
      say,
      rate,
    )
    while (took.length < sent.size) await new Promise((resolve) => setTimeout(resolve, tickMs))
    return took
  } finally {
    await Promise.all([producer.disconnect(), consumer.disconnect()])
  }
}

/** Calls `act` at the steady rate whether or not earlier calls have ended, and waits for all of them; those after the warm-up count. */
const steadily = async (act: (number: number, counts: boolean) => Promise<void>, say: (words: string) => void, rate: number): Promise<void> => {
  const from = performance.now()
  const running: Promise<void>[] = []
  say(`${rate} events per second for ${(warmUpMs + lengthMs) / 1_000} s`)
  for (;;) {
    const sinceMs = performance.now() - from
    const due = Math.min(Math.floor((sinceMs * rate) / 1_000), ((warmUpMs + lengthMs) * rate) / 1_000)
    while (running.length < due) running.push(act(running.length, running.length >= (warmUpMs * rate) / 1_000))
    if (sinceMs >= warmUpMs + lengthMs) break
    await new Promise((resolve) => setTimeout(resolve, tickMs))
  }
  await Promise.all(running)
}
