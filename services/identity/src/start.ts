import { consume, type Ports } from '@patchwork/aggregate'
import { createSealer } from '@patchwork/encryption'
import { AccountOpened, PersonInvited } from '@patchwork/events'
import { createApp, createAuthenticator, createServiceClient, type RunningService, type ServiceSettings, shownConsumer } from '@patchwork/http'
import { createAccounts } from './accounts.ts'
import type { IdentitySettings } from './config.ts'
import { onPersonDetailsChanged } from './consumers/onPersonDetailsChanged.ts'
import { onPersonInvited } from './consumers/onPersonInvited.ts'
import { onSessionsEnded } from './consumers/onSessionsEnded.ts'
import { createOpenDemonstrationAccounts, type DemonstrationAccount, type DemonstrationPerson } from './demonstration.ts'
import { accountRoutes } from './http/accountRoutes.ts'
import { identityInvariants } from './invariants.ts'
import { meetRequest, type StrangersRequest } from './meetRequest.ts'
import { createIdentityApp } from './oidc/app.ts'
import { createPages } from './oidc/pages.ts'
import { createProvider } from './oidc/provider.ts'
import { createSignIn } from './oidc/signIn.ts'
import { deriveSecrets } from './secrets/derivedSecrets.ts'
import { createPasswordHasher } from './secrets/passwordHash.ts'
import { createSendsMail } from './sendsMail.ts'
import { openAccountStore } from './store/accountStore.ts'
import { openAttempts } from './store/attempts.ts'
import { openLogins } from './store/logins.ts'
import { openOidcRecords } from './store/oidcRecords.ts'
import { openRequests } from './store/requests.ts'
import { openSigningKeys } from './store/signingKeys.ts'
import { sweepEvery } from './sweep.ts'

const service = 'identity'

export type RunningIdentity = RunningService & {
  /** The code that opens the account of the first administrator; undefined once there is one. The same in each process of a place. */
  firstAdministratorCode(): Promise<string | undefined>
  /** Opens verified accounts for fictional people, each with a client of its own; see demonstration.ts. */
  openDemonstrationAccounts(people: readonly DemonstrationPerson[]): Promise<DemonstrationAccount[]>
  /** Resolves when every sign-up and password request that came in was seen to. */
  settled(): Promise<void>
}

/**
 * Starts the identity service: its API, and the OpenID Connect provider at `/identity`. Where another issuer is configured its own provider is not mounted.
 * Throws what the store and the log throw.
 */
export const start = async (ports: Ports, settings: ServiceSettings & IdentitySettings): Promise<RunningIdentity> => {
  const { documents, runtime, logger, dataKey } = ports
  const { issuer, publicUrl, jwksUrl, serviceUrls } = settings
  const sealer = createSealer(dataKey, service, runtime)
  const secrets = deriveSecrets(dataKey)
  const hasher = createPasswordHasher(runtime)
  const services = createServiceClient({ service, serviceUrls, dataKey, runtime })
  const sendsMail = createSendsMail(services)

  const [store, logins, records, attempts, signingKeys] = await Promise.all([
    openAccountStore(ports),
    openLogins(documents),
    openOidcRecords(documents, sealer, runtime),
    openAttempts(documents, runtime),
    openSigningKeys(documents, sealer, runtime),
  ])
  const endSessions = (accountId: string) => records.endAll(accountId, new Date(runtime.now()).toISOString())
  const accounts = createAccounts({ store, logins, people: services, sealer, runtime, endSessions })
  const requests = await openRequests<StrangersRequest>({ documents, sealer, runtime, logger, meet: meetRequest(accounts) })
  const sweep = sweepEvery({ runtime, logger, sweeps: [records.sweep, attempts.sweep, requests.sweep] })

  const group = 'identity'
  const consumer = await consume(
    {
      service,
      group,
      topics: [PersonInvited.topic, AccountOpened.topic],
      handlers: [onPersonInvited({ accounts, logger }), onPersonDetailsChanged({ accounts, people: services, logger }), ...onSessionsEnded(records)],
    },
    ports,
  )

  const ready = async () => void (await Promise.all([documents.ping(), ports.log.ping()]))
  const api = createApp({
    service,
    routes: accountRoutes({ accounts, store, services, sendsMail, attempts, requests, secrets, hasher, sealer, runtime, publicUrl }),
    authenticate: createAuthenticator({ service, issuer, jwksUrl, dataKey, runtime }),
    runtime,
    logger,
    ready,
  })
  const pages = createPages(publicUrl, settings.isDemonstration ?? (() => false))
  const provider = createProvider({ issuer, publicUrl, store, records, secrets, signingKeys, pages, runtime, logger })
  const signIn = createSignIn({ accounts, attempts, hasher, secrets, runtime })
  const identityApp = createIdentityApp({ provider, pages, sendsMail, signIn, requests, sealer, runtime, logger, issuer, publicUrl })
  const isOwnIssuer = issuer === `${publicUrl}/identity`

  let stopping: Promise<void> | undefined
  return {
    name: service,
    mounts: [{ path: '/api/identity', app: api }, ...(isOwnIssuer ? [{ path: '/identity', app: identityApp }] : [])],
    ready,
    stop: () => {
      stopping ??= (async () => {
        await consumer.stop()
        await requests.stop()
        await sweep.stop()
        await store.accounts.stop()
      })()
      return stopping
    },
    invariants: [...store.accounts.invariants, ...consumer.invariants, ...identityInvariants(store, logins)],
    consumers: [shownConsumer(group, () => consumer)],
    readModels: [],
    firstAdministratorCode: async () => ((await store.countAdministrators()) === 0 ? secrets.firstAdministratorCode : undefined),
    openDemonstrationAccounts: createOpenDemonstrationAccounts({ accounts, hasher, secrets, runtime }),
    settled: requests.settle,
  }
}
