import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { type Aggregate, consume, on, openAggregates, type Ports } from '@patchwork/aggregate'
import { embeddedDocumentStore } from '@patchwork/document-store'
import { embeddedEventLog } from '@patchwork/event-log'
import { type DomainEvent, defineEvent, type EventEnvelope } from '@patchwork/events'
import { openPlaceFile } from '@patchwork/place-file'
import { systemRuntime } from '@patchwork/runtime'
import { createLogger, startTracing } from '@patchwork/telemetry'
import supertest from 'supertest'
import { z } from 'zod'
import { createApp } from './app.ts'
import { defineRoute } from './route.ts'

const RungEvent = (topic: string) => defineEvent({ type: 'bell.rung.v1', topic, meaning: 'A bell was rung.', data: z.object({}) })
const bells = { topic: 'patchwork.example.bell', Rung: RungEvent('patchwork.example.bell') }
const echoes = { topic: 'patchwork.example.echo', Rung: RungEvent('patchwork.example.echo') }
type Rung = DomainEvent<typeof bells.Rung>
const ring = (_: Aggregate<{ rings: number }, undefined>) => ({ events: [{ type: 'bell.rung.v1', data: {} } as Rung] })

/** A bell that is rung over HTTP, and an echo that a consumer makes of each ring. */
const given = async () => {
  const spans = new InMemorySpanExporter()
  const tracing = startTracing([new SimpleSpanProcessor(spans)])
  const placeFile = await openPlaceFile({ path: ':memory:' })
  const logger = createLogger({ service: 'test', level: 'silent' })
  const log = embeddedEventLog({ placeFile, runtime: systemRuntime })
  const ports: Ports = { documents: embeddedDocumentStore(placeFile), log, runtime: systemRuntime, logger, dataKey: new Uint8Array(32) }
  const open = (name: string, { topic, Rung }: typeof bells) => {
    const evolve = ({ rings }: { rings: number }) => ({ rings: rings + 1 })
    return openAggregates<{ rings: number }, Rung>({ service: 'example', name, topic, events: [Rung], initial: { rings: 0 }, evolve }, ports)
  }
  const [bell, echo] = [await open('bell', bells), await open('echo', echoes)]
  const reaction = on(bells.Rung, async ({ subject }, { command }) => void (await echo.update(subject, command(), ring)))
  const consumer = await consume({ service: 'example', group: 'echoes', topics: [bells.topic], handlers: [reaction] }, ports)
  const route = defineRoute({
    ...{ method: 'post', path: '/rings', summary: 'Ring', policy: 'directory.find' },
    handle: async ({ command }) => {
      await bell.update('one', command, ring)
      return {}
    },
  })
  const app = createApp({
    service: 'example',
    routes: [route],
    authenticate: async () => ({ kind: 'anyone' }),
    runtime: systemRuntime,
    logger,
    ready: async () => {},
  })
  const eventOf = async (topic: string): Promise<EventEnvelope> => {
    for await (const event of log.read(topic)) return event
    throw new Error(`Nothing was published to ${topic}`)
  }
  return {
    request: supertest(app),
    settled: async () => {
      await bell.relay.drained()
      await consumer.caughtUp()
      await echo.relay.drained()
    },
    eventOf,
    spanOf: (name: string) => spans.getFinishedSpans().find((span) => span.name === name) as ReadableSpan,
    stop: async () => {
      await consumer.stop()
      await bell.stop()
      await echo.stop()
      await tracing.stop()
      await log.close()
      await placeFile.close()
    },
  }
}

const traceOf = (traceparent: string | undefined) => traceparent?.split('-')[1]
const parentOf = (traceparent: string | undefined) => traceparent?.split('-')[2]

test('an event that a request writes carries the request’s trace, its consumer’s span goes on from there, and so does what the consumer writes', async () => {
  const place = await given()
  const trace = '0af7651916cd43dd8448eb211c80319c'
  expect((await place.request.post('/rings').set('traceparent', `00-${trace}-b7ad6b7169203331-01`)).status).toBe(200)
  await place.settled()
  const [rung, echoed] = [await place.eventOf(bells.topic), await place.eventOf(echoes.topic)]
  const [served, consumed] = [place.spanOf('POST /api/example/rings'), place.spanOf('process patchwork.example.bell')]
  await place.stop()
  expect([served.spanContext().traceId, served.parentSpanContext?.spanId]).toEqual([trace, 'b7ad6b7169203331'])
  expect(traceOf(rung.traceparent)).toBe(trace)
  expect([consumed.spanContext().traceId, consumed.parentSpanContext?.spanId]).toEqual([trace, parentOf(rung.traceparent)])
  expect([traceOf(echoed.traceparent), echoed.causationid]).toEqual([trace, rung.id])
})

test('a request’s span says https where a proxy on loopback took it so, and http otherwise', async () => {
  const schemeFor = async (headers: Record<string, string>) => {
    const place = await given()
    await place.request.post('/rings').set(headers)
    const { attributes } = place.spanOf('POST /api/example/rings')
    await place.stop()
    return attributes['url.scheme']
  }
  expect(await schemeFor({})).toBe('http')
  expect(await schemeFor({ 'x-forwarded-proto': 'https' })).toBe('https')
})
