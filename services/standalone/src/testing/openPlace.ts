import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Ports } from '@patchwork/aggregate'
import type { Role } from '@patchwork/events'
import { serviceTokenKey, signServiceToken } from '@patchwork/http'
import { type Runtime, sleep, systemRuntime } from '@patchwork/runtime'
import { createLogger } from '@patchwork/telemetry'
import { readConfig } from '../config.ts'
import { listenForOperations } from '../control.ts'
import { openPorts } from '../drivers.ts'
import { startPlace } from '../place.ts'

/** What a request was answered. `text` is the body as it came, `body` what it says where it is JSON. */
export type Answer<Body = Record<string, unknown>> = { status: number; body: Body; text: string; headers: Headers }
/** `bytes` are a file, sent in place of a body. */
export type Sent = { query?: Record<string, string>; body?: object; bytes?: Uint8Array<ArrayBuffer>; headers?: Record<string, string> }
export type Send = <Body = Record<string, unknown>>(method: string, path: string, sent?: Sent) => Promise<Answer<Body>>

/** A signed-in person at the API. Paths are those of the place: `/api/referral/needs`. */
export type Person = { role: Role; name: string; username: string; password: string; personId: string; accountId: string; send: Send }

/** One request over HTTP to the place: from itself, or from whoever tries it. */
export type Call = { from: 'place' | 'us'; method: string; url: string; body: string }

const patienceMs = 120_000
const waitMs = 50
/**
 * Timers longer than this ring after half a second: no test waits for a deadline to be looked at. Up to so long a page waits for a service, an event for Kafka and
 * a write for MongoDB, which a busy machine needs.
 */
const longTimerMs = 15_000
const shortTimerMs = 500

/** What `look` gives as soon as it gives something. Throws with `what` after a generous time. */
export const eventually = async <Found>(what: string, look: () => Promise<Found | undefined | false>): Promise<Found> => {
  const limit = systemRuntime.now() + patienceMs
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    if (systemRuntime.now() > limit) throw new Error(`It did not come about: ${what}`)
    await sleep(systemRuntime, 20)
  }
}

/** Does what must succeed to prepare a try. What a neighbour has not heard of yet is sent again for a while. */
export const must = async <Body>(send: () => Promise<Answer<Body>>): Promise<Body> => {
  const limit = systemRuntime.now() + patienceMs
  for (;;) {
    const answer = await send()
    if (answer.status < 300) return answer.body
    if (systemRuntime.now() > limit || ![404, 409, 422, 503].includes(answer.status)) throw new Error(`Could not be prepared: ${answer.status} ${answer.text}`)
    await sleep(systemRuntime, waitMs)
  }
}

/**
 * A whole place in this process, empty but for the people a test opens, in a folder that lives until `stop`. `environment` says what else it is told,
 * such as KAFKA_BROKERS and MONGODB_URI. Its log is kept line by line, from `debug` up.
 */
