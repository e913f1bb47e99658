import { mongoDocumentStore } from '@patchwork/document-store'
import { kafkaEventLog } from '@patchwork/event-log'
import { systemRuntime } from '@patchwork/runtime'
import { kafkaForTests, mongoForTests } from '@patchwork/testing'
import { wholePathRules } from './wholePath.ts'

wholePathRules('Kafka and MongoDB', async () => {
  const [kafka, mongo] = await Promise.all([kafkaForTests(), mongoForTests()])
  if (!kafka || !mongo) {
    await Promise.all([kafka?.stop(), mongo?.stop()])
    return undefined
  }
  let opened = 0
  return {
    open: async () => {
      opened += 1
      return {
        documents: mongoDocumentStore({ runtime: systemRuntime, uri: mongo.uri }),
        log: kafkaEventLog({ brokers: kafka.brokers, clientId: `process-${opened}`, runtime: systemRuntime, partitions: 3 }),
      }
    },
    close: async () => {
      await kafka.stop()
      await mongo.stop()
    },
  }
})
