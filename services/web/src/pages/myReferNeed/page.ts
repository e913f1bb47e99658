import { Category, Track } from '@patchwork/events'
import { z } from 'zod'
import { definePage, goOnceThere, goTo } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { isAmongMessages } from '../appearances.ts'
import { offerIn, offersToChoose } from '../referring/offers.ts'

const Need = z.object({ needId: z.uuid(), track: Track, category: Category, words: z.string() })
const Own = z.object({ postcode: z.string().optional() })
const Sent = z.object({ referralId: z.uuid() })

/** Finds somebody for a need of one's own, which stays as it was said; each is asked with an agreement of its own. */
export const myReferNeedPage = definePage({
  name: 'myReferNeed',
  path: '/my/needs/:needId/refer',
  for: ['resident'],
  load: async ({ services, params, query }) => {
    const [need, own, offer] = await Promise.all([
      services.get('referral', path`/needs/${params.needId!}`, Need),
      services.get('people', '/people/me', Own),
      offerIn(services, query),
    ])
    const asked = Object.keys(query).length === 0 ? { category: need.category, track: need.track } : query
    const shared = { need, categories: Category.options }
    return offer ? { ...shared, offer } : { ...shared, found: await offersToChoose(services, asked, own.postcode) }
  },
  form: z.strictObject({ consent: z.literal('yes', { error: 'consent-missing' }) }),
  save: async (_values, { services, params, query, appears }) => {
    const needId = params.needId!
    const offer = await offerIn(services, query)
    if (!offer?.takesReferrals) return goTo(`/my/needs/${needId}/refer`)
    const basis = { kind: 'consent', given: 'self' }
    const { referralId } = await services.post('referral', '/referrals', { needId, offerId: offer.offerId, basis }, Sent)
    const notice = offer.track === 'join-in' ? 'myNewReferral.sentJoinIn' : 'myNewReferral.sent'
    return goOnceThere({ appears }, `/my/referrals/${referralId}`, notice, isAmongMessages(services, referralId))
  },
})
