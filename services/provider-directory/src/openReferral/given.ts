import { idFor } from '@patchwork/aggregate'
import { safeMarkup } from '@patchwork/markup'
import { isMadeUp, plainLine, plainWords, shortened } from '../import/plainWords.ts'
import { type Fields, fieldsOf, listOf } from './said.ts'

// What another feed says of a service in the standard's own fields, kept beside what the directory makes of it, so that it leaves as it came: with all
// that the directory has no field for, checked against the standard's shapes, its words plain but for what a service is described with, which may have
// paragraphs, lists, emphasis and links. Where it is not sound it is left out, never mended.

const wordsLengthMax = 4_000
const partsMax = 100
const charactersMax = 65_536
const depthMax = 8

/** A check of one value: gives the value as it may leave, or undefined. */
type Check = (value: unknown, at: At) => unknown
type Shape = { fields: () => Record<string, Check>; required?: readonly string[] }
/** How the ids of a record become ours, and the way to the value, for what has no id of its own. */
type At = { idOf: (given: string) => string; path: string }

const words: Check = (value) => {
  if (typeof value !== 'string') return undefined
  const plain = plainWords(value)
  const whole = plain === value.trim() ? value : plain
  return plain === '' ? undefined : shortened(whole, wordsLengthMax).words
}
const markupLengthMax = 16_000
const marked = /<(?:p|br|ul|ol|li|strong|em|b|i|a)\b/i
/** A description as it was marked up, less all that a page should not show. Its words where it has no such markup, is too long, or would lose a word by it. */
const description: Check = (value, at) => {
  if (typeof value !== 'string' || !marked.test(value)) return words(value, at)
  const markup = safeMarkup(value.trim()).trim()
  if (!marked.test(markup) || markup.length > markupLengthMax || isMadeUp(markup)) return words(value, at)
  const line = plainLine(markup)
  return line !== '' && line.length <= wordsLengthMax && (markup === value.trim() || line === plainLine(value)) ? markup : words(value, at)
}

/** The description of a service as its feed marked it up, safe to be shown as HTML; undefined where it came as words alone. A description is looked at again each time. */
export const markupOf = (given: Fields | undefined): string | undefined => {
  const text = given?.description
  return typeof text === 'string' && marked.test(text) && safeMarkup(text) === text ? text : undefined
}

const number: Check = (value) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined)
const age: Check = (value) => (typeof value === 'number' && value >= 0 && value <= 150 ? value : undefined)
const matching =
  (pattern: RegExp): Check =>
  (value) =>
    typeof value === 'string' && value.length <= 500 && pattern.test(value) && !isMadeUp(value) ? value : undefined
