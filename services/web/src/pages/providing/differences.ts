import { formInWords } from '../../directory/form.ts'
import { asDrafted, differingInWords, type OfferDraft, priceInWords, type WholeOffer } from '../../directory/offer.ts'
import { suitingInWords } from '../../directory/suiting.ts'
import type { Visit } from '../../http/page.ts'

type Said = Pick<Visit, 't' | 'format' | 'language'>
/** What an offer says in one field, a line each; nothing where it says nothing. */
type Lines = (offer: WholeOffer, said: Said) => readonly (string | undefined)[]

/** Every field that a draft can change. A field that is missing here does not compile. */
const fields: Record<Exclude<keyof OfferDraft, 'draftedAt'>, Lines> = {
  name: ({ name }) => [name],
  description: ({ description }) => description.split(/\n{2,}/),
  category: ({ category }, { t }) => [t([`category.${category}`, 'category.other'])],
  forWhom: ({ forWhom }) => [forWhom],
  form: ({ form }, { t, format }) => [formInWords(form, t, format)],
  ages: (offer, said) => [suitingInWords(offer, said).ages],
  languages: (offer, said) => [suitingInWords(offer, said).languages],
  accessibility: (offer, said) => suitingInWords(offer, said).access,
  price: ({ price }, { t, format }) => [
    priceInWords(price, t, format),
    price.vat && t(`price.vat.${price.vat}`),
    price.travelPence === undefined ? undefined : t('price.travel', { amount: format.pounds(price.travelPence) }),
  ],
  place: ({ place }, { t }) => [place?.address, place?.postcode, place?.sensitive ? t('providerOffer.sensitive') : undefined],
  area: ({ area }, { t, format }) => [
    area.atHome ? t('providerOffer.atHome') : undefined,
    area.withinMetres === undefined ? undefined : t('providerOffer.within', { distance: format.distance(area.withinMetres), postcode: area.postcode ?? '' }),
    ...area.wardNames,
  ],
  times: ({ times }, { format }) => format.times(times).map(({ days, hours }) => `${days}: ${hours}`),
  exceptions: (offer, { t, format }) => differingInWords({ ...offer, closedOnBankHolidays: false }, t, format),
  closedOnBankHolidays: (offer, { t, format }) => differingInWords({ ...offer, exceptions: [] }, t, format),
  timesInWords: ({ timesInWords }) => [timesInWords],
  fundingAccepted: ({ fundingAccepted }, { t }) => fundingAccepted.map((code) => t(`providing.funding.${code}`)),
  personalCare: ({ personalCare }, { t }) => [personalCare ? t('providerOffer.yes') : t('providerOffer.no')],
  personalCareGate: ({ personalCareGate }, { t }) => [
    personalCareGate?.cqcNumber === undefined ? undefined : t('providerOffer.cqc', { number: personalCareGate.cqcNumber }),
    personalCareGate?.soleWorkerDeclaration ? t('providerOffer.sole') : undefined,
  ],
  contact: ({ contact: { name, phone, email, website } }) => [name, phone, email, website],
}

export type Difference = { field: string; published: string[]; draft: string[] }

/** What a draft that waits would change, field by field; empty where none waits, or where everyone sees the same by now. */
export const differencesOf = (offer: WholeOffer, said: Said): Difference[] => {
  const drafted = asDrafted(offer)
  return Object.entries(fields)
    .map(([field, linesOf]) => ({ field, published: presentOf(linesOf(offer, said)), draft: presentOf(linesOf(drafted, said)) }))
    .filter(({ published, draft }) => published.join('\n') !== draft.join('\n'))
}

const presentOf = (lines: readonly (string | undefined)[]): string[] => lines.filter((line) => line !== undefined && line !== '') as string[]
