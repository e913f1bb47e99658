import { diag, metrics } from '@opentelemetry/api'
import type { Resource } from '@opentelemetry/resources'
import type { MetricReader } from '@opentelemetry/sdk-metrics'
import { type Runtime, sleep } from '@patchwork/runtime'
import { startTracing } from './tracing.ts'

/** What is sent where. The exporters themselves read the addresses, headers and time limits from the OTEL_EXPORTER_OTLP_… variables of the process. */
export type TelemetrySettings = {
  traces: boolean
  metrics: boolean
  protocol: 'http/protobuf' | 'http/json'
  metricIntervalMs: number
}

/** The signals of a process, until it stops. */
export type Telemetry = {
  /** Sends out what is left, for a few seconds at most, and stops. */
  stop(): Promise<void>
}

const quiet = (): void => undefined

/** How long a stop waits for what is still to be sent. */
const flushMsMax = 5_000

/**
 * Turns traces and metrics on for this process. Where nothing is sent anywhere, none of what sending takes is loaded, and only the trace's context
 * travels. `name` is the resource's `service.name`, unless OTEL_SERVICE_NAME or OTEL_RESOURCE_ATTRIBUTES say another. What cannot be sent is given up
 * after the exporter's own tries; `onError` hears of it.
 */
export const startTelemetry = async (options: { name: string; settings: TelemetrySettings; runtime: Runtime; onError: () => void }): Promise<Telemetry> => {
  const { name, settings, runtime, onError } = options
  if (!settings.traces && !settings.metrics) return startTracing()
  // What the SDK cannot do it tells here, in words that may hold what it was about to send: only that it happened is passed on.
  diag.setLogger({ error: () => onError(), warn: quiet, info: quiet, debug: quiet, verbose: quiet }, { suppressOverrideMessage: true })
  const resource = await resourceOf(name, runtime.uuid())
  const measuring = settings.metrics ? await startMetrics([await metricReader(settings)], resource) : undefined
  const tracing = startTracing(settings.traces ? [await spanProcessor(settings)] : [], resource)
  return {
    stop: async () => {
      const sent = new AbortController()
      // The last numbers and spans may have nobody any more to take them: that is no failure of the place.
      await Promise.race([Promise.allSettled([measuring?.stop(), tracing.stop()]), sleep(runtime, flushMsMax, sent.signal)])
      sent.abort()
      diag.disable()
    },
  }
}

/** Turns metrics on for this process: they go to the given readers. To be called before what is measured starts. */
export const startMetrics = async (readers: MetricReader[], resource?: Resource): Promise<Telemetry> => {
  const { MeterProvider } = await import('@opentelemetry/sdk-metrics')
  const provider = new MeterProvider({ readers, ...(resource && { resource }) })
  metrics.setGlobalMeterProvider(provider)
  return {
    stop: async () => {
      metrics.disable()
      await provider.shutdown()
    },
  }
}

const resourceOf = async (name: string, instanceId: string): Promise<Resource> => {
  const { defaultResource, detectResources, envDetector, resourceFromAttributes } = await import('@opentelemetry/resources')
  const own = resourceFromAttributes({ 'service.name': name, 'service.instance.id': instanceId })
  return defaultResource()
    .merge(own)
    .merge(detectResources({ detectors: [envDetector] }))
}

const spanProcessor = async ({ protocol }: TelemetrySettings) => {
  const [{ BatchSpanProcessor }, { OTLPTraceExporter }] = await Promise.all([
    import('@opentelemetry/sdk-trace-node'),
    protocol === 'http/json' ? import('@opentelemetry/exporter-trace-otlp-http') : import('@opentelemetry/exporter-trace-otlp-proto'),
  ])
  return new BatchSpanProcessor(new OTLPTraceExporter())
}

const metricReader = async ({ protocol, metricIntervalMs }: TelemetrySettings) => {
  const [{ PeriodicExportingMetricReader }, { OTLPMetricExporter }] = await Promise.all([
    import('@opentelemetry/sdk-metrics'),
    protocol === 'http/json' ? import('@opentelemetry/exporter-metrics-otlp-http') : import('@opentelemetry/exporter-metrics-otlp-proto'),
  ])
  const exportTimeoutMillis = Math.min(metricIntervalMs, 30_000)
  return new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter(), exportIntervalMillis: metricIntervalMs, exportTimeoutMillis })
}
