import { Category, Track } from '@patchwork/events'
import { z } from 'zod'
import { choices, lines, optionalPostcode } from '../../http/formFields.ts'
import { definePage, goTo, type SignedInVisit } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { accessNeedCodes, outcomeFields, outcomesIn, wordsMax } from '../referring/forms.ts'
import { PersonDetails } from '../referring/people.ts'

const NewNeedForm = z.strictObject({
  words: lines(wordsMax),
  track: z.enum(Track.options, { error: 'choose-one' }),
  category: z.enum(Category.options, { error: 'choose-one' }),
  ...outcomeFields,
  accessNeeds: choices(accessNeedCodes),
  postcode: optionalPostcode(),
})
const Recorded = z.object({ needId: z.uuid() })
type Loaded = { details: z.infer<typeof PersonDetails> }

/** What somebody needs, before anybody is chosen to ask: their own words first. Sent twice, it is one need. */
const newNeedPage = <const Reader extends 'resident' | 'navigator'>(
  reader: Reader,
  paths: { page: string; back: (visit: SignedInVisit) => string; needs: string },
  personIdOf: (visit: SignedInVisit) => string,
) =>
  definePage({
    name: 'newNeed',
    path: paths.page,
    for: [reader],
    load: async (visit) => ({
      details: await visit.services.get('people', path`/people/${reader === 'resident' ? 'me' : personIdOf(visit)}`, PersonDetails),
      isOwn: reader === 'resident',
      back: paths.back(visit),
      categories: Category.options,
      accessNeedCodes,
    }),
    form: NewNeedForm,
    fill: ({ details }: Loaded) => ({ accessNeeds: details.accessNeeds, postcode: details.postcode }),
    save: async (values, visit) => {
      const { track, category, words, accessNeeds, postcode } = values
      const need = { personId: personIdOf(visit), track, category, words, accessNeeds, desiredOutcomes: outcomesIn(values) }
      const { needId } = await visit.services.post('referral', '/needs', { ...need, ...(postcode === undefined ? {} : { postcode }) }, Recorded)
      return goTo(`${paths.needs}/${needId}/refer`, { notice: 'newNeed.done' })
    },
  })

export const myNewNeedPage = newNeedPage('resident', { page: '/my/needs/new', back: () => '/my', needs: '/my/needs' }, ({ person }) => person.personId)
export const navigatorNewNeedPage = newNeedPage(
  'navigator',
  {
    page: '/navigator/people/:personId/needs/new',
    back: ({ params }) => `/navigator/people/${params.personId}`,
    needs: '/navigator/needs',
  },
  ({ params }) => params.personId!,
)
