import { idFor } from '@patchwork/aggregate'
import type { Category } from '@patchwork/events'
import type { PublicOffer, PublicOrganisation } from '../store/publicOffer.ts'
import { codeSaid } from '../taxonomy/mapping.ts'
import type { TermLanguage } from '../taxonomy/taxonomy.ts'
import { toFormAttributes } from './forms.ts'
import { besideAmount, pounds } from './price.ts'
import { type Fields, fieldsOf, listOf, oneToOne, said } from './said.ts'
import { toSchedules } from './schedules.ts'
import { toAccessibility, toAges, toLanguages } from './suiting.ts'

// Open Referral UK 3.0 (HSDS-UK). What a record does not say is left out, never null, never empty, never invented. A record that came from another feed,
// and that nobody has changed here, leaves with what it brought.

/**
 * What is known of the council area around an offer: its names, and how far its clocks are from UTC now, like +01:00; the terms that a kind is told with,
 * ours first; and the language that our own terms are in.
 */
export type Around = {
  districtName: string
  wardName: (wardCode: string) => string | undefined
  clockOffset: string
  termsOf: (kind: Category) => readonly Fields[]
  language: TermLanguage
}

/** Ids of what belongs to a service are made from its own, so they stay as long as it does. */
export const partId = (offerId: string, part: string): string => idFor(`open-referral/${offerId}/${part}`)

const ownListed = (offer: PublicOffer): Fields => ({
  id: offer.offerId,
  organization_id: offer.organisation.organisationId,
  name: offer.name,
  description: offer.description,
  url: offer.contact.website ?? offer.organisation.website,
  email: offer.contact.email,
  status: 'active',
  ...(offer.given?.cost_options === undefined ? { fees: feesInWords(offer) } : {}),
  // Of HSDS, whose other fields the UK profile lets stand.
  eligibility_description: offer.forWhom,
  ...toAges(offer),
  last_modified: offer.modifiedAt,
})

/** The day of an assurance made here, in place of one that the record brought with it. Who made it stays here: the standard asks for an address of theirs. */
const assuredDate = ({ assured }: PublicOffer): Fields => (assured ? { assured_date: assured.on, assurer_email: undefined } : {})

/** A service with its one-to-one fields, as lists hold it. */
export const toListedService = (offer: PublicOffer): Fields =>
  said({ ...ownListed(offer), ...oneToOne(offer.given ?? {}), ...assuredDate(offer), organization: toListedOrganization(offer.organisation) })

/** A service with everything that belongs to it. */
export const toFullService = (offer: PublicOffer, around: Around): Fields => ({
  ...toServiceOfOrganization(offer, around),
  organization: toOwnOrganization(offer.organisation),
})

/** The same without its organisation, which holds it. */
export const toServiceOfOrganization = (offer: PublicOffer, around: Around): Fields => {
  const given = offer.given ?? {}
  const contacts = toContacts(offer)
  const saysPhone = (all: readonly Fields[]) => all.some(({ phones }) => listOf(phones).length > 0)
  return said({
    ...ownListed(offer),
    schedules: toSchedules(offer, { ...around, partId }),
    service_areas: toServiceAreas(offer, around),
    service_at_locations: toServiceAtLocations(offer, around),
    languages: toLanguages(offer, partId),
    cost_options: toCostOptions(offer),
    attributes: [
      ...around.termsOf(offer.category).map((term, place) => ({
        id: partId(offer.offerId, place === 0 ? 'attribute/kind' : `attribute/term/${term.id}`),
        link_id: offer.offerId,
        link_type: 'service',
        taxonomy_term_id: term.id,
        taxonomy_term: term,
      })),
      ...toFormAttributes(offer, { language: around.language, partId }),
    ],
    ...given,
    ...(given.attributes === undefined ? {} : { attributes: eachTermOnce(listOf(given.attributes)) }),
    ...assuredDate(offer),
    contacts: saysPhone(contacts) && !saysPhone(listOf(given.contacts)) ? contacts : (given.contacts ?? contacts),
  })
}

/** What a record is sorted by, each term once: a feed may name one by an id of its own, and again by the list that it stands in. The first of them stays. */
const eachTermOnce = (attributes: readonly Fields[]): Fields[] => {
  const met = new Set<string>()
  return attributes.filter(({ id, taxonomy_term_id: termId, taxonomy_term: value, value: told, label }) => {
    const term = fieldsOf(value) ?? {}
    const code = codeSaid(term)
    const key = JSON.stringify([code ? [code.scheme, code.code] : [termId ?? term.id ?? id], told, label])
    if (met.has(key)) return false
    met.add(key)
    return true
  })
}

/** As little as the standard lets a service be, and when it changed. */
export const toMinimalService = (offer: PublicOffer): Fields => {
  const { id, organization_id, name, status, last_modified } = toListedService(offer)
  return { id, organization_id, name, status, last_modified }
}

/** A service at one of its places, as lists hold it. */
export const toListedPlace = ({ offer, placeId }: Placed, around: Around): Fields => {
  const { place, location } = placeOf({ offer, placeId }, around)
  return { ...oneToOne(place), ...(location ? { location: oneToOne(location) } : {}), service: toListedService(offer) }
}

