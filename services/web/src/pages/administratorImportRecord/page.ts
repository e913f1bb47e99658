import { z } from 'zod'
import { formInWords } from '../../directory/form.ts'
import { differingInWords, type Price, priceInWords, WholeOffer } from '../../directory/offer.ts'
import { suitingInWords } from '../../directory/suiting.ts'
import { optionalChoice } from '../../http/formFields.ts'
import { definePage, goTo, type SignedInVisit } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'

const fields = [
  ...(['name', 'description', 'forWhom', 'form', 'ages', 'languages', 'accessibility', 'category', 'price'] as const),
  ...(['times', 'exceptions', 'closedOnBankHolidays', 'timesInWords', 'place', 'contact'] as const),
] as const
const sides = ['ours', 'theirs', 'both'] as const
const text = z.string().optional()
const Said = z.object({
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
})
type Said = z.infer<typeof Said>
const Conflict = z.object({
  name: z.string(),
  offerId: z.string(),
  fields: z.array(z.object({ field: z.enum(fields), ours: Said, theirs: Said, canBoth: z.boolean(), stands: z.enum(sides) })),
  isChosen: z.boolean(),
})
type Field = (typeof fields)[number]
const sideOf = optionalChoice(sides)
const Choices = z.strictObject(Object.fromEntries(fields.map((field) => [`fields-${field}`, sideOf])) as Record<`fields-${Field}`, typeof sideOf>)
type Loaded = { lines: { field: Field; stands: (typeof sides)[number] }[] }

/** What is said in a field, as people read it. */
const inWords = (field: string, said: Said, { t, format, language }: Pick<SignedInVisit, 't' | 'format' | 'language'>): string => {
  const { words, price, form, ages, languages = [], accessibility = [], times, exceptions = [], closedOnBankHolidays = false, place, contact } = said
  const suiting = suitingInWords({ ages, languages, accessibility }, { t, language })
  const parts = [
    words && (field === 'category' ? t(`category.${words}`) : words),
    ...[formInWords(form, t, format), suiting.ages, suiting.languages, ...suiting.access],
    price && priceInWords(price as Price, t, format),
    ...(times ? format.times(times).map(({ days, hours }) => `${days} ${hours}`) : []),
    ...differingInWords({ exceptions, closedOnBankHolidays }, t, format),
    ...(place ? [place.address, place.postcode] : []),
    ...(contact ? [contact.name, contact.phone, contact.email, contact.website] : []),
  ]
  return parts.filter((part) => part !== undefined && part !== '').join(', ') || t('administratorImportRecord.nothing')
}

/** A record whose offer was edited here: ours or theirs, or both, field by field. */
export const administratorImportRecordPage = definePage({
  name: 'administratorImportRecord',
  path: '/administrator/imports/:importId/records/:position',
  for: ['administrator'],
  load: async (visit) => {
    const { services, params } = visit
    const at = path`/imports/${params.importId!}/records/${params.position!}/conflict`
    const { fields: found, ...conflict } = await services.get('provider-directory', at, Conflict)
    const lines = found.map(({ ours, theirs, ...line }) => ({ ...line, ours: inWords(line.field, ours, visit), theirs: inWords(line.field, theirs, visit) }))
    return { ...conflict, lines, back: `/administrator/imports/${params.importId!}` }
  },
  form: Choices,
  fill: ({ lines }: Loaded) => Object.fromEntries(lines.map(({ field, stands }) => [`fields-${field}`, stands])),
  save: async (values, { services, params }) => {
    const chosen = Object.fromEntries(fields.flatMap((field) => (values[`fields-${field}`] === undefined ? [] : [[field, values[`fields-${field}`]]])))
    await services.post('provider-directory', path`/imports/${params.importId!}/records/${params.position!}/choice`, { fields: chosen })
    return goTo(`/administrator/imports/${params.importId!}`, { notice: 'administratorImportRecord.chosen' })
  },
})
