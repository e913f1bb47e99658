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

/** The attribute that a header tells; undefined for a header that tells none. */
const attributeOf = (header: string): string | undefined => {
  const known = attributesKnown.get(header)
  if (known !== undefined) return known
  if (!header.startsWith('ce_')) return undefined
  const name = header.slice(3)
  if (attributesKnown.size < attributesKnownMax) attributesKnown.set(header, name)
  return name
}
/** Cut from their headers once: a name made anew for each event is looked up anew by its letters. */
const attributesKnown = new Map<string, string>()
const attributesKnownMax = 1_000

/** The event in a Kafka message, ours or another producer's. Throws ZodError or SyntaxError when it is none; extension attributes that we do not know stay as text. */
export const fromMessage = (message: Pick<KafkaMessage, 'key' | 'value' | 'headers'>): EventEnvelope => {
  const { headers, key, value } = message
  // What a producer of plain CloudEvents need not say, then what it did say. Written into one object: each event of each topic comes this way.
  const attributes: Record<string, unknown> = { commandkey: '', sequencetype: 'Integer' }
  if (key) attributes.subject = key.toString('utf8')
  for (const header in headers) {
    const name = attributeOf(header)
    const text = headers[header]
    if (text !== undefined && name !== undefined) attributes[name] = String(text)
  }
  attributes.time = instantOf(attributes.time)
  attributes.sequence = Number(attributes.sequence)
  attributes.datacontenttype = contentType
  attributes[bodyAttribute] = JSON.parse(value?.toString('utf8') ?? 'null')
  return EventEnvelope.parse(attributes)
}

// CloudEvents take any instant of RFC 3339: of another fraction of a second, or told with an offset. Ours are in milliseconds, UTC.
const instantOf = (time: unknown): unknown => {
  const isOurs = typeof time !== 'string' || (time.length === instantLength && time.endsWith('Z'))
  return isOurs || !z.iso.datetime({ offset: true }).safeParse(time).success ? time : new Date(time).toISOString()
}
const instantLength = '2026-01-05T09:00:00.000Z'.length
