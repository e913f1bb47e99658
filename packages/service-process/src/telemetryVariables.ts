import type { TelemetrySettings } from '@patchwork/telemetry'
import { z } from 'zod'

const Endpoint = z.url({ protocol: /^https?$/, error: 'is not an address that begins with http:// or https://' }).optional()
const Exporter = z.enum(['otlp', 'none'], { error: 'is neither otlp nor none' }).default('otlp')
const samplers = ['always_on', 'always_off', 'traceidratio', 'parentbased_always_on', 'parentbased_always_off', 'parentbased_traceidratio'] as const

/** The variables of OpenTelemetry that every process of Patchwork reads. The exporters read more of the OTEL_EXPORTER_OTLP_… ones by themselves. */
export const telemetryVariables = {
  OTEL_EXPORTER_OTLP_ENDPOINT: Endpoint.describe('where traces and metrics are sent by OTLP over HTTP; nothing is sent when unset'),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: Endpoint.describe('the same for traces alone, the whole address'),
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: Endpoint.describe('the same for metrics alone, the whole address'),
  OTEL_EXPORTER_OTLP_HEADERS: z.string().optional().describe('headers sent with them, name=value with commas between'),
  OTEL_EXPORTER_OTLP_PROTOCOL: z
    .enum(['http/protobuf', 'http/json'], { error: 'is neither http/protobuf nor http/json' })
    .default('http/protobuf')
    .describe('how they are sent: http/protobuf or http/json'),
  OTEL_TRACES_EXPORTER: Exporter.describe('none sends no traces'),
  OTEL_METRICS_EXPORTER: Exporter.describe('none sends no metrics'),
  OTEL_SERVICE_NAME: z.string().max(255).optional().describe('the name they are sent under; patchwork, or patchwork-<service> for one service'),
  OTEL_RESOURCE_ATTRIBUTES: z.string().optional().describe('what else is told of this process, name=value with commas between'),
  OTEL_TRACES_SAMPLER: z
    .enum(samplers, { error: `is none of ${samplers.join(', ')}` })
    .optional()
    .describe('which traces are sent; parentbased_always_on when unset'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).optional().describe('the share of them, 0 to 1, for a sampler by ratio'),
  OTEL_METRIC_EXPORT_INTERVAL: z.coerce.number().int().min(100).max(86_400_000).default(60_000).describe('milliseconds between two readings of the metrics'),
  OTEL_SDK_DISABLED: z
    .string()
    .optional()
    .transform((value) => value?.toLowerCase() === 'true')
    .describe('true turns all of it off'),
}

/** What is to be sent, from these variables. */
export const telemetryFrom = (variables: z.output<z.ZodObject<typeof telemetryVariables>>): TelemetrySettings => {
  const {
    OTEL_SDK_DISABLED: isDisabled,
    OTEL_EXPORTER_OTLP_ENDPOINT: all,
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: forTraces = all,
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: forMetrics = all,
  } = variables
  return {
    traces: !isDisabled && forTraces !== undefined && variables.OTEL_TRACES_EXPORTER === 'otlp',
    metrics: !isDisabled && forMetrics !== undefined && variables.OTEL_METRICS_EXPORTER === 'otlp',
    protocol: variables.OTEL_EXPORTER_OTLP_PROTOCOL,
    metricIntervalMs: variables.OTEL_METRIC_EXPORT_INTERVAL,
  }
}
