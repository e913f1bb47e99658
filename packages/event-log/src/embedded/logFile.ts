import type { EventEnvelope } from '@patchwork/events'
import type { LoggedEvent } from '../keyedWork.ts'

/** The log's own tables, as its parts use them. `offset` grows over all topics. */
export interface LogFile {
  /** Resolves when the tables are there. */
  ready: Promise<void>
  append(events: readonly { topic: string; event: EventEnvelope }[]): Promise<void>
  /** The last offset of a topic; 0 when it is empty. */
  head(topic: string): Promise<number>
  countAfter(topic: string, offset: number): Promise<number>
  /** Up to which offset a group has finished; 0 when it is new. */
  position(group: string, topic: string): Promise<number>
  /** Never moves back. */
  moveTo(group: string, topic: string, offset: number): Promise<void>
  page(topic: string, after: number, upTo: number, limit: number): Promise<LoggedEvent[]>
}

export const readPageMax = 500

export const logSchema = [
  'CREATE TABLE IF NOT EXISTS event_log (offset INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, key TEXT NOT NULL, event TEXT NOT NULL) STRICT',
  'CREATE INDEX IF NOT EXISTS event_log_by_topic ON event_log (topic, offset)',
  'CREATE TABLE IF NOT EXISTS event_log_positions (group_name TEXT NOT NULL, topic TEXT NOT NULL, offset INTEGER NOT NULL, PRIMARY KEY (group_name, topic)) STRICT, WITHOUT ROWID',
]
