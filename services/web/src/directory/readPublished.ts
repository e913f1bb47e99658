import type { Visit } from '../http/page.ts'
import { path, ServiceProblem } from '../serviceCalls.ts'
import { WholeOffer } from './offer.ts'

/** An offer that everyone may find; undefined where it is not there, or no longer. */
const readPublished = async ({ services }: Pick<Visit, 'services'>, offerId: string): Promise<WholeOffer | undefined> => {
  try {
    const offer = await services.get('provider-directory', path`/offers/${offerId}`, WholeOffer)
    return offer.status === 'published' ? offer : undefined
  } catch (error) {
    if (error instanceof ServiceProblem && error.status === 404) return undefined
    throw error
  }
}

/**
 * Those of some offers that everyone may find, each once with the ids that it was asked for by, and how many of the ids lead nowhere. One that was listed twice
 * and merged is shown as the one that stands for it.
 */
export const readAllPublished = async (
  visit: Pick<Visit, 'services'>,
  offerIds: readonly string[],
): Promise<{ found: { offer: WholeOffer; askedBy: string[] }[]; goneCount: number }> => {
  const read = await Promise.all(offerIds.map((offerId) => readPublished(visit, offerId)))
  const found = new Map<string, { offer: WholeOffer; askedBy: string[] }>()
  for (const [at, offer] of read.entries())
    if (offer) found.set(offer.offerId, { offer, askedBy: [...(found.get(offer.offerId)?.askedBy ?? []), offerIds[at]!] })
  return { found: [...found.values()], goneCount: read.filter((offer) => offer === undefined).length }
}
