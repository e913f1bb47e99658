import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { systemRuntime } from '@patchwork/runtime'
import { measure } from './metrics.ts'
import { startTelemetry, type TelemetrySettings } from './telemetry.ts'
import { inSpan } from './tracing.ts'

type Sent = { resourceSpans?: { scopeSpans: { spans: { name: string }[] }[] }[]; resourceMetrics?: { scopeMetrics: { metrics: { name: string }[] }[] }[] }

/** A receiver of OTLP over HTTP on loopback, that the standard variables name. */
const given = async (settings: Partial<TelemetrySettings>, answer: { status: number } = { status: 200 }) => {
  const received: { path: string | undefined; body: Sent }[] = []
  const server = createServer(async (request, response) => {
    if (answer.status === 200) received.push({ path: request.url, body: (await json(request)) as Sent })
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end('{}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const failures: string[] = []
  const sends = { traces: true, metrics: true, protocol: 'http/json', metricIntervalMs: 600_000 } as const
  const onError = () => void failures.push('not sent')
  const telemetry = await startTelemetry({ name: 'patchwork', settings: { ...sends, ...settings }, runtime: systemRuntime, onError })
  return {
    received,
    failures,
    work: async () => {
      await inSpan('example.work', {}, async () => undefined)
      measure('patchwork.handler.duration', 0.1, { 'patchwork.group': 'example' })
    },
    stop: async () => {
      await telemetry.stop()
      server.closeAllConnections()
      server.close()
      delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT
    },
  }
}

test('what is left is sent when it stops, to the address that the standard variable names', async () => {
  const place = await given({})
  await place.work()
  await place.stop()
  const of = (path: string) => place.received.filter((one) => one.path === path).map(({ body }) => body)
  const spans = of('/v1/traces').flatMap(({ resourceSpans }) => resourceSpans?.flatMap((one) => one.scopeSpans.flatMap((scope) => scope.spans)) ?? [])
  const metrics = of('/v1/metrics').flatMap(
    ({ resourceMetrics }) => resourceMetrics?.flatMap((one) => one.scopeMetrics.flatMap((scope) => scope.metrics)) ?? [],
  )
  expect(spans.map(({ name }) => name)).toContain('example.work')
  expect(metrics.map(({ name }) => name)).toContain('patchwork.handler.duration')
  expect(place.failures).toEqual([])
})

test('of the two only what is wanted is sent', async () => {
  const place = await given({ metrics: false })
  await place.work()
  await place.stop()
  expect(new Set(place.received.map(({ path }) => path))).toEqual(new Set(['/v1/traces']))
})

test('where nothing is wanted nothing is sent', async () => {
  const place = await given({ traces: false, metrics: false })
  await place.work()
  await place.stop()
  expect(place.received).toEqual([])
})

test('a receiver that refuses what it is sent is told of, and holds up nothing', async () => {
  const place = await given({ protocol: 'http/protobuf' }, { status: 400 })
  await place.work()
  await place.stop()
  expect(place.failures.length).toBeGreaterThan(0)
})
