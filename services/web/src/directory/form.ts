import { FormKind } from '@patchwork/events'
import { z } from 'zod'
import type { Format } from '../view/format.ts'
import type { Translate } from '../words/words.ts'

// What form an offer has, as the directory says it.

export const formKinds = FormKind.options
export const thingTerms = ['lent', 'given', 'sold'] as const
export const seatsMax = 500
export const peopleMax = 100_000

const number = z.int().optional().catch(undefined)
/** A kind that is not known here says nothing. */
export const OfferForm = z
  .object({ kind: FormKind, seats: number, people: number, terms: z.enum(thingTerms).optional().catch(undefined) })
  .optional()
  .catch(undefined)
export type OfferForm = z.infer<typeof OfferForm>

/** One to one; Group, 12 seats; A thing, lent; A space for 40 people; undefined where nobody has said. */
export const formInWords = (form: OfferForm, t: Translate, format: Pick<Format, 'number'>): string | undefined => {
  if (form === undefined) return undefined
  const { kind, seats, people, terms } = form
  if (kind === 'group' && seats !== undefined) return t('form.seats', { count: seats, number: format.number(seats) })
  if (kind === 'space' && people !== undefined) return t('form.people', { count: people, number: format.number(people) })
  if (kind === 'thing' && terms !== undefined) return t(`form.terms.${terms}`)
  return t(`form.kind.${kind}`)
}
