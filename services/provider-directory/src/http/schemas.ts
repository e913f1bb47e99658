import { accessCodes, ageGroupCodes, ageMax, CapacityState, Category, Track, WardCode } from '@patchwork/events'
import { LanguageCode, multilineText, plainText } from '@patchwork/http'
import { z } from 'zod'
import { formKinds, peopleMax, seatsMax, thingTerms } from '../domain/form.ts'
import { lookedFor } from '../domain/lookedFor.ts'
import { weekDays } from '../domain/weeklyTimes.ts'

// What travels over the directory's API. Bodies are strict: an unknown field is refused by its name.

const id = z.uuid()
const instant = z.string()
export const email = z.email({ error: 'Enter an email address, like name@example.org.' }).max(254)
export const website = z.url({ protocol: /^https?$/, hostname: z.regexes.domain, error: 'Enter a web address that begins with http:// or https://.' }).max(500)
export const phone = plainText(40).refine((value) => /^\+?[\d\s()-]{6,}$/.test(value), {
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

/** Plain facts about access that can be said of an offer, and looked for. */
export const AccessCode = z.enum(accessCodes)
/** Ages to look for, in groups. */
export const AgeGroup = z.enum(ageGroupCodes)
const age = z.int().min(0).max(ageMax)
const languagesMax = 50

/** What form an offer has; of each kind what may be said beside it. */
export const OfferForm = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('one-to-one') }),
    z.strictObject({ kind: z.literal('group'), seats: z.int().min(1).max(seatsMax).optional() }),
    z.strictObject({ kind: z.literal('thing'), terms: z.enum(thingTerms).optional() }),
    z.strictObject({ kind: z.literal('space'), people: z.int().min(1).max(peopleMax).optional() }),
    z.strictObject({ kind: z.literal('advice') }),
  ],
  { error: `Choose one of: ${formKinds.join(', ')}.` },
)

const calendarDay = z.iso.date({ error: 'Enter a day, like 2026-03-31.' })
const timesMax = 50
const exceptionsMax = 100
const hoursOfDayMax = 10
const intervalMax = 52
const notNought = (most: number) =>
  z
    .int()
    .min(-most)
    .max(most)
    .refine((value) => value !== 0, { error: 'Count from 1, or back from -1.', params: { code: 'nought' } })

const WeeklyTimeBody = z.strictObject({
  days: z.array(z.enum(weekDays)).max(7),
  from: clock,
  to: clockEnd,
  /** Every so many weeks, or months where `weeksOfMonth` or `monthDays` is there, counted from that of `startsOn`. */
  interval: z.int().min(1).max(intervalMax).optional(),
  /** The first of these days in a month is 1, the last -1. */
  weeksOfMonth: z.array(notNought(5)).min(1).max(10).optional(),
  /** Dates of a month, -1 the last; `days`, which may then be empty, narrows them. */
  monthDays: z.array(notNought(31)).min(1).max(31).optional(),
  /** The first and the last day of a season, both in it. */
  startsOn: calendarDay.optional(),
  endsOn: calendarDay.optional(),
})
/** On one day, or on all days until another, these hours and none else; closed where there are none. */
const ExceptionBody = z.strictObject({
  on: calendarDay,
  until: calendarDay.optional(),
  times: z
    .array(z.strictObject({ from: clock, to: clockEnd }))
    .max(hoursOfDayMax)
    .default([]),
})
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
  form: OfferForm.optional(),
  /** Whole years, both included. */
  ages: z.strictObject({ from: age.optional(), to: age.optional() }).optional(),
  /** Languages that it is given in, without an interpreter from elsewhere. */
  languages: z.array(LanguageCode).max(languagesMax).optional(),
  accessibility: z.array(AccessCode).max(accessCodes.length).optional(),
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
  times: z.array(WeeklyTimeBody).max(timesMax).default([]),
  exceptions: z.array(ExceptionBody).max(exceptionsMax).optional(),
  /** Of England and Wales; an exception for such a day stands before it. */
  closedOnBankHolidays: z.literal(true).optional(),
  timesInWords: plainText(500).optional(),
  fundingAccepted: z.array(z.enum(fundingCodes)).max(fundingCodes.length).default([]),
  personalCare: z.boolean().default(false),
  personalCareGate: z.strictObject({ cqcNumber: plainText(40).optional(), soleWorkerDeclaration: z.literal(true).optional() }).optional(),
  contact: z.strictObject({ name: plainText(200).optional(), email: email.optional(), phone: phone.optional(), website: website.optional() }).default({}),
})
export type OfferBody = z.output<typeof OfferBody>

