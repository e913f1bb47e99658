import { idFor, type ReactionContext } from '@patchwork/aggregate'
import type { EventEnvelope } from '@patchwork/events'
import { instant, type Runtime } from '@patchwork/runtime'
import { currentTraceparent } from '@patchwork/telemetry'
import type { LiveChannel } from '../channels/liveChannel.ts'
import type { Recipient } from '../domain/audience.ts'
import { queueMessage } from '../domain/decide.ts'
import type { About, Channel } from '../domain/message.ts'
import { channelsFor } from '../domain/templates.ts'
import type { Sender } from '../sending/sender.ts'
import type { FanOut, FanOuts } from '../store/fanOuts.ts'
import type { Messages } from '../store/messages.ts'
import type { PreferencesStore } from '../store/preferences.ts'

/** Messages queued at the same time. */
const atOnceMax = 16

export type Announce = (
  event: Pick<EventEnvelope, 'id'>,
  context: ReactionContext,
  what: { about?: About; audience: () => Promise<readonly Recipient[]> },
) => Promise<void>

/** The message's id is made from what caused it, whom it is for, and the channel: the same event makes the same message, however often it comes. */
export const messageIdFor = (eventId: string, personId: string, channel: Channel): string => idFor(`message:${eventId}/${personId}/${channel}`)

/** Tells everybody concerned of an event: freezes who that is, queues a message to each by each channel, and wakes what delivers them. */
export const announcer = (dependencies: {
  fanOuts: FanOuts
  preferences: PreferencesStore
  messages: Messages
  sender: Pick<Sender, 'wake'>
  live: Pick<LiveChannel, 'push'>
  runtime: Runtime
}): Announce => {
  const { fanOuts, preferences, messages, sender, live, runtime } = dependencies

  const withChannels = async ({ personId, template }: Recipient): Promise<FanOut['recipients'][number]> => {
    const { preferences: chosen } = await preferences.get(personId)
    return { personId, template, channels: [...channelsFor(template, chosen.email)] }
  }

  return async (event, context, { about, audience }) => {
    const { recipients } = await fanOuts.freeze(event.id, async () => ({
      ...(about === undefined ? {} : { about }),
      recipients: await Promise.all((await audience()).map(withChannels)),
      frozenAt: instant(runtime),
    }))
    const queue = async ({ personId, template, channel }: { personId: string; template: string; channel: Channel }): Promise<void> => {
      const messageId = messageIdFor(event.id, personId, channel)
      const command = context.command(null, `${personId}/${channel}`)
      const facts = { messageId, personId, channel, template, causedBy: event.id, ...(about === undefined ? {} : { about }) }
      const { repeated, state } = await messages.update(messageId, command, ({ state }) => ({
        events: queueMessage(state, { ...facts, issuedAt: command.at }),
      }))
      if (repeated || state.status === 'unborn') return
      if (channel === 'e-mail') sender.wake({ message: state, traceparent: currentTraceparent() })
      else live.push(personId, messageId)
    }
    const parcels = recipients.flatMap(({ channels, ...recipient }) => channels.map((channel) => ({ ...recipient, channel })))
    for (let at = 0; at < parcels.length; at += atOnceMax) await Promise.all(parcels.slice(at, at + atOnceMax).map(queue))
  }
}
