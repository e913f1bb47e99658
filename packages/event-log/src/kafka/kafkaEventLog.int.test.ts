import { systemRuntime } from '@patchwork/runtime'
import { createLogger } from '@patchwork/telemetry'
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
      return kafkaEventLog({
        brokers: kafka.brokers,
        clientId: `test-${count}`,
        runtime: systemRuntime,
        ...(process.env.LOG_LEVEL && { logger: createLogger({ level: process.env.LOG_LEVEL }) }),
      })
    },
    close: () => kafka.stop(),
  }
})
