import { kafkaForTests, mongoForTests } from '@patchwork/testing'

/**
 * The pairs of drivers that a place can run on here: SQLite always; Kafka and MongoDB where both servers can be had, which says so where not, and throws
 * with REQUIRE_REAL_SERVERS=1. `environment` is what a place is told to run on the pair; `stop` ends what was started.
 */
export const driverPairs = async () => {
  const [kafka, mongo] = [await kafkaForTests(), await mongoForTests()]
  const isHere = kafka !== undefined && mongo !== undefined
  return {
    pairs: [
      { pair: 'SQLite', isHere: true, environment: {} as Record<string, string> },
      {
        pair: 'Kafka and MongoDB',
        isHere,
        environment: (isHere ? { KAFKA_BROKERS: kafka.brokers.join(','), MONGODB_URI: mongo.uri } : {}) as Record<string, string>,
      },
    ],
    stop: async (): Promise<void> => {
      await kafka?.stop()
      await mongo?.stop()
    },
  }
}
