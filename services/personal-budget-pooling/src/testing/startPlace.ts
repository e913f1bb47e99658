import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Ports } from '@patchwork/aggregate'
import { type Collection, type CollectionDefinition, type DocumentStore, embeddedDocumentStore } from '@patchwork/document-store'
import { type EventLog, embeddedEventLog } from '@patchwork/event-log'
import type { EventDefinition, EventEnvelope } from '@patchwork/events'
import type { RunningService } from '@patchwork/http'
import { openPlaceFile } from '@patchwork/place-file'
import { type Runtime, systemRuntime } from '@patchwork/runtime'
import { createLogger } from '@patchwork/telemetry'
import { passedOn, startTestIssuer, type TestRole } from '@patchwork/testing'
import express from 'express'
import type { z } from 'zod'
import { start } from '../index.ts'

const service = 'personal-budget-pooling'
const directoryUrl = 'http://directory.place/api/provider-directory'
export const newId = systemRuntime.uuid

export type Answer<Body = Record<string, unknown>> = { status: number; body: Body; text: string; etag: string | null; headers: Headers }
export type Sending = { method?: string; body?: unknown; bytes?: Uint8Array; headers?: Record<string, string> }
/** Where a place keeps its data; the embedded drivers in its own folder when absent. */
export type Drivers = { documents: () => DocumentStore; log: () => EventLog }

/** The service in a folder that lives until `stop`, with an issuer of tokens and a directory that knows the organisations it is told of. */
export const startPlace = async (drivers?: Drivers) => {
  const folder = mkdtempSync(join(tmpdir(), `patchwork-${service}-`))
  const dataKey = systemRuntime.randomBytes(32)
  const issuer = await startTestIssuer()
  const clock = { aheadMs: 0 }
  const directory = { names: new Map<string, string>(), isAway: false }
  const runtime: Runtime = {
    ...systemRuntime,
    now: () => systemRuntime.now() + clock.aheadMs,
    fetch: async (input, init) => {
      const address = String(input)
      if (!address.startsWith(directoryUrl)) return systemRuntime.fetch(input, init)
      if (directory.isAway) throw new TypeError('fetch failed')
      const name = directory.names.get(address.slice(`${directoryUrl}/organisations/`.length))
      return name === undefined ? Response.json({ code: 'not-found' }, { status: 404 }) : Response.json({ name })
    },
  }
  const logLines: string[] = []
  const logger = createLogger({ service, level: 'debug', destination: { write: (line: string) => void logLines.push(line) } })
  const sequences = new Map<string, number>()

  /** What the service has opened, by name: for tests that change by hand what must not change. */
  const collections = new Map<string, Collection<object>>()

  const openStores = async () => {
    if (drivers) return { documents: drivers.documents(), log: drivers.log(), close: async () => undefined }
    const placeFile = await openPlaceFile({ path: join(folder, 'patchwork.sqlite') })
    return { documents: embeddedDocumentStore(placeFile), log: embeddedEventLog({ placeFile, runtime, logger }), close: () => placeFile.close() }
  }
  const run = async () => {
    const { documents: opened, log, close } = await openStores()
    const documents: DocumentStore = {
      ...opened,
      collection: async <Body extends object>(definition: CollectionDefinition) => {
        const collection = await opened.collection<Body>(definition)
        collections.set(definition.name, collection as unknown as Collection<object>)
        return collection
      },
    }
    const ports: Ports = { documents, log, runtime, logger, dataKey }
    const running: RunningService = await start(ports, {
      publicUrl: 'https://place.example',
      issuer: issuer.issuer,
      jwksUrl: issuer.jwksUrl,
      serviceUrls: { 'provider-directory': directoryUrl },
      deadlinesEveryMs: 50,
    })
    const front = express()
    for (const { path, app } of running.mounts) front.use(path, app)
    const server: Server = createServer(front).listen(0, '127.0.0.1')
    await once(server, 'listening')
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
        await close()
      },
    }
  }
  let now = await run()
  const address = () => `http://127.0.0.1:${(now.server.address() as AddressInfo).port}/api/${service}`

  const send = async <Body>(token: string | undefined, path: string, { method, body, bytes, headers = {} }: Sending): Promise<Answer<Body>> => {
    const content = bytes ?? (body === undefined ? undefined : JSON.stringify(body))
    const response = await fetch(`${address()}${path}`, {
      method: method ?? (content === undefined ? 'GET' : 'POST'),
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(content === undefined ? {} : { 'content-type': bytes ? 'application/octet-stream' : 'application/json' }),
        ...headers,
      },
      ...(content === undefined ? {} : { body: content as never }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json') === true
    return { status: response.status, text, body: (isJson ? JSON.parse(text) : {}) as Body, etag: response.headers.get('etag'), headers: response.headers }
  }

  return {
    clock,
    directory,
    logLines,
    folder,
    collections,
    runtime,
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
    /** Everything told and decided so far has been taken in, and what followed from it. */
    caughtUp: async (): Promise<void> => {
      for (let round = 0; round < 3; round += 1) {
        await passedOn(now.running.invariants)
        for (const consumer of now.running.consumers) await consumer.caughtUp()
      }
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
