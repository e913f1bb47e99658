import { BusyError, type Ports } from '@patchwork/aggregate'
import type { Collection } from '@patchwork/document-store'
import type { Parties } from '../domain/audience.ts'
import { isAlreadyThere } from './alreadyThere.ts'

export type PartiesBody = Parties & { sequence: number }

const attemptsMax = 10

export type ReferralParties = {
  collection: Collection<PartiesBody>
  get(referralId: string): Promise<Parties | undefined>
  /** Keeps who has to do with a referral, as of one of its events. Only a later event than the last one kept changes anything. */
  keep(referralId: string, sequence: number, change: (known: Parties | undefined) => Parties | undefined): Promise<void>
}

/**
 * Who has to do with each referral, as its own events told: later events do not repeat it. Kept by the reaction that sends the messages, and not as
 * a read model of another group, so that it is never behind the event in hand; an invariant holds it to the events instead of a rebuild.
 */
export const openReferralParties = async ({ documents }: Pick<Ports, 'documents'>): Promise<ReferralParties> => {
  const collection = await documents.collection<PartiesBody>({ service: 'notification', name: 'referral-parties', fields: {}, indexes: {} })

  const keepOnce = async (referralId: string, sequence: number, change: (known: Parties | undefined) => Parties | undefined): Promise<boolean> => {
    const stored = await collection.get(referralId)
    if (stored && stored.body.sequence >= sequence) return true
    const next = change(stored?.body)
    if (next === undefined) return true
    const body = { ...next, sequence }
    if (stored) return (await collection.replace(referralId, body, { expectedRevision: stored.revision })) === 'replaced'
    return collection.insert(referralId, body).then(
      () => true,
      (error: unknown) => {
        if (isAlreadyThere(error)) return false
        throw error
      },
    )
  }

  return {
    collection,
    get: async (referralId) => (await collection.get(referralId))?.body,
    keep: async (referralId, sequence, change) => {
      for (let attempt = 1; attempt <= attemptsMax; attempt += 1) if (await keepOnce(referralId, sequence, change)) return
      throw new BusyError()
    },
  }
}
