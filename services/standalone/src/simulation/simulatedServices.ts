import type { Ports } from '@patchwork/aggregate'
import * as commissioning from '@patchwork/commissioning'
import { type SimulatedDisk, type StoreFaults, simulatedStore } from '@patchwork/document-store/simulation'
import { emptyTopics, type LogFaults, type SimulatedTopics, simulatedLog } from '@patchwork/event-log/simulation'
import type { RunningService, ServiceSettings } from '@patchwork/http'
import * as identity from '@patchwork/identity'
import * as notification from '@patchwork/notification'
import * as people from '@patchwork/people'
import * as personalBudgetPooling from '@patchwork/personal-budget-pooling'
import * as providerDirectory from '@patchwork/provider-directory'
import * as referral from '@patchwork/referral'
import { type Runtime, sleep } from '@patchwork/runtime'
import type { SimulatedTime } from '@patchwork/runtime/simulation'
import { createLogger } from '@patchwork/telemetry'
import express, { type Express } from 'express'
import { type SimulatedIssuer, simulatedIssuer } from './issuer.ts'
import { type Host, type NetworkFaults, simulatedNetwork } from './network.ts'
import { type RunningWitness, startWitness, type WitnessSettings } from './witnesses.ts'

export type ServiceFaults = {
  store: StoreFaults
  log: LogFaults
  network: NetworkFaults
  /** Chance, at each named step of the write path, that the process ends there. */
  crashAtStep: number
}

/** One process of one service: it runs, or it has ended and nothing that it asks for happens any more. */
type Process = { name: string; hasEnded: boolean; ended: Promise<void>; end(): void; app?: Express; running?: RunningService }
/** What is kept up: one of the instances of a service, whichever process it is now. */
type Slot = { service: string; number: number; process: Process | undefined; restarts: number }

export type SimulatedServices = {
  disk: SimulatedDisk
  topics: SimulatedTopics
  issuer: SimulatedIssuer
  faults: ServiceFaults
  counts: { crashes: number; orderlyStops: number }
  fetchOf(from: string): Runtime['fetch']
  urlOf(service: string): string
  /** Starts every instance and keeps each up. Resolves when all run. */
  start(): Promise<void>
  /** Ends one process by chance, or stops it in good order; it is started again after a while. */
  disturb(): Promise<void>
  /** From now on nothing fails. Resolves when all run. */
  calm(): Promise<void>
  running(): { service: string; number: number; running: RunningService }[]
  witness(): RunningWitness | undefined
  /** Starts one service alone, as it is, on a copy of what there is: another store, another log. */
  startOn(service: string, on: { disk: SimulatedDisk; topics: SimulatedTopics }): Promise<{ end(): void }>
}

const restartWithinMs = 400
const dataKey = new Uint8Array(32).fill(7)
const issuerHost = 'issuer.test'
const hostOf = (service: string): string => `${service}.test`

/** Stands between a process and its drivers. */
export type Watch = (ports: Ports, processName: string, disk: SimulatedDisk) => Ports

