import type { DocumentStore } from '@patchwork/document-store'
import type { EventLog, RememberedReadings } from '@patchwork/event-log'
import type { Runtime } from '@patchwork/runtime'
import type { Logger } from '@patchwork/telemetry'

/** The named points of the write path, in order. A process may die at any of them and nothing is lost. */
export const steps = ['before-write', 'after-write', 'after-archive', 'after-publish', 'after-trim', 'before-effect', 'after-effect', 'after-mark'] as const
export type Step = (typeof steps)[number]

/** What every service is handed at its start. */
export type Ports = {
  documents: DocumentStore
  log: EventLog
  runtime: Runtime
  logger: Logger
  /** The place's 32-byte data key; each service derives its own from it. */
  dataKey: Uint8Array
  /** Told at each step of the write path, and of a consumer's steps the group; fault tests end the process here. */
  onStep?: (step: Step, group?: string) => void | Promise<void>
  /** Does what asks many questions of the log; where it is given, each topic is read whole only once for all of them. */
  whileAsking?: RememberedReadings['whileAsking']
  /** Told of each outbox as it is opened, so that whoever runs the place can look how long events wait in it. */
  onOutbox?: (outbox: Outbox) => void
}

/** What waits to be passed on of one kind of aggregate, whichever process wrote it. */
export type Outbox = {
  /** `referral/referral`. */
  aggregate: string
  /** How many aggregates have events that wait, and since when the first has; read by the index of those that do. */
  waiting(): Promise<{ count: number; since?: string }>
}
