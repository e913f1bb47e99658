import { AggregationTemporality, InMemoryMetricExporter, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { attributeNames } from './attributes.ts'
import { measure, metricDefinitions, observe } from './metrics.ts'
import { startMetrics } from './telemetry.ts'

const given = async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
  const measuring = await startMetrics([reader])
  const read = async () => {
    exporter.reset()
    await reader.forceFlush()
    const metrics = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
    return Object.fromEntries(
      metrics.map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints.map(({ value, attributes }) => ({ value, attributes }))]),
    )
  }
  return { read, stop: measuring.stop }
}

test('a gauge is read when metrics are sent, from everybody who observes, and no longer once it is ended', async () => {
  const { read, stop } = await given()
  let asked = 0
  const outbox = (aggregate: string, value: number) =>
    observe('patchwork.outbox.depth', async () => {
      asked += 1
      return [{ value, attributes: { 'patchwork.aggregate': aggregate } }]
    })
  const [forgetOne] = [outbox('example/bell', 2), outbox('example/echo', 5)]
  expect(asked).toBe(0)
  expect((await read())['patchwork.outbox.depth']).toEqual([
    { value: 2, attributes: { 'patchwork.aggregate': 'example/bell' } },
    { value: 5, attributes: { 'patchwork.aggregate': 'example/echo' } },
  ])
  forgetOne()
  asked = 0
  await read()
  expect(asked).toBe(1)
  await stop()
})

test('a gauge that cannot be read tells nothing, and holds up no other', async () => {
  const { read, stop } = await given()
  const forget = observe('patchwork.outbox.age', async () => Promise.reject(new Error('The store is away')))
  measure('patchwork.handler.duration', 0.2, { 'patchwork.group': 'echoes', 'patchwork.event.type': 'bell.rung.v1', 'patchwork.outcome': 'done' })
  const told = await read()
  forget()
  await stop()
  expect(told['patchwork.outbox.age'] ?? []).toEqual([])
  expect(told['patchwork.handler.duration']).toMatchObject([{ value: { count: 1, sum: 0.2 }, attributes: { 'patchwork.group': 'echoes' } }])
})

test('every attribute of a metric is one that is declared', () => {
  const used = Object.values(metricDefinitions).flatMap(({ attributes }): readonly string[] => attributes)
  expect(used.filter((name) => !(attributeNames as readonly string[]).includes(name))).toEqual([])
})
