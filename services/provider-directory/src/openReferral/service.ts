import { idFor } from '@patchwork/aggregate'
import { type WeeklyTime, weekDays } from '../domain/weeklyTimes.ts'
import type { PublicOffer } from '../store/publicOffer.ts'
import { termOf } from './terms.ts'

// Open Referral UK 3.0 (HSDS-UK). What a record does not say is left out, never null, never empty, never invented.

type Fields = Record<string, unknown>

/** What is known of the council area around an offer. */
export type Around = { districtName: string; wardName: (wardCode: string) => string | undefined }

/** Fields without those that say nothing: the standard asks that they be left out. */
const said = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0)))

/** Ids of what belongs to a service are made from its own, so they stay as long as it does. */
const partId = (offerId: string, part: string): string => idFor(`open-referral/${offerId}/${part}`)

/** A service with its one-to-one fields, as lists hold it. */
export const toListedService = (offer: PublicOffer): Fields =>
  said({
    id: offer.offerId,
    organization_id: offer.organisation.organisationId,
    name: offer.name,
    description: offer.description,
    url: offer.contact.website ?? offer.organisation.website,
    email: offer.contact.email,
    status: 'active',
    fees: feesInWords(offer),
    last_modified: offer.modifiedAt,
    organization: toOrganization(offer),
  })

/** A service with everything that belongs to it. */
export const toFullService = (offer: PublicOffer, around: Around): Fields =>
  said({
    ...toListedService(offer),
    schedules: toSchedules(offer),
    service_areas: toServiceAreas(offer, around),
    service_at_locations: toServiceAtLocations(offer, around),
    cost_options: toCostOptions(offer),
    contacts: toContacts(offer),
    attributes: [
      {
        id: partId(offer.offerId, 'attribute/kind'),
        link_id: offer.offerId,
        link_type: 'service',
        taxonomy_term_id: termOf(offer.category).id,
        taxonomy_term: termOf(offer.category),
      },
    ],
  })

/** Nothing but which service and when it changed. */
export const toMinimalService = ({ offerId, modifiedAt }: PublicOffer): Fields => ({ id: offerId, last_modified: modifiedAt })

const schemes: Record<string, string> = { 'GB-CHC': 'Charity number', 'GB-COH': 'Company number' }

const toOrganization = ({ organisation }: PublicOffer): Fields => {
  const { organisationId, name, description, email, website, identifiers = [] } = organisation
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
  })
}

const pounds = (pence: number): string => (pence % 100 === 0 ? `£${pence / 100}` : `£${(pence / 100).toFixed(2)}`)

const feesInWords = ({ price }: PublicOffer): string | undefined => {
  if (price.kind === 'free') return 'Free'
  if (price.kind !== 'paid' || price.pence === undefined) return undefined
  return `${pounds(price.pence)}${price.unit === undefined ? '' : ` per ${price.unit}`}`
}

const toCostOptions = ({ offerId, price }: PublicOffer): Fields[] => {
  if (price.kind === 'free') return [{ id: partId(offerId, 'cost'), service_id: offerId, option: 'Free', amount: 0 }]
  if (price.kind !== 'paid' || price.pence === undefined) return []
  return [said({ id: partId(offerId, 'cost'), service_id: offerId, amount: price.pence / 100, amount_description: price.unit && `per ${price.unit}` })]
}

const dayCode = (day: WeeklyTime['days'][number]): string => day.slice(0, 2).toUpperCase()

const toSchedules = ({ offerId, times, timesInWords }: PublicOffer): Fields[] => {
  const weekly: Fields[] = times.map(({ days, from, to }, index) => ({
    id: partId(offerId, `schedule/${index}`),
    service_id: offerId,
    freq: 'WEEKLY',
    interval: 1,
    byday: weekDays
      .filter((day) => days.includes(day))
      .map(dayCode)
      .join(','),
    opens_at: from,
    closes_at: to === '24:00' ? '00:00' : to,
    ...(timesInWords === undefined ? {} : { description: timesInWords }),
  }))
  if (weekly.length > 0 || timesInWords === undefined) return weekly
  return [{ id: partId(offerId, 'schedule/words'), service_id: offerId, description: timesInWords }]
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
  if (!place.location && addresses.length === 0) return []
  const { latitude, longitude } = place.location ?? {}
  const location = said({ id: locationId, location_type: 'physical', name, latitude, longitude, addresses })
  return [{ id: partId(offerId, 'service-at-location'), service_id: offerId, location_id: locationId, location }]
}

// The standard's address must name a town and a county or district. Where the record does not name the first, or lies in no ward of ours, none is given.
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
