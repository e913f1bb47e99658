import { z } from 'zod'
import { defineEvent } from './eventDefinition.ts'
import { Id, Instant, Role } from './terms.ts'

const person = 'patchwork.people.person'

export const PersonRegistered = defineEvent({
  type: 'person.registered.v1',
  topic: person,
  meaning: 'A person is known here; their details stay in the vault.',
  data: z.object({ personId: Id, role: Role, registeredBy: Id, how: z.enum(['self', 'by-navigator', 'by-administrator', 'demonstration']) }),
})
export const PersonDetailsChanged = defineEvent({
  type: 'person.details-changed.v1',
  topic: person,
  meaning: 'Some details of a person are new; the fields are named, their content is not.',
  data: z.object({
    personId: Id,
    fields: z.array(z.enum(['name', 'email', 'phone', 'postcode', 'ward', 'access-needs', 'contact-preferences'])).max(20),
    changedBy: Id,
  }),
})
export const PersonInvited = defineEvent({
  type: 'person.invited.v1',
  topic: person,
  meaning: 'A person who was registered by somebody else was asked to open an account of their own.',
  data: z.object({ personId: Id, invitationId: Id, invitedBy: Id, expiresAt: Instant }),
})
