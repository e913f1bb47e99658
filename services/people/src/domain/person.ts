import type { DomainEvent, PersonDetailsChanged, PersonInvited, PersonRegistered } from '@patchwork/events'

export type PersonEvent = DomainEvent<typeof PersonRegistered> | DomainEvent<typeof PersonDetailsChanged> | DomainEvent<typeof PersonInvited>

type Registered = DomainEvent<typeof PersonRegistered>['data']
export type Role = Registered['role']
export type HowRegistered = Registered['how']
export type ChangedField = DomainEvent<typeof PersonDetailsChanged>['data']['fields'][number]

export type Invitation = { invitationId: string; invitedBy: string; expiresAt: string }

/** What is known of a person outside the vault's sealed part: ids and codes only. */
export type Person = { status: 'unknown' } | { status: 'registered'; role: Role; registeredBy: string; how: HowRegistered; invitation: Invitation | null }
export type RegisteredPerson = Extract<Person, { status: 'registered' }>

export const unknown: Person = { status: 'unknown' }

export type AccessNeed =
  | 'easy-read'
  | 'large-print'
  | 'braille'
  | 'bsl'
  | 'interpreter'
  | 'hearing-loop'
  | 'step-free'
  | 'quiet-space'
  | 'carer-comes-too'
  | 'text-relay'
  | 'other'
export type Language = 'en' | 'cy'
export type ContactWay = 'email' | 'phone' | 'text' | 'letter'

/** The sealed part: who a person is, how to reach them, and how they can be met. Opened for those entitled, and each opening is logged. */
export type PersonDetails = {
  name: string
  email?: string
  phone?: string
  postcode?: string
  accessNeeds: AccessNeed[]
  language: Language
  /** The ways a person likes to be reached, best first, and what is to be known about it ("only after two o'clock"). */
  contactPreferences: { ways: ContactWay[]; note?: string }
}

/** What an event makes of a person. Total: a person who is not registered stays unknown. */
export const evolve = (person: Person, event: PersonEvent): Person => {
  switch (event.type) {
    case 'person.registered.v1': {
      const { role, registeredBy, how } = event.data
      return { status: 'registered', role, registeredBy, how, invitation: null }
    }
    case 'person.details-changed.v1':
      return person
    case 'person.invited.v1': {
      if (person.status !== 'registered') return person
      const { invitationId, invitedBy, expiresAt } = event.data
      return { ...person, invitation: { invitationId, invitedBy, expiresAt } }
    }
    default:
      return assertNever(event)
  }
}

const assertNever = (event: never): never => {
  throw new TypeError(`There is no rule for ${JSON.stringify((event as { type: string }).type)}`)
}