export const openPlace = async (environment: Record<string, string> = {}) => {
  const folder = mkdtempSync(join(tmpdir(), 'patchwork-whole-'))
  const dataDirectory = join(folder, 'data')
  const config = readConfig({ HOST: '127.0.0.1', PORT: '0', DATA_DIR: dataDirectory, ...environment })
  const clock = { aheadMs: 0 }
  const calls: Call[] = []
  const runtime: Runtime = {
    ...systemRuntime,
    now: () => systemRuntime.now() + clock.aheadMs,
    after: (delayMs, action) => systemRuntime.after(delayMs <= longTimerMs ? delayMs : shortTimerMs, action),
    fetch: (input, init) => {
      calls.push({ from: 'place', method: init?.method ?? 'GET', url: String(input), body: typeof init?.body === 'string' ? init.body : '' })
      return systemRuntime.fetch(input, init)
    },
  }
  const logLines: string[] = []
  const logger = createLogger({ level: 'debug', destination: { write: (line) => void logLines.push(line) } })
  const begin = async () => {
    const place = await startPlace({ config, runtime, logger })
    return { place, control: await listenForOperations(place, dataDirectory) }
  }
  let running = await begin()
  const end = async () => {
    await running.control.close()
    await running.place.stop()
  }
  const serviceKey = serviceTokenKey(running.place.ports.dataKey)
  const tokens = new Map<string, Promise<string>>()

  const sendAs =
    (bearer: () => Promise<string | undefined>): Send =>
    async (method, path, { query, body, bytes, headers } = {}) => {
      const token = await bearer()
      const ended = new AbortController()
      calls.push({ from: 'us', method, url: `${running.place.url}${path}`, body: JSON.stringify(body ?? '') })
      const response = await fetch(`${running.place.url}${path}${query === undefined ? '' : `?${new URLSearchParams(query)}`}`, {
        method,
        signal: ended.signal,
        headers: {
          // Nobody here is slowed for what another has tried.
          'x-forwarded-for': `2001:db8::${systemRuntime.uuid().slice(0, 4)}:${systemRuntime.uuid().slice(0, 4)}`,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(bytes === undefined ? {} : { 'content-type': 'application/octet-stream' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(bytes === undefined ? {} : { body: bytes }),
      })
      // A stream goes on for ever: its first part tells whether it was given.
      const isStream = response.headers.get('content-type')?.startsWith('text/event-stream')
      const text = isStream ? await firstPart(response) : await response.text()
      if (isStream) ended.abort()
      return { status: response.status, headers: response.headers, text, body: /^\s*[[{]/.test(text) ? JSON.parse(text) : {} }
    }

  const asPerson = (account: { clientId: string; clientSecret: string }) => (): Promise<string> => {
    const token = tokens.get(account.clientId) ?? tokenFor(running.place.url, account)
    tokens.set(account.clientId, token)
    return token
  }

  return {
    /** The place as it runs now: another after a restart. */
    get place() {
      return running.place
    },
    config,
    folder,
    clock,
    logLines,
    /** What its pages and services have asked each other, and what `send` has asked them. */
    calls,
    /** Opens accounts for fictional people, each signed in by a client of their own. */
    open: async (people: readonly { role: Role; name: string }[]): Promise<Person[]> => {
      const asked = people.map(({ role, name }) => {
        const username = `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '.')}@example.org`
        return { role, name, username, password: `a long one for ${username}` }
      })
      const accounts = await eventually('the accounts are opened', () =>
        running.place.identity.openDemonstrationAccounts(asked).catch((error: { kind?: unknown }) => {
          // A busy machine: the same people get the same accounts.
          if (error.kind === 'unavailable') return undefined
          throw error
        }),
      )
      return accounts.map((account) => ({ ...account, send: sendAs(asPerson(account)) }))
    },
    anyone: sendAs(async () => undefined),
    /** Another service of the place, asking the one whose API the path is of. */
    service: (name: string): Send => {
      return async (method, path, sent) => {
        // The directory speaks the open standard too, beside its own API.
        const to = /^\/api\/([^/]+)/.exec(path)?.[1] ?? 'provider-directory'
        return sendAs(() => signServiceToken(serviceKey, name, to, runtime.now()))(method, path, sent)
      }
    },
    /** Everything published so far has been taken in by everyone. */
    caughtUp: async (): Promise<void> => {
      for (const { consumers } of running.place.services) for (const consumer of consumers) await consumer.caughtUp()
    },
    /** Stops the place, does something `between`, and starts it again on the same data, at another address. */
    restart: async (between: (ports: Ports) => Promise<void>): Promise<void> => {
      await end()
      const opened = await openPorts(config, runtime, logger)
      await between(opened.ports)
      await opened.close()
      tokens.clear()
      running = await begin()
    },
    stop: async (): Promise<void> => {
      await end()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
export type OpenedPlace = Awaited<ReturnType<typeof openPlace>>

const firstPart = async (response: Response): Promise<string> => {
  const reader = response.body?.getReader()
  const { value } = (await reader?.read()) ?? {}
  return new TextDecoder().decode(value)
}

const tokenFor = async (url: string, { clientId, clientSecret }: { clientId: string; clientSecret: string }): Promise<string> => {
  const granted = await fetch(`${url}/identity/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: 'grant_type=client_credentials',
  })
  if (!granted.ok) throw new Error(`No token: ${granted.status} ${await granted.text()}`)
  return ((await granted.json()) as { access_token: string }).access_token
}
