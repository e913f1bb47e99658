import { type Aggregate, type OpenedAggregates, openAggregates, type Ports } from '@patchwork/aggregate'
import { AccountChallengeIssued, AccountClosed, AccountOpened, AccountPasswordChosen, AccountVerified } from '@patchwork/events'
import { type Account, type AccountDetails, type AccountEvent, evolve, isOpen, unopened } from '../domain/account.ts'

export type AccountAggregate = Aggregate<Account, AccountDetails>
export type AccountStore = {
  accounts: OpenedAggregates<Account, AccountEvent, AccountDetails>
  /** The account whose link this is, if the link is still open. */
  findByLink(challengeId: string): Promise<AccountAggregate | undefined>
  /** The accounts of a person that are not closed; a person has one, or none. */
  findByPerson(personId: string): Promise<AccountAggregate[]>
  countAdministrators(): Promise<number>
  /** Every account, the one opened last first. `after` as it was given with the page before. */
  list(page: { limit: number; after?: string }): Promise<{ aggregates: AccountAggregate[]; after?: string }>
}

const accountsPerPersonMax = 10

export const openAccountStore = async (ports: Ports): Promise<AccountStore> => {
  const accounts = await openAggregates<Account, AccountEvent, AccountDetails>(
    {
      service: 'identity',
      name: 'account',
      topic: AccountOpened.topic,
      events: [AccountOpened, AccountChallengeIssued, AccountVerified, AccountPasswordChosen, AccountClosed],
      initial: unopened,
      evolve,
      fields: {
        status: { path: 'state.status', type: 'string' },
        role: { path: 'state.role', type: 'string' },
        personId: { path: 'state.personId', type: 'string' },
        openedAt: { path: 'state.openedAt', type: 'string' },
        challengeIds: { path: 'state.challengeIds', type: 'string', array: true },
      },
      indexes: {
        'by-role': { fields: ['role', 'status'] },
        'by-person': { fields: ['personId'] },
        'by-opening': { fields: ['openedAt'] },
        'by-link': { fields: ['challengeIds'] },
      },
    },
    ports,
  )
  return {
    accounts,
    findByLink: async (challengeId) => (await accounts.find({ where: { challengeIds: { has: challengeId } }, limit: 1 })).aggregates[0],
    findByPerson: async (personId) =>
      (await accounts.find({ where: { personId: { equals: personId } }, limit: accountsPerPersonMax })).aggregates.filter(({ state }) => isOpen(state)),
    countAdministrators: () => accounts.count({ role: { equals: 'administrator' }, status: { in: ['unverified', 'verified'] } }),
    list: (page) => accounts.find({ ...page, sort: [{ field: 'openedAt', direction: 'descending' }] }),
  }
}
