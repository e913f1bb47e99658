import type { EventEnvelope } from '@patchwork/events'
import type { PlaceFile } from '@patchwork/place-file'
import type { Runtime } from '@patchwork/runtime'
import type { Logger } from '@patchwork/telemetry'
import { type EventLog, LogUnavailableError } from '../eventLog.ts'
import { openSlots } from '../slots.ts'
import { type Lane, openLane } from './lane.ts'
import { type Appended, openLogFile, readPageMax } from './logFile.ts'
import { openPositions } from './positions.ts'

/** The name of a topic's one part in a position. */
const onlyPart = 'file'

type Options = { placeFile: PlaceFile; runtime: Runtime; logger?: Logger }

/**
 * The log in the place's own file. A publish is one atomic write and wakes the subscribers of this process at once; the file has no other process.
 * Subscriptions of the same group share its work, whoever opened the log on that file.
 */
export const embeddedEventLog = ({ placeFile, runtime, logger }: Options): EventLog => {
  const { file, positions, lanes, laneOf, published } = sharedLog({ placeFile, runtime, ...(logger && { logger }) })
  const stops = new Set<() => Promise<void>>()
  let closed = false
  const refuseWhenClosed = () => {
    if (closed) throw new LogUnavailableError('The log has been closed')
  }

  return {
    system: 'embedded',
    ensureTopics: () => file.ready(),
    publish: async (events) => {
      refuseWhenClosed()
      if (events.length === 0) return
      published(await file.append(events))
    },
    subscribe: async ({ group, topics, handler, concurrencyMax = 16, runMax = 1 }) => {
      refuseWhenClosed()
      await file.ready()
      const slots = openSlots(concurrencyMax)
      const joined = [...new Set(topics)].map((topic) => laneOf(group, topic).join({ handler, slots, runMax }))
      let stopped: Promise<unknown> | undefined
      const stop = async () => {
        stops.delete(stop)
        stopped ??= Promise.all(joined.map((member) => member.leave()))
        await stopped
      }
      stops.add(stop)
      return {
        caughtUp: async () => {
          await Promise.all(joined.map((member) => member.caughtUp()))
        },
        stop,
      }
    },
    read: (topic, { from = {} } = {}) => {
      const head = file.head(topic)
      // Told to whoever reads on; one that does not must not end the process.
      head.catch(() => undefined)
      return pages(head, (from[onlyPart] ?? 0) - 1, (after, upTo) => file.page(topic, after, upTo, readPageMax))
    },
    end: async (topic) => ({ [onlyPart]: (await file.head(topic)) + 1 }),
    lag: (group, topics) =>
      Promise.all(
        topics.map(async (topic) => {
          const position = lanes.get(laneName(group, topic))?.position() ?? (await positions.saved(group, topic))
          return { topic, behind: await file.countAfter(topic, position) }
        }),
      ),
    ping: async () => {
      refuseWhenClosed()
      await file.head('')
    },
    close: async () => {
      closed = true
      await Promise.all([...stops].map((stop) => stop()))
    },
  }
}

async function* pages(
  head: Promise<number>,
  start: number,
  page: (after: number, upTo: number) => Promise<{ offset: number; event: EventEnvelope }[]>,
): AsyncIterable<EventEnvelope> {
  const upTo = await head
  for (let after = start; after < upTo; ) {
    const events = await page(after, upTo)
    for (const { event } of events) yield event
    after = events.at(-1)?.offset ?? upTo
  }
}

const laneName = (group: string, topic: string): string => `${group}\u0000${topic}`

const openShared = ({ placeFile, runtime, logger }: Options) => {
  const file = openLogFile(placeFile)
  const positions = openPositions({ file, runtime })
  const lanes = new Map<string, Lane>()
  const laneOf = (group: string, topic: string): Lane => {
    const name = laneName(group, topic)
    const existing = lanes.get(name)
    if (existing) return existing
    const lane = openLane({ file, positions, runtime, logger, group, topic, onEmpty: () => lanes.delete(name) })
    lanes.set(name, lane)
    return lane
  }
  let lastOffset: number | undefined
  const published = (appended: readonly Appended[]) => {
    // Only what follows on what was told before may be handed on as it is; after any doubt the lanes read for themselves.
    const followsOn = lastOffset !== undefined && appended[0]?.offset === lastOffset + 1
    lastOffset = Math.max(lastOffset ?? 0, appended.at(-1)?.offset ?? 0)
    const byTopic = Map.groupBy(appended, ({ topic }) => topic)
    for (const lane of lanes.values()) {
      const ofTopic = byTopic.get(lane.topic)
      if (ofTopic && followsOn) lane.offer(ofTopic)
      else if (ofTopic || !followsOn) lane.wake()
    }
  }
  return { file, positions, lanes, laneOf, published }
}

// One per file: two that knew nothing of each other would each hand a group every event.
const sharedLogs = new WeakMap<PlaceFile, ReturnType<typeof openShared>>()
const sharedLog = (options: Options): ReturnType<typeof openShared> => {
  const existing = sharedLogs.get(options.placeFile)
  if (existing) return existing
  const made = openShared(options)
  sharedLogs.set(options.placeFile, made)
  return made
}
