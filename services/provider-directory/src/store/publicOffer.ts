import type { AccessCode, Category, Track } from '@patchwork/events'
import { calendarDay } from '@patchwork/runtime'
import type { Assurance, Assurer } from '../domain/assurance.ts'
import type { OfferForm } from '../domain/form.ts'
import {
  type Area,
  type Capacity,
  type Contact,
  isShown,
  type KeptOffer,
  type Offer,
  type OfferDetails,
  type Place,
  type Price,
  publishedWords,
} from '../domain/offer.ts'
import type { Organisation, OrganisationDetails, OrganisationKind, SourceRecord } from '../domain/organisation.ts'
import type { Ages } from '../domain/suiting.ts'
import type { WeeklyTime } from '../domain/weeklyTimes.ts'

export type PublicOrganisation = {
  organisationId: string
  kind: OrganisationKind
  name: string
  description?: string
  email?: string
  phone?: string
  website?: string
  identifiers?: NonNullable<OrganisationDetails['identifiers']>
  source?: SourceRecord
  given?: Record<string, unknown>
  modifiedAt: string
}

/** Everything about a published offer, for finding it and for showing it. */
export type PublicOffer = {
  offerId: string
  track: Track
  category: Category
  name: string
  description: string
  forWhom?: string
  form?: OfferForm
  ages?: Ages
  languages?: string[]
  accessibility?: AccessCode[]
  price: Price
  area: Area
  place: Place
  times: WeeklyTime[]
  exceptions?: NonNullable<OfferDetails['exceptions']>
  closedOnBankHolidays?: true
  timesInWords?: string
  fundingAccepted: string[]
  personalCare: boolean
  personalCareGate?: NonNullable<OfferDetails['personalCareGate']>
  contact: Contact
  capacity: Capacity
  takesReferrals: boolean
  publishedAt: string
  /** Stands behind all others: nobody has said for long that it is right. */
  isDownranked?: true
  /** Who last said that it is right, and on which day. */
  assured?: { assurer: Assurer; on: string }
  /** When anything shown here last changed, the organisation's own words included; of open data, by its source and not by when it was loaded. */
  modifiedAt: string
  source?: SourceRecord
  given?: Record<string, unknown>
  organisation: PublicOrganisation
}

/** What anyone may read of an organisation; undefined when there is none. */
export const toPublicOrganisation = ({ id, state, details }: Organisation & { id: string }): PublicOrganisation | undefined => {
  if (state.status !== 'registered' || !details) return undefined
  // What merges put aside is nobody's to read, nor whom it has invited.
  const { taken: _taken, merge: _merge, invited: _invited, ...words } = details
  return { organisationId: id, kind: state.kind, ...words }
}

/** A published offer as search knows it; undefined unless it is published. Views leave out the postcode that an area is measured from. */
export const toPublicOffer = ({ id, state, details }: Offer & { id: string }, organisation: PublicOrganisation): PublicOffer | undefined => {
  if (!isShown(state) || !details) return undefined
  const { track, category, personalCare, capacity, takesReferrals, publishedAt, assurance } = state
  const modifiedAt = latest(details.modifiedAt, organisation.modifiedAt, assurance?.assuredAt ?? '', ...(details.source ? [] : [publishedAt]))
  return {
    offerId: id,
    track,
    category,
    personalCare,
    capacity,
    takesReferrals,
    publishedAt,
    ...withoutSensitivePlace(details),
    ...toAssured(assurance),
    modifiedAt,
    organisation,
  }
}

/**
 * What may leave of a record: no draft that waits, and where its location is sensitive nothing of where it stands, nothing that a distance is measured from, and
 * nothing that another feed said in fields of its own. Wards that it says it serves stay.
 */
export const withoutSensitivePlace = (offer: KeptOffer): OfferDetails => {
  const details = publishedWords(offer)
  if (!details.place.sensitive) return details
  const { given: _given, ...kept } = details
  const { wardCodes, atHome } = details.area
  return { ...kept, place: {}, area: { ...(wardCodes ? { wardCodes } : {}), ...(atHome ? { atHome } : {}) } }
}

const toAssured = (assurance: Assurance | undefined): Pick<PublicOffer, 'isDownranked' | 'assured'> => ({
  ...(assurance?.standing === 'downranked' ? { isDownranked: true } : {}),
  ...(assurance?.assuredAt !== undefined && assurance.assurer !== undefined
    ? { assured: { assurer: assurance.assurer, on: calendarDay(Date.parse(assurance.assuredAt)) } }
    : {}),
})

/** When it last changed for whoever keeps a copy: an old record that was loaded today is new to them, and so is one that was shown late. */
export const newsAt = ({ modifiedAt, publishedAt }: PublicOffer, ...shownAt: (string | undefined)[]): string =>
  latest(modifiedAt, publishedAt, ...shownAt.filter((at) => at !== undefined))

const latest = (first: string, ...more: string[]): string => [first, ...more].sort().at(-1)!

/** What is left of a statement of room at an instant: past its time nothing is known, whether or not anyone has noticed yet. */
export const capacityAt = (capacity: Capacity, nowMs: number): Capacity =>
  capacity.state !== 'unknown' && Date.parse(capacity.expiresAt) <= nowMs ? { state: 'unknown' } : capacity
