import type { Outbox, Ports } from '@patchwork/aggregate'
import { createApp, createAuthenticator, type RunningService, type ServiceSettings } from '@patchwork/http'
import { instant, repeatedly } from '@patchwork/runtime'
import { observe, type Reading } from '@patchwork/telemetry'
import { operationsRoutes } from './operationsRoutes.ts'
import { createRuns } from './operationsRuns.ts'
import { type Checked, type OperationsStore, openOperationsStore } from './operationsStore.ts'

/** How often a process says that it is there, and after which time without a word it is counted as gone. */
const beatEveryMs = 10_000
const goneMs = 3 * beatEveryMs

/** What whoever runs the place can ask of a service in its own process. */
export type Operated = {
  /**
   * Looks at every invariant, one after the other, and keeps what it found for the page of whoever runs the place. Throws VerificationUnderWayError while
   * any process of the service does so, Error where it could not be finished.
   */
  verify(): Promise<Checked[]>
}

/**
 * Starts a service with what whoever runs the place needs of it, at `/api/<service>/operations`: how its processes, consumers and outboxes are, what is
 * parked, replays and verifications. The same for every service; each process answers for all of its service.
 */
export const withOperations = async <Running extends RunningService>(
  ports: Ports,
  settings: Pick<ServiceSettings, 'issuer' | 'jwksUrl'>,
  start: (ports: Ports) => Promise<Running>,
): Promise<Running & Operated> => {
  const { runtime, logger, dataKey } = ports
  const outboxes: Outbox[] = []
  const service = await start({
    ...ports,
    onOutbox: (outbox) => {
      outboxes.push(outbox)
      ports.onOutbox?.(outbox)
    },
  })
  const [processId, startedAt] = [runtime.uuid(), instant(runtime)]
  const store = await openOperationsStore(service.name, ports)
  const runs = createRuns({ ...ports, service, store, processId, goneMs })
  const isReady = () =>
    service.ready().then(
      () => true,
      () => false,
    )
  const beats = repeatedly(runtime, {
    everyMs: beatEveryMs,
    work: async () => store.beat(processId, { startedAt, seenAt: instant(runtime), isReady: await isReady() }, goneMs),
    onError: (error) => logger.warn({ code: (error as { code?: unknown }).code }, 'This process could not say that it is there'),
  })
  await beats.runOnce()
  const forgetPools = observe('patchwork.pools.verified', () => poolsVerified(store))
  const app = createApp({
    service: service.name,
    mountPath: `/api/${service.name}/operations`,
    routes: operationsRoutes({ service, outboxes, store, runs, goneMs, runtime }),
    authenticate: createAuthenticator({ service: service.name, issuer: settings.issuer, jwksUrl: settings.jwksUrl, dataKey, runtime }),
    runtime,
    logger,
    ready: service.ready,
  })
  let stopping: Promise<void> | undefined
  return {
    ...service,
    mounts: [...service.mounts, { path: `/api/${service.name}/operations`, app }],
    verify: async () => {
      const { failure, checked = [] } = (await runs.verifyToTheEnd({ id: runtime.uuid() })).body
      if (failure !== undefined) throw new Error(`The verification of ${service.name} could not be finished (${failure}).`)
      return checked
    },
    stop: () => {
      stopping ??= (async () => {
        forgetPools()
        await Promise.all([beats.stop(), runs.stop()])
        await store.leave(processId).catch(() => undefined)
        await service.stop()
      })()
      return stopping
    },
  }
}

/** The invariant that computes each pool's balances from its entries. */
const ofPools = /^[a-z-]+: the balances of each pool are what its entries come to$/

/** What the last verification found of the pools; nothing where this service has none, or none was verified. */
const poolsVerified = async (store: OperationsStore): Promise<Reading<'patchwork.pools.verified'>[]> => {
  const [latest] = await store.latest('verification', 1)
  const pools = latest?.body.checked?.find(({ name }) => ofPools.test(name))
  if (!pools) return []
  return [
    { value: pools.checked - pools.violations, attributes: { 'patchwork.outcome': 'agree' } },
    { value: pools.violations, attributes: { 'patchwork.outcome': 'differ' } },
  ]
}
