import type { Referral, Role } from './referral.ts'

/** Who asks: in the role they signed in with, and the organisations they may act for. */
export type Asker = { personId: string; role: Role; organisationIds: readonly string[] }

/** How somebody stands to a referral: it is about them, they sent it for somebody, or they belong to the organisation it went to. */
export type Relation = 'person' | 'referrer' | 'organisation'

/** The relation in the role the asker signed in with; undefined for a stranger. A person in two roles has the relation of the one they are using. */
export const relationOf = (referral: Referral, asker: Asker): Relation | undefined => {
  if (referral.status === 'unsent') return undefined
  switch (asker.role) {
    case 'resident':
      return referral.personId === asker.personId ? 'person' : undefined
    case 'navigator':
      return referral.referredBy === asker.personId ? 'referrer' : undefined
    case 'provider':
    case 'coordinator':
      return asker.organisationIds.includes(referral.organisationId) ? 'organisation' : undefined
    default:
      return undefined
  }
}
