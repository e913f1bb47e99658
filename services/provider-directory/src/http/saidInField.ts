import { z } from 'zod'
import type { OfferDetails } from '../domain/offer.ts'
import { ExceptionView, OfferView, PriceView, TimeView } from './schemas.ts'

/** What somebody says in one field of an offer, for whoever chooses between two. */
export const SaidInField = z.object({
  words: z.string().optional(),
  form: OfferView.shape.form,
  ages: OfferView.shape.ages,
  languages: OfferView.shape.languages,
  accessibility: OfferView.shape.accessibility,
  price: PriceView.optional(),
  times: z.array(TimeView).optional(),
  exceptions: z.array(ExceptionView).optional(),
  closedOnBankHolidays: z.boolean().optional(),
  place: z.object({ address: z.string().optional(), postcode: z.string().optional() }).optional(),
  contact: z.object({ name: z.string().optional(), email: z.string().optional(), phone: z.string().optional(), website: z.string().optional() }).optional(),
  area: z
    .object({ wardNames: z.array(z.string()).optional(), withinMetres: z.int().optional(), postcode: z.string().optional(), atHome: z.boolean().optional() })
    .optional(),
  fundingAccepted: z.array(z.string()).optional(),
})

/** A value of a field as it is shown; nothing where nothing is said. `nameOf`: names of wards. */
export const toSaidInField = (field: string, value: unknown, nameOf?: (wardCode: string) => string | undefined): z.input<typeof SaidInField> => {
  if (value === undefined) return {}
  if (typeof value === 'string') return { words: value }
  if (field === 'area') {
    const { wardCodes, withinMetres, postcode, atHome } = value as OfferDetails['area']
    // Somebody's home may lie in the middle of an area: as everywhere, the first half of its postcode is told.
    return { area: { wardNames: wardCodes?.map((wardCode) => nameOf?.(wardCode) ?? wardCode), withinMetres, postcode: postcode?.split(' ')[0], atHome } }
  }
  return field in SaidInField.shape ? { [field]: value } : {}
}
