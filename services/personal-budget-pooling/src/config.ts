import { z } from 'zod'

/** What this service alone is told by its environment. */
export const PoolingSettings = z.object({
  /** How often it is looked for spends that were not decided in time. */
  deadlinesEveryMs: z.coerce.number().int().min(50).max(3_600_000).default(30_000),
})
export type PoolingSettings = z.infer<typeof PoolingSettings>
