import { calendarDay } from '@patchwork/runtime'
import type { z } from 'zod'
import { londonMoment } from '../domain/days.ts'
import { missingIn } from '../domain/lookedFor.ts'
import { type Capacity, type Location, type Offer, type OfferDetails, publishedWords } from '../domain/offer.ts'
import { isOpenAt, opensNextAt, toAskedOften } from '../domain/opening.ts'
import { markupOf } from '../openReferral/given.ts'
import type { CouncilArea } from '../place/place.ts'
import { capacityAt, type PublicOrganisation, withoutSensitivePlace } from '../store/publicOffer.ts'
import type { Hit } from '../store/searchIndex.ts'
import type { OfferSummary, OfferView, UnassuredOffer } from './schemas.ts'

const summaryLengthMax = 200

/** The first words of a description, cut between words. */
export const toSummary = (description: string): string => {
  const folded = description.replaceAll(/\s+/g, ' ').trim()
  if (folded.length <= summaryLengthMax) return folded
  const cut = folded.slice(0, summaryLengthMax - 1)
  const wordEnd = cut.lastIndexOf(' ')
  return `${(wordEnd > summaryLengthMax / 2 ? cut.slice(0, wordEnd) : cut).toWellFormed()}…`
}

export const toPlaceView = ({ address, postcode, location, sensitive }: OfferDetails['place']) => ({
  ...(sensitive ? { sensitive } : {}),
  ...(address === undefined ? {} : { address }),
  ...(postcode === undefined ? {} : { postcode }),
  ...location,
})

/** Where only an area is given, its middle may be someone's home: a map may show it to about a kilometre. */
const roughly = ({ latitude, longitude, ...ward }: Location): Location => ({
  latitude: Math.round(latitude * 100) / 100,
  longitude: Math.round(longitude * 100) / 100,
  ...ward,
})

/** An offer as one line of a list of results. */
export const toSummaryView = ({ offer, distanceMetres, comesToYou, isOpenNow }: Hit, nowMs: number): z.input<typeof OfferSummary> => {
  const { offerId, name, category, track, organisation, form, price, times, timesInWords, takesReferrals, area } = offer
  const location = offer.place.location ?? (area.centre && roughly(area.centre))
  return {
    offerId,
    name,
    summary: toSummary(offer.description),
    category,
    track,
    organisation: { organisationId: organisation.organisationId, name: organisation.name },
    ...(form ? { form } : {}),
    ...(distanceMetres === undefined ? {} : { distanceMetres }),
    ...(comesToYou ? { comesToYou } : {}),
    place: toPlaceView({ ...offer.place, ...(location === undefined ? {} : { location }) }),
    ...(area.atHome ? { atHome: true } : {}),
    price,
    capacity: capacityAt(offer.capacity, nowMs),
    ...(isOpenNow === undefined ? {} : { openNow: isOpenNow }),
    ...(times.length > 0 ? { times } : {}),
    ...(timesInWords === undefined ? {} : { timesInWords }),
    takesReferrals,
  }
}

type Seen = { organisation: PublicOrganisation; isYours: boolean; nowMs: number; councilArea: CouncilArea }

