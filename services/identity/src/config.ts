import { z } from 'zod'

export type IdentitySettings = {
  /** Whether the people here are invented; asked at each page, as it shows only once the place is open. */
  isDemonstration?: () => boolean
}

/** What this service reads from its environment. */
export const IdentityEnvironment = z.object({
  DEMONSTRATION_PLACE: z.enum(['true', 'false']).default('false').describe('true where everybody in the place is invented: every page says so'),
})

/** The settings that these variables tell. */
export const identitySettingsFrom = ({ DEMONSTRATION_PLACE }: z.output<typeof IdentityEnvironment>): IdentitySettings => ({
  isDemonstration: () => DEMONSTRATION_PLACE === 'true',
})
