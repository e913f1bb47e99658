import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Ports } from '@patchwork/aggregate'
import { type DocumentStore, embeddedDocumentStore, mongoDocumentStore } from '@patchwork/document-store'
import { type EventLog, embeddedEventLog, kafkaEventLog } from '@patchwork/event-log'
import { openPlaceFile } from '@patchwork/place-file'
import { type Runtime, systemRuntime } from '@patchwork/runtime'
import { createLogger } from '@patchwork/telemetry'
import { startKafkaBroker, startMongoEngine } from '@patchwork/testing'
import mongoose from 'mongoose'

/** A store and a log as a place has them, for a test that needs no services, with nothing in them yet. */
export type OpenedPorts = {
  ports: Ports
  /** Everything that a service has stored, by table or collection: each record as it stands there, as JSON text, in the order of these. */
  stored(service: string): Promise<Record<string, string[]>>
  /** Lets everything go, with all that was stored; called once. */
  close(): Promise<void>
}

const portsOf = (documents: DocumentStore, log: EventLog, runtime: Runtime): Ports => ({
  ...{ documents, log, runtime, logger: createLogger({ level: 'silent' }), dataKey: new Uint8Array(32) },
})
const inOrder = (records: readonly object[]): string[] => records.map((record) => JSON.stringify(record)).sort()

const openSqlitePorts = async (runtime: Runtime = systemRuntime): Promise<OpenedPorts> => {
  const folder = mkdtempSync(join(tmpdir(), 'patchwork-ports-'))
  const placeFile = await openPlaceFile({ path: join(folder, 'patchwork.sqlite') })
  const [log, documents] = [embeddedEventLog({ placeFile, runtime }), embeddedDocumentStore(placeFile)]
  const all = async (sql: string): Promise<Record<string, unknown>[]> => {
    const found = await placeFile.run({ statements: [{ sql, mode: 'all' }] })
    return found.outcome === 'done' ? (found.results[0] as Record<string, unknown>[]) : []
  }
  return {
    ports: portsOf(documents, log, runtime),
    stored: async (service) => {
      const tables = await all(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE '${service}\\_\\_%' ESCAPE '\\' ORDER BY name`)
      return Object.fromEntries(await Promise.all(tables.map(async ({ name }) => [name, inOrder(await all(`SELECT * FROM "${name}"`))])))
    },
    close: async () => {
      await log.close()
      await documents.close()
      await placeFile.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Servers of its own, so that nobody else's topics or records are in them. */
const openServerPorts = async (runtime: Runtime = systemRuntime): Promise<OpenedPorts> => {
  const [kafka, mongo] = await Promise.all([startKafkaBroker(), startMongoEngine('patchwork')])
  const log = kafkaEventLog({ brokers: kafka.brokers, clientId: 'patchwork', runtime })
  const documents = mongoDocumentStore({ uri: mongo.uri, runtime })
  const direct = await mongoose.createConnection(mongo.uri).asPromise()
  const recordsOf = async (collection: string) => inOrder(await direct.collection(collection).find().toArray())
  return {
    ports: portsOf(documents, log, runtime),
    stored: async (service) => {
      const names = (await direct.listCollections()).map(({ name }) => name).filter((name) => name.startsWith(`${service}__`))
      return Object.fromEntries(await Promise.all(names.sort().map(async (name) => [name, await recordsOf(name)])))
    },
    close: async () => {
      await direct.close()
      await log.close()
      await documents.close()
      await Promise.all([kafka.stop(), mongo.stop()])
    },
  }
}

/** Both pairs of drivers, by the name that a fault's line gives them. */
export const pairsOfPorts = {
  SQLite: openSqlitePorts,
  'Kafka and MongoDB': openServerPorts,
} as const satisfies Readonly<Record<string, (runtime?: Runtime) => Promise<OpenedPorts>>>
