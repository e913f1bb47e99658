import { type Histogram, type Meter, type MeterProvider, metrics, type ObservableGauge } from '@opentelemetry/api'
import type { AttributeName } from './attributes.ts'

type Definition = {
  kind: 'histogram' | 'gauge'
  /** UCUM; what is counted stands in braces. */
  unit: string
  about: string
  attributes: readonly AttributeName[]
  /**
   * Whose figure it is. `process`: each process tells its own, and those of several are added. `place`: read from what all processes share, so each tells
   * the same, and of several the greatest is taken.
   */
  of: 'process' | 'place'
}

/** Every metric, by its name. */
export const metricDefinitions = {
  'http.server.request.duration': {
    kind: 'histogram',
    unit: 's',
    about: 'how long requests took, until the last byte of the answer',
    attributes: ['http.request.method', 'http.route', 'http.response.status_code', 'url.scheme', 'error.type'],
    of: 'process',
  },
  'patchwork.handler.duration': {
    kind: 'histogram',
    unit: 's',
    about: 'how long a consumer group took over one event, each try for itself',
    attributes: ['patchwork.group', 'patchwork.event.type', 'patchwork.outcome'],
    of: 'process',
  },
  'patchwork.outbox.depth': {
    kind: 'gauge',
    unit: '{record}',
    about: 'records with events that were not passed on yet',
    attributes: ['patchwork.aggregate'],
    of: 'place',
  },
  'patchwork.outbox.age': {
    kind: 'gauge',
    unit: 's',
    about: 'since when the record that waits longest has waited; 0 where none does',
    attributes: ['patchwork.aggregate'],
    of: 'place',
  },
  'patchwork.consumer.lag': {
    kind: 'gauge',
    unit: '{event}',
    about: 'events that a consumer group has still before it',
    attributes: ['patchwork.group', 'patchwork.topic'],
    of: 'place',
  },
  'patchwork.dead_letters': {
    kind: 'gauge',
    unit: '{event}',
    about: 'events that a consumer group could not handle, and what waits behind them',
    attributes: ['patchwork.group'],
    of: 'place',
  },
  'patchwork.notifications': {
    kind: 'gauge',
    unit: '{message}',
    about: 'messages of the last 24 hours, by the state they are in',
    attributes: ['patchwork.state'],
    of: 'place',
  },
  'patchwork.pools.verified': {
    kind: 'gauge',
    unit: '{pool}',
    about: 'pools whose balances the last verify computed anew from their entries: those that agree and those that differ',
    attributes: ['patchwork.outcome'],
    of: 'place',
  },
} as const satisfies Record<string, Definition>

export type MetricName = keyof typeof metricDefinitions
type NameOf<Kind extends Definition['kind']> = { [Name in MetricName]: (typeof metricDefinitions)[Name]['kind'] extends Kind ? Name : never }[MetricName]
type Labels<Name extends MetricName> = Partial<Record<(typeof metricDefinitions)[Name]['attributes'][number], string | number>>

/** A value of a gauge. */
export type Reading<Name extends NameOf<'gauge'>> = { value: number; attributes: Labels<Name> }

/** As the semantic conventions for HTTP advise. */
const secondsBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

type Instruments = { meter: Meter; histograms: Map<string, Histogram>; gauges: Map<string, ObservableGauge> }
const instrumentsOf = new WeakMap<MeterProvider, Instruments>()
const instruments = (): Instruments => {
  const provider = metrics.getMeterProvider()
  const made = instrumentsOf.get(provider) ?? { meter: provider.getMeter('patchwork'), histograms: new Map(), gauges: new Map() }
  instrumentsOf.set(provider, made)
  return made
}

/** Adds one duration to a histogram. Costs next to nothing while no metrics are sent anywhere. */
export const measure = <Name extends NameOf<'histogram'>>(name: Name, seconds: number, attributes: Labels<Name>): void => {
  const { meter, histograms } = instruments()
  let histogram = histograms.get(name)
  if (!histogram) {
    const { unit, about: description } = metricDefinitions[name]
    histogram = meter.createHistogram(name, { unit, description, advice: { explicitBucketBoundaries: secondsBoundaries } })
    histograms.set(name, histogram)
  }
  histogram.record(Math.max(0, seconds), attributes as Record<string, string | number>)
}

/**
 * Has a gauge read whenever metrics are sent out, and never while they are not, so what is observed is to be started after the telemetry. A reading that
 * fails tells nothing. Gives what ends it.
 */
export const observe = <Name extends NameOf<'gauge'>>(name: Name, read: () => Promise<readonly Reading<Name>[]>): (() => void) => {
  const { meter, gauges } = instruments()
  let gauge = gauges.get(name)
  if (!gauge) {
    const { unit, about: description } = metricDefinitions[name]
    gauge = meter.createObservableGauge(name, { unit, description })
    gauges.set(name, gauge)
  }
  const look = async (result: { observe(value: number, attributes: Record<string, string | number>): void }): Promise<void> => {
    const readings = await read().catch(() => [])
    for (const { value, attributes } of readings) result.observe(value, attributes as Record<string, string | number>)
  }
  gauge.addCallback(look)
  return () => gauge.removeCallback(look)
}
