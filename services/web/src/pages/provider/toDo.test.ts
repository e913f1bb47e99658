import { type ToDoFacts, toDoKinds, toDoMax, toDoOf } from './toDo.ts'

const offer = { offerId: 'o', name: 'A tidy garden', status: 'published', standing: 'fresh', roomEndsSoon: false, capacity: { state: 'open' } }
const organisation = { organisationId: 'g', name: 'Dee’s Gardens', isUnsaid: false, checksDue: 0, offersAlike: 0, isOwner: true }
const facts = (changes: Partial<ToDoFacts> = {}): ToDoFacts => ({ waiting: [], offers: [offer], organisations: [organisation], contracts: [], ...changes })
const kindsOf = (of: ToDoFacts) => toDoOf(of).items.map(({ kind }) => kind)

test('where all is well there is nothing to do', () => {
  expect(toDoOf(facts())).toEqual({ items: [], more: 0 })
})
test('what is most urgent stands first, whatever order it came in', () => {
  const all = facts({
    waiting: [
      { referralId: 'r2', answerDueAt: '2026-03-09T17:00:00.000Z', overdue: false, offerName: 'A tidy garden' },
      { referralId: 'r1', answerDueAt: '2026-03-02T17:00:00.000Z', overdue: true, offerName: 'A tidy garden' },
    ],
    offers: [
      { ...offer, offerId: 'd', status: 'draft', capacity: { state: 'unknown' } },
      { ...offer, offerId: 'a', standing: 'asked' },
      { ...offer, offerId: 'e', roomEndsSoon: true, capacity: { state: 'open', expiresAt: '2026-03-05T17:00:00.000Z' } },
      { ...offer, offerId: 'u', capacity: { state: 'unknown' } },
    ],
    organisations: [{ ...organisation, isUnsaid: true, checksDue: 2 }],
    contracts: [
      { contractId: 'c', title: 'Neighbourhood networks', returnDue: { partnerId: 'p', year: 2, quarter: 3, endsOn: '2025-12-31' } },
      { contractId: 'c2', title: 'Lunch clubs' },
    ],
  })
  expect(toDoOf(all).items.map(({ kind, href }) => [kind, href])).toEqual([
    ['overdue', '/provider/referrals/r1'],
    ['answer', '/provider/referrals/r2'],
    ['room', '/provider/offers/u#room'],
    ['room-ends', '/provider/offers/e#room'],
    ['return', '/contracts/c/returns/new?partner=p&quarter=2-3'],
    ['assurance', '/provider/offers/a/assurance'],
    ['draft', '/provider/offers/d'],
    ['check', '/provider/organisations/g/checks'],
    ['description', '/provider/organisations/g/description'],
  ])
  expect(new Set([...kindsOf(all), 'alike'])).toEqual(new Set(toDoKinds))
})
test('D10 whoever looks after offers that may be listed twice is led to them', () => {
  expect(toDoOf(facts({ organisations: [{ ...organisation, offersAlike: 2 }] })).items).toEqual([
    { kind: 'alike', href: '/duplicates?organisation=g', name: organisation.name },
  ])
})
test('D5 room that ends soon can be said again in one step; room that is unknown has to be said', () => {
  const { items } = toDoOf(
    facts({
      offers: [
        { ...offer, roomEndsSoon: true },
        { ...offer, offerId: 'u', capacity: { state: 'unknown' } },
      ],
    }),
  )
  expect(items.map(({ kind, renews }) => [kind, renews])).toEqual([
    ['room', undefined],
    ['room-ends', 'o'],
  ])
})
test('nothing is asked about offers that were withdrawn, and checks are the owner’s to look after', () => {
  expect(kindsOf(facts({ offers: [{ ...offer, status: 'withdrawn', standing: 'hidden', capacity: { state: 'unknown' } }] }))).toEqual([])
  expect(kindsOf(facts({ organisations: [{ ...organisation, checksDue: 1, isOwner: false }] }))).toEqual([])
})
test('the list stays short and says how many there are besides', () => {
  const waiting = Array.from({ length: toDoMax + 3 }, (_, at) => ({ referralId: `r${at}` }))
  const { items, more } = toDoOf(facts({ waiting }))
  expect([items.length, more]).toEqual([toDoMax, 3])
})
