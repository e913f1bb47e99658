import { definePage } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { peopleByIds } from '../referring/people.ts'
import { historyOf, journeyOf, leavesNeedOpen, namesOf, ReferralView, told } from '../referring/referrals.ts'

/** A request that the navigator sent for somebody: where it stands, what happened, and what can be done next. */
export const navigatorReferralPage = definePage({
  name: 'navigatorReferral',
  path: '/navigator/referrals/:referralId',
  for: ['navigator'],
  load: async ({ services, params, format }) => {
    const referralId = params.referralId!
    const [referral, history] = await Promise.all([services.get('referral', path`/referrals/${referralId}`, ReferralView), historyOf(services, referralId)])
    const [names, people] = await Promise.all([namesOf(services, [referral]), peopleByIds(services, [referral.personId])])
    return {
      referral: told(referral, names, format),
      journey: journeyOf(referral),
      mayAskElsewhere: leavesNeedOpen(referral),
      history,
      // Their own name is missing once the navigator's right to it has ended.
      name: referral.personId && people.get(referral.personId)?.name,
    }
  },
})
