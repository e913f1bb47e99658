import { type Attributes, type Context, context, propagation, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import type { Resource } from '@opentelemetry/resources'
import { AlwaysOffSampler, NodeTracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace-node'
import type { SpanAttributes } from './attributes.ts'

const tracer = () => trace.getTracer('patchwork')

/**
 * Turns tracing on for this process: spans go to the given processors, sampled as OTEL_TRACES_SAMPLER says. With none nothing is recorded, and only the
 * context travels. Gives what sends out what is left and stops it.
 */
export const startTracing = (spanProcessors: SpanProcessor[] = [], resource?: Resource): { stop: () => Promise<void> } => {
  const recorded = spanProcessors.length === 0 ? { sampler: new AlwaysOffSampler() } : { spanProcessors }
  const provider = new NodeTracerProvider({ ...recorded, ...(resource && { resource }) })
  provider.register({ propagator: new W3CTraceContextPropagator() })
  return {
    stop: async () => {
      trace.disable()
      await provider.shutdown()
    },
  }
}

/** The W3C `traceparent` of what is going on now; undefined when nothing is traced. Travels with every event. */
export const currentTraceparent = (): string | undefined => {
  const carrier: Record<string, string> = {}
  propagation.inject(context.active(), carrier)
  return carrier.traceparent
}

const contextOf = (traceparent: string | undefined): Context => (traceparent ? propagation.extract(ROOT_CONTEXT, { traceparent }) : ROOT_CONTEXT)

/** Runs `work` as part of the trace that `traceparent` names. A malformed or absent one starts a new trace. */
export const inTrace = <Result>(traceparent: string | undefined, work: () => Result): Result => context.with(contextOf(traceparent), work)

export type SpanKindName = keyof typeof spanKinds
const spanKinds = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  consumer: SpanKind.CONSUMER,
  producer: SpanKind.PRODUCER,
}

/** A span that whoever opened it ends. */
export type OpenSpan = {
  /** Runs `work` inside it: what it opens are its children. */
  run<Result>(work: () => Result): Result
  set(attributes: SpanAttributes): void
  /** Ends it; with an error as failed, by the error's code or name and never by its message. */
  end(failure?: { error: unknown }): void
}

/** Opens a span in the trace that `traceparent` names, or a new one. For work that begins and ends in different places; otherwise there is `inSpan`. */
export const openSpan = (name: string, attributes: SpanAttributes, kind: SpanKindName, traceparent: string | undefined): OpenSpan => {
  const parent = contextOf(traceparent)
  const span = tracer().startSpan(name, { attributes: attributes as Attributes, kind: spanKinds[kind] }, parent)
  return {
    run: (work) => context.with(trace.setSpan(parent, span), work),
    set: (more) => void span.setAttributes(more as Attributes),
    end: (failure) => {
      if (failure) fail(span, failure.error)
      span.end()
    },
  }
}

/** Whether a span with this parent would be recorded: says no only where the parent was not. */
export const isRecorded = (traceparent: string | undefined): boolean => traceparent === undefined || !traceparent.endsWith('-00')

/** Runs `work` in a span; a rejection marks the span as failed by the error's code or name, never by its message, and is passed on. */
export const inSpan = async <Result>(
  name: string,
  attributes: SpanAttributes,
  work: (span: Pick<OpenSpan, 'set'>) => Promise<Result>,
  kind: SpanKindName = 'internal',
): Promise<Result> =>
  tracer().startActiveSpan(name, { attributes: attributes as Attributes, kind: spanKinds[kind] }, async (span) => {
    try {
      return await work({ set: (more) => void span.setAttributes(more as Attributes) })
    } catch (error) {
      fail(span, error)
      throw error
    } finally {
      span.end()
    }
  })

const fail = (span: Span, error: unknown): void => {
  const code = String((error as { code?: unknown } | null)?.code ?? (error as Error | null)?.name)
  span.setAttribute('error.type', code)
  span.setStatus({ code: SpanStatusCode.ERROR, message: code })
}
