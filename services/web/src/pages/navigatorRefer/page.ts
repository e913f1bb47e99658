import { Category, Track } from '@patchwork/events'
import { z } from 'zod'
import { choices, lines, optionalPostcode, together } from '../../http/formFields.ts'
import { definePage, goOnceThere, goTo } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { accessIs } from '../appearances.ts'
import { accessNeedCodes, basisCodes, basisFields, basisIn, outcomeFields, outcomesIn, refuseWithoutReason, wordsMax } from '../referring/forms.ts'
import { type Offer, offerIn, offersToChoose } from '../referring/offers.ts'
import { PersonDetails } from '../referring/people.ts'

const NavigatorReferForm = together(
  z.strictObject({
    track: z.enum(Track.options, { error: 'choose-one' }),
    category: z.enum(Category.options, { error: 'choose-one' }),
    words: lines(wordsMax),
    ...outcomeFields,
    accessNeeds: choices(accessNeedCodes),
    postcode: optionalPostcode(),
    ...basisFields,
  }),
  refuseWithoutReason,
)

const Recorded = z.object({ needId: z.uuid() })
const Sent = z.object({ referralId: z.uuid() })
type Loaded = { details: z.infer<typeof PersonDetails>; offer?: z.infer<typeof Offer> }

/** Asks for somebody: first an offer is chosen, then one form records the need and sends it. Sent twice, it is one request. */
export const navigatorReferPage = definePage({
  name: 'navigatorRefer',
  path: '/navigator/people/:personId/refer',
  for: ['navigator'],
  load: async ({ services, params, query }) => {
    const [details, offer] = await Promise.all([services.get('people', path`/people/${params.personId!}`, PersonDetails), offerIn(services, query)])
    const codes = { accessNeedCodes, basisCodes, categories: Category.options, tracks: Track.options }
    return offer ? { details, offer, ...codes } : { details, found: await offersToChoose(services, query, details.postcode), ...codes }
  },
  form: NavigatorReferForm,
  fill: ({ details, offer }: Loaded) => ({
    track: offer?.track,
    category: offer?.category,
    accessNeeds: details.accessNeeds,
    postcode: details.postcode,
  }),
  save: async (values, { services, params, query, appears }) => {
    const personId = params.personId!
    const offer = await offerIn(services, query)
    if (!offer?.takesReferrals) return goTo(`/navigator/people/${personId}/refer`)
    const { track, category, words, accessNeeds, postcode } = values
    const need = { personId, track, category, words, accessNeeds, desiredOutcomes: outcomesIn(values), ...(postcode === undefined ? {} : { postcode }) }
    const { needId } = await services.post('referral', '/needs', need, Recorded)
    const { referralId } = await services.post('referral', '/referrals', { needId, offerId: offer.offerId, basis: basisIn(values) }, Sent)
    return goOnceThere({ appears }, `/navigator/referrals/${referralId}`, 'navigatorRefer.done', accessIs(services, referralId, 'asked', 'open'))
  },
})
