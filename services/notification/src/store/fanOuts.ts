import type { Ports } from '@patchwork/aggregate'
import type { Collection } from '@patchwork/document-store'
import type { About, Channel } from '../domain/message.ts'
import type { TemplateName } from '../domain/templates.ts'
import { isAlreadyThere } from './alreadyThere.ts'

/** Whom one event is told to, by which channels and with which words. Written once, before the first message, and never changed. */
export type FanOut = {
  eventId: string
  about?: About
  recipients: { personId: string; template: TemplateName; channels: Channel[] }[]
  frozenAt: string
}

export type FanOuts = { collection: Collection<FanOut>; freeze(eventId: string, decide: () => Promise<Omit<FanOut, 'eventId'>>): Promise<FanOut> }

/**
 * The frozen lists of recipients, by the event that caused them: however often an event is delivered, and however memberships and preferences
 * change in between, the same people are told, once.
 */
export const openFanOuts = async ({ documents }: Pick<Ports, 'documents'>): Promise<FanOuts> => {
  const collection = await documents.collection<FanOut>({
    service: 'notification',
    name: 'fan-outs',
    fields: { frozenAt: { path: 'frozenAt', type: 'string' } },
    indexes: { frozen: { fields: ['frozenAt'] } },
  })
  return {
    collection,
    /** The frozen list of an event; `decide` is asked only where there is none yet. */
    freeze: async (eventId, decide) => {
      const frozen = await collection.get(eventId)
      if (frozen) return frozen.body
      const fresh = { eventId, ...(await decide()) }
      try {
        return (await collection.insert(eventId, fresh)).body
      } catch (error) {
        if (!isAlreadyThere(error)) throw error
        // Another process was first; its list counts.
        const theirs = await collection.get(eventId)
        if (!theirs) throw error
        return theirs.body
      }
    },
  }
}