const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const id: Check = (value, { idOf, path }) => idOf(typeof value === 'string' && value !== '' && value.length <= 500 ? value : `#${path}`)
const link: Check = (value, { idOf }) => (typeof value === 'string' && value !== '' && value.length <= 500 ? idOf(value) : undefined)
/** Of a term or a taxonomy, which are the same for everyone who uses them. */
const sharedId: Check = (value, at) => (typeof value === 'string' && uuidPattern.test(value) ? value.toLowerCase() : id(value, at))
/** Not one whose scheme makes a browser run what follows it: whoever reads the open feed may make a link of it. */
const uri = matching(/^(?!(?:javascript|vbscript|data):)[a-z][a-z\d+.-]*:(?:[!$&-;=?-Z_a-z~]|%[\da-f]{2})+(?:#(?:[!$&-;=?-Z_a-z~]|%[\da-f]{2})*)?$/i)
const email = matching(/^[a-z\d!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z\d!#$%&'*+/=?^_`{|}~-]+)*@(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)+[a-z\d](?:[a-z\d-]*[a-z\d])?$/i)
const day = matching(/^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/)
const clock = matching(/^(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d)?(?:Z|[+-]\d\d:\d\d)?$/i)
/** With its offset: an instant whose offset nobody knows is none. */
const instant: Check = (value, at) => {
  const text = matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/)(value, at)
  return typeof text === 'string' && !Number.isNaN(Date.parse(text)) ? text : undefined
}
const oneOf =
  (...values: string[]): Check =>
  (value) =>
    values.includes(value as string) ? value : undefined

const one =
  (shape: Shape): Check =>
  (value, at) => {
    const given = fieldsOf(value)
    if (!given || at.path.split('/').length > depthMax) return undefined
    const sound: Fields = {}
    for (const [name, check] of Object.entries(shape.fields())) {
      const checked = name === 'id' || given[name] !== undefined ? check(given[name], { ...at, path: `${at.path}/${name}` }) : undefined
      if (checked !== undefined) sound[name] = checked
    }
    return (shape.required ?? []).every((name) => sound[name] !== undefined) ? sound : undefined
  }
const many =
  (shape: Shape): Check =>
  (value, at) => {
    if (!Array.isArray(value)) return undefined
    const sound = value
      .slice(0, partsMax)
      .map((part, index) => one(shape)(part, { ...at, path: `${at.path}/${index}` }))
      .filter((part) => part !== undefined)
    return sound.length > 0 ? sound : undefined
  }

const term: Shape = {
  fields: () => ({ id: sharedId, name: words, description: words, parent_id: sharedId, taxonomy: words, taxonomy_id: sharedId, term_uri: uri, term: words }),
  required: ['name', 'description'],
}
const attribute: Shape = {
  fields: () => ({ id, link_id: link, taxonomy_term_id: sharedId, link_type: words, link_entity: words, value: words, label: words, taxonomy_term: one(term) }),
}
const language: Shape = { fields: () => ({ id, service_id: link, location_id: link, phone_id: link, name: words, code: words, note: words }) }
const schedule: Shape = {
  fields: () => ({
    id,
    service_id: link,
    service_at_location_id: link,
    valid_from: day,
    valid_to: day,
    dtstart: day,
    timezone: number,
    until: day,
    count: number,
    wkst: words,
    freq: oneOf('WEEKLY', 'MONTHLY'),
    interval: number,
    byday: words,
    bymonthday: words,
    description: words,
    opens_at: clock,
    closes_at: clock,
    schedule_link: uri,
    attending_type: words,
    notes: words,
  }),
}
const address: Shape = {
  fields: () => ({
    id,
    location_id: link,
    attention: words,
    address_1: words,
    address_2: words,
    city: words,
    region: words,
    state_province: words,
    postal_code: words,
    country: words,
    address_type: oneOf('physical', 'postal', 'virtual'),
    attributes: many(attribute),
  }),
  required: ['address_1', 'city', 'state_province', 'postal_code', 'country', 'address_type'],
}
const accessibility: Shape = {
  fields: () => ({ id, location_id: link, description: words, details: words, url: uri, accessibility: words, attributes: many(attribute) }),
}
const phone: Shape = { fields: () => ({ id, contact_id: link, number: words, description: words, languages: many(language) }), required: ['number'] }
const contact: Shape = { fields: () => ({ id, service_id: link, name: words, title: words, email, phones: many(phone), attributes: many(attribute) }) }
const location: Shape = {
  fields: () => ({
    id,
    location_type: oneOf('physical', 'postal', 'virtual'),
    name: words,
    description: words,
    latitude: number,
    longitude: number,
    external_identifier: words,
    external_identifier_type: words,
    addresses: many(address),
    accessibility: many(accessibility),
    attributes: many(attribute),
  }),
  required: ['location_type'],
}
const serviceAtLocation: Shape = { fields: () => ({ id, service_id: link, location_id: link, description: words, location: one(location) }) }
const identifier: Shape = {
  fields: () => ({ id, organization_id: link, identifier_scheme: words, identifier_type: words, identifier: words, attributes: many(attribute) }),
  required: ['identifier_type', 'identifier'],
}
const organisationFields: Record<string, Check> = {
  name: words,
  description: words,
  email,
  website: uri,
  logo: uri,
  uri,
  parent_organization_id: link,
  organization_identifiers: many(identifier),
  attributes: many(attribute),
}
const serviceFields: Record<string, Check> = {
  name: words,
  description,
  url: uri,
  email,
  fees: words,
  accreditations: words,
  minimum_age: age,
  maximum_age: age,
  assured_date: day,
  assurer_email: email,
  alert: words,
  last_modified: instant,
  schedules: many(schedule),
  service_areas: many({ fields: () => ({ id, service_id: link, name: words, extent: words, extent_type: words, uri, service_area: words }) }),
  service_at_locations: many(serviceAtLocation),
  languages: many(language),
  funding: many({ fields: () => ({ id, service_id: link, organization_id: link, source: words }) }),
  cost_options: many({
    fields: () => ({ id, service_id: link, valid_from: day, valid_to: day, option: words, currency: words, amount: number, amount_description: words }),
  }),
  contacts: many(contact),
  attributes: many(attribute),
}

/** Who a record of a feed becomes here: its own id and its organisation's become these, everything else in it an id that follows from them. */
export type Becoming = {
  ownId: string
  organisationId: string
  ownKey: string | undefined
  organisationKey: string | undefined
  parentId: (key: string) => string
}

const givenOf = (fields: Record<string, Check>, record: Fields, { ownId, organisationId, ownKey, organisationKey, parentId }: Becoming): Fields | undefined => {
  const idOf = (given: string): string =>
    given === ownKey ? ownId : given === organisationKey ? organisationId : idFor(`open-referral/${ownId}/given/${given}`)
  const sound = one({ fields: () => fields })(record, { idOf, path: '' }) as Fields
  const parent = record.parent_organization_id
  const whole = typeof parent === 'string' && sound.parent_organization_id !== undefined ? { ...sound, parent_organization_id: parentId(parent) } : sound
  return Object.keys(whole).length > 0 && JSON.stringify(whole).length <= charactersMax ? whole : undefined
}

/** What is sound of a service, with ids of ours; undefined where nothing is, or where it is too much to keep. */
export const givenService = (service: Fields, becoming: Becoming): Fields | undefined => {
  const sound = givenOf(serviceFields, service, becoming)
  if (!sound || isWhole(listOf(service.service_at_locations), listOf(sound.service_at_locations))) return sound
  const { service_at_locations: _cut, ...others } = sound
  return others
}

/** Whether the places of a service can leave as they came; else the directory says in its own way where it is. */
const isWhole = (given: readonly Fields[], sound: readonly Fields[]): boolean => {
  const addresses = (places: readonly Fields[]) => places.flatMap((place) => listOf(fieldsOf(place.location)?.addresses))
  return sound.every((place) => place.location !== undefined) && (addresses(given).length === 0 || addresses(sound).length > 0)
}

/** What is sound of an organisation. */
export const givenOrganisation = (organisation: Fields, becoming: Becoming): Fields | undefined => givenOf(organisationFields, organisation, becoming)
