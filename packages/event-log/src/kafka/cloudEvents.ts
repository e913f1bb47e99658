import { EventEnvelope } from '@patchwork/events'
import type { KafkaMessage, Message } from 'kafkajs'
import { z } from 'zod'

const bodyAttribute = 'data'
const contentType = 'application/json'

/** An event as a Kafka message: CloudEvents 1.0 in binary mode, each attribute a `ce_` header, the data as the JSON body, the subject as the key. */
export const toMessage = (event: EventEnvelope): Message => {
  // Written into one object: each event comes this way.
  const headers: Record<string, string> = { 'content-type': contentType }
  for (const [name, value] of Object.entries(event))
    if (value !== undefined && name !== bodyAttribute && name !== 'datacontenttype') headers[headerOf(name)] = String(value)
  return { key: event.subject, value: JSON.stringify(event.data), headers }
}

/** Made once: a name made anew for each event is looked up anew by its letters. */
const remembered = <Name extends string | undefined>(make: (from: string) => Name): ((from: string) => Name) => {
  const made = new Map<string, Name>()
  return (from) => {
    const known = made.get(from)
    if (known !== undefined) return known
    const name = make(from)
    if (made.size < rememberedMax) made.set(from, name)
    return name
  }
}
const rememberedMax = 1_000
const headerOf = remembered((attribute) => `ce_${attribute}`)
/** The attribute that a header tells; undefined for a header that tells none. */
const attributeOf = remembered((header) => (header.startsWith('ce_') ? header.slice(3) : undefined))

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
