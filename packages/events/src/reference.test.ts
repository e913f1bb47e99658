import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Parser } from '@asyncapi/parser'
import { lostOrChanged } from '../scripts/lostOrChanged.ts'
import { asyncApi, eventsFolder, jsonSchemas, readExamples, readSchemas } from '../scripts/reference.ts'
import { EventEnvelope, eventDefinitions, topics } from './index.ts'

const examples = readExamples()
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
const mendedBy = 'run: npm run generate -w @patchwork/events'

describe('the published reference', () => {
  test(`the committed schemas are what the definitions say (${mendedBy})`, () => {
    expect(asJson(Object.fromEntries(readSchemas('schema')))).toEqual(asJson(Object.fromEntries(jsonSchemas())))
  })
  test(`the committed AsyncAPI document is what the definitions say (${mendedBy})`, () => {
    expect(readFileSync(join(eventsFolder, 'asyncapi.yaml'), 'utf8')).toBe(asyncApi(examples))
  })
  test('a parser that is not ours accepts the AsyncAPI document, with every topic and type in it', async () => {
    const { document, diagnostics } = await new Parser().parse(readFileSync(join(eventsFolder, 'asyncapi.yaml'), 'utf8'))
    expect(diagnostics.filter(({ severity }) => severity <= 1).map(({ message, path }) => `${path.join('/')}: ${message}`)).toEqual([])
    expect(
      document
        ?.channels()
        .all()
        .map((channel) => channel.address())
        .sort(),
    ).toEqual([...topics])
    expect(new Set(document?.allMessages().map((message) => message.name()))).toEqual(new Set(eventDefinitions.keys()))
  })
  test('a released schema never loses or changes a field', () => {
    const current = jsonSchemas()
    const broken = [...readSchemas('released')].flatMap(([name, released]) =>
      current.has(name) ? lostOrChanged(released, current.get(name)!).map((what) => `${name}: ${what}`) : [`${name} is gone`],
    )
    expect(broken).toEqual([])
  })
})

describe('the examples', () => {
  test('every kind of event has one', () => {
    expect([...new Set(examples.map(({ type }) => type))].sort()).toEqual([...eventDefinitions.keys()].sort())
  })
  test.each(examples.map((example) => [`${example.type}/${example.name}`, example] as const))(
    '%s can still be read, and nothing of it is passed over',
    (_, example) => {
      expect(EventEnvelope.parse(example.event)).toEqual(example.event)
      expect(example.event.type).toBe(example.type)
      expect(eventDefinitions.get(example.type)?.data.parse(example.event.data)).toEqual(example.event.data)
    },
  )
  test('an example speaks of its own aggregate', () => {
    const idOf = (topic = '') => `${topic.split('.').at(-1)}Id`.replaceAll(/-(\w)/g, (_all, letter: string) => letter.toUpperCase())
    for (const { type, event } of examples) expect([type, event.data[idOf(eventDefinitions.get(type)?.topic)]]).toEqual([type, event.subject])
  })
})

describe('what a reader may rely on', () => {
  const released = {
    type: 'object',
    properties: {
      count: { type: 'integer', minimum: 0 },
      kind: { type: 'string', enum: ['a', 'b'] },
      list: { type: 'array', items: { type: 'string', maxLength: 5 } },
      note: { type: 'string' },
    },
    required: ['count', 'kind'],
  }
  const withProperties = (properties: object) => ({ ...released, properties: { ...released.properties, ...properties } })

  test('an optional field, a code and other words may be added', () => {
    expect(
      lostOrChanged(released, { ...withProperties({ more: { type: 'string' }, kind: { type: 'string', enum: ['a', 'b', 'c'] } }), description: 'Other words' }),
    ).toEqual([])
  })
  test('a field that is gone is told', () => {
    const { note: _, ...properties } = released.properties
    expect(lostOrChanged(released, { ...released, properties })).toEqual(['/note is gone'])
  })
  test('another type or limit is told, within a list too', () => {
    expect(lostOrChanged(released, withProperties({ count: { type: 'number', minimum: 1 } }))).toEqual([
      '/count has another type',
      '/count has another minimum',
    ])
    expect(lostOrChanged(released, withProperties({ list: { type: 'array', items: { type: 'string', maxLength: 4 } } }))).toEqual([
      '/list[] has another maxLength',
    ])
  })
  test('a code that is gone is told', () => {
    expect(lostOrChanged(released, withProperties({ kind: { type: 'string', enum: ['a'] } }))).toEqual(['/kind no longer has the code "b"'])
  })
  test('a field that becomes optional, or must be there from now on, is told', () => {
    expect(lostOrChanged(released, { ...released, required: ['count'] })).toEqual(['/kind is no longer always there'])
    expect(lostOrChanged(released, { ...released, required: ['count', 'kind', 'note'] })).toEqual(['/note must be there, which older events do not keep'])
  })
})
