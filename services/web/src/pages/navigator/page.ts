import { z } from 'zod'
import { definePage } from '../../http/page.ts'
import { ownPeople, peopleByIds } from '../referring/people.ts'
import { namesOf, type ReferralLine, ReferralLines, told } from '../referring/referrals.ts'

const tasksMax = 30
const peopleMax = 50
const openMax = 200
const recentMax = 10

const Tasks = z.object({
  items: z.array(z.object({ taskId: z.string(), referralId: z.uuid(), personId: z.uuid(), offerId: z.uuid(), organisationId: z.uuid(), dueAt: z.string() })),
  after: z.string().optional(),
})

/** Where a navigator begins: what waits, whom they look after, and what has moved. */
export const navigatorPage = definePage({
  name: 'navigator',
  path: '/navigator',
  for: ['navigator'],
  load: async ({ services, format, query }) => {
    const referrals = (status?: string, limit = openMax) => services.get('referral', '/referrals', ReferralLines, { query: { status, limit } })
    const [tasks, own, sent, accepted, newest] = await Promise.all([
      services.get('referral', '/tasks', Tasks, { query: { limit: tasksMax } }),
      ownPeople(services, { limit: peopleMax, after: query.after }),
      referrals('sent'),
      referrals('accepted'),
      referrals(undefined, openMax),
    ])
    const moved = newest.items.toSorted((one, other) => (movedAt(one) < movedAt(other) ? 1 : -1)).slice(0, recentMax)
    const [people, names] = await Promise.all([
      peopleByIds(
        services,
        [...tasks.items, ...moved].map(({ personId }) => personId),
      ),
      namesOf(services, [...tasks.items, ...moved]),
    ])
    const nameOf = (personId: string | undefined) => (personId === undefined ? undefined : people.get(personId)?.name)
    const open = [...sent.items, ...accepted.items]
    const openOf = (personId: string) => open.filter((referral) => referral.personId === personId).length
    return {
      tasks: tasks.items.map((task) => ({
        ...task,
        name: nameOf(task.personId),
        offerName: names.offers.get(task.offerId),
        organisationName: names.organisations.get(task.organisationId),
      })),
      people: own.items.map((person) => ({ ...person, open: openOf(person.personId) })),
      after: own.after,
      isFirst: query.after === undefined,
      moved: moved.map((line) => ({ ...told(line, names, format), name: nameOf(line.personId), movedAt: movedAt(line) })),
      waiting: sent.items.length,
      underway: accepted.items.length,
      isMore: sent.after !== undefined || accepted.after !== undefined,
    }
  },
})

const movedAt = ({ sentAt, acceptedAt, endedAt }: ReferralLine): string => endedAt ?? acceptedAt ?? sentAt