/** Every service of a place but the pages, in one process, each as one or two processes that share a store, a log and a network of a seed. */
export const simulatedServices = (options: {
  time: SimulatedTime
  instances: Readonly<Record<string, number>>
  faults: ServiceFaults
  witness: WitnessSettings
  watch: Watch
}): SimulatedServices => {
  const { time, instances, faults, watch } = options
  const disk: SimulatedDisk = new Map()
  const topics = emptyTopics()
  const issuer = simulatedIssuer(issuerHost, time.runtime)
  const counts = { crashes: 0, orderlyStops: 0 }
  let isCalm = false
  const slots: Slot[] = Object.entries(instances).flatMap(([service, count]) =>
    Array.from({ length: count }, (_, number): Slot => ({ service, number, process: undefined, restarts: 0 })),
  )
  const never = new Promise<void>(() => {})

  const hostsOf = (hostname: string): Host[] =>
    hostname === issuerHost
      ? [{ name: 'issuer', app: issuer.app, ended: never }]
      : slots.flatMap(({ service, process }) =>
          process?.app && !process.hasEnded && hostOf(service) === hostname ? [{ name: process.name, app: process.app, ended: process.ended }] : [],
        )
  const network = simulatedNetwork(time, hostsOf, () => faults.network)
  const settings: ServiceSettings = {
    publicUrl: 'https://place.test',
    issuer: issuer.issuer,
    jwksUrl: `${issuer.issuer}/jwks`,
    serviceUrls: Object.fromEntries(Object.keys(instances).map((service) => [service, `http://${hostOf(service)}/api/${service}`])),
  }
  const starters: Record<string, (ports: Ports, number: number) => Promise<RunningService>> = {
    people: (ports) => people.start(ports, settings),
    identity: (ports) => identity.start(ports, settings),
    'provider-directory': (ports, number) => providerDirectory.start(ports, { ...settings, instance: `${number}` }),
    commissioning: (ports) => commissioning.start(ports, settings),
    referral: (ports) => referral.start(ports, settings),
    'personal-budget-pooling': (ports) => personalBudgetPooling.start(ports, settings),
    notification: (ports) => notification.start(ports, settings),
    witness: (ports) => startWitness(ports, options.witness),
  }

  const openProcess = (name: string, on: { disk: SimulatedDisk; topics: SimulatedTopics }): { process: Process; ports: Ports } => {
    const clock = time.openProcess()
    const store = simulatedStore(time, on.disk, () => faults.store, name)
    const log = simulatedLog(time, on.topics, () => faults.log, name)
    const { promise: ended, resolve } = Promise.withResolvers<void>()
    const process: Process = {
      name,
      hasEnded: false,
      ended,
      end: () => {
        if (process.hasEnded) return
        process.hasEnded = true
        time.note(`${name} ends`)
        clock.end()
        store.cut()
        log.cut()
        resolve()
      },
    }
    const send = network.fetchOf(name)
    const ports: Ports = {
      documents: store.documents,
      log: log.log,
      runtime: { ...clock.runtime, fetch: (...request) => (process.hasEnded ? new Promise(() => {}) : send(...request)) },
      logger: createLogger({ service: name, level: 'silent' }),
      dataKey,
      onStep: (step) => {
        if (isCalm || process.hasEnded || time.chance() >= faults.crashAtStep) return
        counts.crashes += 1
        time.note(`${name} dies ${step}`)
        process.end()
        return never
      },
    }
    return { process, ports: watch(ports, name, on.disk) }
  }

  /** Starts a process; gives false where it failed or ended on the way. */
  const begin = async (slot: Slot): Promise<boolean> => {
    const { process, ports } = openProcess(`${slot.service}-${slot.number}.${slot.restarts}`, { disk, topics })
    slot.restarts += 1
    slot.process = process
    const start = starters[slot.service]
    if (!start) throw new RangeError(`There is no service ${slot.service}`)
    try {
      const running = await Promise.race([start(ports, slot.number), process.ended])
      if (!running || process.hasEnded) return false
      const app = express()
      for (const mount of running.mounts) app.use(mount.path, mount.app)
      Object.assign(process, { running, app })
      time.note(`${process.name} runs`)
      return true
    } catch (error) {
      time.note(`${process.name} cannot start: ${(error as { code?: string }).code ?? error}`)
      process.end()
      return false
    }
  }
  /** Opening can meet a failure too; then it is tried again, as whatever watches a process does. */
  const keepUp = async (slot: Slot, first: PromiseWithResolvers<void>): Promise<never> => {
    for (;;) {
      if (await begin(slot)) {
        first.resolve()
        await slot.process?.ended
      }
      await sleep(time.runtime, time.pick(restartWithinMs))
    }
  }
  const allRun = async (): Promise<void> => {
    while (slots.some(({ process }) => process?.running === undefined || process.hasEnded)) await sleep(time.runtime, 20)
  }

  return {
    disk,
    topics,
    issuer,
    faults,
    counts,
    fetchOf: network.fetchOf,
    urlOf: (service) => `http://${hostOf(service)}`,
    start: async () => {
      await Promise.all(
        slots.map((slot) => {
          const first = Promise.withResolvers<void>()
          keepUp(slot, first).catch(first.reject)
          return first.promise
        }),
      )
    },
    disturb: async () => {
      const living = slots.flatMap(({ process }) => (process?.running && !process.hasEnded ? [process] : []))
      const process = living[time.pick(living.length)]
      if (!process) return
      if (time.chance() < 0.5) {
        counts.crashes += 1
        return process.end()
      }
      counts.orderlyStops += 1
      time.note(`${process.name} is told to stop`)
      await Promise.race([process.running?.stop().catch(() => undefined), process.ended])
      process.end()
    },
    calm: async () => {
      isCalm = true
      Object.assign(faults, calmFaults())
      await allRun()
    },
    running: () =>
      slots.flatMap(({ service, number, process }) => (process?.running && !process.hasEnded ? [{ service, number, running: process.running }] : [])),
    witness: () =>
      slots.find(({ service, process }) => service === 'witness' && process?.running && !process.hasEnded)?.process?.running as RunningWitness | undefined,
    startOn: async (service, on) => {
      const { process, ports } = openProcess(`${service} on a copy`, on)
      const start = starters[service]
      if (!start) throw new RangeError(`There is no service ${service}`)
      await start(ports, 0).catch((error: unknown) => {
        process.end()
        throw error
      })
      return { end: process.end }
    },
  }
}

export const calmFaults = (): ServiceFaults => ({
  store: { before: 0, after: 0, delayMs: 1 },
  log: { publish: 0, handOver: 0, outOfOrder: 0, delayMs: 1 },
  network: { request: 0, answer: 0, twice: 0, delayMs: 1 },
  crashAtStep: 0,
})
