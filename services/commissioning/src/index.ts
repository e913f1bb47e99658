import type { Ports } from '@patchwork/aggregate'
import { createApp, createAuthenticator, createServiceClient, type RunningService, type ServiceSettings, shownReadModels } from '@patchwork/http'
import { type CommissioningSettings, demonstrationPlaceFolder } from './config.ts'
import { createChanges } from './http/changes.ts'
import { contractRoutes } from './http/contractRoutes.ts'
import { figureRoutes } from './http/figureRoutes.ts'
import { grantRoutes } from './http/grantRoutes.ts'
import { commissioningInvariants } from './invariants.ts'
import { type LoadedGrants, type LoadGrantsOptions, loadGrants } from './openData/loadGrants.ts'
import { openContractStore, service } from './store/contractStore.ts'
import { openFacts } from './store/facts.ts'
import { openFigures } from './store/figures.ts'
import { openMemberships } from './store/memberships.ts'

export type { CommissioningSettings } from './config.ts'
export type { LoadedGrants, LoadGrantsOptions } from './openData/loadGrants.ts'
export { type OpenedGrants, openGrants } from './openData/openGrants.ts'

export type RunningCommissioning = RunningService & {
  /** Puts the place's open data about grants into the register. A repeat, or one after a cut-off load, adds only what is missing. Rejects when stopped. */
  loadGrants(options?: LoadGrantsOptions): Promise<LoadedGrants>
}

/** Starts contracts, returns, grants, and the figures over everything that the place's events tell. Throws what the stores throw. */
export const start = async (ports: Ports, settings: ServiceSettings & CommissioningSettings): Promise<RunningCommissioning> => {
  const { runtime, logger, dataKey, documents, log } = ports
  const changes = createChanges({ runtime })
  const [store, memberships, facts] = await Promise.all([openContractStore(ports), openMemberships(ports), openFacts(ports, changes.note)])
  const services = createServiceClient({ service, serviceUrls: settings.serviceUrls, dataKey, runtime })
  const askWards = async () =>
    (await services.call<{ items: { wardCode: string }[] }>('provider-directory', 'GET', '/wards')).items.map(({ wardCode }) => wardCode)
  const figures = openFigures({ facts, runtime, askWards })
  const readModels = { memberships: memberships.model, ...facts }

  const ready = async () => {
    await Promise.all([documents.ping(), log.ping()])
  }
  const authenticate = createAuthenticator({ service, issuer: settings.issuer, jwksUrl: settings.jwksUrl, dataKey, runtime })
  const routes = [...contractRoutes({ store, memberships, figures, runtime }), ...grantRoutes({ store }), ...figureRoutes({ figures, changes })]
  const app = createApp({ service, routes, authenticate, runtime, logger, ready })
  const stopping = new AbortController()
  const aggregates = [store.contracts, store.returns, store.grants]
  return {
    name: service,
    mounts: [{ path: `/api/${service}`, app }],
    ready,
    stop: async () => {
      stopping.abort()
      changes.stop()
      await Promise.all(Object.values(readModels).map((model) => model.stop()))
      await Promise.all(aggregates.map((one) => one.stop()))
    },
    invariants: [
      ...aggregates.flatMap((one) => one.invariants),
      ...Object.values(readModels).flatMap((model) => model.consumer().invariants),
      ...commissioningInvariants({ store, facts, log, placeFolder: settings.placeFolder ?? demonstrationPlaceFolder }),
    ],
    ...shownReadModels(service, readModels),
    loadGrants: ({ onProgress, signal } = {}) =>
      loadGrants(
        { store, services, runtime, folder: settings.placeFolder ?? demonstrationPlaceFolder },
        { ...(onProgress ? { onProgress } : {}), signal: signal ? AbortSignal.any([signal, stopping.signal]) : stopping.signal },
      ),
  }
}
