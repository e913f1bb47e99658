import type { DomainEvent, PoolFounded, Role } from '@patchwork/events'

/** Who asks: in the role they signed in with, and the organisations they may act for. */
export type Asker = { personId: string; role: Role; organisationIds: readonly string[] }
export type Holder = DomainEvent<typeof PoolFounded>['data']['accountHolder']

/** How somebody stands to a pool: one of its members, one who has left it, or acting for the account-holder. */
export type Relation = 'member' | 'former-member' | 'account-holder'

type Parties = { accountHolder: Holder; members: readonly { memberId: string }[]; formerMembers: readonly { memberId: string }[] }

/** Whether the asker acts for who holds the money: the organisation's people, or the council's workers where it holds the money itself. */
export const actsForHolder = (holder: Holder, { role, organisationIds }: Asker): boolean =>
  holder.kind === 'council'
    ? role === 'commissioner' || role === 'administrator'
    : (role === 'provider' || role === 'coordinator') && organisationIds.includes(holder.organisationId)

/** The relation in the role the asker signed in with; undefined for a stranger. */
export const relationOf = ({ accountHolder, members, formerMembers }: Parties, asker: Asker): Relation | undefined => {
  if (asker.role !== 'resident') return actsForHolder(accountHolder, asker) ? 'account-holder' : undefined
  const isAsker = ({ memberId }: { memberId: string }) => memberId === asker.personId
  if (members.some(isAsker)) return 'member'
  return formerMembers.some(isAsker) ? 'former-member' : undefined
}

/** By what an account-holder is found: an organisation's id, or `council`. */
export const holderKeyOf = (holder: Holder): string => (holder.kind === 'council' ? 'council' : holder.organisationId)

/** The keys of every account-holder the asker acts for. */
export const holderKeysOf = ({ role, organisationIds }: Asker): string[] => {
  if (role === 'commissioner' || role === 'administrator') return ['council']
  return role === 'provider' || role === 'coordinator' ? [...organisationIds] : []
}
