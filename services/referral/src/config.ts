import { z } from 'zod'

/** What this service alone is told by its environment. */
export const ReferralSettings = z.object({
  /** Working days in which a provider is to answer; then a navigator is asked to chase. */
  answerWithinWorkingDays: z.coerce.number().int().min(1).max(60).default(3),
  /** How often it is looked for referrals that nobody answered. */
  deadlinesEveryMs: z.coerce.number().int().min(50).max(3_600_000).default(30_000),
})
export type ReferralSettings = z.infer<typeof ReferralSettings>

/** What this service reads from its environment. */
export const ReferralEnvironment = z.object({
  ANSWER_WITHIN_WORKING_DAYS: ReferralSettings.shape.answerWithinWorkingDays.describe(
    'working days in which a provider is to answer before a navigator is asked to chase',
  ),
  DEADLINES_EVERY_MS: ReferralSettings.shape.deadlinesEveryMs.describe('how often it is looked for referrals that nobody answered'),
})

/** The settings that these variables tell. */
export const referralSettingsFrom = (variables: z.output<typeof ReferralEnvironment>): ReferralSettings => ({
  answerWithinWorkingDays: variables.ANSWER_WITHIN_WORKING_DAYS,
  deadlinesEveryMs: variables.DEADLINES_EVERY_MS,
})
