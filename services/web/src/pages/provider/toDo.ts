/** What is known of the reader's offers, requests and organisations, as far as something may have to be done about it. */
export type ToDoFacts = {
  waiting: readonly { referralId: string; answerDueAt?: string | undefined; overdue?: boolean | undefined; offerName?: string | undefined }[]
  offers: readonly {
    offerId: string
    name: string
    status: string
    standing?: string | undefined
    roomEndsSoon: boolean
    capacity: { state: string; expiresAt?: string | undefined }
  }[]
  organisations: readonly { organisationId: string; name: string; isUnsaid: boolean; checksDue: number; offersAlike: number; isOwner: boolean }[]
  contracts: readonly { contractId: string; title: string; returnDue?: { partnerId: string; year: number; quarter: number; endsOn: string } | undefined }[]
}

export const toDoKinds = ['overdue', 'answer', 'room', 'room-ends', 'return', 'assurance', 'draft', 'check', 'alike', 'description'] as const
export type ToDo = {
  kind: (typeof toDoKinds)[number]
  href: string
  /** The offer, organisation or contract that it is about. */
  name?: string | undefined
  /** Until when, or of a return since when. */
  at?: string | undefined
  /** The offer whose room is said again in one step. */
  renews?: string
}

export const toDoMax = 10

/**
 * What to do next, the most urgent first: answers that are due, room that ran out or will, returns of quarters that are over, offers to assure, drafts, checks,
 * offers that may be listed twice, descriptions.
 */
export const toDoOf = (facts: ToDoFacts): { items: ToDo[]; more: number } => {
  const all = [...ofRequests(facts), ...ofOffers(facts), ...ofContracts(facts), ...ofOrganisations(facts)]
  all.sort((one, other) => toDoKinds.indexOf(one.kind) - toDoKinds.indexOf(other.kind))
  return { items: all.slice(0, toDoMax), more: Math.max(0, all.length - toDoMax) }
}

const ofRequests = ({ waiting }: ToDoFacts): ToDo[] =>
  [...waiting]
    .sort((one, other) => ((one.answerDueAt ?? '9') < (other.answerDueAt ?? '9') ? -1 : 1))
    .map(({ referralId, overdue, offerName: name, answerDueAt: at }) => ({
      ...{ kind: overdue ? 'overdue' : 'answer', href: `/provider/referrals/${referralId}`, name, at },
    }))

const ofOffers = ({ offers }: ToDoFacts): ToDo[] =>
  offers.flatMap(({ offerId, name, status, standing, roomEndsSoon, capacity }): ToDo[] => {
    const at = `/provider/offers/${offerId}`
    if (status === 'draft') return [{ kind: 'draft', href: at, name }]
    if (status !== 'published') return []
    return [
      ...(capacity.state === 'unknown' ? [{ kind: 'room' as const, href: `${at}#room`, name }] : []),
      ...(roomEndsSoon ? [{ kind: 'room-ends' as const, href: `${at}#room`, name, at: capacity.expiresAt, renews: offerId }] : []),
      ...(standing !== undefined && standing !== 'fresh' ? [{ kind: 'assurance' as const, href: `${at}/assurance`, name }] : []),
    ]
  })

const ofContracts = ({ contracts }: ToDoFacts): ToDo[] =>
  contracts.flatMap(({ contractId, title: name, returnDue }): ToDo[] => {
    if (returnDue === undefined) return []
    const { partnerId, year, quarter, endsOn: at } = returnDue
    return [{ kind: 'return', href: `/contracts/${contractId}/returns/new?partner=${partnerId}&quarter=${year}-${quarter}`, name, at }]
  })

const ofOrganisations = ({ organisations }: ToDoFacts): ToDo[] =>
  organisations.flatMap(({ organisationId, name, isUnsaid, checksDue, offersAlike, isOwner }): ToDo[] => [
    ...(isOwner && checksDue > 0 ? [{ kind: 'check' as const, href: `/provider/organisations/${organisationId}/checks`, name }] : []),
    ...(offersAlike > 0 ? [{ kind: 'alike' as const, href: `/duplicates?organisation=${organisationId}`, name }] : []),
    ...(isUnsaid ? [{ kind: 'description' as const, href: `/provider/organisations/${organisationId}/description`, name }] : []),
  ])
