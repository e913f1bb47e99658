import type { EventEnvelope } from '@patchwork/events'

/** Events of one key, in their order, none left out between them. */
export type EventRun = readonly [EventEnvelope, ...EventEnvelope[]]

/** Handles a run of events. Resolving means: all done for ever. Rejecting means: give them to me again; their key waits, and every other key flows on. */
export type EventHandler = (run: EventRun, delivery: { signal: AbortSignal }) => Promise<void>

export type Subscription = {
  /** Resolves when everything published before the call has been handled by this subscription. */
  caughtUp(): Promise<void>
  /** Stops after the events in hand; what was not finished is delivered again to the next owner. */
  stop(): Promise<void>
}

/** How far a group is behind, per topic: events published and not yet handled. */
export type Lag = { topic: string; behind: number }[]

/** A place in a topic: for each part of it that orders its own events, where the next event goes. It only grows; what is absent is 0. */
export type LogPosition = Readonly<Record<string, number>>

/**
 * The port to the log of events. Two drivers: `embedded` (SQLite) and `kafka`. Delivery is at least once, in order per key (the event's
 * subject); groups share the work between their subscriptions, in one process or several. A group that is new starts from the beginning.
 */
export interface EventLog {
  /** Which driver this is, as traces call it. */
  readonly system: 'kafka' | 'embedded'
  /** Makes the topics that are not there. A repeat changes nothing. */
  ensureTopics(topics: readonly string[]): Promise<void>
  /** Durable when it resolves, in the order given per key. Throws LogUnavailableError: then any part may have been written, and the caller publishes all again. */
  publish(events: readonly { topic: string; event: EventEnvelope }[]): Promise<void>
  /**
   * Starts delivering. `concurrencyMax` keys are handled at a time (16 when absent), and of one key as many events as have come by then, up to `runMax` (1
   * when absent). Resolves when events may come, which is before they do: a log that is away, or that still counts on a member that died, delivers once it can.
   */
  subscribe(options: { group: string; topics: readonly string[]; handler: EventHandler; concurrencyMax?: number; runMax?: number }): Promise<Subscription>
  /** Every event of a topic from the beginning, or `from` a position on, in order per key, ending at what was there when it was called. */
  read(topic: string, options?: { from?: LogPosition }): AsyncIterable<EventEnvelope>
  /** Where the topic ends now: what was published before stands before it. */
  end(topic: string): Promise<LogPosition>
  lag(group: string, topics: readonly string[]): Promise<Lag>
  /** Resolves when the log can be read and written; rejects with LogUnavailableError. */
  ping(): Promise<void>
  close(): Promise<void>
}

/** The log cannot be reached or cannot write. A later try may succeed. */
export class LogUnavailableError extends Error {
  readonly kind = 'unavailable'
  readonly code: 'log-unavailable' | 'log-refused' = 'log-unavailable'
  readonly title = 'Cannot pass events on just now'
}

/** The log does not know this process, or this process not the log: somebody must mend a setting, and no later try succeeds before. */
export class LogRefusedError extends LogUnavailableError {
  override readonly code = 'log-refused'
}
