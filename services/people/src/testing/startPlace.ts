import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Ports } from '@patchwork/aggregate'
import { type Collection, type CollectionDefinition, type DocumentStore, embeddedDocumentStore, StoreUnavailableError } from '@patchwork/document-store'
import { embeddedEventLog } from '@patchwork/event-log'
import type { EventDefinition, EventEnvelope } from '@patchwork/events'
import { type RunningService, serviceTokenKey, signServiceToken } from '@patchwork/http'
import { openPlaceFile } from '@patchwork/place-file'
import { type Runtime, systemRuntime } from '@patchwork/runtime'
import { createLogger } from '@patchwork/telemetry'
import { passedOn, startTestIssuer, type TestRole } from '@patchwork/testing'
import express from 'express'
import type { z } from 'zod'
import { start } from '../index.ts'

const service = 'people'
export const newId = systemRuntime.uuid

export type Answer<Body = Record<string, unknown>> = { status: number; body: Body; etag: string | null }
export type Sending = { method?: string; body?: unknown; raw?: string; headers?: Record<string, string> }

const failing = (documents: DocumentStore, full: ReadonlySet<string>): DocumentStore => ({
  ...documents,
  collection: async <Body extends object>(definition: CollectionDefinition): Promise<Collection<Body>> => {
    const collection = await documents.collection<Body>(definition)
    return {
      ...collection,
      insert: (id: string, body: Body) =>
        full.has(definition.name) ? Promise.reject(new StoreUnavailableError('The disk is full')) : collection.insert(id, body),
    }
  },
})

/** The service on the embedded drivers, in a folder that lives until `stop`, with an issuer of tokens. `restart` starts it again on the same data. */
export const startPlace = async () => {
  const folder = mkdtempSync(join(tmpdir(), `patchwork-${service}-`))
  const dataKey = systemRuntime.randomBytes(32)
  const issuer = await startTestIssuer()
  const clock = { aheadMs: 0 }
  const runtime: Runtime = { ...systemRuntime, now: () => systemRuntime.now() + clock.aheadMs }
  /** What identity answers to whoever asks for the link of an invitation, and what it was asked. */
  const identity = {
    asked: [] as unknown[],
    answer: { status: 201, body: { url: 'https://place.example/take-up-invitation?token=secret', expiresAt: '2026-12-08T10:00:00.000Z' } as object },
  }
  const serviceUrls: Record<string, string> = {}
  /** Collections that cannot be written to for the time being. */
  const full = new Set<string>()
  const logLines: string[] = []
  const logger = createLogger({ service, level: 'debug', destination: { write: (line: string) => void logLines.push(line) } })
  const sequences = new Map<string, number>()

  const run = async () => {
    const placeFile = await openPlaceFile({ path: join(folder, 'patchwork.sqlite') })
    const documents = failing(embeddedDocumentStore(placeFile), full)
    const log = embeddedEventLog({ placeFile, runtime, logger })
    const ports: Ports = { documents, log, runtime, logger, dataKey }
    const running: RunningService = await start(ports, { publicUrl: 'https://place.example', issuer: issuer.issuer, jwksUrl: issuer.jwksUrl, serviceUrls })
    const front = express()
    for (const { path, app } of running.mounts) front.use(path, app)
    front.post('/api/identity/invitations/link', express.json(), (request, response) => {
      identity.asked.push({ ...(request.body as object), key: request.get('idempotency-key') })
      response.status(identity.answer.status).json(identity.answer.body)
    })
    const server: Server = createServer(front).listen(0, '127.0.0.1')
    await once(server, 'listening')
    serviceUrls.identity = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/identity`
    return {
      running,
      ports,
      server,
      end: async () => {
        await running.stop()
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
        await log.close()
        await documents.close()
        await placeFile.close()
      },
    }
  }
  let now = await run()
  const address = () => `http://127.0.0.1:${(now.server.address() as AddressInfo).port}/api/${service}`

  const send = async <Body>(token: string | undefined, path: string, { method, body, raw, headers = {} }: Sending): Promise<Answer<Body>> => {
    const text = raw ?? (body === undefined ? undefined : JSON.stringify(body))
    const response = await fetch(`${address()}${path}`, {
      method: method ?? (text === undefined ? 'GET' : 'POST'),
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(text === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(text === undefined ? {} : { body: text }),
    })
    const answer = await response.text()
    return { status: response.status, body: (answer === '' ? {} : JSON.parse(answer)) as Body, etag: response.headers.get('etag') }
  }

  return {
    clock,
    identity,
    full,
    logLines,
    folder,
    address,
    server: () => now.server,
    service: () => now.running,
    ports: () => now.ports,
    tokenFor: (personId: string, role: TestRole) => issuer.tokenFor({ personId, role }, { nowMs: runtime.now() }),
    /** Asks as a person in a role. */
    as:
      (role: TestRole, personId: string) =>
      async <Body = Record<string, unknown>>(path: string, sending: Sending = {}): Promise<Answer<Body>> =>
        send<Body>(await issuer.tokenFor({ personId, role }, { nowMs: runtime.now() }), path, sending),
    /** Asks as another service of the place. */
    asService:
      (name: string) =>
      async <Body = Record<string, unknown>>(path: string, sending: Sending = {}): Promise<Answer<Body>> =>
        send<Body>(await signServiceToken(serviceTokenKey(dataKey), name, service, runtime.now()), path, sending),
    asAnyone: <Body = Record<string, unknown>>(path: string, sending: Sending = {}): Promise<Answer<Body>> => send<Body>(undefined, path, sending),
    /** Tells what another service would tell; gives the event, so that it can be told again. */
    tell: async <Definition extends EventDefinition>(definition: Definition, subject: string, data: z.input<Definition['data']>): Promise<EventEnvelope> => {
      const sequence = (sequences.get(subject) ?? 0) + 1
      sequences.set(subject, sequence)
      const event: EventEnvelope = {
        specversion: '1.0',
        id: newId(),
        source: `/patchwork/${definition.topic.split('.').slice(1).join('/')}`,
        type: definition.type,
        subject,
        time: new Date(runtime.now()).toISOString(),
        datacontenttype: 'application/json',
        sequence,
        sequencetype: 'Integer',
        commandkey: newId(),
        data: definition.data.parse(data),
      }
      await now.ports.log.publish([{ topic: definition.topic, event }])
      return event
    },
    tellAgain: (definition: EventDefinition, event: EventEnvelope): Promise<void> => now.ports.log.publish([{ topic: definition.topic, event }]),
    /** Everything told and decided so far has been taken in. */
    caughtUp: async (): Promise<void> => {
      await passedOn(now.running.invariants)
      for (const consumer of now.running.consumers) await consumer.caughtUp()
    },
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
