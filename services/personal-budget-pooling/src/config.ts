import { z } from 'zod'

/** What this service alone is told by its environment. */
export const PoolingSettings = z.object({
  /** How often it is looked for spends that were not decided in time. */
  deadlinesEveryMs: z.coerce.number().int().min(50).max(3_600_000).default(30_000),
})
export type PoolingSettings = z.infer<typeof PoolingSettings>

/** What this service reads from its environment. */
export const PoolingEnvironment = z.object({
  DEADLINES_EVERY_MS: PoolingSettings.shape.deadlinesEveryMs.describe('how often it is looked for spends that were not decided in time'),
})

/** The settings that these variables tell. */
export const poolingSettingsFrom = (variables: z.output<typeof PoolingEnvironment>): PoolingSettings => ({ deadlinesEveryMs: variables.DEADLINES_EVERY_MS })
