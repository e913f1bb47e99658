import { z } from 'zod'

// What pages read of criminal-record checks.

export const checkLevels = ['basic', 'standard', 'enhanced', 'enhanced-barred-lists'] as const
const Level = z.enum(checkLevels)

/** What a certificate says: for its owner and for who reviews it. */
export const Checks = z.object({
  items: z.array(
    z.object({
      credentialId: z.string(),
      level: Level,
      certificateNumber: z.string(),
      issuedOn: z.string(),
      updateServiceCheckedOn: z.string().optional(),
      councilReviewedOn: z.string().optional(),
    }),
  ),
})

/** What everyone may know. */
export const PublicChecks = z.object({
  items: z.array(z.object({ level: Level, checkedBy: z.string(), checkedOn: z.string(), updateServiceCheckedOn: z.string().optional() })),
})
