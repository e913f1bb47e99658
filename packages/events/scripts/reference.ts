import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { z } from 'zod'
import { type EventDefinition, EventEnvelope, eventDefinitions, topics } from '../src/index.ts'

export type JsonSchema = { readonly [keyword: string]: unknown }
export type Example = { type: string; name: string; event: EventEnvelope }

export const eventsFolder = join(import.meta.dirname, '..')
const { version } = JSON.parse(readFileSync(join(eventsFolder, 'package.json'), 'utf8')) as { version: string }
const instantPattern = '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$'
/** Partitions of a topic that an installation makes when it is told nothing else. */
const partitionsDefault = 12

// As a reader should check: fields that it does not know are let through. The format says what the library's own long patterns say.
const toJsonSchema = (schema: z.ZodType, target: 'draft-2020-12' | 'draft-7'): JsonSchema =>
  z.toJSONSchema(schema, {
    io: 'input',
    target,
    override: ({ jsonSchema }) => {
      if (jsonSchema.format === 'uuid') delete jsonSchema.pattern
      if (jsonSchema.format === 'date-time') jsonSchema.pattern = instantPattern
    },
  }) as JsonSchema

const withoutDialect = ({ $schema: _dialect, ...schema }: JsonSchema): JsonSchema => schema

/** The JSON Schema (2020-12) of each kind of event's data, and of the envelope they all travel in, by file name without ending. */
export const jsonSchemas = (): ReadonlyMap<string, JsonSchema> => {
  const named = (name: string, description: string, schema: z.ZodType): [string, JsonSchema] => {
    const { $schema, ...rest } = toJsonSchema(schema, 'draft-2020-12')
    return [name, { $schema, $id: `urn:patchwork:event:${name}`, title: name, description, ...rest }]
  }
  return new Map([
    named('envelope', 'A CloudEvents 1.0 event as Patchwork sends it. The data of each type has a schema of its own.', EventEnvelope),
    ...[...eventDefinitions.values()].map(({ type, meaning, data }) => named(type, meaning, data)),
  ])
}

/** Every committed example, sorted by type and name. */
export const readExamples = (folder = join(eventsFolder, 'examples')): Example[] =>
  readdirSync(folder)
    .sort()
    .flatMap((type) =>
      readdirSync(join(folder, type))
        .sort()
        .map((file) => ({ type, name: file.replace(/\.json$/, ''), event: JSON.parse(readFileSync(join(folder, type, file), 'utf8')) as EventEnvelope })),
    )

/** Schemas committed in a folder, by file name without ending. */
export const readSchemas = (folder: 'schema' | 'released'): Map<string, JsonSchema> =>
  new Map(
    readdirSync(join(eventsFolder, folder))
      .sort()
      .map((file) => [file.replace(/\.json$/, ''), JSON.parse(readFileSync(join(eventsFolder, folder, file), 'utf8')) as JsonSchema]),
  )

// A channel per topic, named without dots so that references stay readable.
const channelOf = (topic: string): string => topic.replaceAll('.', '-')

/** The AsyncAPI 3 document of everything Patchwork says, as YAML. */
export const asyncApi = (examples: readonly Example[]): string => {
  const definitions = [...eventDefinitions.values()].sort((one, other) => (one.type < other.type ? -1 : 1))
  const ofTopic = (topic: string) => definitions.filter((definition) => definition.topic === topic)
  const document = {
    asyncapi: '3.0.0',
    info: {
      title: 'Patchwork events',
      version,
      description:
        'What happens in a Patchwork place, as CloudEvents 1.0 in binary mode on Kafka. Delivery is at least once, in order per key; the key is the aggregate. Events carry ids, codes, dates and quantities, never a person. A type only ever gains optional fields; a new meaning is a new type.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(topics.map((topic) => [channelOf(topic), channel(topic, ofTopic(topic))])),
    operations: Object.fromEntries(
      topics.map((topic) => [
        `send-${channelOf(topic)}`,
        { action: 'send', channel: { $ref: `#/channels/${channelOf(topic)}` }, summary: `Patchwork tells what became of a ${topic.split('.').at(-1)}.` },
      ]),
    ),
    components: {
      messages: Object.fromEntries(definitions.map((definition) => [definition.type, message(definition, examples)])),
      messageTraits: { cloudEvent: cloudEvent() },
    },
  }
  return stringify(document, { lineWidth: 0, aliasDuplicateObjects: false })
}

const channel = (topic: string, definitions: readonly EventDefinition[]) => ({
  address: topic,
  messages: Object.fromEntries(definitions.map(({ type }) => [type, { $ref: `#/components/messages/${type}` }])),
  bindings: {
    kafka: {
      topic,
      partitions: partitionsDefault,
      topicConfiguration: { 'cleanup.policy': ['delete'], 'retention.ms': -1, 'retention.bytes': -1 },
      bindingVersion: '0.5.0',
    },
  },
})

const message = ({ type, meaning, data }: EventDefinition, examples: readonly Example[]) => ({
  name: type,
  title: type,
  summary: meaning,
  traits: [{ $ref: '#/components/messageTraits/cloudEvent' }],
  payload: withoutDialect(toJsonSchema(data, 'draft-7')),
  examples: examples
    .filter((example) => example.type === type)
    .map(({ name, event: { data: payload, ...attributes } }) => ({ name, headers: headersOf(attributes), payload })),
})

const headersOf = ({ datacontenttype, ...attributes }: Omit<EventEnvelope, 'data'>): Record<string, string> => ({
  ...Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce_${name}`, String(value)])),
  'content-type': String(datacontenttype),
})

// On Kafka every attribute is a header, and every header is text.
const cloudEvent = () => {
  const { properties, required } = toJsonSchema(EventEnvelope.omit({ data: true }), 'draft-7') as { properties: Record<string, JsonSchema>; required: string[] }
  const header = (name: string) => (name === 'datacontenttype' ? 'content-type' : `ce_${name}`)
  const asText = (schema: JsonSchema) => (schema.type === 'integer' ? { type: 'string', pattern: '^[1-9][0-9]*$' } : schema)
  return {
    headers: {
      type: 'object',
      required: required.map(header),
      properties: Object.fromEntries(Object.entries(properties).map(([name, schema]) => [header(name), asText(schema)])),
    },
    correlationId: { location: '$message.header#/ce_correlationid', description: 'The same for everything that one request led to.' },
    bindings: { kafka: { key: { type: 'string', description: 'The id of the aggregate; the same as ce_subject.' }, bindingVersion: '0.5.0' } },
  }
}
