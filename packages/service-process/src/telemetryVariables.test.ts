import { z } from 'zod'
import { readEnvironment } from './environment.ts'
import { telemetryFrom, telemetryVariables } from './telemetryVariables.ts'

const told = (environment: Record<string, string>) => telemetryFrom(readEnvironment(z.object(telemetryVariables), environment))
const address = 'http://127.0.0.1:4318'

test('nothing is sent where no address is named', () => {
  expect(told({})).toMatchObject({ traces: false, metrics: false })
  expect(told({ OTEL_TRACES_SAMPLER: 'always_on', OTEL_SERVICE_NAME: 'x' })).toMatchObject({ traces: false, metrics: false })
})

test.each([
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: address }, true, true],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: address }, true, false],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: address, OTEL_METRICS_EXPORTER: 'none' }, true, false],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: address, OTEL_SDK_DISABLED: 'true' }, false, false],
] as [Record<string, string>, boolean, boolean][])('%j sends traces: %s, metrics: %s', (environment, traces, metrics) => {
  expect(told(environment)).toMatchObject({ traces, metrics })
})

test.each([
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector'],
  ['OTEL_TRACES_SAMPLER', 'often'],
  ['OTEL_METRIC_EXPORT_INTERVAL', '0'],
])('%s=%s is refused by its name', (name, value) => {
  expect(() => told({ [name]: value })).toThrow(name)
})
