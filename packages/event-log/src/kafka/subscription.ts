import { type Runtime, sleep } from '@patchwork/runtime'
import type { Logger } from '@patchwork/telemetry'
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs'
import type { EventHandler } from '../eventLog.ts'
import { type KeyedWork, type LoggedEvent, openKeyedWork } from '../keyedWork.ts'
import { openSlots } from '../slots.ts'
import { fromMessage } from './cloudEvents.ts'

const heartbeatMs = 1_000
const commitEveryMs = 200
const caughtUpPollMs = 50
const reconnectMs = 500

type Options = {
  kafka: Kafka
  runtime: Runtime
  logger: Logger | undefined
  group: string
  topics: readonly string[]
  handler: EventHandler
  concurrencyMax: number
  heads: (topic: string) => Promise<{ partition: number; high: string }[]>
  committed: (group: string, topics: readonly string[]) => Promise<{ topic: string; partitions: { partition: number; offset: string }[] }[]>
}

// One partition that this member owns, from the moment it was given to it.
type Owned = { work: KeyedWork; leave: () => Promise<void>; done: number; committed: number }

/** A member of a Kafka group. It outlives a client that crashes for good (kafkajs then leaves a dead consumer in a living process): it makes another. */
export const openSubscription = async (options: Options) => {
  const { kafka, runtime, logger, group, topics, handler, concurrencyMax } = options
  const stopping = new AbortController()
  const slots = openSlots(concurrencyMax)
  const owned = new Map<string, Owned>()
  let consumer: Consumer | undefined
  let committing: Promise<void> = Promise.resolve()

  const nameOf = (topic: string, partition: number) => `${topic}/${partition}`
  const own = (topic: string, partition: number): Owned => {
    const existing = owned.get(nameOf(topic, partition))
    if (existing) return existing
    const made: Owned = {
      done: -1,
      committed: -1,
      leave: async () => undefined,
      work: openKeyedWork({
        runtime,
        logger,
        group,
        topic,
        onMoved: (offset) => {
          made.done = Math.max(made.done, offset)
        },
      }),
    }
    made.leave = made.work.join({ handler, slots })
    owned.set(nameOf(topic, partition), made)
    return made
  }
  // What was in hand for partitions that may go to another member is not finished here: its new owner begins at the committed offset.
  const disown = async () => {
    const left = [...owned.values()]
    owned.clear()
    await Promise.all(left.map(({ leave }) => leave()))
  }

  const takeBatch = async ({ batch, resolveOffset, heartbeat, isRunning, isStale }: EachBatchPayload) => {
    const { topic, partition } = batch
    const { work } = own(topic, partition)
    let rest = batch.messages
    const abandoned = () => !isRunning() || isStale() || stopping.signal.aborted || owned.get(nameOf(topic, partition))?.work !== work
    // A slow handler holds its partition here, with heartbeats, and memory stays bounded.
    while (rest.length > 0 && !abandoned()) {
      const room = work.room()
      for (const message of rest.slice(0, room)) {
        const logged = readable(message, topic)
        if (logged) work.take([logged])
        else work.pass(Number(message.offset))
        resolveOffset(message.offset)
      }
      rest = rest.slice(room)
      if (rest.length > 0) await sleep(runtime, heartbeatMs / 10, stopping.signal)
      await heartbeat()
    }
    if (!abandoned()) resolveOffset(batch.lastOffset())
    await heartbeat()
  }
  const readable = (message: EachBatchPayload['batch']['messages'][number], topic: string): LoggedEvent | undefined => {
    try {
      const event = fromMessage(message)
      return { offset: Number(message.offset), key: event.subject, event }
    } catch (error) {
      // Not a CloudEvent: it has no aggregate whose order it could hold up.
      logger?.error({ group, topic, offset: message.offset, code: (error as Error).name }, 'a message that is not a CloudEvent was passed over')
      return undefined
    }
  }

  const commit = async () => {
    const moved = [...owned.entries()].filter(([, one]) => one.done > one.committed)
    if (moved.length === 0 || !consumer) return
    const offsets = moved.map(([name, { done }]) => ({
      topic: name.slice(0, name.lastIndexOf('/')),
      partition: Number(name.slice(name.lastIndexOf('/') + 1)),
      offset: String(done + 1),
      one: owned.get(name),
    }))
    await consumer.commitOffsets(offsets.map(({ topic, partition, offset }) => ({ topic, partition, offset }))).then(
      () => {
        for (const { one, offset } of offsets) if (one) one.committed = Number(offset) - 1
      },
      // Lost with the connection or the partition: what it covered comes again.
      (error) => logger?.debug({ group, code: error?.type }, 'offsets could not be committed'),
    )
  }
  const commitForEver = async () => {
    while (!stopping.signal.aborted) {
      await sleep(runtime, commitEveryMs, stopping.signal)
      await commit()
    }
  }

  const run = async (): Promise<Consumer> => {
    const made = kafka.consumer({
      groupId: group,
      sessionTimeout: 15_000,
      heartbeatInterval: heartbeatMs,
      rebalanceTimeout: 20_000,
      maxWaitTimeInMs: 50,
      minBytes: 1,
      allowAutoTopicCreation: false,
      retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 10, restartOnFailure: async () => !stopping.signal.aborted },
    })
    made.on(made.events.REBALANCING, () => void disown())
    made.on(made.events.CRASH, ({ payload }) => {
      logger?.warn({ group, restarts: payload.restart, code: payload.error.name }, 'the consumer crashed')
      if (!payload.restart) void rebuild()
    })
    await made.connect()
    await made.subscribe({ topics: [...topics], fromBeginning: true })
    await made.run({ autoCommit: false, eachBatchAutoResolve: false, partitionsConsumedConcurrently: 16, eachBatch: takeBatch })
    return made
  }
  const rebuild = async () => {
    await disown()
    await consumer?.disconnect().catch(() => undefined)
    consumer = undefined
    while (!stopping.signal.aborted && !consumer) {
      await sleep(runtime, reconnectMs, stopping.signal)
      consumer = await run().catch((error) => {
        logger?.warn({ group, code: error?.name }, 'the consumer cannot be started yet')
        return undefined
      })
    }
  }

  consumer = await run().catch(() => undefined)
  if (!consumer) void rebuild()
  committing = commitForEver()

  return {
    caughtUp: async () => {
      const wanted = await Promise.all(topics.map(async (topic) => ({ topic, heads: await options.heads(topic) })))
      const reached = async () => {
        const mine = (topic: string, partition: number) => (owned.get(nameOf(topic, partition))?.done ?? -1) + 1
        const missing = wanted.flatMap(({ topic, heads }) =>
          heads.filter(({ partition, high }) => mine(topic, partition) < Number(high)).map(({ partition, high }) => ({ topic, partition, high: Number(high) })),
        )
        if (missing.length === 0) return true
        // Other members' partitions, and ours from before this start, show in what the group has committed.
        const committed = await options.committed(group, topics)
        const offsetOf = (topic: string, partition: number) =>
          Number(committed.find((one) => one.topic === topic)?.partitions.find((one) => one.partition === partition)?.offset ?? -1)
        return missing.every(({ topic, partition, high }) => Math.max(offsetOf(topic, partition), mine(topic, partition)) >= high)
      }
      while (!stopping.signal.aborted && !(await reached().catch(() => false))) await sleep(runtime, caughtUpPollMs, stopping.signal)
    },
    stop: async () => {
      if (stopping.signal.aborted) return
      const members = [...owned.values()]
      await Promise.all(members.map(({ leave }) => leave()))
      await commit()
      stopping.abort()
      await committing
      await consumer?.disconnect().catch(() => undefined)
    },
  }
}
