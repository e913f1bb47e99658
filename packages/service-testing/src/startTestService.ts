import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Ports } from '@patchwork/aggregate'
import { type Collection, type CollectionDefinition, type DocumentStore, embeddedDocumentStore, StoreUnavailableError } from '@patchwork/document-store'
import { type EventLog, embeddedEventLog } from '@patchwork/event-log'
import type { EventDefinition, EventEnvelope } from '@patchwork/events'
import { type RunningService, type ServiceSettings, serviceTokenKey, signServiceToken } from '@patchwork/http'
import { openPlaceFile } from '@patchwork/place-file'
import { type Runtime, systemRuntime } from '@patchwork/runtime'
import { createLogger } from '@patchwork/telemetry'
import { passedOn, startTestIssuer, type TestRole } from '@patchwork/testing'
import express from 'express'
import type { z } from 'zod'

export const newId = systemRuntime.uuid

export type Answer<Body = Record<string, unknown>> = { status: number; body: Body; text: string; etag: string | null; headers: Headers }
/** `raw` and `bytes` are sent as they are, as JSON and as a file; POST where anything is sent, unless `method` says otherwise. */
export type Sending = { method?: string; body?: unknown; raw?: string; bytes?: Uint8Array; headers?: Record<string, string> }
type Ask = <Body = Record<string, unknown>>(path: string, sending?: Sending) => Promise<Answer<Body>>
/** Gives the events of other services one by one, each the next of its subject on its topic, as they would be told at this runtime's time. */
export const eventsOfOthers = (runtime: Pick<Runtime, 'now'>) => {
  const sequences = new Map<string, number>()
  return <Definition extends EventDefinition>(definition: Definition, subject: string, data: z.input<Definition['data']>): EventEnvelope => {
    const source = `/${definition.topic.replaceAll('.', '/')}`
    const sequence = (sequences.get(`${source} ${subject}`) ?? 0) + 1
    sequences.set(`${source} ${subject}`, sequence)
    return {
      specversion: '1.0',
      id: newId(),
      source,
      type: definition.type,
      subject,
      time: new Date(runtime.now()).toISOString(),
      datacontenttype: 'application/json',
      sequence,
      sequencetype: 'Integer',
      commandkey: newId(),
      data: definition.data.parse(data),
    }
  }
}

/** What a service serves, listened to on this machine; `close` breaks off whatever is still open. */
export const serve = async ({ mounts }: Pick<RunningService, 'mounts'>) => {
  const front = express()
  for (const { path, app } of mounts) front.use(path, app)
  const server = createServer(front).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close }
}

/** Where a service keeps its data. */
export type Drivers = { documents: () => DocumentStore; log: () => EventLog }

/**
 * A service as a test has it: on the embedded drivers in a folder that lives until `stop`, or on `drivers`, with an issuer of tokens, a clock that can be moved on, and
 * what it asks of other services answered by `neighbours`, by the start of their address. `restart` starts it again on the same data.
 */
