import type { Category } from '@patchwork/events'
import type { Price } from '../domain/offer.ts'
import type { WeeklyTime } from '../domain/weeklyTimes.ts'
import { formOfService } from '../openReferral/forms.ts'
import { readBesideAmount } from '../openReferral/price.ts'
import { exceptionsIn, timesOf } from '../openReferral/schedules.ts'
import { accessOf, agesOf, languagesOf } from '../openReferral/suiting.ts'
import { categoryOfTerm } from '../openReferral/terms.ts'
import type { FeedRecord, ReadRecord } from './feedRecord.ts'
import type { JsonPart } from './readJson.ts'

type Fields = Record<string, unknown>
/** The kind of ours that a term of a feed means. */
export type KindOf = (term: Readonly<Fields>) => Category | undefined
const ownKindOf: KindOf = ({ id }) => categoryOfTerm(String(id))

/**
 * Reads a service of an Open Referral feed, of the old list shape or of version 3, leniently: a field that is missing, empty, or of another type than
 * the standard's says nothing.
 */
export const fromOpenReferral = ({ value, isTooLarge }: JsonPart, kindOf: KindOf = ownKindOf): ReadRecord => {
  const service = fields(value)
  if (!service) return { unreadable: 'not-a-record' }
  const externalId = text(service.id)
  if (isTooLarge) return { unreadable: 'record-too-large', ...said({ externalId }) }
  const organisation = fields(service.organization)
  const location = places(service)
  return {
    record: {
      ...said({
        externalId,
        name: text(service.name),
        description: text(service.description),
        url: text(service.url),
        email: text(service.email),
        ...contactOf(service),
        forWhom: forWhom(service),
        form: formOfService(service),
        ages: agesOf(service),
        languages: languagesOf(service),
        accessibility: accessOf(list(list(service.service_at_locations).map((one) => one.location))),
        ...location,
        times: timesIn(service),
        ...exceptionsIn(schedulesOf(service).flatMap((schedule) => text(schedule.notes) ?? [])),
        timesInWords: schedulesOf(service)
          .map((schedule) => text(schedule.description))
          .find((words) => words !== undefined),
        price: priceOf(service),
        category: termsOf(service)
          .map(kindOf)
          .find((category) => category !== undefined),
        assuredOn: calendarDay(service.assured_date) ?? calendarDay(fields(service.pc_metadata)?.date_assured),
        organisation:
          organisation &&
          said({
            externalId: text(organisation.id) ?? text(service.organization_id),
            name: text(organisation.name),
            description: text(organisation.description),
            url: text(organisation.website) ?? text(organisation.url),
            email: text(organisation.email),
          }),
      }),
      openReferral: service,
      isActive: (text(service.status) ?? 'active').toLowerCase() === 'active',
    },
  }
}

const fields = (value: unknown): Fields | undefined => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined)
const list = (value: unknown): Fields[] =>
  Array.isArray(value)
    ? value
        .slice(0, partsMax)
        .map(fields)
        .filter((one) => one !== undefined)
    : []
/** Parts of one record that are looked at: a service with more places or times than this is not one. */
const partsMax = 100

const text = (value: unknown): string | undefined => {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}

type Said<Parts> = { [Key in keyof Parts]?: Exclude<Parts[Key], undefined> }
const said = <Parts extends Fields>(parts: Parts): Said<Parts> =>
  Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as Said<Parts>

/** What a service is sorted by, in version 3 and in the old list shape. */
const termsOf = (service: Fields): Fields[] => [
  ...list(service.attributes).map((attribute) => {
    const term = fields(attribute.taxonomy_term) ?? {}
    return { ...term, id: text(attribute.taxonomy_term_id) ?? text(term.id) }
  }),
  ...list(list(service.service_taxonomys).map(({ taxonomy }) => taxonomy)),
]

const calendarDay = (value: unknown): string | undefined => /^\d{4}-\d\d-\d\d/.exec(text(value) ?? '')?.[0]

const contactOf = (service: Fields): { phone?: string; contactName?: string } => {
  const contacts = list(service.contacts)
  const phones = [...list(service.phones), ...contacts.flatMap((contact) => list(contact.phones))]
  return said({
    phone: phones.map((phone) => text(phone.number)).find((number) => number !== undefined),
    contactName: contacts.map((contact) => text(contact.name)).find((name) => name !== undefined),
  })
}

const forWhom = (service: Fields): string | undefined => {
  const words = [
    text(service.eligibility_description),
    ...[...list(service.eligibilitys), ...list(service.eligibility)].map((one) => text(one.eligibility)),
    ...list(service.pc_targetAudience).map((one) => text(one.audienceType)),
  ].filter((one) => one !== undefined)
  return words.length > 0 ? [...new Set(words)].join(', ') : undefined
}

const places = (service: Fields): Pick<FeedRecord, 'address' | 'postcode' | 'point'> => {
  const locations = list(list(service.service_at_locations).map((one) => one.location))
  const location = locations.find((one) => addressesOf(one).length > 0) ?? locations[0]
  if (!location) return {}
  const [address] = addressesOf(location)
  const lines = address && [address.address_1, address.address_2, address.city].map(text).filter((line) => line !== undefined)
  return said({
    address: lines && lines.length > 0 ? lines.join(', ') : undefined,
    postcode: address && text(address.postal_code),
    point: pointOf(location),
  })
}

const addressesOf = (location: Fields): Fields[] => [...list(location.addresses), ...list(location.physical_addresses)]

const pointOf = ({ latitude, longitude }: Fields): { latitude: number; longitude: number } | undefined => {
  if ((text(latitude) ?? text(longitude)) === undefined) return undefined
  const [north, east] = [Number(latitude), Number(longitude)]
  // Around Great Britain and Northern Ireland; 0, 0 and swapped numbers are not.
  return north > 49 && north < 61.5 && east > -9 && east < 2.5 ? { latitude: north, longitude: east } : undefined
}

const schedulesOf = (service: Fields): Fields[] => [
  ...list(service.schedules),
  ...list(service.regular_schedules),
  ...list(service.service_at_locations).flatMap((one) => [...list(one.schedules), ...list(one.regular_schedule)]),
]

/** Times that a rule says whole; what is more than that is left to words. */
const timesIn = (service: Fields): WeeklyTime[] | undefined => {
  const times = schedulesOf(service).flatMap(timesOf)
  return times.length > 0 ? times : undefined
}

const priceOf = (service: Fields): Price | undefined => {
  const options = list(service.cost_options)
  const amounts = options.map((option) => (text(option.amount) === undefined ? Number.NaN : Number(option.amount)))
  if (/^free\b/i.test(text(service.fees) ?? '') || (amounts.length > 0 && amounts.every((amount) => amount === 0))) return { kind: 'free' }
  const pence = Math.round(amounts[0]! * 100)
  if (options.length === 1 && pence > 0 && pence <= penceMax) return { kind: 'paid', pence, ...readBesideAmount(text(options[0]?.amount_description) ?? '') }
  return amounts.some((amount) => amount > 0) ? { kind: 'paid' } : undefined
}
const penceMax = 10_000_000
