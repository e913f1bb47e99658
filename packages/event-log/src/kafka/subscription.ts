import { type Runtime, repeatedly, sleep } from '@patchwork/runtime'
import type { Logger } from '@patchwork/telemetry'
import type { EachBatchPayload, KafkaMessage } from 'kafkajs'
import type { EventHandler } from '../eventLog.ts'
import type { LoggedEvent } from '../keyedWork.ts'
import { openSlots } from '../slots.ts'
import type { KafkaClient } from './client.ts'
import { fromMessage } from './cloudEvents.ts'
import { openPartitionWork, type Partition } from './partitionWork.ts'

const heartbeatsPerSession = 10
// How long a broker may hold back an answer when there is nothing to send: commits on the same connection wait behind it.
const fetchWaitMs = 200
const commitEveryMs = 200
const caughtUpPollMs = 5
/** What other members have done is asked of the broker. */
const committedPollMs = 100
const rebuildMinMs = 500
// The client has tried for minutes by itself before it is given up, and every wait is added to the time that events have waited already.
const rebuildMaxMs = 2_000
const partWithinMs = 10_000
// What an event takes of memory beside its data, whose text may need two bytes for each one that came.
const objectBytes = 1_000
// Taken at once, so that room is looked at and the place noted once for all of them: what there is room for is exceeded by no more than these.
const runMax = 100
const runBytesMax = 1_048_576

const bytesOf = ({ value }: KafkaMessage): number => objectBytes + 2 * (value?.length ?? 0)

/** Where a run that begins at `from` ends: behind one message at the least. */
const endOfRun = (messages: readonly KafkaMessage[], from: number): number => {
  let [end, bytes] = [from, 0]
  while (end < messages.length && end - from < runMax && bytes < runBytesMax) {
    bytes += bytesOf(messages[end] as KafkaMessage)
    end += 1
  }
  return end
}

type Options = {
  kafka: KafkaClient
  runtime: Runtime
  logger: Logger | undefined
  group: string
  topics: readonly string[]
  handler: EventHandler
  concurrencyMax: number
  runMax: number
  /** A member that is silent for so long is taken for dead, and its partitions go to the others. */
  sessionMs: number
  heads: (topic: string) => Promise<{ partition: number; high: string }[]>
  committed: (group: string, topics: readonly string[]) => Promise<{ topic: string; partitions: { partition: number; offset: string }[] }[]>
}

/**
 * A member of a Kafka group. It takes events off Kafka into memory, hands them on by key, and commits each partition up to its first unfinished event;
 * so a slow or refusing handler never holds up a heartbeat. While Kafka is away it stays the member that it was, and goes on as soon as Kafka is back; one
 * that is made anew would wait until the member that it was before has been silent for a session. A client that crashes (kafkajs leaves a dead consumer in a
 * living process) is replaced. It joins beside whoever opened it: a group shares its work out anew only when a member that was killed has been silent for `sessionMs`.
 */
