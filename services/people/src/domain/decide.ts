import { AccountExistsError, AddressMissingError, HowNotYoursToSayError, KeptByThemselvesError, PersonUnknownError, RoleNotYoursToGiveError } from './errors.ts'
import type { ChangedField, HowRegistered, Person, PersonDetails, PersonEvent, Role } from './person.ts'

/** Who registers somebody: a signed-in person in a role, or the identity service for one who signs up or is given an account. */
export type Registrar = { kind: 'person'; personId: string; role: Role; isDemonstration: boolean } | { kind: 'service'; registeredBy: string | undefined }

export type RegisterPerson = {
  type: 'RegisterPerson'
  personId: string
  role: Role
  /** What the registrar says; for people it follows from who they are. */
  how: HowRegistered | undefined
  by: Registrar
  details: PersonDetails
}
export type ChangeDetails = {
  type: 'ChangeDetails'
  personId: string
  details: PersonDetails
  /** The person, or the navigator who registered them for as long as they have no account. */
  changedBy: string
  hasAccount: boolean
}
export type InvitePerson = {
  type: 'InvitePerson'
  personId: string
  /** A new address, or undefined to use the one that is known. */
  email: string | undefined
  invitedBy: string
  invitationId: string
  expiresAt: string
  hasAccount: boolean
}
export type PersonCommand = RegisterPerson | ChangeDetails | InvitePerson

type Decided = { events: PersonEvent[]; details?: PersonDetails }

/** What follows when a command meets a person; nothing where it is so already. Throws PersonUnknownError and what the rule of the command throws. */
export const decide = (person: Person, details: PersonDetails | undefined, command: PersonCommand): Decided => {
  if (command.type === 'RegisterPerson') return registerPerson(person, command)
  if (person.status === 'unknown' || details === undefined) throw new PersonUnknownError()
  return command.type === 'ChangeDetails' ? changeDetails(details, command) : invitePerson(details, command)
}

/** Registering somebody who is known already changes nothing. Throws RoleNotYoursToGiveError, HowNotYoursToSayError. */
const registerPerson = (person: Person, { personId, role, how, by, details }: RegisterPerson): Decided => {
  if (by.kind === 'person' && by.role === 'navigator' && role !== 'resident') throw new RoleNotYoursToGiveError()
  const came = howTheyCame(how, by)
  if (person.status === 'registered') return { events: [] }
  const registeredBy = by.kind === 'person' ? by.personId : (by.registeredBy ?? personId)
  return { events: [{ type: 'person.registered.v1', data: { personId, role, registeredBy, how: came } }], details }
}

// Whoever a demonstration person registers is fictional too: no mail ever goes out to them.
const howTheyCame = (said: HowRegistered | undefined, by: Registrar): HowRegistered => {
  if (by.kind === 'service') {
    if (said === undefined || said === 'by-navigator') throw new HowNotYoursToSayError()
    return said
  }
  const follows = by.role === 'navigator' ? 'by-navigator' : 'by-administrator'
  if (said !== undefined && said !== follows && !(by.isDemonstration && said === 'demonstration')) throw new HowNotYoursToSayError()
  return by.isDemonstration ? 'demonstration' : follows
}

/** Names the fields that are new, never what stands in them. Throws KeptByThemselvesError. */
const changeDetails = (before: PersonDetails, { personId, details, changedBy, hasAccount }: ChangeDetails): Decided => {
  if (changedBy !== personId && hasAccount) throw new KeptByThemselvesError()
  const fields = changedFields(before, details)
  return fields.length === 0 ? { events: [] } : { events: [{ type: 'person.details-changed.v1', data: { personId, fields, changedBy } }], details }
}

/** Inviting again makes a new invitation. Throws AccountExistsError, AddressMissingError. */
const invitePerson = (before: PersonDetails, { personId, email, invitedBy, invitationId, expiresAt, hasAccount }: InvitePerson): Decided => {
  if (hasAccount) throw new AccountExistsError()
  const details = email === undefined ? before : { ...before, email }
  if (details.email === undefined) throw new AddressMissingError()
  const fields = changedFields(before, details)
  return {
    events: [
      ...(fields.length === 0 ? [] : [{ type: 'person.details-changed.v1' as const, data: { personId, fields, changedBy: invitedBy } }]),
      { type: 'person.invited.v1', data: { personId, invitationId, invitedBy, expiresAt } },
    ],
    ...(fields.length === 0 ? {} : { details }),
  }
}

const changedFields = (before: PersonDetails, after: PersonDetails): ChangedField[] => {
  const changed: Record<Exclude<ChangedField, 'ward'>, boolean> = {
    name: before.name !== after.name,
    email: before.email !== after.email,
    phone: before.phone !== after.phone,
    postcode: before.postcode !== after.postcode,
    'access-needs': before.accessNeeds.join() !== after.accessNeeds.join(),
    'contact-preferences':
      before.language !== after.language ||
      before.contactPreferences.note !== after.contactPreferences.note ||
      before.contactPreferences.ways.join() !== after.contactPreferences.ways.join(),
  }
  return (Object.keys(changed) as (keyof typeof changed)[]).filter((field) => changed[field])
}
