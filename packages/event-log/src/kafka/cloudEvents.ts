import { EventEnvelope } from '@patchwork/events'
import type { KafkaMessage, Message } from 'kafkajs'
import { z } from 'zod'

const bodyAttribute = 'data'
const contentType = 'application/json'

/** An event as a Kafka message: CloudEvents 1.0 in binary mode, each attribute a `ce_` header, the data as the JSON body, the subject as the key. */
export const toMessage = (event: EventEnvelope): Message => {
  const { data, datacontenttype: _contentType, ...attributes } = event
  const headers = Object.entries(attributes).flatMap(([name, value]) => (value === undefined ? [] : [[`ce_${name}`, String(value)] as const]))
  return { key: event.subject, value: JSON.stringify(data), headers: { ...Object.fromEntries(headers), 'content-type': contentType } }
}

/** The event in a Kafka message, ours or another producer's. Throws ZodError or SyntaxError when it is none; extension attributes that we do not know stay as text. */
export const fromMessage = (message: Pick<KafkaMessage, 'key' | 'value' | 'headers'>): EventEnvelope => {
  const attributes: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(message.headers ?? {}))
    if (name.startsWith('ce_') && value !== undefined) attributes[name.slice(3)] = String(value)
  const key = message.key?.toString('utf8')
  return EventEnvelope.parse({
    // What a producer of plain CloudEvents need not say.
    ...(key === undefined ? {} : { subject: key }),
    commandkey: '',
    sequencetype: 'Integer',
    ...attributes,
    time: instantOf(attributes.time),
    sequence: Number(attributes.sequence),
    datacontenttype: contentType,
    [bodyAttribute]: JSON.parse(message.value?.toString('utf8') ?? 'null'),
  })
}

// CloudEvents take any instant of RFC 3339: of another fraction of a second, or told with an offset. Ours are in milliseconds, UTC.
const instantOf = (time: unknown): unknown => (z.iso.datetime({ offset: true }).safeParse(time).success ? new Date(String(time)).toISOString() : time)
