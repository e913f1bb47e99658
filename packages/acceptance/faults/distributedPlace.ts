import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startKafkaBroker, startMongoEngine } from '@patchwork/testing'
import { StartedPlace } from '../src/startedPlace.ts'

type Broken = NonNullable<Awaited<ReturnType<typeof startKafkaBroker>>['process']>

/** One process of each service, and the servers they run on, all of it to be broken. */
export type DistributedPlace = {
  place: StartedPlace
  kafka: Broken
  mongo: Broken
  /** A file here that is named like a process says where its next start ends it. */
  endAtFolder: string
  close(): Promise<void>
}

/** Opens it with the demonstration place. Throws where Kafka or MongoDB cannot be had as a process of ours. */
export const openDistributedPlace = async (): Promise<DistributedPlace> => {
  const endAtFolder = mkdtempSync(join(tmpdir(), 'patchwork-end-at-'))
  const ends: (() => Promise<void>)[] = [async () => rmSync(endAtFolder, { recursive: true, force: true })]
  const close = async () => {
    for (const end of ends.splice(0).reverse()) await end()
  }
  try {
    const kafka = await startKafkaBroker()
    ends.push(kafka.stop)
    const mongo = await startMongoEngine('patchwork')
    ends.push(mongo.stop)
    const environment = {
      LOG_LEVEL: 'warn',
      KAFKA_BROKERS: kafka.brokers.join(','),
      MONGODB_URI: mongo.uri,
      // A process that was killed keeps its share for so long, and the next one waits for it.
      KAFKA_SESSION_MS: '3000',
      PATCHWORK_END_AT_FOLDER: endAtFolder,
    }
    const place = await StartedPlace.open({ environment, processesPerService: 1 })
    ends.push(() => place.remove())
    return { place, kafka: kafka.process as Broken, mongo: mongo.process as Broken, endAtFolder, close }
  } catch (error) {
    await close()
    throw error
  }
}
