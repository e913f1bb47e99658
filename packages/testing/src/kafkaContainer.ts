import { freePort } from './freePort.ts'
import type { KafkaForTests } from './kafka.ts'
import { hasContainerEngine } from './mongo.ts'

const image = 'apache/kafka:4.4.0'
const startedWithinMs = 120_000

/** Kafka in a container, through Testcontainers. Throws where no container engine answers. */
export const startKafkaContainer = async (): Promise<KafkaForTests> => {
  if (!hasContainerEngine()) throw new Error('no container engine is here')
  const { GenericContainer, Wait } = await import('testcontainers')
  // A broker tells its clients where it is reached, so the port must be known before it starts.
  const port = await freePort()
  const host = process.env.TESTCONTAINERS_HOST_OVERRIDE ?? 'localhost'
  const container = await new GenericContainer(image)
    .withExposedPorts({ container: 9092, host: port })
    .withEnvironment({
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_LISTENERS: 'PLAINTEXT://:9092,CONTROLLER://:9093',
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://${host}:${port}`,
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
      KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR: '1',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
      KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS: '1000',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
    })
    .withWaitStrategy(Wait.forLogMessage('Kafka Server started'))
    .withStartupTimeout(startedWithinMs)
    .start()
  let stopped: Promise<unknown> | undefined
  return {
    brokers: [`${host}:${port}`],
    stop: async () => {
      stopped ??= container.stop()
      await stopped
    },
  }
}
