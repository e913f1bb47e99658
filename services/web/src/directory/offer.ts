import { z } from 'zod'
import type { Format } from '../view/format.ts'
import type { Translate } from '../words/words.ts'
import { OfferForm } from './form.ts'

// What pages read of the directory's answers, leniently: a field that is missing or new breaks no page.

const text = z.string().optional().catch(undefined)
/** An address that a browser may be sent to. */
const webAddress = z
  .url({ protocol: /^https?$/ })
  .optional()
  .catch(undefined)
const OrganisationName = z.object({ organisationId: z.string(), name: z.string() })
const Hours = z.object({ from: z.string(), to: z.string() })
const Times = z
  .array(
    Hours.extend({
      days: z.array(z.string()),
      interval: z.int().optional(),
      weeksOfMonth: z.array(z.int()).optional(),
      monthDays: z.array(z.int()).optional(),
      startsOn: z.string().optional(),
      endsOn: z.string().optional(),
    }),
  )
  .catch([])
const Price = z
  .object({
    kind: z.string(),
    pence: z.int().optional().catch(undefined),
    unit: text,
    vat: z.enum(['none', 'included', 'added']).optional().catch(undefined),
    travelPence: z.int().optional().catch(undefined),
  })
  .catch({ kind: 'unknown', pence: undefined, unit: undefined, vat: undefined, travelPence: undefined })
export type Price = z.infer<typeof Price>
const Capacity = z
  .object({ state: z.string(), units: z.int().optional().catch(undefined), expiresAt: text })
  .catch({ state: 'unknown', units: undefined, expiresAt: undefined })
export type Capacity = z.infer<typeof Capacity>
const Where = z
  .object({
    address: text,
    postcode: text,
    wardCode: text,
    wardName: text,
    latitude: z.number().optional().catch(undefined),
    longitude: z.number().optional().catch(undefined),
    sensitive: z.boolean().optional().catch(undefined),
  })
  .catch({ address: undefined, postcode: undefined, wardCode: undefined, wardName: undefined, latitude: undefined, longitude: undefined, sensitive: undefined })

export const OfferInList = z.object({
  offerId: z.string(),
  name: z.string(),
  summary: z.string().catch(''),
  category: z.string().catch('other'),
  track: z.string().catch('be-helped'),
  organisation: OrganisationName,
  form: OfferForm,
  distanceMetres: z.number().optional().catch(undefined),
  comesToYou: z.boolean().catch(false),
  place: Where.optional(),
  atHome: z.boolean().catch(false),
  price: Price,
  capacity: Capacity,
  openNow: z.boolean().optional().catch(undefined),
  takesReferrals: z.boolean().catch(false),
})
export type OfferInList = z.infer<typeof OfferInList>

const Source = z.object({ code: z.string(), url: webAddress, attribution: text })

const ShownOffer = OfferInList.omit({ summary: true, distanceMetres: true, comesToYou: true }).extend({
  status: z.string().catch('published'),
  description: z.string().catch(''),
  forWhom: text,
  ages: z.object({ from: z.int().optional(), to: z.int().optional() }).optional().catch(undefined),
  languages: z.array(z.string()).catch([]),
  accessibility: z.array(z.string()).catch([]),
  area: z
    .object({
      wardCodes: z.array(z.string()).catch([]),
      wardNames: z.array(z.string()).catch([]),
      withinMetres: z.number().optional().catch(undefined),
      postcode: text,
      atHome: z.boolean().catch(false),
      isPlaceKnown: z.boolean().catch(true),
    })
    .catch({ wardCodes: [], wardNames: [], withinMetres: undefined, postcode: undefined, atHome: false, isPlaceKnown: true }),
  times: Times,
  exceptions: z.array(z.object({ on: z.string(), until: z.string().optional(), times: z.array(Hours) })).catch([]),
  closedOnBankHolidays: z.boolean().catch(false),
  opensNextAt: text,
  timesInWords: text,
  fundingAccepted: z.array(z.string()).catch([]),
  personalCare: z.boolean().catch(false),
  personalCareGate: z.object({ cqcNumber: text, soleWorkerDeclaration: z.boolean().optional() }).optional().catch(undefined),
  contact: z
    .object({ name: text, email: text, phone: text, website: webAddress })
    .catch({ name: undefined, email: undefined, phone: undefined, website: undefined }),
  modifiedAt: text,
  assured: z
    .object({ assurer: z.enum(['provider', 'council']), at: z.string() })
    .optional()
    .catch(undefined),
  standing: text,
  missing: z.array(z.string()).optional().catch(undefined),
  views: z.array(z.object({ on: z.string(), count: z.int() })).catch([]),
  roomBefore: Capacity.optional().catch(undefined),
  source: Source.optional().catch(undefined),
  isYours: z.boolean().catch(false),
})
/** What has become of an offer, whatever it says. */
const standing = {
  ...({ offerId: true, status: true, organisation: true, track: true, atHome: true, openNow: true, opensNextAt: true, capacity: true } as const),
  ...({ takesReferrals: true, modifiedAt: true, assured: true, standing: true, source: true, isYours: true } as const),
  ...({ missing: true, roomBefore: true, views: true } as const),
}
/** What an edit that waits as a draft would say: nothing of what has become of the offer. */
const OfferDraft = ShownOffer.omit(standing).extend({ draftedAt: text })
export type OfferDraft = z.infer<typeof OfferDraft>
/** `draft` is there for its organisation only; what was marked up by another feed goes with the first edit, so no draft has it. */
export const WholeOffer = ShownOffer.extend({ descriptionMarkup: text, draft: OfferDraft.optional().catch(undefined) })
export type WholeOffer = z.infer<typeof WholeOffer>

