import type { Collection, CollectionDefinition, JsonObject } from '@patchwork/document-store'
import type { EventEnvelope } from '@patchwork/events'
import type { AggregateDefinition, PlainEvent } from './aggregate.ts'

/** What of a definition does not depend on its state: where it lives and what it emits. */
export type AggregateShape = Pick<AggregateDefinition<object, PlainEvent>, 'service' | 'name' | 'topic' | 'events' | 'fields' | 'indexes'>

/** An event that was saved and not yet passed on, with what a repeat of its command is answered. */
export type OutboxEntry = { event: EventEnvelope; bodyHash: string; answer: JsonObject }

/** A refusal as it is remembered: enough to throw an equal error. */
export type Refusal = { kind: string; code: string; title: string; message: string; field?: string }

/** What a command without events was answered: kept for the promised window, by time and never by number. */
export type AnswerEntry = { key: string; bodyHash: string; at: string } & ({ answer: JsonObject } | { refusal: Refusal })

/** One aggregate as it is stored. All of it changes in one atomic write. */
export type AggregateBody = {
  /** How many events there have been; also the sequence of the last one. */
  sequence: number
  /** Absent only while nothing has happened yet. */
  state?: JsonObject
  /** The private part, sealed. */
  details?: string
  outbox: OutboxEntry[]
  answers: AnswerEntry[]
  /** Since when something waits in the outbox; absent when nothing does. */
  pendingSince?: string
  /** True where only answers are remembered under this id and nothing has happened yet: for every reader there is no such aggregate. */
  unborn?: true
}

/** One event in the audit trail, under its own id: kept for ever, written once. */
export type HistoryBody = OutboxEntry

export type AggregateCollection = Collection<AggregateBody>
export type HistoryCollection = Collection<HistoryBody>

/** Where one kind of aggregate lives. Throws RangeError for a definition that contradicts itself. */
export const aggregateCollection = (definition: AggregateShape): CollectionDefinition => {
  const { service, name, fields = {}, indexes = {} } = definition
  for (const [field, { path }] of Object.entries(fields)) {
    if (!path.startsWith('state.')) throw new RangeError(`${service}/${name}: the path of field ${field} must begin with state.`)
    if (field === 'pendingSince' || field === 'unborn') throw new RangeError(`${service}/${name}: the field name ${field} is taken`)
  }
  return {
    service,
    name,
    fields: { ...fields, pendingSince: { path: 'pendingSince', type: 'string' }, unborn: { path: 'unborn', type: 'boolean' } },
    indexes: {
      ...indexes,
      'outbox-pending': { fields: ['pendingSince'], sparse: true },
      'still-unborn': { fields: ['unborn'], sparse: true },
    },
  }
}

/** Where the events of one kind of aggregate are kept. */
export const historyCollection = ({ service, name }: { service: string; name: string }): CollectionDefinition => ({
  service,
  name: `${name}-history`,
  fields: {
    subject: { path: 'event.subject', type: 'string' },
    sequence: { path: 'event.sequence', type: 'integer' },
    commandKey: { path: 'event.commandkey', type: 'string' },
    time: { path: 'event.time', type: 'string' },
    type: { path: 'event.type', type: 'string' },
  },
  indexes: {
    'in-order': { fields: ['subject', 'sequence'], unique: true },
    'by-command': { fields: ['subject', 'commandKey'] },
  },
})
