import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Ports } from '@patchwork/aggregate'
import { type DocumentStore, embeddedDocumentStore, mongoDocumentStore } from '@patchwork/document-store'
import { type EventLog, embeddedEventLog, kafkaEventLog } from '@patchwork/event-log'
import { type EventDefinition, type EventEnvelope, OrganisationMemberJoined, topics } from '@patchwork/events'
import { openPlaceFile } from '@patchwork/place-file'
import { type Runtime, systemRuntime } from '@patchwork/runtime'
import { eventsOfOthers, newId, serve } from '@patchwork/service-testing'
import { createLogger } from '@patchwork/telemetry'
import { kafkaForTests, mongoForTests, passedOn, startTestIssuer, type TestRole } from '@patchwork/testing'
import supertest from 'supertest'
import type { z } from 'zod'
import { type RunningCommissioning, start } from '../index.ts'

const service = 'commissioning'
const directoryUrl = 'http://directory.place/api/provider-directory'

export { newId }
export const wardCodes = ['E05015239', 'E05015240', 'E05015241']

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies as they come
export type Answer = { status: number; body: any; headers: Record<string, string>; text: string }
export type Sending = { body?: unknown; raw?: string; headers?: Record<string, string>; method?: 'get' | 'post' | 'put' }
type Opened = { documents: DocumentStore; log: EventLog; close: () => Promise<void> }
export type Drivers = { open: (runtime: Runtime) => Promise<Opened>; remove: () => Promise<void> }

