import { writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Ports } from '@patchwork/aggregate'
import { type DocumentStore, embeddedDocumentStore, mongoDocumentStore } from '@patchwork/document-store'
import { type EventLog, embeddedEventLog, type KafkaSecurity, kafkaEventLog, rememberReadings } from '@patchwork/event-log'
import { topics } from '@patchwork/events'
import { openPlaceFile, type PlaceFile } from '@patchwork/place-file'
import type { Runtime } from '@patchwork/runtime'
import type { Logger } from '@patchwork/telemetry'
import type { EndAt } from './environment.ts'

/** The ports of a process, and what closes them in order. */
export type OpenedPorts = {
  ports: Ports
  /** The file that holds the documents and the log; undefined where either lies on a server. */
  wholeFile: PlaceFile | undefined
  close: () => Promise<void>
}

/** The file of a place under its data directory. */
export const placeFileIn = (dataDirectory: string): string => join(dataDirectory, 'patchwork.sqlite')

export type Drivers = {
  /** Where the SQLite file lies; needed unless both servers are named. It must be there. */
  dataDirectory?: string
  mongodbUri: string | undefined
  kafkaBrokers: string[] | undefined
  kafkaSessionMs: number | undefined
  kafkaSecurity: KafkaSecurity | undefined
  dataKey: Uint8Array
  /** How this process is known to the brokers. */
  clientId: string
  endAt: EndAt | undefined
  /** For a process of one task, which is to leave the memory to it. */
  isSmall?: boolean
}

/** Opens the drivers that are asked for: SQLite in one file under the data directory, or MongoDB, or Kafka, each on its own. */
export const openPorts = async (drivers: Drivers, runtime: Runtime, logger: Logger): Promise<OpenedPorts> => {
  const { dataDirectory, mongodbUri, kafkaBrokers, kafkaSessionMs, kafkaSecurity, dataKey, clientId, endAt, isSmall = false } = drivers
  const needsFile = mongodbUri === undefined || kafkaBrokers === undefined
  if (needsFile && dataDirectory === undefined) throw new RangeError('Without MongoDB and Kafka there must be a data directory')
  const placeFile = needsFile ? await openPlaceFile({ path: placeFileIn(dataDirectory!), isSmall }) : undefined
  const documents: DocumentStore = mongodbUri === undefined ? embeddedDocumentStore(placeFile!) : mongoDocumentStore({ runtime, uri: mongodbUri, logger })
  const driver: EventLog =
    kafkaBrokers === undefined
      ? embeddedEventLog({ placeFile: placeFile!, runtime, logger })
      : kafkaEventLog({
          brokers: kafkaBrokers,
          clientId,
          runtime,
          logger,
          ...kafkaSecurity,
          ...(kafkaSessionMs !== undefined && { sessionMs: kafkaSessionMs }),
        })
  const { log, whileAsking } = rememberReadings(driver)
  const close = async (): Promise<void> => {
    await log.close()
    await documents.close()
    await placeFile?.close()
  }
  await log.ensureTopics(topics).catch(async (error: unknown) => {
    await close()
    throw error
  })
  let left = endAt?.count ?? 0
  return {
    ports: {
      documents,
      log,
      whileAsking,
      runtime,
      logger,
      dataKey,
      ...(endAt && {
        onStep: (step, group) => {
          if ((step === endAt.point || `${step}@${group}` === endAt.point) && --left === 0) endHere(endAt.point)
        },
      }),
    },
    wholeFile: mongodbUri === undefined && kafkaBrokers === undefined ? placeFile : undefined,
    close,
  }
}

// Said before it happens and straight to the file: what is still in this process's memory goes with it.
const endHere = (point: string): void => {
  writeSync(process.stderr.fd, `Ended at ${point}\n`)
  process.kill(process.pid, 'SIGKILL')
}
