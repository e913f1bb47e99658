import type { Runtime } from '@patchwork/runtime'
import type { Logger } from '@patchwork/telemetry'
import { Kafka, logLevel, type SASLOptions } from 'kafkajs'

/** How Kafka is known to be Kafka, and this process to be who it says. What is not given is not asked for. */
export type KafkaSecurity = {
  /** PEM. Without `ca`, what Node.js trusts. */
  ssl?: { ca?: string[]; cert?: string; key?: string }
  sasl?: { mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; username: string; password: string }
}

/** How Kafka is reached. */
export type KafkaClientOptions = KafkaSecurity & {
  brokers: readonly string[]
  clientId: string
  runtime: Runtime
  logger?: Logger
}

/** Few tries of its own and soon given up: whoever asks knows better when to ask again. */
const impatient = { initialRetryTime: 100, maxRetryTime: 2_000, retries: 4 }

/** Goes on for some five minutes. */
export const patient = { initialRetryTime: 100, maxRetryTime: 500, retries: 600 }

/** Kafka's client as all of ours use it. `retry`: how it looks for a broker that does not answer; soon given up when absent. */
export const kafkaClient = ({ brokers, clientId, logger, ssl, sasl }: KafkaClientOptions, retry = impatient): Kafka =>
  new Kafka({
    brokers: [...brokers],
    clientId,
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    retry,
    logLevel: logLevel.WARN,
    logCreator:
      () =>
      ({ namespace, log }) =>
        logger?.debug({ namespace, kafka: log.message }, 'kafka'),
    ...(ssl === undefined ? {} : { ssl }),
    ...(sasl === undefined ? {} : { sasl: sasl as SASLOptions }),
  })
