import { type Ports, processInSpan, watchLag } from '@patchwork/aggregate'
import type { EventEnvelope } from '@patchwork/events'
import { service } from '../store/directory.ts'

/** An index of this process that follows events. */
export type Following = {
  /** Resolves when everything published before the call is shown. */
  caughtUp(): Promise<void>
  /** Events that it has still before it. */
  behind(): Promise<number>
  stop(): Promise<void>
}

/**
 * Hands each event of some topics to an index that reads documents anew where one speaks of them. What fails because something is away waits in the log; a
 * record that cannot be read is told as `cannotShow` and stays out, as `verify` names it and asking again and again would help nobody.
 */
export const followEvents = async (
  { group, topics, take, cannotShow }: { group: string; topics: string[]; take: (event: EventEnvelope) => Promise<void>; cannotShow: string },
  { log, logger }: Pick<Ports, 'log' | 'logger'>,
): Promise<Following> => {
  await log.ensureTopics(topics)
  const takeOrTell = async (event: EventEnvelope): Promise<void> => {
    try {
      await take(event)
    } catch (error) {
      if ((error as { kind?: unknown }).kind === 'unavailable') throw error
      logger.error({ group, eventId: event.id, eventType: event.type, aggregateId: event.subject, err: error }, cannotShow)
    }
  }
  const subscription = await log.subscribe({
    group,
    topics,
    handler: ([event]) => processInSpan({ log, service, group }, event, () => takeOrTell(event)),
  })
  const forgetLag = watchLag(log, group, topics)
  return {
    caughtUp: subscription.caughtUp,
    behind: async () => (await log.lag(group, topics)).reduce((sum, { behind }) => sum + behind, 0),
    stop: async () => {
      forgetLag()
      await subscription.stop()
    },
  }
}
