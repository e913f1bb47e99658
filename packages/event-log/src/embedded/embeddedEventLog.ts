import type { EventEnvelope } from '@patchwork/events'
import type { Operation, PlaceFile, Row } from '@patchwork/place-file'
import type { Runtime } from '@patchwork/runtime'
import type { Logger } from '@patchwork/telemetry'
import { type EventLog, LogUnavailableError } from '../eventLog.ts'
import { openSlots } from '../slots.ts'
import { openLane } from './lane.ts'
import { type LogFile, logSchema, readPageMax } from './logFile.ts'

type Options = { placeFile: PlaceFile; runtime: Runtime; logger?: Logger }

/** The log in the place's own file, for one process: subscriptions of the same group share its work, whoever opened them. */
export const embeddedEventLog = ({ placeFile, runtime, logger }: Options): EventLog => {
  const file = logFile(placeFile)
  const lanes = new Map<string, ReturnType<typeof openLane>>()
  const subscriptions = new Set<() => Promise<void>>()
  let closed = false

  const laneOf = (group: string, topic: string) => {
    const name = `${group}\u0000${topic}`
    const existing = lanes.get(name)
    if (existing) return existing
    const lane = openLane({ file, runtime, logger, group, topic, onEmpty: () => lanes.delete(name) })
    lanes.set(name, lane)
    return lane
  }
  const published = (topics: ReadonlySet<string>) => {
    for (const lane of lanes.values()) if (topics.has(lane.topic)) lane.wake()
  }

  return {
    ensureTopics: async () => {
      await file.ready
    },
    publish: async (events) => {
      if (events.length === 0) return
      await file.append(events)
      published(new Set(events.map(({ topic }) => topic)))
    },
    subscribe: async ({ group, topics, handler, concurrencyMax = 16 }) => {
      if (closed) throw new LogUnavailableError('The log has been closed')
      await file.ready
      const slots = openSlots(concurrencyMax)
      const joined = topics.map((topic) => laneOf(group, topic).join({ handler, slots }))
      const stop = async () => {
        subscriptions.delete(stop)
        await Promise.all(joined.map((member) => member.leave()))
      }
      subscriptions.add(stop)
      return {
        caughtUp: async () => {
          await Promise.all(joined.map((member) => member.caughtUp()))
        },
        stop,
      }
    },
    read: async function* (topic) {
      const head = await file.head(topic)
      for (let after = 0; after < head; ) {
        const page = await file.page(topic, after, head, readPageMax)
        for (const { event } of page) yield event
        after = page.at(-1)?.offset ?? head
      }
    },
    lag: (group, topics) => Promise.all(topics.map(async (topic) => ({ topic, behind: await file.countAfter(topic, await file.position(group, topic)) }))),
    ping: async () => {
      await file.head('')
    },
    close: async () => {
      closed = true
      await Promise.all([...subscriptions].map((stop) => stop()))
    },
  }
}

// Every statement the log makes, and the one seam at which the file's errors become the port's.
const logFile = (placeFile: PlaceFile): LogFile => {
  const run = async (operation: Operation) => {
    const result = await placeFile.run(operation).catch((error) => {
      throw new LogUnavailableError(`The log cannot be read or written: ${(error as Error).message}`, { cause: error })
    })
    if (result.outcome !== 'done') throw new LogUnavailableError(`The log refused an operation (${result.outcome})`)
    return result.results
  }
  const ready = run({ statements: logSchema.map((sql) => ({ sql, mode: 'run' })) }).then(() => undefined)
  // Told to whoever uses the log; not being told here must not end the process.
  ready.catch(() => undefined)
  const one = async (sql: string, parameters: (string | number)[]): Promise<number> => {
    await ready
    const [row] = await run({ statements: [{ sql, parameters, mode: 'get' }] })
    return Number((row as Row | undefined)?.value ?? 0)
  }
  return {
    ready,
    append: async (events) => {
      await ready
      await run({
        statements: events.map(({ topic, event }) => ({
          sql: 'INSERT INTO event_log (topic, key, event) VALUES (?, ?, ?)',
          parameters: [topic, event.subject, JSON.stringify(event)],
          mode: 'run',
        })),
      })
    },
    head: (topic) => one('SELECT max(offset) AS value FROM event_log WHERE topic = ?', [topic]),
    countAfter: (topic, offset) => one('SELECT count(*) AS value FROM event_log WHERE topic = ? AND offset > ?', [topic, offset]),
    position: (group, topic) => one('SELECT offset AS value FROM event_log_positions WHERE group_name = ? AND topic = ?', [group, topic]),
    moveTo: async (group, topic, offset) => {
      await run({
        statements: [
          {
            sql: 'INSERT INTO event_log_positions (group_name, topic, offset) VALUES (?, ?, ?) ON CONFLICT (group_name, topic) DO UPDATE SET offset = max(offset, excluded.offset)',
            parameters: [group, topic, offset],
            mode: 'run',
          },
        ],
      })
    },
    page: async (topic, after, upTo, limit) => {
      const [rows] = await run({
        statements: [
          {
            sql: 'SELECT offset, key, event FROM event_log WHERE topic = ? AND offset > ? AND offset <= ? ORDER BY offset LIMIT ?',
            parameters: [topic, after, upTo, limit],
            mode: 'all',
          },
        ],
      })
      return (rows as Row[]).map((row) => ({ offset: Number(row.offset), key: String(row.key), event: JSON.parse(String(row.event)) as EventEnvelope }))
    },
  }
}