/** What somebody lists in one step: what it is, and who they are or which organisation of theirs offers it. */
export const ListingBody = OfferBody.extend({
  organisationId: id.optional(),
  organisation: OrganisationBody.pick({ name: true, kind: true }).optional(),
  /** Left out, it is guessed from the words. */
  category: Category.optional(),
  isPublished: z.boolean().default(false),
}).superRefine(({ organisationId, organisation }, context) => {
  const refuse = (path: string, code: string, message: string) => context.addIssue({ code: 'custom', path: [path], message, params: { code } })
  if (organisationId === undefined && organisation === undefined) refuse('organisation', 'missing', 'Say who offers this.')
  if (organisationId !== undefined && organisation !== undefined)
    refuse('organisation', 'organisation-twice', 'Name a new organisation or choose one, not both.')
})
export type ListingBody = z.output<typeof ListingBody>

export const CapacityBody = z.strictObject({
  state: CapacityState,
  units: z.int().min(0).max(100_000).optional(),
  expiresAt: z.iso.datetime({ offset: true, error: 'Enter a date and time, like 2026-03-31T17:00:00Z.' }),
})

// Answers

const Standing = z.enum(['fresh', 'asked', 'downranked', 'hidden'])
/** What is told of an offer to its own people only: what they may still add of what people look for, and how often its page was looked at. */
const ForItsPeople = {
  missing: z.array(z.enum(lookedFor)).optional(),
  /** How far it has gone without anybody who says that it is right. */
  standing: Standing.optional(),
}

const Ward = { wardCode: z.string().optional(), wardName: z.string().optional() }
const CapacityView = z.object({ state: z.enum(['open', 'waiting-list', 'closed', 'unknown']), units: z.int().optional(), expiresAt: instant.optional() })
export const PriceView = z.object({
  kind: z.enum(['free', 'paid', 'unknown']),
  pence: z.int().optional(),
  unit: z.string().optional(),
  vat: z.enum(vatCodes).optional(),
  travelPence: z.int().optional(),
})
export const TimeView = z.object({
  days: z.array(z.enum(weekDays)),
  from: z.string(),
  to: z.string(),
  interval: z.int().optional(),
  weeksOfMonth: z.array(z.int()).optional(),
  monthDays: z.array(z.int()).optional(),
  startsOn: z.string().optional(),
  endsOn: z.string().optional(),
})
export const ExceptionView = z.object({ on: z.string(), until: z.string().optional(), times: z.array(z.object({ from: z.string(), to: z.string() })) })
const Source = z.object({ code: z.string(), recordId: z.string(), url: z.string().optional() })
/** A postcode without a latitude is one whose place is not known here. */
export const PlaceView = z.object({
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
  form: OfferForm.optional(),
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
export const Narrowing = z.enum(['within', 'category', 'track', 'cost', 'funding', 'open', 'capacity', 'ward', 'form', 'language', 'age', 'access'])
export type Narrowing = z.infer<typeof Narrowing>

const FacetCounts = z.record(z.string(), z.int())
export const FoundOffers = z.object({
  items: z.array(OfferSummary),
  total: z.int(),
  after: z.string().optional(),
  /** What was asked for by `near`; `name` where it is called something and is no postcode. */
  near: z.object({ known: z.boolean(), name: z.string().optional(), latitude: z.number().optional(), longitude: z.number().optional(), ...Ward }).optional(),
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
    form: FacetCounts,
    language: FacetCounts,
    age: FacetCounts,
    /** How many are left when this is asked for too. */
    access: FacetCounts,
  }),
})

