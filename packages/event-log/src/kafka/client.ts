import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Runtime } from '@patchwork/runtime'
import type { Logger } from '@patchwork/telemetry'
import { type Admin, type Consumer, type ISocketFactory, Kafka, logLevel, type Producer, type RequestTimeoutEvent, type SASLOptions } from 'kafkajs'

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

/** What connects to Kafka, each with a connection of its own. */
export type KafkaClient = Pick<Kafka, 'producer' | 'consumer' | 'admin'>

const keepAliveMs = 60_000

/** Few tries of its own and soon given up: whoever asks knows better when to ask again. */
const impatient = { initialRetryTime: 100, maxRetryTime: 2_000, retries: 4 }

/** Goes on for some five minutes. */
export const patient = { initialRetryTime: 100, maxRetryTime: 500, retries: 600 }

/**
 * Kafka's client as all of ours use it. `retry`: how it looks for a broker that does not answer; soon given up when absent. A connection on which a question was
 * not answered in time, nor anything else since it was asked, is ended, so that what is asked next goes over another: the client would go on asking on that one.
 */
export const kafkaClient = ({ brokers, clientId, runtime, logger, ssl, sasl }: KafkaClientOptions, retry = impatient): KafkaClient => {
  /** When something was last heard on each connection. */
  const heardAt = new Map<Socket, number>()
  const connectTo: ISocketFactory = ({ host, port, ssl: security, onConnect }) => {
    const socket = security
      ? connectTls({ host, port, ...(isIP(host) ? {} : { servername: host }), ...security }, onConnect)
      : connect({ host, port }, onConnect)
    const hear = () => heardAt.set(socket, runtime.now())
    hear()
    return socket
      .setKeepAlive(true, keepAliveMs)
      .on('data', hear)
      .on('close', () => heardAt.delete(socket))
  }
  const endSilent = ({ payload: { sentAt } }: RequestTimeoutEvent) => {
    for (const [socket, at] of heardAt)
      if (at < sentAt) {
        logger?.debug({ clientId }, 'a connection to Kafka was silent and is ended')
        socket.destroy(new Error('it was silent for too long'))
      }
  }
  const kafka = new Kafka({
    brokers: [...brokers],
    clientId,
    socketFactory: connectTo,
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
  // The three tell of it alike.
  const watched = <Client extends Producer | Consumer | Admin>(client: Client): Client => {
    const { events, on } = client as Admin
    on(events.REQUEST_TIMEOUT, endSilent)
    return client
  }
  return {
    producer: (config) => watched(kafka.producer(config)),
    consumer: (config) => watched(kafka.consumer(config)),
    admin: (config) => watched(kafka.admin(config)),
  }
}
