import { kafkaForTests, mongoForTests } from '@patchwork/testing'
import { killWhileTheLoopRuns } from './killWhileTheLoopRuns.ts'

const [kafka, mongo] = [await kafkaForTests(), await mongoForTests()]
afterAll(() => Promise.all([kafka?.stop(), mongo?.stop()]))

const testWithServers = kafka && mongo ? test : test.skip
testWithServers('O1 killed at each point of the write path while the loop runs, a place on Kafka and MongoDB loses nothing', () =>
  killWhileTheLoopRuns(
    'Kafka + MongoDB',
    // A process that was killed keeps its share for so long, and the next one waits for it at each of the kills.
    { environment: { KAFKA_BROKERS: kafka?.brokers.join(',') ?? '', MONGODB_URI: mongo?.uri ?? '', KAFKA_SESSION_MS: '3000' } },
  ),
)