const ShownOffer = z.object({
  offerId: id,
  status: z.enum(['draft', 'published', 'withdrawn']),
  organisation: OrganisationName.extend({ kind: OrganisationKind, description: z.string().optional() }),
  track: Track,
  category: Category,
  name: z.string(),
  description: z.string(),
  forWhom: z.string().optional(),
  form: OfferForm.optional(),
  ages: z.object({ from: z.int().optional(), to: z.int().optional() }).optional(),
  languages: z.array(z.string()).optional(),
  accessibility: z.array(AccessCode).optional(),
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
  /** Those that are not over. */
  exceptions: z.array(ExceptionView).optional(),
  closedOnBankHolidays: z.literal(true).optional(),
  timesInWords: z.string().optional(),
  openNow: z.boolean().optional(),
  /** When it is closed now and opens again within a year. */
  opensNextAt: instant.optional(),
  fundingAccepted: z.array(z.string()),
  personalCare: z.boolean(),
  personalCareGate: z.object({ cqcNumber: z.string().optional(), soleWorkerDeclaration: z.literal(true).optional() }).optional(),
  contact: z.object({ name: z.string().optional(), email: z.string().optional(), phone: z.string().optional(), website: z.string().optional() }),
  capacity: CapacityView,
  takesReferrals: z.boolean(),
  publishedAt: instant.optional(),
  /** Who last said that all this is right: whoever offers it, or the council. */
  assured: z.object({ assurer: z.enum(['provider', 'council']), at: instant }).optional(),
  ...ForItsPeople,
  /** How often its page was looked at on each of the last 28 days, the oldest first. */
  views: z.array(z.object({ on: z.string(), count: z.int() })).optional(),
  /** What was last said of room, where that has run out. */
  roomBefore: CapacityView.optional(),
  modifiedAt: instant,
  source: Source.extend({ attribution: z.string().optional() }).optional(),
  /** The caller may change it. */
  isYours: z.boolean(),
})
/** What an edit would say: all that a description says, and nothing of what has become of the offer. */
const OfferDraftView = ShownOffer.omit({
  offerId: true,
  status: true,
  organisation: true,
  track: true,
  openNow: true,
  capacity: true,
  takesReferrals: true,
  publishedAt: true,
  assured: true,
  standing: true,
  modifiedAt: true,
  source: true,
  isYours: true,
}).extend({ draftedAt: instant })
/** `draft`: an edit that waits to be published; told to its organisation only. */
export const OfferView = ShownOffer.extend({
  /** The description as the feed it came from marked it up: p, br, ul, ol, li, strong, em, b, i, and a with an address; nothing else. Clean it again where it is shown. */
  descriptionMarkup: z.string().optional(),
  draft: OfferDraftView.optional(),
})

/** An offer that nobody has assured for long, for the council to look at. */
export const UnassuredOffer = z.object({
  offerId: id,
  name: z.string(),
  organisation: OrganisationName,
  standing: z.enum(['asked', 'downranked', 'hidden']),
  /** When it goes a step further down. */
  nextAt: instant.optional(),
  publishedAt: instant,
  assured: z.object({ assurer: z.enum(['provider', 'council']), at: instant }).optional(),
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
  /** Since when it has been closed. Of one that has, others are told who it was and nothing else. */
  closedAt: instant.optional(),
  /** Criminal-record checks that nobody has looked at for a year; told to its members only. */
  checksDue: z.int().optional(),
  /** Pairs of its offers that may be the same thing and wait to be decided, 20 at most; told to its members only. */
  offersAlike: z.int().optional(),
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
      /** Of a withdrawn one, which other one stands for it. */
      mergedInto: id.optional(),
      /** Since when an edit of it waits as a draft; told to members only. */
      draftedAt: instant.optional(),
      ...ForItsPeople,
      /** How often its page was looked at in the last 28 days. */
      views: z.int().optional(),
      /** What was said of room runs out within seven days. */
      roomEndsSoon: z.boolean().optional(),
    }),
  ),
})
