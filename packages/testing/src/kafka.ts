import { firstThatStarts } from './firstThatStarts.ts'
import { startKafkaBroker } from './kafkaBroker.ts'
import { startKafkaContainer } from './kafkaContainer.ts'

/** A real Kafka for tests. Topics and groups are the caller's to name: brokers that were given may have others. */
export type KafkaForTests = {
  brokers: string[]
  /** Ends what was started for it. A repeat changes nothing. */
  stop(): Promise<void>
  /** Present where the broker is ours to break: it keeps its address and its data over a kill. */
  process?: {
    /** kill -9; resolves when it is gone. */
    kill(): Promise<void>
    /** Starts it again after a kill; resolves when it takes connections. */
    start(): Promise<void>
    restart(): Promise<void>
    /** Whether it runs no more, killed or by itself. */
    hasEnded(): boolean
  }
}

/**
 * A real Kafka for tests, of the first kind that can be had: the brokers in KAFKA_BROKERS, a container, or version 4.4 from Maven's repository as a
 * child process. Where none can be had it says so on standard error, with a count, and gives undefined; with REQUIRE_REAL_SERVERS=1 it throws instead.
 */
export const kafkaForTests = async (environment: NodeJS.ProcessEnv = process.env): Promise<KafkaForTests | undefined> => {
  if (environment.KAFKA_BROKERS) return { brokers: environment.KAFKA_BROKERS.split(','), stop: async () => undefined }
  const kinds = { container: startKafkaContainer, 'broker from Maven': startKafkaBroker }
  return firstThatStarts('Kafka', kinds, { mendedBy: 'set KAFKA_BROKERS to use one of yours', environment })
}