/** A service at one of its places, with all of both. */
export const toFullPlace = ({ offer, placeId }: Placed, around: Around): Fields => {
  const { place } = placeOf({ offer, placeId }, around)
  const { service_at_locations: _places, ...service } = toFullService(offer, around)
  return { ...place, service }
}

export type Placed = { offer: PublicOffer; placeId: string }

const placeOf = ({ offer, placeId }: Placed, around: Around): { place: Fields; location: Fields | undefined } => {
  const found = listOf(offer.given?.service_at_locations ?? toServiceAtLocations(offer, around)).find(({ id }) => id === placeId)
  const location = fieldsOf(found?.location)
  return { place: { ...found, id: placeId, service_id: offer.offerId, ...(location ? { location_id: location.id } : {}) }, location }
}

/** An organisation by itself, as lists hold it. */
export const toListedOrganization = (organisation: PublicOrganisation): Fields => oneToOne(toOwnOrganization(organisation))

const schemes: Record<string, string> = { 'GB-CHC': 'Charity number', 'GB-COH': 'Company number' }

/** An organisation with all that belongs to it but its services. */
export const toOwnOrganization = (organisation: PublicOrganisation): Fields => {
  const { organisationId, name, description, email, website, identifiers = [], given } = organisation
  return said({
    id: organisationId,
    name,
    description,
    email,
    website,
    organization_identifiers: identifiers.map(({ scheme, identifier }) => ({
      id: partId(organisationId, `identifier/${scheme}/${identifier}`),
      organization_id: organisationId,
      identifier_scheme: scheme,
      identifier_type: schemes[scheme] ?? scheme,
      identifier,
    })),
    ...given,
  })
}

const feesInWords = ({ price }: PublicOffer): string | undefined => {
  if (price.kind === 'free') return 'Free'
  if (price.kind !== 'paid' || price.pence === undefined) return undefined
  return `${pounds(price.pence)}${price.unit === undefined ? '' : ` per ${price.unit}`}`
}

const toCostOptions = ({ offerId, price }: PublicOffer): Fields[] => {
  if (price.kind === 'free') return [{ id: partId(offerId, 'cost'), service_id: offerId, option: 'Free', amount: 0 }]
  if (price.kind !== 'paid' || price.pence === undefined) return []
  return [said({ id: partId(offerId, 'cost'), service_id: offerId, amount: price.pence / 100, amount_description: besideAmount(price) })]
}

const toServiceAreas = ({ offerId, area }: PublicOffer, { wardName }: Around): Fields[] => {
  const wards = (area.wardCodes ?? []).map((wardCode) => ({
    id: partId(offerId, `area/${wardCode}`),
    service_id: offerId,
    name: wardName(wardCode) ?? wardCode,
    extent: wardCode,
    extent_type: 'ONS ward code',
    uri: `http://statistics.data.gov.uk/id/statistical-geography/${wardCode}`,
  }))
  if (area.withinMetres === undefined || area.postcode === undefined) return wards
  // Only the first half of the postcode: the whole one may be someone's home.
  const name = `Within ${(area.withinMetres / 1_000).toLocaleString('en-GB', { maximumFractionDigits: 1 })} km of ${area.postcode.split(' ')[0]}`
  return [...wards, { id: partId(offerId, 'area/around'), service_id: offerId, name }]
}

const toServiceAtLocations = (offer: PublicOffer, around: Around): Fields[] => {
  const { offerId, place, name } = offer
  const locationId = partId(offerId, 'location')
  const addresses = toAddresses(offer, locationId, around)
  if (!isPlaced(offer)) return []
  const { latitude, longitude } = place.location ?? {}
  const accessibility = toAccessibility(offer, locationId, partId)
  const location = said({ id: locationId, location_type: 'physical', name, latitude, longitude, addresses, accessibility })
  return [{ id: partId(offerId, 'service-at-location'), service_id: offerId, location_id: locationId, location }]
}

// The standard's address must name a town and a county or district. Where the record does not name the first, or lies in no ward of ours, none is given.
/** Whether the feed can say where a service is: an address is only given where a point is known too. */
export const isPlaced = ({ place }: PublicOffer): boolean => place.location !== undefined

const toAddresses = ({ offerId, place }: PublicOffer, locationId: string, { districtName }: Around): Fields[] => {
  const { address, postcode, location } = place
  const parts = address?.split(',').map((part) => part.trim()) ?? []
  const city = parts.at(-1)
  if (!postcode || !city || parts.length < 2 || location?.wardCode === undefined) return []
  return [
    {
      id: partId(offerId, 'address'),
      location_id: locationId,
      address_1: parts.slice(0, -1).join(', '),
      city,
      state_province: districtName,
      postal_code: postcode,
      country: 'GB',
      address_type: 'physical',
    },
  ]
}

const toContacts = ({ offerId, contact, organisation }: PublicOffer): Fields[] => {
  const phone = contact.phone ?? organisation.phone
  if (!contact.name && !phone) return []
  const contactId = partId(offerId, 'contact')
  return [
    said({
      id: contactId,
      service_id: offerId,
      name: contact.name,
      phones: phone === undefined ? [] : [{ id: partId(offerId, 'phone'), contact_id: contactId, number: phone }],
    }),
  ]
}
