import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { metricDefinitions } from '@patchwork/telemetry'

// A place that is really started, and a receiver that really listens.

const patienceMs = 120_000
type Received = { path: string; token: string | undefined; body: object }

const openReceiver = async () => {
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    received.push({ path: request.url ?? '', token: request.headers['x-token'] as string | undefined, body: (await json(request)) as object })
    response.setHeader('content-type', 'application/json').end('{}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Starts an empty place, asks it for one page, and stops it as an operator does. Gives how it ended. */
const visitPlace = async (environment: Record<string, string>): Promise<number | null> => {
  const folder = mkdtempSync(join(tmpdir(), 'patchwork-otlp-'))
  const main = fileURLToPath(new URL('./main.ts', import.meta.url))
  const child = spawn(process.execPath, [main, 'start', '--empty'], {
    env: { PATH: process.env.PATH, PORT: '0', DATA_DIR: join(folder, 'data'), ...environment },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  try {
    const ended = once(child, 'close')
    let said = ''
    for await (const part of child.stdout.setEncoding('utf8')) {
      said += part
      const url = /open at (\S+)/.exec(said)?.[1]
      if (url === undefined) continue
      expect((await fetch(`${url}/privacy`)).status).toBe(200)
      child.kill('SIGTERM')
      said = ''
    }
    return (await ended)[0] as number | null
  } finally {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
}

type Attribute = { key: string; value: { stringValue?: string } }
type Resource = { resource: { attributes: Attribute[] } }
type Spans = { resourceSpans: (Resource & { scopeSpans: { spans: { name: string }[] }[] })[] }
type Metrics = { resourceMetrics: (Resource & { scopeMetrics: { metrics: { name: string; unit: string }[] }[] })[] }
const named = ({ resource }: Resource, key: string) => resource.attributes.find((attribute) => attribute.key === key)?.value.stringValue

test(
  'a place that is told where to sends its traces and metrics there, what is left of them when it stops, and under its own name',
  async () => {
    const receiver = await openReceiver()
    try {
      const own = {
        OTEL_SERVICE_NAME: 'example-place',
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
        OTEL_EXPORTER_OTLP_HEADERS: 'x-token=abc',
      }
      // So long that all that comes has been sent at the end.
      const intervals = { OTEL_METRIC_EXPORT_INTERVAL: '600000', OTEL_BSP_SCHEDULE_DELAY: '600000' }
      const ended = await visitPlace({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', ...own, ...intervals })
      expect(ended).toBe(0)
      const bodies = <Body>(path: string) => receiver.received.filter((one) => one.path === path).map(({ body }) => body as Body)
      const spans = bodies<Spans>('/v1/traces').flatMap(({ resourceSpans }) => resourceSpans)
      expect(spans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans.map(({ name }) => name)))).toContain('GET /privacy')
      const metrics = bodies<Metrics>('/v1/metrics').flatMap(({ resourceMetrics }) => resourceMetrics)
      const sent = metrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics.map(({ name, unit }) => `${name} ${unit}`)))
      const declared = Object.entries(metricDefinitions).map(([name, { unit }]) => `${name} ${unit}`)
      expect(sent.filter((name) => !declared.includes(name))).toEqual([])
      expect(sent).toContain('http.server.request.duration s')
      for (const one of [...spans, ...metrics])
        expect([named(one, 'service.name'), named(one, 'deployment.environment.name')]).toEqual(['example-place', 'test'])
      expect(new Set(receiver.received.map(({ token }) => token))).toEqual(new Set(['abc']))
    } finally {
      await receiver.close()
    }
  },
  patienceMs,
)

test(
  'a place sends nothing where it is told that telemetry is off, and stops all the same when nobody listens',
  async () => {
    const receiver = await openReceiver()
    try {
      expect(await visitPlace({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', OTEL_SDK_DISABLED: 'true' })).toBe(0)
      expect(receiver.received).toEqual([])
    } finally {
      await receiver.close()
    }
    expect(await visitPlace({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url })).toBe(0)
  },
  patienceMs,
)
