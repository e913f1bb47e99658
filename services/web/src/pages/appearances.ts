import { z } from 'zod'
import { path, type ServiceCalls } from '../serviceCalls.ts'

// What a write causes in another part of Patchwork and the next page speaks of, each as one look. None of them reads anything of a person.

const SearchState = z.object({ isUpToDate: z.boolean() })
/** Search shows an offer of one's own as it is by now, or, once it was withdrawn, not any more. */
export const searchShows = (services: ServiceCalls, offerId: string) => async (): Promise<boolean> =>
  (await services.get('provider-directory', path`/offers/${offerId}/search-state`, SearchState)).isUpToDate

const Memberships = z.object({ organisationIds: z.array(z.uuid()) })
/** Requests to an organisation that one has just registered or joined come to oneself. */
export const requestsComeTo = (services: ServiceCalls, organisationId: string) => async (): Promise<boolean> =>
  (await services.get('referral', '/memberships', Memberships)).organisationIds.includes(organisationId)

/** Requests to an organisation that one has left come to oneself no more. */
export const requestsStop = (services: ServiceCalls, organisationId: string) => async (): Promise<boolean> =>
  !(await requestsComeTo(services, organisationId)())

const Offered = z.object({ offers: z.array(z.object({ status: z.string() })) })
/** Nothing of an organisation of one's own is published any more. */
export const nothingIsOffered = (services: ServiceCalls, organisationId: string) => async (): Promise<boolean> =>
  (await services.get('provider-directory', path`/organisations/${organisationId}`, Offered)).offers.every(({ status }) => status !== 'published')

const Access = z.object({ access: z.enum(['none', 'asked', 'open']) })
/** A referral opens its person's details (`open`), is known to be under way (`asked`), or opens nothing any more (`none`). */
export const accessIs =
  (services: ServiceCalls, referralId: string, ...expected: z.infer<typeof Access>['access'][]) =>
  async (): Promise<boolean> =>
    expected.includes((await services.get('people', path`/referrals/${referralId}/access`, Access)).access)

const newestMessages = 20
const Messages = z.object({ items: z.array(z.object({ link: z.string().optional() })) })
/** The receipt of one's own request is among one's messages. */
export const isAmongMessages = (services: ServiceCalls, referralId: string) => async (): Promise<boolean> =>
  (await services.get('notification', '/messages', Messages, { query: { limit: newestMessages } })).items.some(({ link }) => link?.endsWith(referralId))
