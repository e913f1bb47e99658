import { mkdirSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Ports } from '@patchwork/aggregate'
import { type DocumentStore, embeddedDocumentStore, mongoDocumentStore } from '@patchwork/document-store'
import { dataKeyFrom } from '@patchwork/encryption'
import { type EventLog, embeddedEventLog, kafkaEventLog } from '@patchwork/event-log'
import { topics } from '@patchwork/events'
import { openPlaceFile } from '@patchwork/place-file'
import type { Runtime } from '@patchwork/runtime'
import type { Logger } from '@patchwork/telemetry'
import type { PlaceConfig } from './config.ts'

/** The ports of a place, and what closes them in order. */
export type OpenedPorts = { ports: Ports; close: () => Promise<void> }

/**
 * Opens the drivers the configuration asks for: SQLite in one file under the data directory, or MongoDB, or Kafka, each on its own. `isSmall`: for a process of one
 * task, which is to leave the memory to it.
 */
export const openPorts = async (config: PlaceConfig, runtime: Runtime, logger: Logger, { isSmall = false } = {}): Promise<OpenedPorts> => {
  mkdirSync(config.dataDirectory, { recursive: true, mode: 0o700 })
  const dataKey = dataKeyFrom(config.dataKeyFile, runtime)
  const needsFile = config.mongodbUri === undefined || config.kafkaBrokers === undefined
  const placeFile = needsFile ? await openPlaceFile({ path: join(config.dataDirectory, 'patchwork.sqlite'), isSmall }) : undefined
  const documents: DocumentStore = config.mongodbUri === undefined ? embeddedDocumentStore(placeFile!) : mongoDocumentStore({ uri: config.mongodbUri })
  const log: EventLog =
    config.kafkaBrokers === undefined
      ? embeddedEventLog({ placeFile: placeFile!, runtime, logger })
      : kafkaEventLog({
          ...{ brokers: config.kafkaBrokers, clientId: 'patchwork', runtime, logger },
          ...(config.kafkaSessionMs !== undefined && { sessionMs: config.kafkaSessionMs }),
        })
  await log.ensureTopics(topics)
  const { endAt } = config
  let left = endAt?.count ?? 0
  return {
    ports: {
      documents,
      log,
      runtime,
      logger,
      dataKey,
      ...(endAt && {
        onStep: (step, group) => {
          if ((step === endAt.point || `${step}@${group}` === endAt.point) && --left === 0) endHere(endAt.point)
        },
      }),
    },
    close: async () => {
      await log.close()
      await documents.close()
      await placeFile?.close()
    },
  }
}

// Said before it happens and straight to the file: what is still in this process's memory goes with it.
const endHere = (point: string): void => {
  writeSync(process.stderr.fd, `Ended at ${point}\n`)
  process.kill(process.pid, 'SIGKILL')
}
