import { z } from 'zod'
import { definePage, goOnceThere, goTo } from '../../http/page.ts'
import { isAmongMessages } from '../appearances.ts'
import { accessNeedCodes, outcomesIn } from '../referring/forms.ts'
import { offerIn } from '../referring/offers.ts'
import { MyNewReferralForm } from './form.ts'

const Own = z.object({ accessNeeds: z.array(z.string()).default([]), postcode: z.string().optional() })
const Recorded = z.object({ needId: z.uuid() })
const Sent = z.object({ referralId: z.uuid() })
type Loaded = { own: z.infer<typeof Own> }

/** Asking for oneself: one form records the need and sends it. Sent twice, it is one request. */
export const myNewReferralPage = definePage({
  name: 'myNewReferral',
  path: '/my/referrals/new',
  for: ['resident'],
  load: async ({ services, query }) => {
    const [offer, own] = await Promise.all([offerIn(services, query), services.get('people', '/people/me', Own)])
    return offer ? { offer, own, accessNeedCodes } : goTo('/find')
  },
  form: MyNewReferralForm,
  fill: ({ own }: Loaded) => ({ accessNeeds: own.accessNeeds, postcode: own.postcode }),
  save: async (values, { services, query, person, appears }) => {
    const offer = await offerIn(services, query)
    if (!offer) return goTo('/find')
    const { words, accessNeeds, postcode } = values
    const need = {
      personId: person.personId,
      track: offer.track,
      category: offer.category,
      words,
      accessNeeds,
      desiredOutcomes: outcomesIn(values),
      ...(postcode === undefined ? {} : { postcode }),
    }
    const { needId } = await services.post('referral', '/needs', need, Recorded)
    const basis = { kind: 'consent', given: 'self' }
    const { referralId } = await services.post('referral', '/referrals', { needId, offerId: offer.offerId, basis }, Sent)
    const notice = offer.track === 'join-in' ? 'myNewReferral.sentJoinIn' : 'myNewReferral.sent'
    return goOnceThere({ appears }, `/my/referrals/${referralId}`, notice, isAmongMessages(services, referralId))
  },
})
