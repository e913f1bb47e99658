import { Category } from '@patchwork/events'
import { z } from 'zod'
import { together } from '../../http/formFields.ts'
import { definePage, goOnceThere, goTo } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { accessIs } from '../appearances.ts'
import { basisCodes, basisFields, basisIn, refuseWithoutReason } from '../referring/forms.ts'
import { offerIn, offersToChoose } from '../referring/offers.ts'
import { PersonDetails } from '../referring/people.ts'
import { orAbsent } from '../referring/referrals.ts'

const Need = z.object({
  needId: z.uuid(),
  personId: z.uuid(),
  category: Category,
  words: z.string(),
  desiredOutcomes: z.array(z.object({ outcomeId: z.uuid(), words: z.string() })),
})
const Sent = z.object({ referralId: z.uuid() })

/** Asks somebody else for the same need, which stays as it was recorded; the basis for sharing is named anew. */
export const navigatorReferNeedPage = definePage({
  name: 'navigatorReferNeed',
  path: '/navigator/needs/:needId/refer',
  for: ['navigator'],
  load: async ({ services, params, query }) => {
    const need = await services.get('referral', path`/needs/${params.needId!}`, Need)
    const [details, offer] = await Promise.all([orAbsent(services.get('people', path`/people/${need.personId}`, PersonDetails)), offerIn(services, query)])
    const asked = Object.keys(query).length === 0 ? { category: need.category } : query
    const shared = { need, name: details?.name, categories: Category.options, basisCodes }
    return offer ? { ...shared, offer } : { ...shared, found: await offersToChoose(services, asked, details?.postcode) }
  },
  form: together(z.strictObject(basisFields), refuseWithoutReason),
  save: async (values, { services, params, query, appears }) => {
    const needId = params.needId!
    const offer = await offerIn(services, query)
    if (!offer?.takesReferrals) return goTo(`/navigator/needs/${needId}/refer`)
    const { referralId } = await services.post('referral', '/referrals', { needId, offerId: offer.offerId, basis: basisIn(values) }, Sent)
    return goOnceThere({ appears }, `/navigator/referrals/${referralId}`, 'navigatorRefer.done', accessIs(services, referralId, 'asked', 'open'))
  },
})
