import { z } from 'zod'
import { WholeOffer } from '../../directory/offer.ts'
import { path, type ServiceCalls, ServiceProblem } from '../../serviceCalls.ts'

const organisationsMax = 20

/** Whose pages these are; they are worded to fit both. */
export const providing = ['provider', 'coordinator'] as const

const Mine = z.object({
  items: z.array(
    z.object({
      organisationId: z.uuid(),
      name: z.string(),
      kind: z.string(),
      memberRole: z.string().catch('member'),
      closedAt: z.string().optional().catch(undefined),
    }),
  ),
})

/** The organisations that the reader is a member of, 20 at most. Throws ServiceProblem. */
export const ownOrganisations = async (services: ServiceCalls) =>
  (await services.get('provider-directory', '/organisations/mine', Mine, { query: { limit: organisationsMax } })).items

/** Those of them that offer things still. Throws ServiceProblem. */
export const openOrganisations = async (services: ServiceCalls) => (await ownOrganisations(services)).filter(({ closedAt }) => closedAt === undefined)

/**
 * An offer that the reader may change, with its version; of one that was merged, the one that stands for it. Throws ServiceProblem; 404 for what is not theirs,
 * as if it were not there.
 */
export const ownStandingOffer = async (services: ServiceCalls, offerId: string): Promise<{ offer: WholeOffer; version: string }> => {
  const { body, tag } = await services.getTagged('provider-directory', path`/offers/${offerId}`, WholeOffer)
  if (!body.isYours) throw new ServiceProblem('provider-directory', 404, 'not-found')
  return { offer: body, version: tag ?? '' }
}

/** The same, where nothing else stands for it: what is changed is what was read. */
export const ownOffer = async (services: ServiceCalls, offerId: string): Promise<{ offer: WholeOffer; version: string }> => {
  const own = await ownStandingOffer(services, offerId)
  if (own.offer.offerId !== offerId.toLowerCase()) throw new ServiceProblem('provider-directory', 404, 'not-found')
  return own
}