/** SQLite in a folder of its own. */
export const embedded = async (): Promise<Drivers> => {
  const folder = mkdtempSync(join(tmpdir(), `patchwork-${service}-`))
  const logger = createLogger({ service, level: 'silent' })
  return {
    open: async (runtime) => {
      const placeFile = await openPlaceFile({ path: join(folder, 'patchwork.sqlite') })
      const [documents, log] = [embeddedDocumentStore(placeFile), embeddedEventLog({ placeFile, runtime, logger })]
      const close = async () => {
        await log.close()
        await documents.close()
        await placeFile.close()
      }
      return { documents, log, close }
    },
    remove: async () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Real Kafka and MongoDB; undefined where they cannot be had, which is said and counted by the fixtures. */
export const distributed = async (): Promise<Drivers | undefined> => {
  const [kafka, mongo] = await Promise.all([kafkaForTests(), mongoForTests()])
  if (!kafka || !mongo) {
    await Promise.all([kafka?.stop(), mongo?.stop()])
    return undefined
  }
  return {
    open: async (runtime) => {
      const documents = mongoDocumentStore({ runtime: systemRuntime, uri: mongo.uri })
      const log = kafkaEventLog({ brokers: kafka.brokers, clientId: service, runtime, partitions: 3 })
      const close = async () => {
        await log.close()
        await documents.close()
      }
      return { documents, log, close }
    },
    remove: async () => {
      await Promise.all([kafka.stop(), mongo.stop()])
    },
  }
}

/** The service with an issuer of tokens and a directory that knows what it is told. `restart` starts it again on the same data. */
export const startPlace = async (drivers: Drivers) => {
  const dataKey = systemRuntime.randomBytes(32)
  const issuer = await startTestIssuer()
  const clock = { aheadMs: 0 }
  const directory = { charities: new Map<string, { organisationId: string; wardCode?: string }>(), isAway: false, busyFor: 0 }
  const answerOf = (path: string): unknown => {
    if (path === '/wards') return { items: wardCodes.map((wardCode) => ({ wardCode, name: wardCode })) }
    if (path.startsWith('/places/')) return { known: true, wardCode: wardCodes[0] }
    const numbers = new URL(path, directoryUrl).searchParams.get('numbers')?.split(',') ?? []
    return {
      items: numbers.flatMap((charityNumber) => (directory.charities.has(charityNumber) ? { charityNumber, ...directory.charities.get(charityNumber) } : [])),
    }
  }
  const runtime: Runtime = {
    ...systemRuntime,
    now: () => systemRuntime.now() + clock.aheadMs,
    fetch: async (input, init) => {
      const address = String(input)
      if (!address.startsWith(directoryUrl)) return systemRuntime.fetch(input, init)
      if (directory.isAway) throw new TypeError('fetch failed')
      if (directory.busyFor > 0) {
        directory.busyFor -= 1
        throw new DOMException('It took too long', 'TimeoutError')
      }
      return Response.json(answerOf(address.slice(directoryUrl.length)))
    },
  }
  const logLines: string[] = []
  const logger = createLogger({ service, level: 'debug', destination: { write: (line: string) => void logLines.push(line) } })
  const nextEvent = eventsOfOthers(runtime)

  const run = async () => {
    const { documents, log, close } = await drivers.open(runtime)
    await log.ensureTopics(topics)
    const ports: Ports = { documents, log, runtime, logger, dataKey }
    const settings = { publicUrl: 'https://place.example', issuer: issuer.issuer, jwksUrl: issuer.jwksUrl, serviceUrls: { 'provider-directory': directoryUrl } }
    const running: RunningCommissioning = await start(ports, settings)
    const served = await serve(running)
    const end = async () => {
      await running.stop()
      await served.close()
      await close()
    }
    return { running, ports, served, end }
  }
  let now = await run()

  const send = async (token: string | undefined, path: string, { body, raw, headers = {}, method }: Sending = {}): Promise<Answer> => {
    const text = raw ?? (body === undefined ? undefined : JSON.stringify(body))
    const request = supertest(now.served.server)[method ?? (text === undefined ? 'get' : 'post')](`/api/${service}${path}`)
    if (token !== undefined) request.set('authorization', `Bearer ${token}`)
    if (text !== undefined) request.set('content-type', 'application/json')
    return request.set(headers).send(text) as unknown as Promise<Answer>
  }
  const place = {
    clock,
    directory,
    logLines,
    service: () => now.running,
    ports: () => now.ports,
    address: () => `${now.served.url}/api/${service}`,
    /** Asks as a person in a role. */
    as:
      (role: TestRole, personId: string = newId()) =>
      async (path: string, sending: Sending = {}): Promise<Answer> =>
        send(await issuer.tokenFor({ personId, role }, { nowMs: runtime.now() }), path, sending),
    asAnyone: (path: string, sending: Sending = {}): Promise<Answer> => send(undefined, path, sending),
    /** Tells what another service would tell. */
    tell: async <Definition extends EventDefinition>(definition: Definition, subject: string, data: z.input<Definition['data']>): Promise<EventEnvelope> => {
      const event = nextEvent(definition, subject, data)
      await now.ports.log.publish([{ topic: definition.topic, event }])
      return event
    },
    /** Everything told and decided so far has been taken in. */
    caughtUp: async (): Promise<void> => {
      await passedOn(now.running.invariants)
      for (const consumer of now.running.consumers) await consumer.caughtUp()
    },
    expectWhole: async (): Promise<void> => {
      for (const { name, check } of now.running.invariants) {
        const { violations, examples } = await check()
        expect({ name, violations, examples }).toEqual({ name, violations: 0, examples: [] })
      }
    },
    restart: async (): Promise<void> => {
      await now.end()
      now = await run()
    },
    stop: async (): Promise<void> => {
      await now.end()
      await issuer.stop()
      await drivers.remove()
    },
  }
  /** Somebody who acts for an organisation, as the directory tells of them. */
  const memberOf = async (organisationId: string, role: 'provider' | 'coordinator' = 'provider') => {
    const personId = newId()
    await place.tell(OrganisationMemberJoined, organisationId, { organisationId, personId, memberRole: 'member' })
    return place.as(role, personId)
  }
  return { ...place, memberOf }
}
export type Place = Awaited<ReturnType<typeof startPlace>>
