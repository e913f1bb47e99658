import { CapacityState, Category, Track, WardCode } from '@patchwork/events'
import { multilineText, plainText } from '@patchwork/http'
import { z } from 'zod'
import { weekDays } from '../domain/weeklyTimes.ts'

// What travels over the directory's API. Bodies are strict: an unknown field is refused by its name.

const id = z.uuid()
const instant = z.string()
const email = z.email({ error: 'Enter an email address, like name@example.org.' }).max(254)
const website = z.url({ protocol: /^https?$/, hostname: z.regexes.domain, error: 'Enter a web address that begins with http:// or https://.' }).max(500)
const phone = plainText(40).refine((value) => /^\+?[\d\s()-]{6,}$/.test(value), {
  error: 'Enter a telephone number, like 0161 496 0000.',
  params: { code: 'invalid-phone' },
})
const clock = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, { error: 'Enter a time, like 09:30.' })
const clockEnd = z.string().regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, { error: 'Enter a time, like 17:00.' })

export const OrganisationKind = z.enum(['micro-provider', 'community-network', 'organisation'])
export const fundingCodes = ['direct-payment', 'managed-account', 'individual-service-fund', 'own-money', 'time-credits', 'free'] as const
export const priceUnits = ['hour', 'half-hour', 'session', 'visit', 'day', 'night', 'week', 'month', 'year', 'item', 'journey', 'mile'] as const

/** No VAT is charged, the price includes it, or it comes on top. */
export const vatCodes = ['none', 'included', 'added'] as const

export const OrganisationBody = z.strictObject({
  name: plainText(200),
  kind: OrganisationKind,
  description: multilineText(4_000).optional(),
  email: email.optional(),
  phone: phone.optional(),
  website: website.optional(),
})
/** The kind of an organisation stays; another one is refused rather than silently dropped. */
export const OrganisationDescriptionBody = OrganisationBody.partial({ kind: true })

const WeeklyTimeBody = z.strictObject({ days: z.array(z.enum(weekDays)).min(1).max(7), from: clock, to: clockEnd })
const PriceBody = z.strictObject({
  kind: z.enum(['free', 'paid', 'unknown']),
  pence: z.int().min(1).max(10_000_000).optional(),
  unit: z.enum(priceUnits).optional(),
  vat: z.enum(vatCodes).optional(),
  travelPence: z.int().min(1).max(1_000_000).optional(),
})
export const OfferBody = z.strictObject({
  organisationId: id,
  track: Track,
  name: plainText(200),
  description: multilineText(4_000),
  category: Category,
  forWhom: plainText(500).optional(),
  price: PriceBody,
  area: z
    .strictObject({
      wardCodes: z.array(WardCode).max(100).optional(),
      withinMetres: z.int().min(1).max(200_000).optional(),
      postcode: plainText(20).optional(),
      atHome: z.boolean().optional(),
    })
    .default({}),
  place: z
    .strictObject({
      address: plainText(500).optional(),
      postcode: plainText(20).optional(),
      /** A refuge, say: where it is, and where a distance is measured from, is shown to the organisation's members and to nobody else. */
      sensitive: z.literal(true).optional(),
    })
    .default({}),
  times: z.array(WeeklyTimeBody).max(50).default([]),
  timesInWords: plainText(500).optional(),
  fundingAccepted: z.array(z.enum(fundingCodes)).max(fundingCodes.length).default([]),
  personalCare: z.boolean().default(false),
  personalCareGate: z.strictObject({ cqcNumber: plainText(40).optional(), soleWorkerDeclaration: z.literal(true).optional() }).optional(),
  contact: z.strictObject({ name: plainText(200).optional(), email: email.optional(), phone: phone.optional(), website: website.optional() }).default({}),
})
export type OfferBody = z.output<typeof OfferBody>

export const CapacityBody = z.strictObject({
  state: CapacityState,
  units: z.int().min(0).max(100_000).optional(),
  expiresAt: z.iso.datetime({ offset: true, error: 'Enter a date and time, like 2026-03-31T17:00:00Z.' }),
})

// Answers

const Ward = { wardCode: z.string().optional(), wardName: z.string().optional() }
const CapacityView = z.object({ state: z.enum(['open', 'waiting-list', 'closed', 'unknown']), units: z.int().optional(), expiresAt: instant.optional() })
export const PriceView = z.object({
  kind: z.enum(['free', 'paid', 'unknown']),
  pence: z.int().optional(),
  unit: z.string().optional(),
  vat: z.enum(vatCodes).optional(),
  travelPence: z.int().optional(),
})
export const TimeView = z.object({ days: z.array(z.enum(weekDays)), from: z.string(), to: z.string() })
const Source = z.object({ code: z.string(), recordId: z.string(), url: z.string().optional() })
/** A postcode without a latitude is one whose place is not known here. */
const PlaceView = z.object({
  address: z.string().optional(),
  postcode: z.string().optional(),
  ...Ward,
  latitude: z.number().optional(),
  longitude: z.number().optional(),
  /** Shown to nobody but its organisation's members. */
  sensitive: z.literal(true).optional(),
})
export const OrganisationName = z.object({ organisationId: id, name: z.string() })

