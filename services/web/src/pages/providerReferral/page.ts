import { WholeOffer } from '../../directory/offer.ts'
import { definePage } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { providing } from '../providing/own.ts'
import { personOf, requestOf } from '../providing/requests.ts'
import { historyOf, orAbsent } from '../referring/referrals.ts'

/** One request: before acceptance what is needed and where, after it also who it is for; ended, only that it ended. */
export const providerReferralPage = definePage({
  name: 'providerReferral',
  path: '/provider/referrals/:referralId',
  for: providing,
  load: async (visit) => {
    const { services, params, person: reader } = visit
    const referral = await requestOf(services, params.referralId!)
    const [person, offer, history, wards] = await Promise.all([
      personOf(visit, referral),
      orAbsent(services.get('provider-directory', path`/offers/${referral.offerId}`, WholeOffer)),
      historyOf(services, referral.referralId),
      referral.wardCode === undefined ? [] : visit.wards(),
    ])
    return {
      referral,
      subject: person,
      offer,
      history,
      wardName: wards.find(({ properties }) => properties.wardCode === referral.wardCode)?.properties.name,
      isOpen: referral.status === 'sent' || referral.status === 'accepted',
      isByColleague: referral.status === 'accepted' && referral.acceptedBy !== undefined && referral.acceptedBy !== reader.personId,
      paragraphs: (referral.words ?? '').split(/\n{2,}/).filter((paragraph) => paragraph !== ''),
    }
  },
})
