import type { Visit } from '../http/page.ts'
import { path, ServiceProblem } from '../serviceCalls.ts'
import { WholeOffer } from './offer.ts'

/** An offer that everyone may find; undefined where it is not there, or no longer. */
export const readPublished = async ({ services }: Pick<Visit, 'services'>, offerId: string): Promise<WholeOffer | undefined> => {
  try {
    const offer = await services.get('provider-directory', path`/offers/${offerId}`, WholeOffer)
    return offer.status === 'published' ? offer : undefined
  } catch (error) {
    if (error instanceof ServiceProblem && error.status === 404) return undefined
    throw error
  }
}
