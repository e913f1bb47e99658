import type { PublicOffer } from '../store/publicOffer.ts'
import { formTerm } from './forms.ts'
import { type Fields, fieldsOf, listOf } from './said.ts'
import { isPlaced, partId } from './service.ts'

/** What the open feed is asked for about a service besides its own fields. */
export type FeedParts = {
  minimumAge?: number
  maximumAge?: number
  places: { placeId: string; latitude?: number; longitude?: number }[]
  terms: { id: string; taxonomyId?: string; term: Fields }[]
}

const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)
const present = <Parts extends Fields>(parts: Parts) =>
  Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as { [Key in keyof Parts]?: Exclude<Parts[Key], undefined> }

/** The ages, places and terms of a service, as its record in the feed has them. */
export const feedPartsOf = (offer: PublicOffer): FeedParts => {
  const given = offer.given ?? {}
  const givenPlaces = listOf(given.service_at_locations)
  const places = givenPlaces.map(({ id, location }) => {
    const { latitude, longitude } = fieldsOf(location) ?? {}
    return { placeId: String(id), ...present({ latitude: numberOf(latitude), longitude: numberOf(longitude) }) }
  })
  const own = isPlaced(offer) ? [{ placeId: partId(offer.offerId, 'service-at-location'), ...offer.place.location }] : []
  const givenTerms = listOf(given.attributes).flatMap(({ taxonomy_term: value }) => {
    const term = fieldsOf(value)
    return term ? [{ id: String(term.id), ...(typeof term.taxonomy_id === 'string' ? { taxonomyId: term.taxonomy_id } : {}), term }] : []
  })
  return {
    ...present({ minimumAge: numberOf(given.minimum_age) ?? offer.ages?.from, maximumAge: numberOf(given.maximum_age) ?? offer.ages?.to }),
    places: places.length > 0 ? places : own,
    // What a record brought with it stands in the place of what the directory would say.
    terms: given.attributes === undefined && offer.form ? [termAsked(formTerm(offer.form.kind))] : givenTerms,
  }
}

const termAsked = (term: ReturnType<typeof formTerm>) => ({ id: term.id, taxonomyId: term.taxonomy_id, term })
