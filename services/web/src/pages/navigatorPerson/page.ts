import { Category, Track } from '@patchwork/events'
import { z } from 'zod'
import { definePage } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { PersonDetails, peopleByIds } from '../referring/people.ts'
import { namesOf, ReferralLines, told } from '../referring/referrals.ts'

const listMax = 200

const Needs = z.object({
  items: z.array(z.object({ needId: z.uuid(), track: Track, category: Category, recordedAt: z.string().optional() })),
  after: z.string().optional(),
})

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
      services.get('referral', '/needs', Needs, { query: { personId, limit: listMax } }),
      services.get('referral', '/referrals', ReferralLines, { query: { limit: listMax } }),
    ])
    const theirs = referrals.items.filter((referral) => referral.personId === personId)
    const names = await namesOf(services, theirs)
    return {
      details,
      hasAccount: known.get(personId)?.hasAccount ?? false,
      referrals: theirs.map((line) => told(line, names, format)),
      unsent: needs.items.filter(({ needId }) => !theirs.some((referral) => referral.needId === needId)),
      isMore: referrals.after !== undefined,
    }
  },
})
