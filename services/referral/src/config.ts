import { z } from 'zod'

/** What this service alone is told by its environment. */
export const ReferralSettings = z.object({
  /** Working days in which a provider is to answer; then a navigator is asked to chase. */
  answerWithinWorkingDays: z.coerce.number().int().min(1).max(60).default(3),
  /** How often it is looked for referrals that nobody answered. */
  deadlinesEveryMs: z.coerce.number().int().min(50).max(3_600_000).default(30_000),
})
export type ReferralSettings = z.infer<typeof ReferralSettings>

/** The settings from the environment. Throws ZodError, which names what is wrong. */
export const referralSettingsFrom = (environment: Readonly<Record<string, string | undefined>>): ReferralSettings =>
  ReferralSettings.parse({ answerWithinWorkingDays: environment.ANSWER_WITHIN_WORKING_DAYS, deadlinesEveryMs: environment.DEADLINES_EVERY_MS })
