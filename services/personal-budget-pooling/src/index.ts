import { consume, deadlines, type Ports } from '@patchwork/aggregate'
import { BudgetShareSetAside, PoolShareReleased } from '@patchwork/events'
import { createApp, createAuthenticator, createServiceClient, type RunningService, type ServiceSettings, shownConsumer, shownReadModels } from '@patchwork/http'
import { PoolingSettings } from './config.ts'
import { onShareFreed } from './consumers/onShareFreed.ts'
import { onShareSetAside } from './consumers/onShareSetAside.ts'
import { decide } from './domain/decide.ts'
import { budgetRoutes } from './http/budgetRoutes.ts'
import { documentRoutes } from './http/documentRoutes.ts'
import { entryRoutes } from './http/entryRoutes.ts'
import { paymentRoutes } from './http/paymentRoutes.ts'
import { poolRoutes } from './http/poolRoutes.ts'
import { spendRoutes } from './http/spendRoutes.ts'
import { poolingInvariants } from './invariants.ts'
import { openDisclosures } from './store/disclosures.ts'
import { openDocuments } from './store/documents.ts'
import { openMovements } from './store/movements.ts'
import { openNeighbours } from './store/neighbours.ts'
import { openPoolingStore, service } from './store/poolingStore.ts'
import { openSpends } from './store/spends.ts'
import { openWords } from './store/words.ts'

export { PoolingSettings } from './config.ts'

const budgetsGroup = `${service}-budgets`

/** Starts pooled personal budgets: their rules, the hand-over between budgets and pools, deadlines, the sweeping of documents, and their API. Throws what the stores throw. */
export const start = async (ports: Ports, settings: ServiceSettings & Partial<PoolingSettings>): Promise<RunningService> => {
  const { deadlinesEveryMs } = PoolingSettings.parse({ deadlinesEveryMs: settings.deadlinesEveryMs })
  const { runtime, logger, dataKey, log } = ports
  const [store, neighbours, spends, movements, disclosures, words, documents] = await Promise.all([
    openPoolingStore(ports),
    openNeighbours(ports),
    openSpends(ports),
    openMovements(ports),
    openDisclosures(ports),
    openWords(ports),
    openDocuments(ports),
  ])
  const handOver = await consume(
    {
      service,
      group: budgetsGroup,
      topics: [BudgetShareSetAside.topic, PoolShareReleased.topic],
      handlers: [onShareSetAside(store), ...onShareFreed(store)],
    },
    ports,
  )
  const undecided = deadlines({
    aggregates: store.pools,
    field: 'awaitedUntil',
    everyMs: deadlinesEveryMs,
    name: 'pool-spend-undecided',
    ports,
    decide: ({ id, state }, at) => ({ events: decide(state, { type: 'RefuseLate', poolId: id, at }) }),
  })
  const sweeping = documents.sweeping(async ({ poolId, spendId }) => {
    const pool = (await store.pools.get(poolId))?.state
    const isHeld = pool !== undefined && pool.status !== 'unfounded' && pool.spends.some((spend) => spend.spendId === spendId)
    return isHeld || (await spends.get(spendId)) !== undefined
  })
  const services = createServiceClient({ service, serviceUrls: settings.serviceUrls, dataKey, runtime })
  const dependencies = { store, neighbours, spends, movements, disclosures, words, documents, services, runtime, dataKey }
  const routes = [
    ...budgetRoutes(dependencies),
    ...poolRoutes(dependencies),
    ...spendRoutes(dependencies),
    ...paymentRoutes(dependencies),
    ...documentRoutes(dependencies),
    ...entryRoutes(dependencies),
  ]
  const ready = async () => {
    await Promise.all([ports.documents.ping(), log.ping()])
  }
  const authenticate = createAuthenticator({ service, issuer: settings.issuer, jwksUrl: settings.jwksUrl, dataKey, runtime })
  const app = createApp({ service, routes, authenticate, runtime, logger, ready })
  const models = { ...neighbours.readModels, spends: spends.model, movements: movements.model }
  const shown = shownReadModels(service, models)
  return {
    name: service,
    mounts: [{ path: `/api/${service}`, app }],
    ready,
    stop: async () => {
      await Promise.all([undecided.stop(), sweeping.stop(), handOver.stop()])
      await Promise.all(Object.values(models).map((model) => model.stop()))
      await Promise.all([store.budgets.stop(), store.pools.stop()])
    },
    invariants: [
      ...store.budgets.invariants,
      ...store.pools.invariants,
      ...handOver.invariants,
      ...Object.values(models).flatMap((model) => model.consumer().invariants),
      ...poolingInvariants({ store, documents, spends, settled: handOver.caughtUp }),
    ],
    consumers: [shownConsumer(budgetsGroup, () => handOver), ...shown.consumers],
    readModels: shown.readModels,
  }
}
