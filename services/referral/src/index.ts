import { deadlines, type Ports } from '@patchwork/aggregate'
import { createApp, createAuthenticator, createServiceClient, type RunningService, type ServiceSettings, shownReadModels } from '@patchwork/http'
import { ReferralSettings } from './config.ts'
import { decide } from './domain/decide.ts'
import { needRoutes } from './http/needRoutes.ts'
import { referralRoutes } from './http/referralRoutes.ts'
import { referralInvariants } from './invariants.ts'
import { readBankHolidays } from './store/bankHolidays.ts'
import { openDisclosures } from './store/disclosures.ts'
import { openNeighbours } from './store/neighbours.ts'
import { openReferralStore } from './store/referralStore.ts'

export { ReferralSettings } from './config.ts'

const service = 'referral'
/** A place is told this long before its list of bank holidays ends. */
const bankHolidaysWarningMs = 90 * 86_400_000

/** Starts needs and referrals: their rules, their reading of neighbours' events, their deadlines and their API. Throws what the stores throw. */
export const start = async (ports: Ports, settings: ServiceSettings & Partial<ReferralSettings>): Promise<RunningService> => {
  const { answerWithinWorkingDays, deadlinesEveryMs } = ReferralSettings.parse(pick(settings))
  const { runtime, logger, dataKey, documents, log } = ports
  const bankHolidays = readBankHolidays()
  if (Date.parse(bankHolidays.lastDay) - runtime.now() < bankHolidaysWarningMs)
    logger.warn({ lastDay: bankHolidays.lastDay }, 'The list of bank holidays is about to end: add the years that are published since')

  const [store, neighbours, disclosures] = await Promise.all([openReferralStore(ports), openNeighbours(ports), openDisclosures(ports)])
  const unanswered = deadlines({
    aggregates: store.referrals,
    field: 'awaitedUntil',
    everyMs: deadlinesEveryMs,
    name: 'referral-unanswered',
    ports,
    decide: ({ id, state }, at) => ({ events: decide(state, { type: 'NoteUnanswered', referralId: id, at }) }),
  })
  const services = createServiceClient({ service, serviceUrls: settings.serviceUrls, dataKey, runtime })
  const routes = [
    ...needRoutes({ store, neighbours, disclosures, services, runtime }),
    ...referralRoutes({ store, neighbours, disclosures, runtime, answerWithinWorkingDays, bankHolidays: bankHolidays.days }),
  ]
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
      await unanswered.stop()
      await Promise.all(Object.values(neighbours.readModels).map((model) => model.stop()))
      await Promise.all([store.needs.stop(), store.referrals.stop()])
    },
    invariants: [
      ...store.needs.invariants,
      ...store.referrals.invariants,
      ...Object.values(neighbours.readModels).flatMap((model) => model.consumer().invariants),
      ...referralInvariants(store),
    ],
    ...shownReadModels(service, neighbours.readModels),
  }
}

const pick = ({ answerWithinWorkingDays, deadlinesEveryMs }: Partial<ReferralSettings>) => ({ answerWithinWorkingDays, deadlinesEveryMs })