export const startTestService = async <Running extends RunningService>(options: {
  service: string
  start: (ports: Ports, settings: Omit<ServiceSettings, 'serviceUrls'>) => Promise<Running>
  neighbours?: Readonly<Record<string, (path: string, init: RequestInit | undefined) => Response>>
  drivers?: Drivers | undefined
}) => {
  const { service, start, neighbours = {}, drivers } = options
  const folder = mkdtempSync(join(tmpdir(), `patchwork-${service}-`))
  const dataKey = systemRuntime.randomBytes(32)
  const issuer = await startTestIssuer()
  const clock = { aheadMs: 0 }
  const runtime: Runtime = {
    ...systemRuntime,
    now: () => systemRuntime.now() + clock.aheadMs,
    fetch: async (input, init) => {
      const address = String(input)
      const asked = Object.entries(neighbours).find(([url]) => address.startsWith(url))
      return asked ? asked[1](address.slice(asked[0].length), init) : systemRuntime.fetch(input, init)
    },
  }
  const logLines: string[] = []
  const logger = createLogger({ service, level: 'debug', destination: { write: (line: string) => void logLines.push(line) } })
  const nextEvent = eventsOfOthers(runtime)
  /** What the service has opened, by name: for tests that change by hand what must not change. */
  const collections = new Map<string, Collection<object>>()
  /** Collections into which nothing can be put for the time being. */
  const full = new Set<string>()
  const watched = (documents: DocumentStore): DocumentStore => ({
    ...documents,
    collection: async <Body extends object>(definition: CollectionDefinition): Promise<Collection<Body>> => {
      const collection = await documents.collection<Body>(definition)
      collections.set(definition.name, collection as unknown as Collection<object>)
      return {
        ...collection,
        insert: (id: string, body: Body) =>
          full.has(definition.name) ? Promise.reject(new StoreUnavailableError('The disk is full')) : collection.insert(id, body),
      }
    },
  })

  const openStores = async () => {
    if (drivers) return { documents: drivers.documents(), log: drivers.log(), close: async () => undefined }
    const placeFile = await openPlaceFile({ path: join(folder, 'patchwork.sqlite') })
    return { documents: embeddedDocumentStore(placeFile), log: embeddedEventLog({ placeFile, runtime, logger }), close: () => placeFile.close() }
  }
  const run = async () => {
    const { documents, log, close } = await openStores()
    const ports: Ports = { documents: watched(documents), log, runtime, logger, dataKey }
    const running = await start(ports, { publicUrl: 'https://place.example', issuer: issuer.issuer, jwksUrl: issuer.jwksUrl })
    const served = await serve(running)
    const end = async () => {
      await running.stop()
      await served.close()
      await log.close()
      await documents.close()
      await close()
    }
    return { running, ports, served, end }
  }
  let now = await run()
  const address = () => `${now.served.url}/api/${service}`

  const send = async <Body>(token: string | undefined, path: string, { method, body, raw, bytes, headers = {} }: Sending = {}): Promise<Answer<Body>> => {
    const content = bytes ?? raw ?? (body === undefined ? undefined : JSON.stringify(body))
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
  const tokenFor = (personId: string, role: TestRole): Promise<string> => issuer.tokenFor({ personId, role }, { nowMs: runtime.now() })

  return {
    clock,
    runtime,
    collections,
    full,
    logLines,
    folder,
    address,
    server: () => now.served.server,
    service: () => now.running,
    ports: () => now.ports,
    tokenFor,
    /** Asks as a person in a role. */
    as:
      (role: TestRole, personId: string): Ask =>
      async (path, sending) =>
        send(await tokenFor(personId, role), path, sending),
    /** Asks as another service of the place. */
    asService:
      (name: string): Ask =>
      async (path, sending) =>
        send(await signServiceToken(serviceTokenKey(dataKey), name, service, runtime.now()), path, sending),
    asAnyone: ((path, sending) => send(undefined, path, sending)) as Ask,
    /** Tells what another service would tell, the next of its subject; gives the event, so that it can be told again. */
    tell: async <Definition extends EventDefinition>(definition: Definition, subject: string, data: z.input<Definition['data']>): Promise<EventEnvelope> => {
      const event = nextEvent(definition, subject, data)
      await now.ports.log.publish([{ topic: definition.topic, event }])
      return event
    },
    tellAgain: (definition: EventDefinition, event: EventEnvelope): Promise<void> => now.ports.log.publish([{ topic: definition.topic, event }]),
    /** Everything told and decided so far has been taken in, and what followed from it. */
    caughtUp: async (): Promise<void> => {
      const { invariants, consumers } = now.running
      do {
        await passedOn(invariants)
        for (const consumer of consumers) await consumer.caughtUp()
        await passedOn(invariants)
      } while ((await Promise.all(consumers.map((consumer) => consumer.behind()))).some((behind) => behind > 0))
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
