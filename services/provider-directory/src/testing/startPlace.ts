import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Ports } from '@patchwork/aggregate'
import { embeddedDocumentStore, mongoDocumentStore } from '@patchwork/document-store'
import { embeddedEventLog } from '@patchwork/event-log'
import type { EventEnvelope } from '@patchwork/events'
import { serviceTokenKey, signServiceToken } from '@patchwork/http'
import { openPlaceFile } from '@patchwork/place-file'
import { type Runtime, systemRuntime } from '@patchwork/runtime'
import { createLogger } from '@patchwork/telemetry'
import { passedOn, startTestIssuer, type TestRole } from '@patchwork/testing'
import express from 'express'
import supertest from 'supertest'
import { type DirectorySettings, type RunningDirectory, start } from '../index.ts'

const service = 'provider-directory'
const topics = ['organisation', 'offer', 'credential', 'asset', 'match', 'search', 'search-watch', 'import', 'feed'] as const
const topicOf = (name: (typeof topics)[number]) => `patchwork.${service}.${name}`
export const newId = systemRuntime.uuid

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies as they come
export type Answer = { status: number; body: any; headers: Record<string, string>; text: string }
export type Sending = { body?: unknown; raw?: string; headers?: Record<string, string>; method?: 'get' | 'post' | 'put' | 'options' }

/**
 * The directory on the embedded drivers, or with its documents in the MongoDB of an address, in a folder that lives until `stop`, with an issuer of tokens.
 * `restart` starts it again on the same data.
 */
export const startPlace = async (own: DirectorySettings = {}, { mongodbUri }: { mongodbUri?: string } = {}) => {
  const folder = mkdtempSync(join(tmpdir(), `patchwork-${service}-`))
  const dataKey = systemRuntime.randomBytes(32)
  const issuer = await startTestIssuer()
  const clock = { aheadMs: 0 }
  const runtime: Runtime = { ...systemRuntime, now: () => systemRuntime.now() + clock.aheadMs }
  const logLines: string[] = []
  const logger = createLogger({ service, level: 'debug', destination: { write: (line: string) => void logLines.push(line) } })

  const run = async () => {
    const placeFile = await openPlaceFile({ path: join(folder, 'patchwork.sqlite') })
    const documents = mongodbUri === undefined ? embeddedDocumentStore(placeFile) : mongoDocumentStore({ runtime: systemRuntime, uri: mongodbUri })
    const log = embeddedEventLog({ placeFile, runtime, logger })
    const ports: Ports = { documents, log, runtime, logger, dataKey }
    const settings = { publicUrl: 'https://place.example', issuer: issuer.issuer, jwksUrl: issuer.jwksUrl, serviceUrls: {} }
    const running: RunningDirectory = await start(ports, { instance: 'test', capacityCheckMs: 50, ...settings, ...own })
    const front = express()
    for (const { path, app } of running.mounts) front.use(path, app)
    const end = async () => {
      await running.stop()
      await log.close()
      await documents.close()
      await placeFile.close()
    }
    return { running, ports, front, end }
  }
  let now = await run()

  const send = async (token: string | undefined, path: string, { body, raw, headers = {}, method }: Sending = {}): Promise<Answer> => {
    const text = raw ?? (body === undefined ? undefined : JSON.stringify(body))
    const request = supertest(now.front)[method ?? (text === undefined ? 'get' : 'post')](path)
    if (token !== undefined) request.set('authorization', `Bearer ${token}`)
    if (text !== undefined) request.set('content-type', 'application/json')
    return request.set(headers).send(text) as unknown as Promise<Answer>
  }
  const api = (path: string) => `/api/${service}${path}`

  /** Everything that was decided has been passed on. */
  const told = (): Promise<void> => passedOn(now.running.invariants)
  /** Everything that was decided has been passed on and handled, and nothing more followed from it. */
  const settled = async (): Promise<void> => {
    for (let before: string | undefined; ; ) {
      await told()
      const ends = JSON.stringify(await Promise.all(topics.map((topic) => now.ports.log.end(topicOf(topic)))))
      if (ends === before) return
      before = ends
      for (const { caughtUp } of now.running.consumers) await caughtUp()
    }
  }

  return {
    clock,
    logLines,
    folder,
    service: () => now.running,
    ports: () => now.ports,
    /** Everything it serves, to be listened to; until the next restart. */
    front: () => now.front,
    /** Asks as a person in a role. */
    as:
      (role: TestRole, personId: string = newId()) =>
      async (path: string, sending: Sending = {}): Promise<Answer> =>
        send(await issuer.tokenFor({ personId, role }, { nowMs: runtime.now() }), api(path), sending),
    /** Asks as another service. */
    asService:
      (name: string) =>
      async (path: string, sending: Sending = {}): Promise<Answer> =>
        send(await signServiceToken(serviceTokenKey(dataKey), name, service, runtime.now()), api(path), sending),
    /** Sends bytes as they are. */
    sendFile: async (path: string, bytes: Buffer, role: TestRole = 'administrator'): Promise<Answer> => {
      const token = await issuer.tokenFor({ personId: newId(), role }, { nowMs: runtime.now() })
      const request = supertest(now.front)
        .post(api(path))
        .set({ authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' })
      return request.send(bytes) as unknown as Promise<Answer>
    },
    asAnyone: (path: string, sending: Sending = {}): Promise<Answer> => send(undefined, api(path), sending),
    feed: (path: string, sending: Sending = {}): Promise<Answer> => send(undefined, `/open-referral-uk/v3${path}`, sending),
    /** Every event of a topic; what was decided before the question is among them. */
    events: async (topic: (typeof topics)[number]): Promise<EventEnvelope[]> => {
      await told()
      const events: EventEnvelope[] = []
      for await (const event of now.ports.log.read(topicOf(topic))) events.push(event)
      return events
    },
    settled,
    /** Which invariants do not hold. */
    violations: async () =>
      (await Promise.all(now.running.invariants.map(async ({ name, check }) => ({ name, ...(await check()) })))).filter((one) => one.violations > 0),
    restart: async (): Promise<void> => {
      await now.end()
      now = await run()
    },
    stop: async (): Promise<void> => {
      await now.end()
      await issuer.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
export type Place = Awaited<ReturnType<typeof startPlace>>

export const lunchClub = (organisationId: string, changes: object = {}) => ({
  organisationId,
  track: 'join-in',
  name: 'Thursday lunch club',
  description: 'A hot meal and good company. Come and eat, or come and cook.',
  category: 'food',
  price: { kind: 'paid', pence: 350, unit: 'session' },
  area: { wardCodes: ['E05015254'] },
  place: { address: 'Sale Waterside, Sale', postcode: 'm33 7zf' },
  times: [{ days: ['thursday'], from: '12:00', to: '14:30' }],
  fundingAccepted: ['own-money'],
  personalCare: false,
  contact: { phone: '0161 496 0000' },
  ...changes,
})
