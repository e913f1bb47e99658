import { on, type Reaction } from '@patchwork/aggregate'
import { PoolSpendInstructed, PoolSpendPaid, PoolSpendProposed, PoolSpendRefused } from '@patchwork/events'
import { once } from '../domain/audience.ts'
import type { TemplateName } from '../domain/templates.ts'
import type { Memberships } from '../store/memberships.ts'
import type { Announce } from './announce.ts'

/**
 * What happened to a spend is told to those who have to do something, and to who proposed it. Where the council holds the money, its workers find what
 * they are asked to pay in their list: nobody of them in particular is told.
 */
export const onPoolEvents = ({ announce, memberships }: { announce: Announce; memberships: Pick<Memberships, 'membersOf'> }): Reaction[] => {
  const to = (personIds: readonly string[], template: TemplateName) => once(personIds.map((personId) => ({ personId, template })))
  const about = (id: string) => ({ kind: 'pool', id }) as const
  return [
    on(PoolSpendProposed, (event, context) => {
      const { poolId, approverIds } = event.data
      return announce(event, context, { about: about(poolId), audience: async () => to(approverIds, 'spend-waits-for-vote') })
    }),
    on(PoolSpendInstructed, (event, context) => {
      const { poolId, accountHolder } = event.data
      const audience = async () => (accountHolder.kind === 'council' ? [] : to(await memberships.membersOf(accountHolder.organisationId), 'payment-instructed'))
      return announce(event, context, { about: about(poolId), audience })
    }),
    on(PoolSpendPaid, (event, context) => {
      const { poolId, proposedBy } = event.data
      return announce(event, context, { about: about(poolId), audience: async () => to([proposedBy], 'spend-paid') })
    }),
    on(PoolSpendRefused, (event, context) => {
      const { poolId, proposedBy, reason } = event.data
      const audience = async () => (reason === 'taken-back' ? [] : to([proposedBy], 'spend-refused'))
      return announce(event, context, { about: about(poolId), audience })
    }),
  ]
}
