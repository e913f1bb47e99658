import { accessCodes, ageGroupCodes, CapacityState, Category, FormKind, Track, UnmetReason, WardCode } from '@patchwork/events'
import { LanguageCode } from '@patchwork/http'
import { z } from 'zod'
import { optionalChoice } from '../../http/formFields.ts'
import { fundingCodes } from '../providing/offerForm.ts'

const textLengthMax = 200
const nearLengthMax = 60
const afterLengthMax = 2_000

/** Distances to choose from, in metres: half a mile, one, two, five and ten miles. */
export const distances = ['800', '1600', '3200', '8000', '16000'] as const
const metresMax = 200_000

// An address that was mistyped by hand asks for what can be read of it: nobody who looks for help is told off.
const asked = <Schema extends z.ZodType>(schema: Schema) => schema.optional().catch(undefined)
const words = (lengthMax: number) =>
  z
    .string()
    .trim()
    .transform((value) => value.slice(0, lengthMax) || undefined)

/** Facts about access with commas between, as the directory is asked for them; what there is not is passed over. */
const access = z.string().transform((value) => {
  const named = value.split(',')
  return accessCodes.filter((code) => named.includes(code)).join(',') || undefined
})

/** What is looked for, as it stands in the page's address. */
export const FindQuery = z.object({
  text: asked(words(textLengthMax)),
  /** Only these words, as they were typed. */
  exactly: asked(z.literal('yes')),
  near: asked(words(nearLengthMax)),
  /** Any whole number of metres, as other pages and people write it into the address. */
  within: asked(
    z
      .string()
      .trim()
      .regex(/^\d{1,9}$/)
      .transform(Number)
      .pipe(z.int().min(1).max(metresMax))
      .transform(String),
  ),
  category: asked(Category),
  track: asked(Track),
  cost: asked(z.enum(['free', 'paid'])),
  funding: asked(z.enum(fundingCodes)),
  open: asked(z.literal('now')),
  capacity: asked(z.literal(CapacityState.enum.open)),
  ward: asked(WardCode),
  form: asked(FormKind),
  language: asked(LanguageCode),
  age: asked(z.enum(ageGroupCodes)),
  access: asked(access),
  after: asked(z.string().min(1).max(afterLengthMax)),
})
export type FindQuery = z.output<typeof FindQuery>

/** What is done with a search: to be told when something new fits it; or else to say that none of what was found will do, and why where somebody wants to say. */
export const FindForm = z.strictObject({ does: optionalChoice(['be-told']), reason: optionalChoice(UnmetReason.options) })

/** The address of a search. */
export const addressOf = (query: Partial<FindQuery>): string => {
  const given = Object.entries(query).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]]))
  return given.length === 0 ? '/find' : `/find?${new URLSearchParams(given)}`
}
