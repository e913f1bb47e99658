import type { FieldDefinition, IndexDefinition, Json, JsonObject, Query, TallyRow, Where } from '@patchwork/document-store'
import type { EventDefinition, EventEnvelope } from '@patchwork/events'

/** An event inside its service: the wire type and the data; the envelope is made when it is saved. */
export type PlainEvent = { type: string; data: object }

export type AggregateDefinition<State extends object, Event extends PlainEvent> = {
  service: string
  /** Kebab-case singular: `referral`. The collection has this name, history stands beside it. */
  name: string
  topic: string
  /** The events it may emit; each one's data is parsed by its schema before it is saved. */
  events: readonly EventDefinition[]
  /** The state before the first event. */
  initial: State
  /** What an event makes of a state. Pure, total, and depending on nothing else: a replay of history must give the same state to the byte. */
  evolve: (state: State, event: Event) => State
  /** Fields that can be asked for; paths begin with `state.` */
  fields?: Readonly<Record<string, FieldDefinition>>
  indexes?: Readonly<Record<string, IndexDefinition>>
}

/**
 * Who asks for a change, when, and under which key a repeat is recognised.
 * `key`: from a client person + route + `Idempotency-Key`; from a consumer `group/handler:eventId`; from a deadline its own name and the instant.
 */
export type Command = {
  key: string
  /** The key was made for this one call, as from a UUID: nothing can have been carried out under it before, which need not be looked up then. */
  isFirst?: boolean
  /** Whether the same key can come again: no-ops and refusals are then remembered for 24 h as well. False when the client sent no Idempotency-Key. */
  repeatable: boolean
  /** What the client sent, hashed: the same key with another body is refused (KeyReusedError). */
  body: Json
  /** The instant of the command. */
  at: string
  correlationId?: string
  causationId?: string
  /** A refusal remembered under this key is decided anew: a parked event that is tried or replayed. What was carried out stays carried out. */
  refusalsAnew?: boolean
  /** The caller's If-Match: refused with StaleError unless the aggregate stands at this sequence. */
  expectedSequence?: number
}

/** What a rule decided. `details` replaces the private part (personal data, free text): sealed at rest, never in an event. */
export type Decision<Event extends PlainEvent, Details> = { events: readonly Event[]; details?: Details; answer?: JsonObject }

export type Aggregate<State, Details> = { id: string; sequence: number; state: State; details: Details | undefined }

export type Outcome<State> = {
  id: string
  sequence: number
  state: State
  /** The rule's answer, ids and codes only; on a repeat exactly what was answered the first time. */
  answer: JsonObject
  /** The command had been carried out before; nothing was done now. */
  repeated: boolean
}

export interface Aggregates<State extends object, Event extends PlainEvent, Details = undefined> {
  readonly definition: AggregateDefinition<State, Event>
  get(id: string): Promise<Aggregate<State, Details> | undefined>
  getMany(ids: readonly string[]): Promise<Aggregate<State, Details>[]>
  find(query: Query): Promise<{ aggregates: Aggregate<State, Details>[]; after?: string }>
  count(where?: Where): Promise<number>
  tally(options: { where?: Where; by?: readonly string[]; sum?: readonly string[] }): Promise<TallyRow[]>
  /**
   * Loads, decides, evolves, and saves the new state with its events in one atomic write. A missing aggregate is decided on from `initial` at sequence 0.
   * A repeat of a command gives its first answer. What `decide` throws is passed on (and remembered for a repeatable command).
   * Throws KeyReusedError, StaleError, BusyError (other processes won too often), StoreUnavailableError.
   */
  update(id: string, command: Command, decide: (current: Aggregate<State, Details>) => Decision<Event, Details>): Promise<Outcome<State>>
  /** The aggregate's events from the first, in order. `limit` 1 to 1,000 (200 when absent). */
  history(id: string, options?: { afterSequence?: number; limit?: number }): Promise<EventEnvelope[]>
}
