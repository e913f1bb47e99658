import { z } from 'zod'
import type { Visit } from '../http/page.ts'
import { formInWords } from './form.ts'
import { differingInWords, type Price, priceInWords, WholeOffer } from './offer.ts'
import { suitingInWords } from './suiting.ts'

/** The fields of an offer that are chosen one by one where two sides say different things of it. */
export const offerFields = [
  ...(['name', 'description', 'forWhom', 'form', 'ages', 'languages', 'accessibility', 'category', 'price'] as const),
  ...(['times', 'exceptions', 'closedOnBankHolidays', 'timesInWords', 'place', 'contact'] as const),
] as const

const text = z.string().optional()
/** What one of two sides says in a field of an offer, for whoever chooses between them. */
export const SaidInField = z.object({
  words: text,
  price: z
    .object({ kind: z.string(), pence: z.int().optional(), unit: text, vat: z.enum(['none', 'included', 'added']).optional(), travelPence: z.int().optional() })
    .optional(),
  form: WholeOffer.shape.form,
  ages: WholeOffer.shape.ages,
  languages: z.array(z.string()).optional(),
  accessibility: z.array(z.string()).optional(),
  times: WholeOffer.shape.times.optional(),
  exceptions: WholeOffer.shape.exceptions.optional(),
  closedOnBankHolidays: z.boolean().optional(),
  place: z.object({ address: text, postcode: text }).optional(),
  contact: z.object({ name: text, email: text, phone: text, website: text }).optional(),
  area: z.object({ wardNames: z.array(z.string()).optional(), withinMetres: z.number().optional(), postcode: text, atHome: z.boolean().optional() }).optional(),
  fundingAccepted: z.array(z.string()).optional(),
})
export type SaidInField = z.infer<typeof SaidInField>

/** What is said in a field, as people read it; empty where nothing is. */
export const saidInWords = (field: string, said: SaidInField, { t, format, language }: Pick<Visit, 't' | 'format' | 'language'>): string => {
  const { words, price, form, ages, languages = [], accessibility = [], times, exceptions = [], closedOnBankHolidays = false, place, contact, area } = said
  const suiting = suitingInWords({ ages, languages, accessibility }, { t, language })
  const parts = [
    words && (field === 'category' ? t(`category.${words}`) : words),
    ...[formInWords(form, t, format), suiting.ages, suiting.languages, ...suiting.access],
    price && priceInWords(price as Price, t, format),
    ...(times ? format.times(times).map(({ days, hours }) => `${days} ${hours}`) : []),
    ...differingInWords({ exceptions, closedOnBankHolidays }, t, format),
    ...(place ? [place.address, place.postcode] : []),
    ...(contact ? [contact.name, contact.phone, contact.email, contact.website] : []),
    area?.atHome ? t('providerOffer.atHome') : undefined,
    area?.withinMetres === undefined ? undefined : t('providerOffer.within', { distance: format.distance(area.withinMetres), postcode: area.postcode ?? '' }),
    ...(area?.wardNames ?? []),
    ...(said.fundingAccepted ?? []).map((code) => t(`providing.funding.${code}`)),
  ]
  return parts.filter((part) => part !== undefined && part !== '').join(', ')
}
