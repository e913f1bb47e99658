import type {
  DomainEvent,
  PersonRegistered,
  ReferralAccepted,
  ReferralConcluded,
  ReferralConsentWithdrawn,
  ReferralDeclined,
  ReferralSent,
} from '@patchwork/events'
import type { PersonDetails, Role } from './person.ts'

export type EntitlingEvent =
  | DomainEvent<typeof PersonRegistered>
  | DomainEvent<typeof ReferralSent>
  | DomainEvent<typeof ReferralAccepted>
  | DomainEvent<typeof ReferralDeclined>
  | DomainEvent<typeof ReferralConsentWithdrawn>
  | DomainEvent<typeof ReferralConcluded>

/**
 * Who may see a person because of one thing that happened: their registration, or one referral. `navigatorId` and `organisationId` are there for as
 * long as the right lasts; what is absent is refused. An ended one stays as a record without a holder.
 */
export type Entitlement = {
  personId: string
  because: 'registered' | 'referred'
  since: string
  navigatorId?: string
  organisationId?: string
  referralId?: string
  track?: 'be-helped' | 'join-in'
  ended?: true
}

/** Under which id an event's entitlement stands; undefined for an event that gives or takes none. */
export const entitlementIdOf = ({ type, data }: { type: string; data: Record<string, unknown> }): string | undefined => {
  switch (type) {
    case 'person.registered.v1':
      return `registered/${String(data.personId)}`
    case 'referral.sent.v1':
    case 'referral.accepted.v1':
    case 'referral.declined.v1':
    case 'referral.consent-withdrawn.v1':
    case 'referral.concluded.v1':
      return `referral/${String(data.referralId)}`
    default:
      return undefined
  }
}

/** What an event makes of an entitlement: sending entitles the navigator, accepting the organisation; any ending takes both away. */
export const entitlementAfter = (current: Entitlement | undefined, event: EntitlingEvent, at: string): Entitlement | undefined => {
  switch (event.type) {
    case 'person.registered.v1': {
      const { personId, registeredBy } = event.data
      return registeredBy === personId ? undefined : { personId, because: 'registered', since: at, navigatorId: registeredBy }
    }
    case 'referral.sent.v1': {
      if (current !== undefined) return current
      const { personId, referralId, track, referredBy, referredByRole } = event.data
      return { personId, because: 'referred', since: at, referralId, track, ...(referredByRole === 'navigator' ? { navigatorId: referredBy } : {}) }
    }
    case 'referral.accepted.v1':
      return current && !current.ended ? { ...current, organisationId: event.data.organisationId } : current
    case 'referral.declined.v1':
    case 'referral.consent-withdrawn.v1':
    case 'referral.concluded.v1': {
      if (current === undefined) return undefined
      const { navigatorId: _, organisationId: __, ...record } = current
      return { ...record, ended: true }
    }
    default:
      return current
  }
}

/** Why somebody sees a person. */
export type Why = 'self' | 'registered' | 'referred' | 'accepted-referral' | 'service' | 'account-search'

export type VisibleField = 'name' | 'email' | 'phone' | 'postcode' | 'access-needs' | 'language' | 'contact-preferences'

/** Everything, for the person and their navigator. */
export const allFields: readonly VisibleField[] = ['name', 'email', 'phone', 'postcode', 'access-needs', 'language', 'contact-preferences']
/** A name in a list: whoever is entitled at all. */
export const summaryFields: readonly VisibleField[] = ['name']
/** To write to somebody in a way that reaches them. */
export const contactFields: readonly VisibleField[] = ['name', 'email', 'phone', 'language', 'access-needs']
export const accessNeedsFields: readonly VisibleField[] = ['access-needs', 'language']
/** To welcome somebody who joins in: whoever comes to them needs no postcode of theirs. */
const joiningInFields: readonly VisibleField[] = ['name', 'email', 'phone', 'access-needs', 'language', 'contact-preferences']

/** Which fields a right to see opens: all to navigators; to an organisation what its kind of referral needs. */
export const fieldsFor = (
  { because, track, organisationId }: Pick<Entitlement, 'because' | 'track' | 'organisationId'>,
  role: Role,
): readonly VisibleField[] => {
  if (role === 'navigator') return allFields
  if (because !== 'referred' || organisationId === undefined) return []
  return track === 'join-in' ? joiningInFields : allFields
}

/** The part of a person's details that some fields name; what is not known is left out. */
export const visible = (details: PersonDetails, fields: readonly VisibleField[]): Partial<PersonDetails> => {
  const { name, email, phone, postcode, accessNeeds, language, contactPreferences } = details
  const all: Record<VisibleField, Partial<PersonDetails>> = {
    name: { name },
    email: email === undefined ? {} : { email },
    phone: phone === undefined ? {} : { phone },
    postcode: postcode === undefined ? {} : { postcode },
    'access-needs': { accessNeeds },
    language: { language },
    'contact-preferences': { contactPreferences },
  }
  return Object.assign({}, ...fields.map((field) => all[field])) as Partial<PersonDetails>
}