export const openSubscription = (options: Options) => {
  const { kafka, runtime, logger, group, topics, handler, concurrencyMax, runMax, sessionMs } = options
  const stopping = new AbortController()
  const work = openPartitionWork({ runtime, logger, group, worker: { handler, slots: openSlots(concurrencyMax), runMax } })
  let isDraining = false
  // Of the consumer that lives: commits with its present generation.
  let commitOffsets: EachBatchPayload['commitOffsetsIfNecessary'] | undefined

  const takeBatch = async ({ batch, resolveOffset, heartbeat, pause, isRunning, isStale, commitOffsetsIfNecessary }: EachBatchPayload) => {
    const { topic, partition, messages } = batch
    commitOffsets = commitOffsetsIfNecessary
    const owned = work.of({ topic, partition })
    const finishedTo = work.finishedTo({ topic, partition })
    for (let next = 0; next < messages.length; ) {
      if (!isRunning() || isStale() || isDraining) return
      if (!work.hasRoom(owned)) {
        owned.resume ??= pause()
        logger?.debug({ group, topic, partition }, 'a partition waits until there is room for more of its events')
        return await heartbeat()
      }
      const end = endOfRun(messages, next)
      const last = (messages[end - 1] as KafkaMessage).offset
      owned.work.take(messages.slice(next, end).flatMap((message) => (Number(message.offset) > finishedTo ? readable(message, topic) : [])))
      owned.work.pass(Number(last))
      resolveOffset(last)
      next = end
    }
    await heartbeat()
  }
  const readable = (message: KafkaMessage, topic: string): LoggedEvent[] => {
    try {
      const event = fromMessage(message)
      return [{ offset: Number(message.offset), key: event.subject, event, bytes: bytesOf(message) }]
    } catch (error) {
      // Not a CloudEvent: it has no aggregate whose order it could hold up.
      logger?.error({ group, topic, offset: message.offset, code: (error as Error).name }, 'a message that is not a CloudEvent was passed over')
      return []
    }
  }

  const commit = async () => {
    const moved = work.all().filter(({ done, committed }) => done > committed)
    if (moved.length === 0 || !commitOffsets) return
    const offsets = moved.map((owned) => ({ owned, done: owned.done }))
    const byTopic = [...Map.groupBy(offsets, ({ owned }) => owned.topic)].map(([topic, ofTopic]) => ({
      topic,
      partitions: ofTopic.map(({ owned, done }) => ({ partition: owned.partition, offset: String(done + 1) })),
    }))
    await commitOffsets({ topics: byTopic }).then(
      () => {
        for (const { owned, done } of offsets) owned.committed = Math.max(owned.committed, done)
      },
      // Lost with the connection or the partition: what it covered comes again.
      (error) => logger?.debug({ group, code: error?.type ?? error?.name }, 'offsets could not be committed'),
    )
  }
  // One at a time: while Kafka is away it waits, and one that was overtaken by the next would move the group back.
  const commits = repeatedly(runtime, { everyMs: commitEveryMs, work: commit, onError: () => undefined })

  // Of the consumer that lives: when Kafka last answered it as a member, or it was made.
  let heardAt = 0
  /** Waits for what is still to be said to Kafka, but not when that has forgotten this member by now. */
  const part = (saying: Promise<unknown>) =>
    Promise.race([saying.catch(() => undefined), sleep(runtime, runtime.now() - heardAt < sessionMs ? partWithinMs : 0)])

  /** Lives until the consumer crashes or the subscription stops. */
  const runOnce = async (onJoined: () => void): Promise<void> => {
    const consumer = kafka.consumer({
      groupId: group,
      sessionTimeout: sessionMs,
      heartbeatInterval: sessionMs / heartbeatsPerSession,
      rebalanceTimeout: sessionMs,
      maxWaitTimeInMs: fetchWaitMs,
      allowAutoTopicCreation: false,
      // Every crash is ours to mend: after some the client would stay dead.
      retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 8, restartOnFailure: async () => false },
    })
    const hear = () => {
      heardAt = runtime.now()
    }
    hear()
    const crashed = Promise.withResolvers<void>()
    // Until the group is shared out anew, the present generation may still say what it has finished.
    consumer.on(consumer.events.REBALANCING, () => {
      void commits.runOnce()
      void work.releaseAll()
    })
    consumer.on(consumer.events.GROUP_JOIN, () => {
      hear()
      void work.releaseAll()
      onJoined()
      // It was still on its way into the group when it was told to leave.
      if (stopping.signal.aborted) void consumer.disconnect().catch(() => undefined)
    })
    consumer.on(consumer.events.HEARTBEAT, hear)
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      logger?.warn({ group, code: payload.error.name }, 'the consumer crashed; another is made')
      crashed.resolve()
    })
    const stopped = new Promise<void>((resolve) => stopping.signal.addEventListener('abort', () => resolve(), { once: true }))
    const start = async () => {
      await consumer.connect()
      await consumer.subscribe({ topics: [...topics], fromBeginning: true })
      await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: takeBatch })
    }
    const starting = start()
    try {
      await Promise.race([starting.then(() => crashed.promise), stopped])
      await part(starting)
    } finally {
      commitOffsets = undefined
      void work.releaseAll()
      await part(consumer.disconnect())
    }
  }

  const supervise = async () => {
    for (let failures = 0; !stopping.signal.aborted; failures += 1) {
      await runOnce(() => {
        failures = 0
      }).catch((error) => logger?.warn({ group, code: error?.name }, 'the consumer cannot be started yet'))
      const delayMs = Math.min(rebuildMaxMs, rebuildMinMs * 2 ** Math.min(failures, 10))
      await sleep(runtime, delayMs * (0.5 + runtime.randomBytes(1)[0]! / 510), stopping.signal)
    }
  }
  const running = supervise()

  const caughtUp = async () => {
    const wanted: (Partition & { high: number })[] = (
      await Promise.all(topics.map(async (topic) => (await options.heads(topic)).map(({ partition, high }) => ({ topic, partition, high: Number(high) }))))
    ).flat()
    let askAt = 0
    const reached = async () => {
      const missing = wanted.filter((partition) => work.finishedTo(partition) + 1 < partition.high)
      if (missing.length === 0) return true
      // Other members' partitions, and ours from before this start, show in what the group has committed.
      if (runtime.now() < askAt) return false
      askAt = runtime.now() + committedPollMs
      const committed = await options.committed(group, topics)
      const offsetOf = ({ topic, partition }: Partition) =>
        Number(committed.find((one) => one.topic === topic)?.partitions.find((one) => one.partition === partition)?.offset ?? -1)
      return missing.every((partition) => offsetOf(partition) >= partition.high)
    }
    while (!stopping.signal.aborted && !(await reached().catch(() => false))) await sleep(runtime, caughtUpPollMs, stopping.signal)
  }
  let stopped: Promise<void> | undefined
  const stop = async () => {
    isDraining = true
    await work.finish()
    // What was being committed meanwhile may say less.
    await part(commits.stop().then(commits.runOnce))
    stopping.abort()
    await running
  }
  return {
    caughtUp,
    stop: () => {
      stopped ??= stop()
      return stopped
    },
  }
}
