import type { Ports } from '@patchwork/aggregate'
import * as commissioning from '@patchwork/commissioning'
import type { RunningService, ServiceSettings } from '@patchwork/http'
import * as identity from '@patchwork/identity'
import * as notification from '@patchwork/notification'
import * as people from '@patchwork/people'
import * as personalBudgetPooling from '@patchwork/personal-budget-pooling'
import * as providerDirectory from '@patchwork/provider-directory'
import * as referral from '@patchwork/referral'
import type { Runtime } from '@patchwork/runtime'
import { type OpenedPorts, type Operated, openFront, serviceUrlsAt, withOperations } from '@patchwork/service-process'
import type { Logger } from '@patchwork/telemetry'
import * as web from '@patchwork/web'
import type { PlaceConfig } from './config.ts'
import { openPorts as openDrivers } from './drivers.ts'
import { postcodesFileIn } from './postcodes.ts'
import { taxonomiesFolderIn } from './taxonomies.ts'

/** A whole place, running in this process. */
export type Place = {
  /** Where a browser on this machine reaches it. */
  url: string
  publicUrl: string
  services: readonly (RunningService & Operated)[]
  directory: Awaited<ReturnType<typeof providerDirectory.start>>
  identity: Awaited<ReturnType<typeof identity.start>>
  commissioning: commissioning.RunningCommissioning
  ports: OpenedPorts['ports']
  wholeFile: OpenedPorts['wholeFile']
  /** Takes no new requests, finishes what is in hand, then closes the stores. A repeat changes nothing. */
  stop(): Promise<void>
}

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
  /** Instead of the drivers that the configuration asks for, opened as they are. */
  openPorts?: typeof openDrivers
}): Promise<Place> => {
  const { config, runtime, logger, openPorts = openDrivers } = options
  const opened = await openPorts(config, runtime, logger)
  const front = await openFront({ host: config.host, port: config.port, runtime }).catch(async (error: unknown) => {
    await opened.close()
    throw error
  })
  const { url } = front
  const services: (RunningService & Operated)[] = []
  let stopping: Promise<void> | undefined
  const stop = (): Promise<void> => {
    stopping ??= front.drain().then(opened.close)
    return stopping
  }
  try {
    const publicUrl = config.publicUrl ?? url
    const settings = settingsFor(config, url, publicUrl)
    const pageSettings = { ...settings, ...(options.isDemonstration && { isDemonstration: options.isDemonstration }) }
    const run = async <Service extends RunningService>(name: string, start: (ports: Ports) => Promise<Service>): Promise<Service> => {
      const service = await withOperations({ ...opened.ports, logger: logger.child({ service: name }) }, settings, start)
      services.push(service)
      front.services.push(service)
      return service
    }
    const runningPeople = run('people', (ports) => people.start(ports, settings))
    const runningIdentity = run('identity', (ports) => identity.start(ports, pageSettings))
    const runningDirectory = run('provider-directory', (ports) =>
      providerDirectory.start(ports, {
        ...settings,
        instance: 'place',
        postcodesFile: postcodesFileIn(config.dataDirectory),
        taxonomiesFolder: taxonomiesFolderIn(config.dataDirectory),
      }),
    )
    const runningCommissioning = run('commissioning', (ports) => commissioning.start(ports, settings))
    await Promise.all([
      runningPeople,
      runningIdentity,
      runningDirectory,
      runningCommissioning,
      run('referral', (ports) => referral.start(ports, settings)),
      run('personal-budget-pooling', (ports) => personalBudgetPooling.start(ports, settings)),
      run('notification', (ports) => notification.start(ports, { ...settings, smtpUrl: config.smtpUrl, mailFrom: config.mailFrom })),
      run('web', (ports) => web.start(ports, pageSettings)),
    ])
    front.open()
    return {
      url,
      publicUrl,
      services,
      directory: await runningDirectory,
      identity: await runningIdentity,
      commissioning: await runningCommissioning,
      ports: opened.ports,
      wholeFile: opened.wholeFile,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

const settingsFor = (config: PlaceConfig, url: string, publicUrl: string): ServiceSettings => ({
  publicUrl,
  issuer: config.issuer ?? `${publicUrl}/identity`,
  jwksUrl: config.jwksUrl ?? `${url}/identity/jwks`,
  serviceUrls: serviceUrlsAt(url),
})
