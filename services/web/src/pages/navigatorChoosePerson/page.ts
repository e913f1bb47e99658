import { definePage, goTo } from '../../http/page.ts'
import { offerIn } from '../referring/offers.ts'
import { ownPeople } from '../referring/people.ts'

const peopleMax = 50

/** An offer was found first: for whom is it? */
export const navigatorChoosePersonPage = definePage({
  name: 'navigatorChoosePerson',
  path: '/navigator/refer',
  for: ['navigator'],
  load: async ({ services, query }) => {
    const [offer, people] = await Promise.all([offerIn(services, query), ownPeople(services, { limit: peopleMax, after: query.after })])
    return offer ? { offer, people: people.items, after: people.after } : goTo('/navigator')
  },
})
