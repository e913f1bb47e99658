import { z } from 'zod'

/** What this service alone is told by its environment. */
export const PeopleSettings = z.object({
  /** How long an invitation to open an account of one's own can be taken up. */
  invitationDays: z.coerce.number().int().min(1).max(90).default(14),
})
export type PeopleSettings = z.infer<typeof PeopleSettings>

/** What this service reads from its environment. */
export const PeopleEnvironment = z.object({
  INVITATION_DAYS: PeopleSettings.shape.invitationDays.describe('for how many days an invitation to open an account can be taken up'),
})

/** The settings that these variables tell. */
export const peopleSettingsFrom = (variables: z.output<typeof PeopleEnvironment>): PeopleSettings => ({ invitationDays: variables.INVITATION_DAYS })
