import { isDeepStrictEqual } from 'node:util'
import { EventEnvelope } from '@patchwork/events'
import type { Runtime } from '@patchwork/runtime'
import { currentTraceparent } from '@patchwork/telemetry'
import type { Command, PlainEvent } from './aggregate.ts'
import type { AggregateShape } from './aggregateDocument.ts'
import { InvalidEventError } from './errors.ts'

/** What makes events fit to be saved: each is held against its schema, then gets its envelope. */
export type EventWriter = (events: readonly PlainEvent[], about: { id: string; sequence: number; commandKey: string; command: Command }) => EventEnvelope[]

/** Throws RangeError when two events share a type, or one belongs to another topic. */
export const eventWriter = (definition: AggregateShape, runtime: Runtime): EventWriter => {
  const schemas = new Map(definition.events.map((event) => [event.type, event.data.strict()]))
  const stray = definition.events.find((event) => event.topic !== definition.topic)
  if (stray) throw new RangeError(`${stray.type} travels on ${stray.topic}, not on ${definition.topic}`)
  if (schemas.size !== definition.events.length) throw new RangeError(`${definition.service}/${definition.name} declares an event type twice`)

  const validData = (event: PlainEvent): Record<string, unknown> => {
    const schema = schemas.get(event.type)
    if (!schema) throw new InvalidEventError(event.type, 'is not declared by this aggregate')
    const parsed = schema.safeParse(event.data)
    if (!parsed.success) throw new InvalidEventError(event.type, problemsOf(parsed.error.issues))
    const data = JSON.parse(JSON.stringify(parsed.data)) as Record<string, unknown>
    // A key that an inner schema drops would be in the decision and not in the log.
    if (!isDeepStrictEqual(data, JSON.parse(JSON.stringify(event.data)))) throw new InvalidEventError(event.type, 'holds an unknown key')
    return data
  }

  return (events, { id, sequence, commandKey, command }) => {
    const traceparent = currentTraceparent()
    return events.map((event, index) => {
      const envelope = EventEnvelope.safeParse({
        specversion: '1.0',
        id: runtime.uuid(),
        source: `/patchwork/${definition.service}/${definition.name}`,
        type: event.type,
        subject: id,
        time: command.at,
        datacontenttype: 'application/json',
        sequence: sequence + index + 1,
        sequencetype: 'Integer',
        commandkey: commandKey,
        ...(command.correlationId === undefined ? {} : { correlationid: command.correlationId }),
        ...(command.causationId === undefined ? {} : { causationid: command.causationId }),
        ...(traceparent === undefined ? {} : { traceparent }),
        data: validData(event),
      })
      if (!envelope.success) throw new InvalidEventError(event.type, problemsOf(envelope.error.issues))
      return envelope.data
    })
  }
}

/** Where it is wrong and how, without the value: that could be about a person. */
const problemsOf = (issues: readonly { path: PropertyKey[]; code?: string | undefined }[]): string =>
  issues
    .slice(0, 5)
    .map((issue) => `${issue.path.map(String).join('.') || 'data'} (${issue.code ?? 'invalid'})`)
    .join(', ')
