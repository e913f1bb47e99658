import { Category, Track } from '@patchwork/events'
import { z } from 'zod'
import { path, type ServiceCalls } from '../../serviceCalls.ts'

const foundMax = 100
const shownMax = 20

export const Offer = z.object({
  offerId: z.uuid(),
  name: z.string(),
  track: Track,
  category: Category,
  organisation: z.object({ organisationId: z.uuid(), name: z.string() }),
  capacity: z.object({ state: z.enum(['open', 'waiting-list', 'closed', 'unknown']), units: z.int().optional(), expiresAt: z.string().optional() }),
  takesReferrals: z.boolean(),
  contact: z.object({ email: z.string().optional(), phone: z.string().optional(), website: z.string().optional() }).default({}),
})
const Found = z.object({ items: z.array(Offer.omit({ contact: true }).extend({ summary: z.string(), distanceMetres: z.int().optional() })), total: z.int() })

/** The offer that the address names; undefined where it names none. Throws ServiceProblem. */
export const offerIn = async (services: ServiceCalls, { offer }: Readonly<Record<string, string>>): Promise<z.infer<typeof Offer> | undefined> => {
  const offerId = z.uuid().safeParse(offer).data
  return offerId === undefined ? undefined : services.get('provider-directory', path`/offers/${offerId}`, Offer)
}

const Asked = z.object({
  text: z.string().max(200).catch(''),
  category: Category.optional().catch(undefined),
  track: Track.optional().catch(undefined),
  room: z.literal('open').optional().catch(undefined),
})

/** Offers to choose from, those that take requests here first; `near` puts the nearest first. 20 at most. Throws ServiceProblem. */
export const offersToChoose = async (services: ServiceCalls, query: Readonly<Record<string, string>>, near?: string) => {
  const asked = Asked.parse(query)
  const { text, category, track, room } = asked
  const found = await services.get('provider-directory', '/offers', Found, { query: { text, category, track, capacity: room, near, limit: foundMax } })
  const items = [...found.items.filter((offer) => offer.takesReferrals), ...found.items.filter((offer) => !offer.takesReferrals)].slice(0, shownMax)
  return { ...asked, items, total: found.total }
}
