import { definePage } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { openNeeds } from '../referring/needs.ts'
import { PersonDetails, peopleByIds } from '../referring/people.ts'
import { namesOf, ReferralLines, told } from '../referring/referrals.ts'

const listMax = 200

/** One person a navigator looks after: their details, what was asked for, and what can be done next. */
export const navigatorPersonPage = definePage({
  name: 'navigatorPerson',
  path: '/navigator/people/:personId',
  for: ['navigator'],
  load: async ({ services, params, format }) => {
    const personId = params.personId!
    const [details, known, needs, referrals] = await Promise.all([
      services.get('people', path`/people/${personId}`, PersonDetails),
      peopleByIds(services, [personId]),
      openNeeds(services, { personId }),
      services.get('referral', '/referrals', ReferralLines, { query: { limit: listMax } }),
    ])
    const theirs = referrals.items.filter((referral) => referral.personId === personId)
    const names = await namesOf(services, theirs)
    return {
      details,
      hasAccount: known.get(personId)?.hasAccount ?? false,
      referrals: theirs.map((line) => told(line, names, format)),
      needs,
      isMore: referrals.after !== undefined,
    }
  },
})