export const OfferSummary = z.object({
  offerId: id,
  name: z.string(),
  summary: z.string(),
  category: Category,
  track: Track,
  organisation: OrganisationName,
  distanceMetres: z.int().optional(),
  /** The offer comes to, or is meant for, the place asked about. */
  comesToYou: z.boolean().optional(),
  place: PlaceView.optional(),
  atHome: z.boolean().optional(),
  price: PriceView,
  capacity: CapacityView,
  openNow: z.boolean().optional(),
  times: z.array(TimeView).optional(),
  timesInWords: z.string().optional(),
  takesReferrals: z.boolean(),
})

/** Filters of a search, each of which can be left out. */
export const Narrowing = z.enum(['within', 'category', 'track', 'cost', 'funding', 'open', 'capacity', 'ward'])
export type Narrowing = z.infer<typeof Narrowing>

const FacetCounts = z.record(z.string(), z.int())
export const FoundOffers = z.object({
  items: z.array(OfferSummary),
  total: z.int(),
  after: z.string().optional(),
  near: z.object({ known: z.boolean(), latitude: z.number().optional(), longitude: z.number().optional(), ...Ward }).optional(),
  /** How the words were matched: every word, every word with the last as a beginning, or any word. */
  words: z.enum(['all', 'beginning', 'any']).optional(),
  /** What was looked for instead of words that nothing has. */
  corrected: z.string().optional(),
  /** Other words for the same that were looked for as well. */
  also: z.array(z.string()).optional(),
  /** Where nothing was found: which filter to leave out, or all of them, and how many that finds. */
  wider: z.array(z.object({ without: z.enum([...Narrowing.options, 'all']), total: z.int() })).optional(),
  facets: z.object({
    category: FacetCounts,
    track: FacetCounts,
    cost: FacetCounts,
    open: FacetCounts,
    capacity: FacetCounts,
    ward: FacetCounts,
    funding: FacetCounts,
  }),
})

export const OfferView = z.object({
  offerId: id,
  status: z.enum(['draft', 'published', 'withdrawn']),
  organisation: OrganisationName.extend({ kind: OrganisationKind, description: z.string().optional() }),
  track: Track,
  category: Category,
  name: z.string(),
  description: z.string(),
  forWhom: z.string().optional(),
  price: PriceView,
  area: z.object({
    wardCodes: z.array(z.string()).optional(),
    wardNames: z.array(z.string()).optional(),
    withinMetres: z.int().optional(),
    /** Where the distance is measured from: the first half of the postcode for the public, all of it for the organisation's members. */
    postcode: z.string().optional(),
    atHome: z.boolean().optional(),
    /** False where a distance is measured from a postcode whose place is not known here: then it finds nobody near. */
    isPlaceKnown: z.boolean(),
  }),
  place: PlaceView,
  times: z.array(TimeView),
  timesInWords: z.string().optional(),
  openNow: z.boolean().optional(),
  fundingAccepted: z.array(z.string()),
  personalCare: z.boolean(),
  personalCareGate: z.object({ cqcNumber: z.string().optional(), soleWorkerDeclaration: z.literal(true).optional() }).optional(),
  contact: z.object({ name: z.string().optional(), email: z.string().optional(), phone: z.string().optional(), website: z.string().optional() }),
  capacity: CapacityView,
  takesReferrals: z.boolean(),
  publishedAt: instant.optional(),
  /** Who last said that all this is right: whoever offers it, or the council. */
  assured: z.object({ assurer: z.enum(['provider', 'council']), at: instant }).optional(),
  /** How far it has gone without that; told to its organisation only. */
  standing: z.enum(['fresh', 'asked', 'downranked', 'hidden']).optional(),
  modifiedAt: instant,
  source: Source.extend({ attribution: z.string().optional() }).optional(),
  /** The caller may change it. */
  isYours: z.boolean(),
})

export const OrganisationView = z.object({
  organisationId: id,
  kind: OrganisationKind,
  name: z.string(),
  description: z.string().optional(),
  email: z.string().optional(),
  phone: z.string().optional(),
  website: z.string().optional(),
  identifiers: z.array(z.object({ scheme: z.string(), identifier: z.string() })).optional(),
  source: Source.extend({ attribution: z.string().optional() }).optional(),
  isYours: z.boolean(),
  /** Published ones; for members also drafts and withdrawn ones. The first 200; the rest by `/organisations/{id}/offers`. */
  offers: z.array(
    z.object({
      offerId: id,
      name: z.string(),
      status: z.enum(['draft', 'published', 'withdrawn']),
      category: Category,
      track: Track,
      capacity: CapacityView,
      place: PlaceView,
    }),
  ),
})
