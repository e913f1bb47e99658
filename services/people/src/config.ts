import { z } from 'zod'

/** What this service alone is told by its environment. */
export const PeopleSettings = z.object({
  /** How long an invitation to open an account of one's own can be taken up. */
  invitationDays: z.coerce.number().int().min(1).max(90).default(14),
})
export type PeopleSettings = z.infer<typeof PeopleSettings>

/** The settings from the environment. Throws ZodError, which names what is wrong. */
export const peopleSettingsFrom = (environment: Readonly<Record<string, string | undefined>>): PeopleSettings =>
  PeopleSettings.parse({ invitationDays: environment.INVITATION_DAYS })
