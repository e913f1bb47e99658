import { systemRuntime } from '@patchwork/runtime'
import { type KafkaForTests, kafkaForTests } from '@patchwork/testing'
import { eventLogConformance } from '../conformance.ts'
import { kafkaEventLog } from './kafkaEventLog.ts'

eventLogConformance('Kafka', async () => {
  const kafka: KafkaForTests | undefined = await kafkaForTests()
  if (!kafka) return undefined
  let count = 0
  return {
    open: async () => {
      count += 1
      return kafkaEventLog({ brokers: kafka.brokers, clientId: `test-${count}`, runtime: systemRuntime })
    },
    close: () => kafka.stop(),
  }
})
