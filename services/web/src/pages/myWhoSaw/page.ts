import { definePage } from '../../http/page.ts'
import { readingsOfDetails, readingsOfWords } from '../referring/accessLog.ts'
import { namesOf } from '../referring/referrals.ts'

const shownMax = 30

/** Everybody who read something about the reader: who they are, and what they said they need. */
export const myWhoSawPage = definePage({
  name: 'myWhoSaw',
  path: '/my/who-saw',
  for: ['resident'],
  load: async ({ services, person, query }) => {
    const [details, words] = await Promise.all([
      readingsOfDetails(services, person.personId, { limit: shownMax, after: query.details }),
      readingsOfWords(services, { limit: shownMax, after: query.words }),
    ])
    const names = await namesOf(
      services,
      [...details.items, ...words.items].map(({ who }) => ({ organisationId: who.organisationId })),
    )
    return { details, words, organisations: Object.fromEntries(names.organisations), isFirst: query.details === undefined && query.words === undefined }
  },
})
