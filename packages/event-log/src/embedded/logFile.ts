import type { EventEnvelope } from '@patchwork/events'
import type { Operation, PlaceFile, Row } from '@patchwork/place-file'
import { LogUnavailableError } from '../eventLog.ts'
import type { LoggedEvent } from '../keyedWork.ts'

/** An event as it was written. */
export type Appended = { topic: string; offset: number; key: string; text: string }
export type Position = { group: string; topic: string; offset: number }

/** The log's own tables, as its parts use them. `offset` grows over all topics. Everything throws LogUnavailableError. */
export interface LogFile {
  /** Resolves when the tables are there. */
  ready(): Promise<void>
  /** All of them, or none. */
  append(events: readonly { topic: string; event: EventEnvelope }[]): Promise<Appended[]>
  /** The last offset of a topic; 0 when it is empty. */
  head(topic: string): Promise<number>
  countAfter(topic: string, offset: number): Promise<number>
  /** Up to which offset a group has finished; 0 when it is new. */
  position(group: string, topic: string): Promise<number>
  /** Never moves back. */
  moveTo(positions: readonly Position[]): Promise<void>
  page(topic: string, after: number, upTo: number, limit: number): Promise<LoggedEvent[]>
}

export const readPageMax = 500

const schema = [
  'CREATE TABLE IF NOT EXISTS event_log (offset INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, key TEXT NOT NULL, event TEXT NOT NULL) STRICT',
  'CREATE INDEX IF NOT EXISTS event_log_by_topic ON event_log (topic, offset)',
  'CREATE TABLE IF NOT EXISTS event_log_positions (group_name TEXT NOT NULL, topic TEXT NOT NULL, offset INTEGER NOT NULL, PRIMARY KEY (group_name, topic)) STRICT, WITHOUT ROWID',
]

/** Every statement the log makes, and the one seam at which the file's errors become the port's. */
export const openLogFile = (placeFile: PlaceFile): LogFile => {
  let tables: Promise<unknown> | undefined
  const run = async (operation: Operation) => {
    const result = await placeFile.run(operation).catch((error) => {
      throw new LogUnavailableError(`The log cannot be read or written: ${(error as Error).message}`, { cause: error })
    })
    if (result.outcome !== 'done') throw new LogUnavailableError(`The log refused an operation (${result.outcome})`)
    return result.results
  }
  // Not made once (a full disk) is tried again by whoever comes next.
  const ready = async () => {
    tables ??= run({ statements: schema.map((sql) => ({ sql, mode: 'run' })) })
    await tables.catch((error) => {
      tables = undefined
      throw error
    })
  }
  const runReady = async (operation: Operation) => {
    await ready()
    return run(operation)
  }
  const number = async (sql: string, parameters: (string | number)[]): Promise<number> => {
    const [row] = await runReady({ statements: [{ sql, parameters, mode: 'get' }] })
    return Number((row as Row | undefined)?.value ?? 0)
  }
  return {
    ready,
    append: async (events) => {
      const sql = 'INSERT INTO event_log (topic, key, event) VALUES (?, ?, ?) RETURNING offset'
      const texts = events.map(({ topic, event }) => ({ topic, key: event.subject, text: JSON.stringify(event) }))
      const rows = await runReady({ statements: texts.map(({ topic, key, text }) => ({ sql, parameters: [topic, key, text], mode: 'get' })) })
      return texts.map((written, index) => ({ ...written, offset: Number((rows[index] as Row).offset) }))
    },
    head: (topic) => number('SELECT max(offset) AS value FROM event_log WHERE topic = ?', [topic]),
    countAfter: (topic, offset) => number('SELECT count(*) AS value FROM event_log WHERE topic = ? AND offset > ?', [topic, offset]),
    position: (group, topic) => number('SELECT offset AS value FROM event_log_positions WHERE group_name = ? AND topic = ?', [group, topic]),
    moveTo: async (positions) => {
      const sql =
        'INSERT INTO event_log_positions (group_name, topic, offset) VALUES (?, ?, ?) ON CONFLICT (group_name, topic) DO UPDATE SET offset = max(offset, excluded.offset)'
      await runReady({ statements: positions.map(({ group, topic, offset }) => ({ sql, parameters: [group, topic, offset], mode: 'run' })) })
    },
    page: async (topic, after, upTo, limit) => {
      const sql = 'SELECT offset, key, event FROM event_log WHERE topic = ? AND offset > ? AND offset <= ? ORDER BY offset LIMIT ?'
      const [rows] = await runReady({ statements: [{ sql, parameters: [topic, after, upTo, limit], mode: 'all' }] })
      return (rows as Row[]).map((row) => ({ offset: Number(row.offset), key: String(row.key), event: JSON.parse(String(row.event)) as EventEnvelope }))
    },
  }
}

/** Where each topic of a place's file ends: the last offset of each that holds events. Asks the file only to read, so it serves for a copy. */
export const topicEndsIn = async (placeFile: PlaceFile): Promise<Record<string, number>> => {
  const sql = 'SELECT topic, max(offset) AS value FROM event_log GROUP BY topic ORDER BY topic'
  const result = await placeFile.run({ statements: [{ sql, mode: 'all' }] })
  const rows = result.outcome === 'done' ? (result.results[0] as Row[]) : []
  return Object.fromEntries(rows.map(({ topic, value }) => [String(topic), Number(value)]))
}
