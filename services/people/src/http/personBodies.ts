import { Role } from '@patchwork/events'
import { multilineText, Postcode, plainText } from '@patchwork/http'
import { z } from 'zod'
import type { AccessNeed as AccessNeedCode, PersonDetails } from '../domain/person.ts'

const nameMax = 200
const emailMax = 254
const phoneMax = 40
const noteMax = 500

export const Language = z.enum(['en', 'cy'])
export const AccessNeed = z.enum([
  'easy-read',
  'large-print',
  'braille',
  'bsl',
  'interpreter',
  'hearing-loop',
  'step-free',
  'quiet-space',
  'carer-comes-too',
  'text-relay',
  'other',
] satisfies AccessNeedCode[])
const ContactWay = z.enum(['email', 'phone', 'text', 'letter'])
export const ContactPreferences = z.strictObject({
  ways: z
    .array(ContactWay)
    .max(ContactWay.options.length)
    .transform((ways) => [...new Set(ways)]),
  note: multilineText(noteMax).optional(),
})

const AccessNeeds = z
  .array(AccessNeed)
  .max(AccessNeed.options.length)
  .transform((needs) => AccessNeed.options.filter((need) => needs.includes(need)))

export const Email = plainText(emailMax).refine((value) => z.email().safeParse(value).success, {
  error: 'Enter an e-mail address in the form name@example.com.',
  params: { code: 'invalid-email' },
})

const Phone = plainText(phoneMax).refine((value) => /^\+?[0-9]{7,15}$/.test(value.replaceAll(/[\s().-]/g, '')), {
  error: 'Enter a telephone number, like 01632 960 001, 07700 900 982 or +44 808 157 0192.',
  params: { code: 'invalid-phone' },
})

const details = {
  name: plainText(nameMax),
  email: Email.optional(),
  phone: Phone.optional(),
  postcode: Postcode.optional(),
  accessNeeds: AccessNeeds.default([]),
  language: Language.default('en'),
  contactPreferences: ContactPreferences.optional(),
}

/** All of a person's details as they are to be from now on: what is left out is forgotten. */
export const DetailsBody = z.strictObject(details)

export const PersonBody = z.strictObject({
  ...details,
  role: Role.default('resident'),
  how: z.enum(['self', 'by-navigator', 'by-administrator', 'demonstration']).optional(),
  /** Who gave an account to another; said by the identity service. */
  registeredBy: z.uuid().optional(),
})

export const InvitationBody = z.strictObject({ email: Email.optional() })

/** The details of a body that was read, without what is absent. */
export const detailsOf = ({ name, email, phone, postcode, accessNeeds, language, contactPreferences }: z.infer<typeof DetailsBody>): PersonDetails => ({
  name,
  ...(email === undefined ? {} : { email }),
  ...(phone === undefined ? {} : { phone }),
  ...(postcode === undefined ? {} : { postcode }),
  accessNeeds,
  language,
  contactPreferences: {
    ways: contactPreferences?.ways ?? [],
    ...(contactPreferences?.note === undefined ? {} : { note: contactPreferences.note }),
  },
})

/** What of a person's details the asker may see; the rest is not there. */
export const DetailsView = z.object({
  personId: z.uuid(),
  name: z.string().optional(),
  email: z.string().optional(),
  phone: z.string().optional(),
  postcode: z.string().optional(),
  accessNeeds: z.array(AccessNeed).optional(),
  language: Language.optional(),
  contactPreferences: z.object({ ways: z.array(ContactWay), note: z.string().optional() }).optional(),
})
