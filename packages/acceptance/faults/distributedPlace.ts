import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, startKafkaBroker, startMongoEngine, startTcpProxy, type TcpProxy } from '@patchwork/testing'
import { StartedPlace } from '../src/startedPlace.ts'

type Broken = NonNullable<Awaited<ReturnType<typeof startKafkaBroker>>['process']>

export const networkNames = ['Kafka', 'MongoDB', 'each other'] as const

/** One process of each service, and the servers they run on, all of it to be broken. */
export type DistributedPlace = {
  place: StartedPlace
  kafka: Broken
  mongo: Broken
  /** A file here that is named like a process says where its next start ends it. */
  endAtFolder: string
  /** The networks from all services to Kafka, to MongoDB and to the gateway by which they ask each other. */
  networks: Readonly<Record<(typeof networkNames)[number], TcpProxy>>
  close(): Promise<void>
}

/**
 * Opens it with the demonstration place. `keptIn`: folders of the servers' data, which outlive it; temporary ones when absent. Throws where Kafka or MongoDB cannot be had as a process
 * of ours.
 */
export const openDistributedPlace = async (keptIn?: { kafka: string; mongo: string }): Promise<DistributedPlace> => {
  const endAtFolder = mkdtempSync(join(tmpdir(), 'patchwork-end-at-'))
  const ends: (() => Promise<void>)[] = [async () => rmSync(endAtFolder, { recursive: true, force: true })]
  const close = async () => {
    for (const end of ends.splice(0).reverse()) await end()
  }
  try {
    const proxied = async (to: number, port?: number) => {
      const proxy = await startTcpProxy({ to, ...(port !== undefined && { port }) })
      ends.push(proxy.stop)
      return proxy
    }
    // A broker tells its clients where to come, so that must be known before it starts.
    const advertisedPort = await freePort()
    const kafka = await startKafkaBroker({ advertisedPort, ...(keptIn && { keptIn: keptIn.kafka }) })
    ends.push(kafka.stop)
    const mongo = await startMongoEngine('patchwork', keptIn && { keptIn: keptIn.mongo })
    ends.push(mongo.stop)
    const gatewayPort = await freePort()
    const networks = {
      Kafka: await proxied(kafka.port, advertisedPort),
      MongoDB: await proxied(Number(new URL(mongo.uri).port)),
      'each other': await proxied(gatewayPort),
    }
    const environment = {
      LOG_LEVEL: 'warn',
      KAFKA_BROKERS: kafka.brokers.join(','),
      MONGODB_URI: mongo.uri.replace(/:\d+\//, `:${networks.MongoDB.port}/`),
      SERVICES_URL: `http://127.0.0.1:${networks['each other'].port}`,
      // A process that was killed keeps its share for so long, and the next one waits for it.
      KAFKA_SESSION_MS: '3000',
      PATCHWORK_END_AT_FOLDER: endAtFolder,
    }
    const place = await StartedPlace.open({ environment, processesPerService: 1, port: gatewayPort })
    ends.push(() => place.remove())
    return { place, kafka: kafka.process as Broken, mongo: mongo.process as Broken, endAtFolder, networks, close }
  } catch (error) {
    await close()
    throw error
  }
}
