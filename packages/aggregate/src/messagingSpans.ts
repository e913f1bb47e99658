import type { EventLog, EventRun } from '@patchwork/event-log'
import type { EventEnvelope } from '@patchwork/events'
import { inSpan, inTrace, isRecorded, type OpenSpan, observe, openSpan, type SpanAttributes } from '@patchwork/telemetry'

/** What the spans of an event tell of it, by the semantic conventions for messaging. */
const attributesOf = (log: Pick<EventLog, 'system'>, topic: string, operation: 'send' | 'process', event: EventEnvelope): SpanAttributes => ({
  'messaging.system': log.system,
  'messaging.destination.name': topic,
  'messaging.operation.name': operation,
  'messaging.operation.type': operation,
  'messaging.message.id': event.id,
  'patchwork.event.id': event.id,
  'patchwork.event.type': event.type,
  'patchwork.aggregate.id': event.subject,
  'patchwork.aggregate.sequence': event.sequence,
})

/**
 * Publishes events, the publication of each a span of its own in the trace of the write that made it: one trip takes along what belongs to many traces.
 */
export const publishInSpans = async (
  { log, service, topic }: { log: Pick<EventLog, 'system' | 'publish'>; service: string; topic: string },
  events: readonly EventEnvelope[],
): Promise<void> => {
  const open = (event: EventEnvelope): OpenSpan =>
    openSpan(`send ${topic}`, { 'patchwork.service': service, ...attributesOf(log, topic, 'send', event) }, 'producer', event.traceparent)
  const spans = events.filter(({ traceparent }) => isRecorded(traceparent)).map(open)
  try {
    await log.publish(events.map((event) => ({ topic, event })))
    for (const span of spans) span.end()
  } catch (error) {
    for (const span of spans) span.end({ error })
    throw error
  }
}

type Processing = { log: Pick<EventLog, 'system'>; service: string; group: string }

const processSpan = ({ log, service, group }: Processing, event: EventEnvelope): { name: string; attributes: SpanAttributes } => {
  // An aggregate's events travel on the topic that is named as their source is.
  const topic = event.source.slice(1).replaceAll('/', '.')
  const attributes = { ...attributesOf(log, topic, 'process', event), 'messaging.consumer.group.name': group, 'patchwork.group': group }
  return { name: `process ${topic}`, attributes: { 'patchwork.service': service, ...attributes } }
}

/** Runs what a group does with one event in the trace that it came with, as a span where that is recorded. */
export const processInSpan = (by: Processing, event: EventEnvelope, work: () => Promise<void>): Promise<void> => {
  // In a trace that is not recorded a span would tell nobody.
  if (!isRecorded(event.traceparent)) return inTrace(event.traceparent, work)
  const { name, attributes } = processSpan(by, event)
  return inTrace(event.traceparent, () => inSpan(name, attributes, work, 'consumer'))
}

/** The same for events that are dealt with as one: a span of each in the trace that it came with, and the work itself in the first one's. */
export const processRunInSpans = async (by: Processing, run: EventRun, work: () => Promise<void>): Promise<void> => {
  const spans = run
    .filter(({ traceparent }) => isRecorded(traceparent))
    .map((event) => {
      const { name, attributes } = processSpan(by, event)
      return openSpan(name, attributes, 'consumer', event.traceparent)
    })
  try {
    await inTrace(run[0].traceparent, work)
    for (const span of spans) span.end()
  } catch (error) {
    for (const span of spans) span.end({ error })
    throw error
  }
}

/** The gauge of how far a group is behind. Gives what ends it. */
export const watchLag = (log: Pick<EventLog, 'lag'>, group: string, topics: readonly string[]): (() => void) =>
  observe('patchwork.consumer.lag', async () =>
    (await log.lag(group, topics)).map(({ topic, behind }) => ({ value: behind, attributes: { 'patchwork.group': group, 'patchwork.topic': topic } })),
  )
