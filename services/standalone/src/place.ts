import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as commissioning from '@patchwork/commissioning'
import type { RunningService, ServiceSettings } from '@patchwork/http'
import * as identity from '@patchwork/identity'
import * as notification from '@patchwork/notification'
import * as people from '@patchwork/people'
import * as personalBudgetPooling from '@patchwork/personal-budget-pooling'
import * as providerDirectory from '@patchwork/provider-directory'
import * as referral from '@patchwork/referral'
import type { Runtime } from '@patchwork/runtime'
import type { Logger } from '@patchwork/telemetry'
import * as web from '@patchwork/web'
import express from 'express'
import type { PlaceConfig } from './config.ts'
import { type OpenedPorts, openPorts } from './drivers.ts'

/** A whole place, running in this process. */
export type Place = {
  /** Where a browser on this machine reaches it. */
  url: string
  publicUrl: string
  services: readonly RunningService[]
  directory: Awaited<ReturnType<typeof providerDirectory.start>>
  identity: Awaited<ReturnType<typeof identity.start>>
  commissioning: commissioning.RunningCommissioning
  ports: OpenedPorts['ports']
  /** Takes no new requests, finishes what is in hand, then closes the stores. A repeat changes nothing. */
  stop(): Promise<void>
}

const drainMs = 10_000

/**
 * Starts every service in this process on one address. The address answers from the first moment: until all are ready, `/readyz` and every page say 503.
 * Throws what the stores throw when the data cannot be opened (locked, newer, damaged), and when the port is taken.
 */
export const startPlace = async (options: {
  config: PlaceConfig
  runtime: Runtime
  logger: Logger
  /** Whether the people here are invented; asked at each page, as it shows only once the place is open. */
  isDemonstration?: () => boolean
}): Promise<Place> => {
  const { config, runtime, logger } = options
  const opened = await openPorts(config, runtime, logger)
  const front = express().disable('x-powered-by')
  const server = createServer(front)
  const services: RunningService[] = []
  const stop = stopper(server, services, opened, runtime)
  try {
    const url = await listen(server, config)
    const publicUrl = config.publicUrl ?? url
    let started = false
    front.get('/livez', (_request, response) => void response.json({ status: 'alive' }))
    front.get('/readyz', async (_request, response) => {
      const failed = await Promise.all(services.map((service) => service.ready())).then(
        () => !started,
        () => true,
      )
      response.status(failed ? 503 : 200).json({ status: failed ? 'not-ready' : 'ready' })
    })
    front.use((_request, response, next) =>
      started ? next() : void response.status(503).set('Retry-After', '2').type('text/plain').send('Patchwork is starting. Try again in a moment.'),
    )
    const settings = settingsFor(config, url, publicUrl)
    const pageSettings = { ...settings, ...(options.isDemonstration && { isDemonstration: options.isDemonstration }) }
    const ports = (service: string) => ({ ...opened.ports, logger: logger.child({ service }) })
    const run = async <Service extends RunningService>(starting: Promise<Service>): Promise<Service> => {
      const service = await starting
      services.push(service)
      return service
    }
    const runningPeople = run(people.start(ports('people'), settings))
    const runningIdentity = run(identity.start(ports('identity'), pageSettings))
    const runningDirectory = run(providerDirectory.start(ports('provider-directory'), { ...settings, instance: 'place' }))
    const runningCommissioning = run(commissioning.start(ports('commissioning'), settings))
    await Promise.all([
      runningPeople,
      runningIdentity,
      runningDirectory,
      runningCommissioning,
      run(referral.start(ports('referral'), settings)),
      run(personalBudgetPooling.start(ports('personal-budget-pooling'), settings)),
      run(notification.start(ports('notification'), { ...settings, smtpUrl: config.smtpUrl, mailFrom: config.mailFrom })),
      run(web.start(ports('web'), pageSettings)),
    ])
    const mounts = services.flatMap((service) => service.mounts).sort((one, other) => other.path.length - one.path.length)
    for (const mount of mounts) front.use(mount.path, mount.app)
    started = true
    return {
      url,
      publicUrl,
      services,
      directory: await runningDirectory,
      identity: await runningIdentity,
      commissioning: await runningCommissioning,
      ports: opened.ports,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

const listen = async (server: Server, config: PlaceConfig): Promise<string> => {
  server.listen(config.port, config.host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const host = config.host === '0.0.0.0' || config.host === '::' ? '127.0.0.1' : config.host
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

const settingsFor = (config: PlaceConfig, url: string, publicUrl: string): ServiceSettings => {
  const names = ['provider-directory', 'referral', 'people', 'notification', 'identity', 'personal-budget-pooling', 'commissioning']
  return {
    publicUrl,
    issuer: config.issuer ?? `${publicUrl}/identity`,
    jwksUrl: config.jwksUrl ?? `${url}/identity/jwks`,
    serviceUrls: Object.fromEntries(names.map((name) => [name, `${url}/api/${name}`])),
  }
}

const stopper = (server: Server, services: readonly RunningService[], opened: OpenedPorts, runtime: Runtime) => {
  let stopping: Promise<void> | undefined
  return (): Promise<void> => {
    stopping ??= (async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeIdleConnections()
      const cancel = runtime.after(drainMs, () => server.closeAllConnections())
      await Promise.allSettled([...services].reverse().map((service) => service.stop()))
      await closed
      cancel()
      await opened.close()
    })()
    return stopping
  }
}
