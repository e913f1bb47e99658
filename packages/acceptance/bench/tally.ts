import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Aggregate, type AggregateDefinition, type Command, type Decision, type OpenedAggregates, openAggregates, type Ports } from '@patchwork/aggregate'
import { type DocumentStore, embeddedDocumentStore, mongoDocumentStore } from '@patchwork/document-store'
import { type EventLog, embeddedEventLog, kafkaEventLog } from '@patchwork/event-log'
import { type DomainEvent, defineEvent, type EventEnvelope } from '@patchwork/events'
import { openPlaceFile } from '@patchwork/place-file'
import { systemRuntime } from '@patchwork/runtime'
import { createLogger } from '@patchwork/telemetry'
import { kafkaForTests, mongoForTests } from '@patchwork/testing'
import { z } from 'zod'

/** What is written to measure: about as large as a referral, changed by one event at a time. */
export type Tally = { count: number; status: 'open'; lastRaisedAt: string; ids: string[] }
export const Raised = defineEvent({
  type: 'tally.raised.v1',
  // Its own in each run: a broker that was given may hold those of another.
  topic: `patchwork.bench.tally-${randomUUID()}`,
  meaning: 'A tally went up by one.',
  data: z.object({ by: z.int().min(1), raisedAt: z.string(), idsOfWhom: z.array(z.string()).max(10) }),
})
export type TallyEvent = DomainEvent<typeof Raised>

const ids = ['f3a9b1de-52d0-4d8e-a7f6-0b6a6f3f9a10', '0d1f6a2c-98be-4c5b-9a3e-6f1f6f0a7c21', '7b2e4c9d-1a6f-4b3c-8d5e-2f9a8b7c6d32']

export const definitionOf = (name: string): AggregateDefinition<Tally, TallyEvent> => ({
  service: 'bench',
  name,
  topic: Raised.topic,
  events: [Raised],
  initial: { count: 0, status: 'open', lastRaisedAt: '', ids },
  evolve: (tally, { data }) => ({ ...tally, count: tally.count + data.by, lastRaisedAt: data.raisedAt }),
  fields: { status: { path: 'state.status', type: 'string' } },
  indexes: { 'by-status': { fields: ['status'] } },
})

/** Raises a tally by one. */
export const raise =
  (raisedAt: string) =>
  ({ state }: Aggregate<Tally, undefined>): Decision<TallyEvent, undefined> => ({
    events: [{ type: Raised.type, data: { by: 1, raisedAt, idsOfWhom: ids } }],
    answer: { count: state.count + 1 },
  })

/** An event of a tally as it is passed on, for a queue to carry in its place. */
export const eventOf = (number: number): EventEnvelope => ({
  specversion: '1.0',
  id: randomUUID(),
  source: '/patchwork/bench/tally',
  type: Raised.type,
  subject: `source-${number}`,
  time: now(),
  datacontenttype: 'application/json',
  sequence: number + 1,
  sequencetype: 'Integer',
  commandkey: createHash('sha256').update(String(number)).digest('base64url'),
  data: { by: 1, raisedAt: now(), idsOfWhom: ids },
})

export const now = (): string => new Date().toISOString()
/** A command as a browser's form sends it: with a key of its own, by which a repeat would be told. */
export const commandOf = (key: string): Command => ({ key, repeatable: true, body: null, at: now() })

/** A store and a log as a place has them, for this bench alone; `close` removes what they hold. */
export type OpenedPair = {
  ports: Ports
  open(name: string): Promise<OpenedAggregates<Tally, TallyEvent>>
  close(): Promise<void>
}

/** What stands between the aggregates and the log, e.g. to hold it back for a while. */
export type Between = (log: EventLog) => EventLog
const nothingBetween: Between = (log) => log

/** A place's file with its store and log, alone in a folder of its own. */
export const openFile = async (directory: string, between: Between = nothingBetween): Promise<OpenedPair & { folder: string }> => {
  const folder = mkdtempSync(join(directory, 'patchwork-bench-'))
  const placeFile = await openPlaceFile({ path: join(folder, 'patchwork.sqlite') })
  const log = between(embeddedEventLog({ placeFile, runtime: systemRuntime, logger }))
  const pair = openPair(embeddedDocumentStore(placeFile), log, async () => {
    await placeFile.close()
    rmSync(folder, { recursive: true, force: true })
  })
  return { ...pair, folder }
}

/** The same on a Kafka and a MongoDB that are started for it, or on those that the environment names. Throws where one cannot be had. */
export const openServers = async (between: Between = nothingBetween): Promise<OpenedPair & { brokers: readonly string[]; uri: string }> => {
  const [kafka, mongo] = await Promise.all([kafkaForTests(), mongoForTests()])
  const stop = async () => {
    await Promise.all([kafka?.stop(), mongo?.stop()])
  }
  if (!kafka || !mongo) {
    await stop()
    throw new Error('Kafka and MongoDB are not both to be had here')
  }
  const { brokers } = kafka
  const log = between(kafkaEventLog({ brokers, clientId: 'bench', runtime: systemRuntime, logger }))
  return { ...openPair(mongoDocumentStore({ runtime: systemRuntime, uri: mongo.uri, logger }), log, stop), brokers, uri: mongo.uri }
}

const logger = createLogger({ service: 'bench', level: 'warn', destination: process.stderr })

const openPair = (documents: DocumentStore, log: EventLog, remove: () => Promise<void>): OpenedPair => {
  const ports: Ports = { documents, log, runtime: systemRuntime, logger, dataKey: new Uint8Array(randomBytes(32)) }
  const opened: OpenedAggregates<Tally, TallyEvent>[] = []
  return {
    ports,
    open: async (name) => {
      const aggregates = await openAggregates<Tally, TallyEvent>(definitionOf(name), ports)
      opened.push(aggregates)
      return aggregates
    },
    close: async () => {
      await Promise.all(opened.map((one) => one.stop()))
      await log.close()
      await documents.close()
      await remove()
    },
  }
}
