import type { Ports } from '@patchwork/aggregate'
import { createApp, createAuthenticator, createServiceClient, type RunningService, type ServiceSettings, shownReadModels } from '@patchwork/http'
import { PeopleSettings } from './config.ts'
import { changeRoutes } from './http/changeRoutes.ts'
import { readRoutes } from './http/readRoutes.ts'
import { peopleInvariants } from './invariants.ts'
import { openAccessLog } from './store/accessLog.ts'
import { openEntitlements } from './store/entitlements.ts'
import { openPersonStore } from './store/personStore.ts'

export { PeopleSettings } from './config.ts'

const service = 'people'

/** Starts the vault of personal data: who is known, who may see whom by the events of others, and the log of every reading. Throws what the stores throw. */
export const start = async (ports: Ports, settings: ServiceSettings & Partial<PeopleSettings>): Promise<RunningService> => {
  const { invitationDays } = PeopleSettings.parse({ invitationDays: settings.invitationDays })
  const { runtime, logger, dataKey, documents, log } = ports
  const services = createServiceClient({ service, serviceUrls: settings.serviceUrls, dataKey, runtime })
  const [people, entitlements, accessLog] = await Promise.all([openPersonStore(ports), openEntitlements(ports), openAccessLog(ports)])
  // The first route that fits is taken: `/people/me` stands before `/people/:id` within each table.
  const routes = [...changeRoutes({ people, entitlements, services, runtime, invitationDays }), ...readRoutes({ people, entitlements, accessLog })]
  const ready = async () => {
    await Promise.all([documents.ping(), log.ping()])
  }
  const authenticate = createAuthenticator({ service, issuer: settings.issuer, jwksUrl: settings.jwksUrl, dataKey, runtime })
  const app = createApp({ service, routes, authenticate, runtime, logger, ready })
  return {
    name: service,
    mounts: [{ path: `/api/${service}`, app }],
    ready,
    stop: async () => {
      await Promise.all(Object.values(entitlements.readModels).map((model) => model.stop()))
      await people.stop()
    },
    invariants: [
      ...people.invariants,
      ...Object.values(entitlements.readModels).flatMap((model) => model.consumer().invariants),
      ...peopleInvariants({ people, entitlements, ports }),
    ],
    ...shownReadModels(service, entitlements.readModels),
  }
}
