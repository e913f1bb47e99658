import { type Attributes, context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { NodeTracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace-node'
import type { AttributeName } from './attributes.ts'

const tracer = () => trace.getTracer('patchwork')

/** Turns tracing on for this process: spans go to the given processors (none: only the context travels). Gives what stops it. */
export const startTracing = (spanProcessors: SpanProcessor[] = []): { stop: () => Promise<void> } => {
  const provider = new NodeTracerProvider({ spanProcessors })
  provider.register({ propagator: new W3CTraceContextPropagator() })
  return { stop: () => provider.shutdown() }
}

/** The W3C `traceparent` of what is going on now; undefined when nothing is traced. Travels with every event. */
export const currentTraceparent = (): string | undefined => {
  const carrier: Record<string, string> = {}
  propagation.inject(context.active(), carrier)
  return carrier.traceparent
}

/** Runs `work` as part of the trace that `traceparent` names. A malformed or absent one starts a new trace. */
export const inTrace = <Result>(traceparent: string | undefined, work: () => Result): Result =>
  context.with(propagation.extract(ROOT_CONTEXT, traceparent ? { traceparent } : {}), work)

/** Runs `work` in a span; a rejection marks the span as failed by the error's code or name, never by its message, and is passed on. */
export const inSpan = async <Result>(
  name: string,
  attributes: Partial<Record<AttributeName, string | number>>,
  work: () => Promise<Result>,
  kind: 'internal' | 'server' | 'consumer' | 'producer' = 'internal',
): Promise<Result> =>
  tracer().startActiveSpan(name, { attributes: attributes as Attributes, kind: spanKinds[kind] }, async (span) => {
    try {
      return await work()
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: String((error as { code?: unknown }).code ?? (error as Error).name) })
      throw error
    } finally {
      span.end()
    }
  })

const spanKinds = { internal: SpanKind.INTERNAL, server: SpanKind.SERVER, consumer: SpanKind.CONSUMER, producer: SpanKind.PRODUCER }