/** Everything about one offer, for whoever may see it. `details` and a begun state must be there. */
export const toOfferView = ({ id, state, details: kept }: Offer & { id: string }, seen: Seen): z.input<typeof OfferView> | undefined => {
  if (state.status === 'none' || !kept) return undefined
  const { organisation, isYours, nowMs, councilArea } = seen
  const details = publishedWords(kept)
  const { area, place } = isYours ? details : withoutSensitivePlace(details)
  const { times, source, name, description, forWhom, price, timesInWords, fundingAccepted, personalCareGate, contact, modifiedAt } = details
  const { wardCodes, withinMetres, postcode, atHome, centre } = area
  const { form, ages, languages, accessibility } = details
  const { assurance } = state
  const descriptionMarkup = markupOf(details.given)
  return {
    offerId: id,
    status: state.status,
    organisation,
    track: state.track,
    category: state.category,
    name,
    description,
    ...(descriptionMarkup === undefined ? {} : { descriptionMarkup }),
    forWhom,
    ...(form ? { form } : {}),
    ...(ages ? { ages } : {}),
    ...(languages ? { languages } : {}),
    ...(accessibility ? { accessibility } : {}),
    price,
    area: {
      wardCodes,
      wardNames: wardCodes?.map((wardCode) => councilArea.wards.nameOf(wardCode) ?? wardCode),
      withinMetres,
      postcode: isYours ? postcode : postcode?.split(' ')[0],
      atHome,
      isPlaceKnown: postcode === undefined || centre !== undefined,
    },
    place: toPlaceView(place),
    times,
    timesInWords,
    ...toOpeningView(details, nowMs),
    fundingAccepted,
    personalCare: state.personalCare,
    personalCareGate,
    contact,
    capacity: capacityAt(state.capacity, nowMs),
    takesReferrals: state.status === 'published' && state.takesReferrals,
    ...(state.status === 'published' ? { publishedAt: state.publishedAt } : {}),
    ...(assurance?.assuredAt !== undefined && assurance.assurer ? { assured: { assurer: assurance.assurer, at: assurance.assuredAt } } : {}),
    ...(isYours ? forItsPeople({ state, details }, nowMs) : {}),
    modifiedAt,
    ...(source ? { source: toSourceView(source, councilArea) } : {}),
    isYours,
    ...(isYours ? toDraftView({ id, state, details: kept }, seen) : {}),
  }
}

/** A published offer that has gone unassured, as one line; nothing of any other. */
export const toUnassuredView = ({ id, state, details }: Offer & { id: string }, nameOf: ReadonlyMap<string, string>): z.input<typeof UnassuredOffer>[] => {
  if (state.status !== 'published' || !details || !state.assurance || state.assurance.standing === 'fresh') return []
  const { standing, nextAt, assuredAt, assurer } = state.assurance
  return [
    {
      offerId: id,
      name: details.name,
      organisation: { organisationId: state.organisationId, name: nameOf.get(state.organisationId) ?? '' },
      standing,
      ...(nextAt === undefined ? {} : { nextAt }),
      publishedAt: state.publishedAt,
      ...(assuredAt !== undefined && assurer ? { assured: { assurer, at: assuredAt } } : {}),
    },
  ]
}

/** An edit that waits, as the offer would be with it. */
const toDraftView = ({ id, state, details }: Offer & { id: string }, seen: Seen): Pick<z.input<typeof OfferView>, 'draft'> => {
  if (state.status === 'none' || state.editDraftedAt === undefined || !details?.draft) return {}
  const { category, personalCare, details: words } = details.draft
  const view = toOfferView({ id, state: { ...state, category, personalCare }, details: words }, seen)
  return view ? { draft: { ...view, draftedAt: state.editDraftedAt } } : {}
}

/** The days that differ and are not over, and how it stands at an instant. */
const toOpeningView = (details: OfferDetails, nowMs: number) => {
  const { times, closedOnBankHolidays } = details
  const today = calendarDay(nowMs)
  const exceptions = details.exceptions?.filter(({ on, until }) => (until ?? on) >= today) ?? []
  const next = opensNextAt(details, nowMs)
  return {
    ...(exceptions.length > 0 ? { exceptions } : {}),
    ...(closedOnBankHolidays ? { closedOnBankHolidays } : {}),
    ...(times.length > 0 ? { openNow: isOpenAt(toAskedOften(details), londonMoment(nowMs)) } : {}),
    ...(next === undefined ? {} : { opensNextAt: new Date(next).toISOString() }),
  }
}

/** What its own people are told of an offer beside what everyone sees: what it lacks, and how far it has gone unassured. */
export const forItsPeople = ({ state, details }: Pick<Offer, 'state' | 'details'>, nowMs: number) => ({
  missing: missingIn({ state, details }, state.status !== 'none' && capacityAt(state.capacity, nowMs).state !== 'unknown'),
  ...(state.status !== 'none' && state.assurance ? { standing: state.assurance.standing } : {}),
})

/** Where a record came from, with the words its licence asks for. */
export const toSourceView = <Source extends { code: string }>(source: Source, { about }: CouncilArea) => {
  const attribution = about.sources.find(({ code }) => code === source.code)?.attribution
  return { ...source, ...(attribution === undefined ? {} : { attribution }) }
}

export const toCapacityView = (capacity: Capacity, nowMs: number): Capacity => capacityAt(capacity, nowMs)
