import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Ports } from '@patchwork/aggregate'
import { embeddedDocumentStore } from '@patchwork/document-store'
import { embeddedEventLog } from '@patchwork/event-log'
import type { EventDefinition, EventEnvelope } from '@patchwork/events'
import type { RunningService } from '@patchwork/http'
import { openPlaceFile } from '@patchwork/place-file'
import { type Runtime, systemRuntime } from '@patchwork/runtime'
import { eventsOfOthers, serve } from '@patchwork/service-testing'
import { createLogger } from '@patchwork/telemetry'
import { until } from '@patchwork/testing'
import { start } from '../index.ts'
import { type Neighbours, startNeighbours } from './neighbours.ts'

export const publicUrl = 'https://patchwork-place.uk'
export const mailFrom = 'Patchwork <no-reply@patchwork-place.uk>'

export type Answer<Body = Record<string, unknown>> = { status: number; body: Body; headers: Headers }

type Running = { service: RunningService; ports: Ports; url: string; end: () => Promise<void> }

/** A service on the embedded drivers, with its neighbours, in a folder that lives until `stop`. It can be stopped and started again in between. */
export const startService = async (options: { runtime?: Runtime; smtpUrl?: () => string | undefined } = {}) => {
  const folder = mkdtempSync(join(tmpdir(), 'patchwork-notification-'))
  const dataKey = systemRuntime.randomBytes(32)
  const runtime = options.runtime ?? systemRuntime
  const neighbours: Neighbours = await startNeighbours(dataKey)
  const logLines: string[] = []
  const logger = createLogger({ service: 'notification', level: 'debug', destination: { write: (line) => void logLines.push(line) } })

  const settings = () => {
    const { urls } = neighbours
    return {
      ...{ publicUrl, mailFrom, issuer: urls.issuer, jwksUrl: urls.jwks, smtpUrl: options.smtpUrl?.() },
      serviceUrls: { people: urls.people, identity: urls.identity, 'provider-directory': urls.directory },
    }
  }
  const run = async (): Promise<Running> => {
    const placeFile = await openPlaceFile({ path: join(folder, 'patchwork.sqlite') })
    const documents = embeddedDocumentStore(placeFile)
    const log = embeddedEventLog({ placeFile, runtime, logger })
    const ports: Ports = { documents, log, runtime, logger, dataKey }
    const service = await start(ports, settings())
    const { url, close } = await serve(service)
    const end = async () => {
      await service.stop()
      await close()
      await log.close()
      await documents.close()
      await placeFile.close()
    }
    return { service, ports, url: `${url}/api/notification`, end }
  }
  let running = await run()

  /** What another service would publish. The sequence counts per subject; a given `id` and `sequence` make a repeat. */
  const envelope = eventsOfOthers(runtime)

  const call = async <Body = Record<string, unknown>>(
    personId: string | undefined,
    role: string,
    path: string,
    { method = 'GET', body, headers = {} }: { method?: string; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer<Body>> => {
    const response = await fetch(`${running.url}${path}`, {
      method,
      headers: {
        ...(personId === undefined ? {} : { authorization: `Bearer ${neighbours.tokenFor(personId, role)}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: (text === '' ? {} : JSON.parse(text)) as Body }
  }

  const place = {
    neighbours,
    logLines,
    envelope,
    call,
    ports: () => running.ports,
    service: () => running.service,
    url: () => running.url,
    publish: async (definition: EventDefinition, event: EventEnvelope): Promise<void> => running.ports.log.publish([{ topic: definition.topic, event }]),
    /** Everything published so far has been reacted to. */
    caughtUp: async (): Promise<void> => {
      for (const consumer of running.service.consumers) await consumer.caughtUp()
    },
    /** One more process of the service, on the same stores. */
    another: (): Promise<RunningService> => start(running.ports, settings()),
    restart: async (): Promise<void> => {
      await running.end()
      running = await run()
    },
    /** Everything in the ledger, as an administrator sees it. */
    deliveries: async (): Promise<Delivery[]> => (await call<{ items: Delivery[] }>(systemRuntime.uuid(), 'administrator', '/deliveries?limit=200')).body.items,
    sink: async (): Promise<{ to: string; subject: string; text: string; at: string }[]> =>
      (await call<{ items: { to: string; subject: string; text: string; at: string }[] }>(systemRuntime.uuid(), 'administrator', '/mail-sink?limit=200')).body
        .items,
    /** The ledger, once every message has ended and there are `count` of them. */
    settled: (count: number): Promise<Delivery[]> =>
      until(place.deliveries, (items) => items.length === count && items.every(({ status }) => status !== 'queued' && status !== 'sending')),
    stop: async (): Promise<void> => {
      await running.end()
      await neighbours.stop()
      rmSync(folder, { recursive: true, force: true })
    },
    folder,
  }
  return place
}

export type Delivery = {
  messageId: string
  personId: string
  channel: string
  template: string
  status: string
  supplier?: string
  reason?: string
  queuedAt: string
  dueAt?: string
  endedAt?: string
  attempts: { at: string; outcome: string; replyCode?: number }[]
}
export type TestService = Awaited<ReturnType<typeof startService>>
