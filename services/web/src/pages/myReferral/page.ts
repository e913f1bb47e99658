import { definePage } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { readingsOfDetails, readingsOfWords } from '../referring/accessLog.ts'
import { historyOf, journeyOf, leavesNeedOpen, namesOf, ReferralView, told } from '../referring/referrals.ts'

const readingsMax = 200

/** One's own request: where it stands, who has it, who looked, and what one may do. */
export const myReferralPage = definePage({
  name: 'myReferral',
  path: '/my/referrals/:referralId',
  for: ['resident'],
  load: async ({ services, params, person, format }) => {
    const referralId = params.referralId!
    const query = { limit: readingsMax }
    const [referral, history, details, words] = await Promise.all([
      services.get('referral', path`/referrals/${referralId}`, ReferralView),
      historyOf(services, referralId),
      readingsOfDetails(services, person.personId, query),
      readingsOfWords(services, query),
    ])
    const readings = [...details.items, ...words.items]
      .filter((reading) => reading.referralId === referralId)
      .sort((one, other) => (one.at < other.at ? 1 : -1))
    const names = await namesOf(services, [referral, ...readings.map(({ who }) => ({ organisationId: who.organisationId }))])
    return {
      referral: told(referral, names, format),
      journey: journeyOf(referral),
      mayAskElsewhere: leavesNeedOpen(referral),
      history,
      // The request's own page says which request it is for.
      readings: readings.map(({ referralId: _, ...reading }) => reading),
      organisations: Object.fromEntries(names.organisations),
    }
  },
})
