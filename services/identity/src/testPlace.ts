import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import type { Ports } from '@patchwork/aggregate'
import { embeddedDocumentStore } from '@patchwork/document-store'
import { embeddedEventLog } from '@patchwork/event-log'
import { type EventEnvelope, topics } from '@patchwork/events'
import { createApp, createAuthenticator, createServiceClient, defineRoute, IdParams, NotFoundError, type ServiceSettings } from '@patchwork/http'
import { openPlaceFile } from '@patchwork/place-file'
import { type Runtime, sleep, systemRuntime } from '@patchwork/runtime'
import { createLogger } from '@patchwork/telemetry'
import { passedOn } from '@patchwork/testing'
import express from 'express'
import { z } from 'zod'
import { type RunningIdentity, start } from './start.ts'

// A place of one service for the tests: identity on the embedded drivers, over real HTTP on loopback, with a people service that keeps the contract.

export type Person = {
  personId: string
  name: string
  email?: string | undefined
  role?: string | undefined
  how: string
  postcode?: string | undefined
  registeredBy?: string | undefined
}

// biome-ignore lint/suspicious/noExplicitAny: the tests compare what came, whatever it is
export type ApiAnswer = { status: number; body: any; headers: Headers }

export type TestPlace = {
  url: string
  issuer: string
  /** Where its data lies. */
  directory: string
  settings: ServiceSettings
  identity: RunningIdentity
  ports: Ports
  /** Who the people service knows; add somebody to let them be invited. */
  people: Map<string, Person>
  /** While true the people service answers 503. */
  peopleAway: { value: boolean }
  /** Whose account an administrator found, as the people service was told. */
  readings: { personId: string; readBy: string }[]
  /** Whether e-mail leaves the place, as the notification service says; undefined: it does not answer. */
  mail: { sends: boolean | undefined }
  /** Moves the service's clock; the library's own stays. */
  /** It runs ahead of the real one, or stands still. */
  clock: { aheadMs: number; standsAt?: number | undefined }
  logLines: string[]
  /** A call of the API, as nobody, as a person or as a service. */
  api(method: 'GET' | 'POST', path: string, options?: { body?: unknown; bearer?: string; headers?: Record<string, string> }): Promise<ApiAnswer>
  /** What a service of the place would be answered. */
  asService: (name: string) => ReturnType<typeof createServiceClient>
  /** The events of accounts, those that were decided before the question among them. */
  events(type?: string): Promise<EventEnvelope[]>
  /** The link that `action` leads to, as the notification service reads it. */
  linkFrom(purpose: string, action: () => Promise<unknown>): Promise<{ url: string; token: string; challengeId: string; personId: string }>
  /** Ends the process's part and starts it again on the same data. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/** `publicUrl`: where people would reach it through a council’s own proxy; its own address when absent. */
export const openTestPlace = async (options: { publicUrl?: string } = {}): Promise<TestPlace> => {
  const directory = await mkdtemp(join(tmpdir(), 'patchwork-identity-'))
  const dataKey = randomBytes(32)
  const clock: TestPlace['clock'] = { aheadMs: 0 }
  const runtime: Runtime = { ...systemRuntime, now: () => clock.standsAt ?? systemRuntime.now() + clock.aheadMs }
  const logLines: string[] = []
  const destination = new Writable({
    write: (chunk, _encoding, done) => {
      logLines.push(String(chunk))
      done()
    },
  })
  const logger = createLogger({ service: 'identity', level: 'debug', destination })
  let front = express()
  const server: Server = createServer((request, response) => front(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const publicUrl = options.publicUrl ?? url
  const issuer = `${publicUrl}/identity`
  const settings: ServiceSettings = {
    publicUrl,
    issuer,
    jwksUrl: `${url}/identity/jwks`,
    serviceUrls: { people: `${url}/api/people`, identity: `${url}/api/identity`, notification: `${url}/api/notification` },
  }
  const people = new Map<string, Person>()
  const peopleAway = { value: false }
  const readings: TestPlace['readings'] = []
  const mail: TestPlace['mail'] = { sends: true }

  const open = async () => {
    const placeFile = await openPlaceFile({ path: join(directory, 'patchwork.sqlite') })
    const documents = embeddedDocumentStore(placeFile)
    const log = embeddedEventLog({ placeFile, runtime, logger })
    await log.ensureTopics(topics)
    const ports: Ports = { documents, log, runtime, logger, dataKey }
    const identity = await start(ports, settings)
    front = express()
    front.use('/api/people', peopleApp({ settings, ports, people, peopleAway, readings }))
    front.get(
      '/api/notification/mail',
      (_request, response) => void (mail.sends === undefined ? response.status(503).json({}) : response.json({ sendsMail: mail.sends })),
    )
    for (const mount of identity.mounts) front.use(mount.path, mount.app)
    return {
      identity,
      ports,
      close: async () => {
        await identity.stop()
        await log.close()
        await documents.close()
        await placeFile.close()
      },
    }
  }
  let opened = await open()

  const asService: TestPlace['asService'] = (name) => createServiceClient({ service: name, serviceUrls: settings.serviceUrls, dataKey, runtime })
  const events: TestPlace['events'] = async (type) => {
    await passedOn(opened.identity.invariants)
    const found: EventEnvelope[] = []
    for await (const event of opened.ports.log.read('patchwork.identity.account')) if (type === undefined || event.type === type) found.push(event)
    return found
  }
  return {
    url,
    issuer,
    directory,
    settings,
    get identity() {
      return opened.identity
    },
    get ports() {
      return opened.ports
    },
    people,
    peopleAway,
    readings,
    mail,
    clock,
    logLines,
    asService,
    events,
    api: async (method, path, { body, bearer, headers } = {}) => {
      const response = await fetch(`${url}/api/identity${path}`, {
        method,
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      return { status: response.status, body: text === '' ? undefined : JSON.parse(text), headers: response.headers }
    },
    linkFrom: async (purpose, action) => {
      const issued = async () => (await events('account.challenge-issued.v1')).filter(({ data }) => data.purpose === purpose)
      const before = (await issued()).length
      await action()
      const challenge = await eventually(async () => (await issued())[before])
      const { challengeId, personId } = challenge.data as { challengeId: string; personId: string }
      const { url: link } = await asService('notification').call<{ url: string }>('identity', 'GET', `/challenges/${challengeId}/link`)
      return { url: link, token: new URL(link).searchParams.get('token') ?? '', challengeId, personId }
    },
    restart: async () => {
      await opened.close()
      opened = await open()
    },
    stop: async () => {
      await opened.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** The part of the people service that identity calls, guarded as the real one is. */
const peopleApp = (options: { settings: ServiceSettings; ports: Ports } & Pick<TestPlace, 'people' | 'peopleAway' | 'readings'>) => {
  const { settings, ports, people, peopleAway, readings } = options
  const { runtime, logger, dataKey } = ports
  const seen = new Map<string, string>()
  return createApp({
    service: 'people',
    runtime,
    logger: logger.child({ service: 'people' }),
    ready: async () => {},
    authenticate: createAuthenticator({ service: 'people', issuer: settings.issuer, jwksUrl: settings.jwksUrl, dataKey, runtime }),
    before: [(_request, response, next) => (peopleAway.value ? void response.status(503).json({ code: 'away' }) : next())],
    routes: [
      defineRoute({
        method: 'post',
        path: '/people',
        policy: 'person.register',
        summary: 'Register a person',
        body: z.strictObject({
          name: z.string(),
          email: z.string().optional(),
          postcode: z.string().optional(),
          role: z.string().optional(),
          registeredBy: z.uuid().optional(),
          how: z.enum(['self', 'by-navigator', 'by-administrator', 'demonstration']),
        }),
        answer: z.object({ personId: z.uuid() }),
        status: 201,
        handle: async ({ body, command }) => {
          const personId = seen.get(command.key) ?? runtime.uuid()
          seen.set(command.key, personId)
          people.set(personId, { personId, ...body })
          return { status: 201, body: { personId } }
        },
      }),
      defineRoute({
        method: 'post',
        path: '/people/:id/readings',
        policy: 'person.log-reading',
        summary: 'Log a reading',
        params: IdParams,
        body: z.strictObject({ readBy: z.uuid() }),
        status: 204,
        handle: async ({ params, body }) => {
          readings.push({ personId: params.id, ...body })
          return { status: 204 }
        },
      }),
      defineRoute({
        method: 'get',
        path: '/people/:id/contact',
        policy: 'person.read-contact',
        summary: 'Name and address',
        params: IdParams,
        answer: z.object({ name: z.string(), email: z.string().optional() }),
        handle: async ({ params }) => {
          const person = people.get(params.id)
          if (!person) throw new NotFoundError()
          return { body: { name: person.name, ...(person.email === undefined ? {} : { email: person.email }) } }
        },
      }),
    ],
  })
}

const waitMs = 30_000
/** What `look` gives as soon as it gives something. Fails after a generous time. */
export const eventually = async <Found>(look: () => Promise<Found | undefined | false>): Promise<Found> => {
  const until = systemRuntime.now() + waitMs
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    if (systemRuntime.now() > until) throw new Error('It did not happen in time')
    await sleep(systemRuntime, 20)
  }
}

export type PageAnswer = { status: number; url: string; location: string | undefined; html: string; headers: Headers }

/** A browser without JavaScript: cookies by path, redirects by hand, forms as they stand in the page. */
export const openBrowser = (headers: Record<string, string> = {}) => {
  const cookies = new Map<string, { name: string; value: string; path: string; attributes: string }>()
  const cookieHeader = (url: URL) =>
    [...cookies.values()]
      .filter(({ path }) => url.pathname === path || url.pathname.startsWith(path.endsWith('/') ? path : `${path}/`))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
  const keep = (response: Response) => {
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(/;\s*/)
      const name = pair.slice(0, pair.indexOf('='))
      const value = pair.slice(pair.indexOf('=') + 1)
      const path = attributes.find((attribute) => /^path=/i.test(attribute))?.slice(5) ?? '/'
      const isGone = value === '' || attributes.some((attribute) => /^expires=Thu, 01 Jan 1970/i.test(attribute))
      if (isGone) cookies.delete(`${name};${path}`)
      else cookies.set(`${name};${path}`, { name, value, path, attributes: attributes.join('; ') })
    }
  }
  const ask = async (address: string, init: RequestInit = {}): Promise<PageAnswer> => {
    const url = new URL(address)
    const response = await fetch(url, {
      redirect: 'manual',
      ...init,
      headers: { accept: 'text/html', ...headers, cookie: cookieHeader(url), ...(init.headers as Record<string, string>) },
    })
    keep(response)
    const location = response.headers.get('location')
    return {
      status: response.status,
      url: url.href,
      location: location === null ? undefined : new URL(location, url).href,
      html: await response.text(),
      headers: response.headers,
    }
  }
  const follow = async (answer: PageAnswer, until: (url: string) => boolean): Promise<PageAnswer> => {
    let at = answer
    for (let hops = 0; hops < 10 && at.location !== undefined && !until(at.location); hops += 1) at = await ask(at.location)
    return at
  }
  return {
    cookies,
    get: (url: string) => ask(url),
    /** Follows redirects, and stops before an address that `until` knows: its own server is not there. */
    open: async (url: string, until: (url: string) => boolean = () => false) => follow(await ask(url), until),
    /** Sends a form of a page: `at` is its action. */
    send: async (url: string, fields: Record<string, string>, until: (url: string) => boolean = () => false, extra: Record<string, string> = {}) =>
      follow(
        await ask(url, {
          method: 'POST',
          body: new URLSearchParams(fields).toString(),
          headers: { 'content-type': 'application/x-www-form-urlencoded', ...extra },
        }),
        until,
      ),
  }
}
export type Browser = ReturnType<typeof openBrowser>

/** The action of the only form of a page, as an address. */
export const formOf = (page: PageAnswer): string => new URL(/<form[^>]* action="([^"]+)"/.exec(page.html)?.[1] ?? '', page.url).href
export const hiddenOf = (page: PageAnswer, name: string): string => new RegExp(`name="${name}" value="([^"]*)"`).exec(page.html)?.[1] ?? ''

/** The texts of a page's error summary with what they link to. */
export const errorsOf = (page: PageAnswer): string[] =>
  [...page.html.matchAll(/<a href="#(\w+)">\s*([^<]+?)\s*<\/a>/g)].map(([, field, text]) => `${field}: ${text}`)

const challengeOf = (verifier: string) => createHash('sha256').update(verifier).digest('base64url')

/** An authorisation request of the web pages, as they would send the browser to it. */
export const authorizationRequest = (place: TestPlace, extra: Record<string, string> = {}) => {
  const verifier = randomBytes(32).toString('base64url')
  const url = new URL(`${place.issuer}/auth`)
  const parameters = {
    client_id: 'patchwork-web',
    response_type: 'code',
    redirect_uri: `${place.url}/signed-in`,
    scope: 'openid',
    state: 'a-state',
    nonce: 'a-nonce',
    code_challenge: challengeOf(verifier),
    code_challenge_method: 'S256',
    ...extra,
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return { url: url.href, verifier }
}
