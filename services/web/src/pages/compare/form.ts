import { z } from 'zod'
import { optionalChoice, optionalWholeNumber, orNothing, pounds } from '../../http/formFields.ts'
import { periods } from './wholePrice.ts'

const budgetPenceMax = 100_000_000
const hoursMax = 168
const timesMax = 100

/** Offers that stand side by side. */
export const comparedMax = 4

/** What a person reckons with: their budget, and how much they want. */
export const CompareForm = z.strictObject({
  budget: orNothing(pounds(budgetPenceMax)),
  per: optionalChoice(periods),
  /** In halves of an hour. */
  hours: orNothing(
    z
      .string()
      .trim()
      .regex(/^\d{1,3}([.,][05]0?)?$/, { error: 'not-half-hours' })
      .transform((typed) => Math.round(Number(typed.replace(',', '.')) * 2))
      .pipe(
        z
          .int()
          .min(1, { error: 'too-small' })
          .max(hoursMax * 2, { error: 'too-large' }),
      ),
  ),
  times: optionalWholeNumber(1, timesMax),
})

/** The same as the browser keeps it. */
export const Reckoning = z.object({
  budget: z.int().min(0).max(budgetPenceMax).optional(),
  per: z.enum(periods).optional(),
  hours: z
    .int()
    .min(1)
    .max(hoursMax * 2)
    .optional(),
  times: z.int().min(1).max(timesMax).optional(),
})
export type Reckoning = z.infer<typeof Reckoning>
