import { hkdfSync } from 'node:crypto'
import type { Ports } from '@patchwork/aggregate'
import { createSealer } from '@patchwork/encryption'
import type { RunningService, ServiceSettings } from '@patchwork/http'
import { repeatedly } from '@patchwork/runtime'
import { createApp } from './app.ts'
import type { WebSettings } from './config.ts'
import { openAssets } from './http/assets.ts'
import { cookieKey, createCookies } from './http/cookies.ts'
import { createFormTokens } from './http/formTokens.ts'
import { createHandOvers } from './http/handOver.ts'
import { createWards } from './map/boundaries.ts'
import { createPlaceAbout } from './place/placeAbout.ts'
import { createSendsMail } from './place/sendsMail.ts'
import { createServiceCalls } from './serviceCalls.ts'
import { createIssuer } from './session/issuer.ts'
import { openDraftStore } from './store/draftStore.ts'
import { openSessionStore } from './store/sessionStore.ts'
import { createView } from './view/pageView.ts'
import { openTranslations } from './words/words.ts'

const service = 'web'
const sweepEveryMs = 10 * 60_000
const ownClientId = 'patchwork-web'

/** Starts the pages, mounted at `/`. They hold nothing but sessions and drafts of forms; everything shown is asked of the services over HTTP. Throws what the store throws. */
export const start = async (ports: Ports, settings: ServiceSettings & WebSettings): Promise<RunningService> => {
  const { documents, runtime, logger, dataKey } = ports
  const { publicUrl, issuer: issuerUrl, jwksUrl, serviceUrls } = settings
  const client = settings.signInClient ?? { clientId: ownClientId, clientSecret: ownClientSecret(dataKey) }
  const issuer = createIssuer({ issuer: issuerUrl, jwksUrl, publicUrl, client, runtime })
  const sealer = createSealer(dataKey, service, runtime)
  const sessions = await openSessionStore({ documents, sealer, runtime, renew: issuer.renew })
  const drafts = await openDraftStore({ documents, sealer, runtime })
  const assets = await openAssets()
  const cookies = createCookies(publicUrl)
  const ownCalls = createServiceCalls({ serviceUrls, runtime, address: '127.0.0.1', bearer: async () => undefined })
  const placeAbout = createPlaceAbout(runtime, ownCalls)
  const sendsMail = createSendsMail(runtime, ownCalls)
  const handOvers = createHandOvers(cookies, sealer)
  const ready = () => documents.ping()
  const { app, stopLive } = createApp({
    ...{ sessions, drafts, cookies, sealer, issuer, assets, runtime, logger, publicUrl, issuerUrl, serviceUrls, placeAbout, sendsMail, handOvers, ready },
    wards: createWards(runtime, ownCalls),
    translations: openTranslations(),
    formTokens: createFormTokens(dataKey, runtime),
    cookieKey: cookieKey(dataKey),
    view: createView({ assets, cookies, handOvers, runtime, placeAbout, sendsMail, publicUrl, isDemonstration: settings.isDemonstration ?? (() => false) }),
  })
  const sweeper = repeatedly(runtime, {
    everyMs: sweepEveryMs,
    work: () => Promise.all([sessions.sweep(), drafts.sweep()]),
    onError: (error) => logger.warn({ code: (error as { code?: unknown }).code }, 'ended sessions and drafts could not be removed'),
  })
  return {
    name: service,
    mounts: [{ path: '/', app }],
    ready,
    stop: async () => {
      stopLive()
      await sweeper.stop()
    },
    invariants: [],
    consumers: [],
    readModels: [],
  }
}

/** The secret of the pages' client at Patchwork's own issuer, which derives it in the same way. */
const ownClientSecret = (dataKey: Uint8Array): string => Buffer.from(hkdfSync('sha256', dataKey, 'patchwork', 'oidc-web-client', 32)).toString('hex')