/** An offer as the draft that waits would make it; as it is where none waits. */
export const asDrafted = ({ draft, ...offer }: WholeOffer): WholeOffer => {
  if (draft === undefined) return offer
  const { draftedAt: _at, ...words } = draft
  // Nothing that is said stays where the draft says nothing.
  const stays = Object.fromEntries(Object.entries(offer).filter(([part]) => part in standing)) as Pick<WholeOffer, keyof typeof standing>
  return { ...stays, ...words }
}

export const WholeOrganisation = OrganisationName.extend({
  kind: z.string().catch('organisation'),
  description: text,
  email: text,
  phone: text,
  website: webAddress,
  source: Source.optional().catch(undefined),
  isYours: z.boolean().catch(false),
  closedAt: text,
  checksDue: z.int().catch(0),
  offersAlike: z.int().catch(0),
  offers: z
    .array(
      z.object({
        offerId: z.string(),
        name: z.string(),
        status: z.string().catch('published'),
        category: z.string().catch('other'),
        mergedInto: text,
        capacity: Capacity,
        place: Where.optional(),
        missing: z.array(z.string()).optional().catch(undefined),
        standing: text,
        views: z.int().catch(0),
        roomEndsSoon: z.boolean().catch(false),
      }),
    )
    .catch([]),
})

/** A postcode is given, and nobody here knows where it lies. */
export const isPlaceUnknown = (place: z.infer<typeof Where> | undefined): boolean => place?.postcode !== undefined && place.latitude === undefined

/** The price in words: Free, £18.50 an hour. */
export const priceInWords = ({ kind, pence, unit }: Price, t: Translate, format: Format): string => {
  if (kind !== 'paid' || pence === undefined) return t([`price.${kind}`, 'price.unknown'])
  const amount = format.pounds(pence)
  return isUnit(unit) ? t('price.per', { amount, unit: t(`price.unit.${unit}`) }) : amount
}

/** What comes beside the price, in words: VAT, and travel for each visit. Nothing of an offer that is free, or whose price nobody has said. */
export const besidePriceInWords = ({ kind, pence, vat, travelPence }: Price, t: Translate, format: Format): string[] =>
  kind !== 'paid' || pence === undefined
    ? []
    : [t(`price.vat.${vat ?? 'unknown'}`), travelPence === undefined ? t('price.noTravel') : t('price.travel', { amount: format.pounds(travelPence) })]

const units = ['hour', 'half-hour', 'session', 'visit', 'day', 'night', 'week', 'month', 'year', 'item', 'journey', 'mile'] as const
const isUnit = (unit: string | undefined): unit is (typeof units)[number] => (units as readonly (string | undefined)[]).includes(unit)

/** The days that differ from its times, in words: one line each. */
export const differingInWords = (
  { exceptions, closedOnBankHolidays }: Pick<WholeOffer, 'exceptions' | 'closedOnBankHolidays'>,
  t: Translate,
  format: Format,
) => [
  ...exceptions.map(({ on, until, times }) =>
    t('opening.differs', {
      days: until === undefined ? format.date(on) : t('format.fromTo', { from: format.date(on), to: format.date(until) }),
      hours: times.length === 0 ? t('opening.closed') : format.hours(times),
    }),
  ),
  ...(closedOnBankHolidays ? [t('opening.closedOnBankHolidays')] : []),
]

/** Whether there is room, in words. */
export const capacityInWords = ({ state, units }: Capacity, t: Translate): string =>
  state === 'open' && units !== undefined && units > 0 ? t('capacity.places', { count: units }) : t([`capacity.${state}`, 'capacity.unknown'])
