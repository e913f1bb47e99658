import { consume, type Ports } from '@patchwork/aggregate'
import { AccountChallengeIssued, OfferCapacityExpired, OrganisationInvitationIssued, PoolSpendProposed, ReferralSent, SearchWatchTold } from '@patchwork/events'
import { createAuthenticator, createServiceClient, type RunningService, type ServiceSettings, shownConsumer } from '@patchwork/http'
import { observe } from '@patchwork/telemetry'
import { createNotificationApp } from './app.ts'
import { createLiveChannel } from './channels/liveChannel.ts'
import { createMailServer } from './channels/mailServer.ts'
import { createMailSink } from './channels/mailSink.ts'
import { complete, type OwnSettings } from './config.ts'
import { announcer, messageIdFor } from './consumers/announce.ts'
import { onChallengeIssued } from './consumers/onChallengeIssued.ts'
import { onInvitationIssued } from './consumers/onInvitationIssued.ts'
import { onOfferEvents } from './consumers/onOfferEvents.ts'
import { onPoolEvents } from './consumers/onPoolEvents.ts'
import { onReferralEvents } from './consumers/onReferralEvents.ts'
import { onSearchWatchTold } from './consumers/onSearchWatchTold.ts'
import { createContacts } from './sending/contacts.ts'
import { mailMaker } from './sending/mailing.ts'
import { createSender } from './sending/sender.ts'
import { everyoneIsTold } from './store/fanOutInvariant.ts'
import { openFanOuts } from './store/fanOuts.ts'
import { openMemberships } from './store/memberships.ts'
import { arrivedSince, countByStatus, openMessages, unreadOf } from './store/messages.ts'
import { partiesFollowFromEvents } from './store/partiesInvariant.ts'
import { openPreferences } from './store/preferences.ts'
import { openReferralParties } from './store/referralParties.ts'

export type { OwnSettings } from './config.ts'

const service = 'notification'

/**
 * Starts the service: tells people what concerns them, in the page and by e-mail, and keeps the ledger of it.
 * Throws TypeError when a mail server is set without a sender, and what the stores throw when they cannot be opened.
 */
export const start = async (ports: Ports, settings: ServiceSettings & OwnSettings): Promise<RunningService> => {
  const { runtime, logger, dataKey } = ports
  const { mail, placeName } = complete(settings)
  const authenticate = createAuthenticator({ service, issuer: settings.issuer, jwksUrl: settings.jwksUrl, dataKey, runtime })
  const client = createServiceClient({ service, serviceUrls: settings.serviceUrls, dataKey, runtime })

  const [messages, fanOuts, parties, preferences, memberships] = await Promise.all([
    openMessages(ports),
    openFanOuts(ports),
    openReferralParties(ports),
    openPreferences(ports),
    openMemberships(ports),
  ])

  const sink = createMailSink()
  const mailServer = mail && createMailServer(mail, runtime)
  const live = createLiveChannel({
    runtime,
    logger,
    unreadOf: (personId) => unreadOf(messages, personId),
    arrivedSince: (since, paging) => arrivedSince(messages, since, paging),
  })
  const prepare = mailMaker({
    contacts: createContacts(client, ports.runtime),
    preferences,
    hasMailServer: mailServer !== undefined,
    publicUrl: settings.publicUrl,
    placeName,
  })
  const sender = createSender({ messages, prepare, mailServer, sink, runtime, logger })
  const announce = announcer({ fanOuts, preferences, messages, sender, live, runtime })

  const consumer = await consume(
    {
      service,
      group: service,
      topics: [
        ReferralSent.topic,
        AccountChallengeIssued.topic,
        OfferCapacityExpired.topic,
        PoolSpendProposed.topic,
        SearchWatchTold.topic,
        OrganisationInvitationIssued.topic,
      ],
      handlers: [
        ...onReferralEvents({ announce, parties, memberships }),
        onChallengeIssued({ announce }),
        ...onOfferEvents({ announce, memberships }),
        ...onPoolEvents({ announce, memberships }),
        onSearchWatchTold({ announce }),
        onInvitationIssued({ announce }),
      ],
    },
    ports,
  )
  const forgetCounts = observe('patchwork.notifications', async () =>
    (await countByStatus(messages, runtime.now())).map(({ status, count }) => ({ value: count, attributes: { 'patchwork.state': status } })),
  )
  // What was due while nobody was here goes out now.
  sender.wake()

  const ready = async (): Promise<void> => {
    await Promise.all([ports.documents.ping(), ports.log.ping()])
  }
  const app = createNotificationApp(
    { authenticate, runtime, logger, ready },
    { messages, preferences, live, sink, placeName, hasMailServer: mailServer !== undefined },
  )
  let stopping: Promise<void> | undefined
  return {
    name: service,
    mounts: [{ path: '/api/notification', app }],
    ready,
    stop: () => {
      stopping ??= (async () => {
        forgetCounts()
        await live.stop()
        await consumer.stop()
        await sender.stop()
        await memberships.model.stop()
        await messages.stop()
      })()
      return stopping
    },
    invariants: [
      ...messages.invariants,
      ...consumer.invariants,
      ...memberships.model.consumer().invariants,
      partiesFollowFromEvents(parties, ports),
      everyoneIsTold({ fanOuts, messages, runtime, idOf: messageIdFor }),
    ],
    consumers: [shownConsumer(service, () => consumer), shownConsumer('notification-memberships', memberships.model.consumer)],
    readModels: [
      {
        name: 'notification/memberships',
        rebuild: async () => {
          await memberships.model.rebuild()
        },
        digest: memberships.model.digest,
      },
    ],
  }
}
