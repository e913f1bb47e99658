import { hash } from 'node:crypto'
import { idFor } from '@patchwork/aggregate'
import type { Track } from '@patchwork/events'
import { z } from 'zod'
import { type Contact, canonical, type OfferDescription, type OfferDetails, type Place } from '../domain/offer.ts'
import type { OrganisationDetails } from '../domain/organisation.ts'
import { kindByWords } from '../openData/charityCategory.ts'
import { phoneNumber, tidyName, webAddress } from '../openData/tidy.ts'
import { givenOrganisation, givenService } from '../openReferral/given.ts'
import type { CouncilArea } from '../place/place.ts'
import { writtenPostcode } from '../place/postcodes.ts'
import type { FeedRecord } from './feedRecord.ts'
import { isMadeUp, plainLine, plainWords, shortened } from './plainWords.ts'
import type { ProblemCode } from './problems.ts'

// Field lengths are those of an offer that somebody describes here by hand.
const lengths = { name: 200, description: 4_000, forWhom: 500, address: 500, timesInWords: 500, contactName: 200, email: 254, website: 500 } as const
const idLengthMax = 500
const joinIn = new Set(['community-groups', 'sport-and-leisure', 'libraries'])

/** A record as an offer of an organisation, ready to be published; ids come from the source's own, so that the same record is always the same offer. */
export type PreparedOffer = {
  externalId: string
  offerId: string
  organisationId: string
  track: Track
  organisation: OrganisationDetails
  offer: OfferDescription
  /** Of everything said, and of the offer alone: two that are equal say the same. */
  digest: string
  offerDigest: string
}
export type Prepared = { problems: ProblemCode[]; offer?: PreparedOffer }
export type Preparing = { source: string; asOf: string; at: string; councilArea: CouncilArea }

/** Puts a record into the directory's own words and says what is wrong with it. Without a name, an organisation or an id it is no offer. */
export const toOffer = (record: FeedRecord, { source, asOf, at, councilArea }: Preparing): Prepared => {
  const problems = new Set<ProblemCode>()
  const cut = (text: string | undefined, lengthMax: number, read = plainLine): string | undefined => {
    const { words, isShortened } = shortened(read(text ?? ''), lengthMax)
    if (isShortened) problems.add('text-shortened')
    return words === '' ? undefined : words
  }
  const name = cut(record.name, lengths.name)
  const description = cut(record.description, lengths.description, plainWords) ?? ''
  const organisationName = cut(record.organisation?.name, lengths.name)
  const externalId = record.externalId !== undefined && record.externalId.length <= idLengthMax ? record.externalId : undefined
  if (externalId === undefined) problems.add('no-id')
  if (name === undefined) problems.add('no-name')
  if (organisationName === undefined) problems.add('no-organisation')
  if (!record.isActive) problems.add('inactive')
  if (record.organisation && !record.organisation.description) problems.add('no-organisation-description')
  if (record.url !== undefined && !isUri(record.url)) problems.add('bad-url')
  if (record.assuredOn !== undefined && record.assuredOn < dayAYearBefore(asOf)) problems.add('assured-over-a-year-ago')
  if (/\bpersonal care\b/i.test(`${name} ${description}`)) problems.add('speaks-of-personal-care')
  const contact = toContact(record, cut, problems)
  if (externalId === undefined || name === undefined || organisationName === undefined) return { problems: [...problems] }

  const organisationKey = record.organisation?.externalId ?? organisationName
  const organisationId = idFor(`import/organisation/${source}/${organisationKey}`)
  const kind = kindByWords(name, description)
  const category = record.category ?? kind?.category ?? 'other'
  const origin = (recordId: string) => ({ code: 'import', recordId: `${source}/${recordId}` })
  const offerId = idFor(`import/offer/${source}/${organisationKey}/${externalId}`)
  const given = givenOf(record, { source, offerId, organisationId, externalId, organisationKey, said: { name: tidyName(name), description } })
  const organisation = {
    name: tidyName(organisationName),
    ...present({
      description: cut(record.organisation?.description, lengths.description, plainWords),
      email: usableEmail(record.organisation?.email),
      phone: usablePhone(record.organisation?.phone),
      website: usableWebsite(record.organisation?.url),
    }),
    source: origin(organisationKey),
    ...present({ given: given.organisation }),
    modifiedAt: at,
  }
  const details: OfferDetails = {
    name: tidyName(name),
    description,
    ...present({
      forWhom: cut(record.forWhom, lengths.forWhom),
      form: record.form,
      ages: record.ages,
      languages: record.languages,
      accessibility: record.accessibility,
      timesInWords: cut(record.timesInWords, lengths.timesInWords),
    }),
    price: record.price ?? { kind: 'unknown' },
    area: {},
    place: toPlace(record, cut(record.address, lengths.address), councilArea),
    times: (record.times ?? []).slice(0, 50),
    ...present({ exceptions: record.exceptions, closedOnBankHolidays: record.closedOnBankHolidays }),
    fundingAccepted: [],
    contact,
    source: origin(externalId),
    ...present({ given: given.service }),
    modifiedAt: at,
  }
  const offer: OfferDescription = { category, personalCare: false, details }
  const track = record.category === undefined ? (kind?.track ?? 'be-helped') : joinIn.has(category) ? 'join-in' : 'be-helped'
  const prepared = { externalId, organisationId, offerId, track, organisation, offer }
  const offerDigest = digestOfOffer(offer)
  return { problems: [...problems], offer: { ...prepared, offerDigest, digest: digestOf([offerDigest, { ...organisation, modifiedAt: '' }]) } }
}

type Becoming = {
  source: string
  offerId: string
  organisationId: string
  externalId: string
  organisationKey: string
  said: Pick<OfferDetails, 'name' | 'description'>
}

/** What the record says in the standard's own fields, of itself and of its organisation, less what the offer says in the same words anyway. */
const givenOf = (record: FeedRecord, { source, offerId, organisationId, externalId, organisationKey, said }: Becoming) => {
  if (!record.openReferral) return {}
  const parentId = (key: string) => idFor(`import/organisation/${source}/${key}`)
  const keys = { organisationId, ownKey: externalId, organisationKey, parentId }
  const { name, description, ...others } = givenService(record.openReferral, { ...keys, ownId: offerId }) ?? {}
  const told = { ...(name === said.name ? {} : { name }), ...(description === said.description ? {} : { description }), ...others }
  const organization = record.openReferral.organization as Record<string, unknown> | undefined
  return {
    service: present(told),
    organisation: organization && givenOrganisation(organization, { ...keys, ownId: organisationId, ownKey: organisationKey }),
  }
}

/** What an offer says, whenever it was said. Where it came from is not the saying's. */
export const digestOfOffer = ({ category, details }: Pick<OfferDescription, 'category' | 'details'>): string =>
  digestOf([category, { ...details, modifiedAt: '' }])

const digestOf = (value: unknown): string => hash('sha256', canonical(value), 'base64url')

/** An address as the standard wants one: with its scheme, and nothing in it that must be written otherwise. */
const isUri = (text: string): boolean => /^[a-z][a-z\d+.-]*:(?:[!#$&-;=?-[\]_a-z~]|%[\da-f]{2})+$/i.test(text)

const dayAYearBefore = (day: string): string => {
  const year = Number(day.slice(0, 4)) - 1
  const rest = day.slice(4) === '-02-29' ? '-02-28' : day.slice(4)
  return `${String(year).padStart(4, '0')}${rest}`
}

type Cut = (text: string | undefined, lengthMax: number) => string | undefined

const toContact = (record: FeedRecord, cut: Cut, problems: Set<ProblemCode>): Contact => {
  const use = (text: string | undefined, usable: (text: string | undefined) => string | undefined): string | undefined => {
    const value = usable(text)
    if (text !== undefined && value === undefined && !isMadeUp(text)) problems.add('contact-left-out')
    return value
  }
  return present({
    name: cut(record.contactName, lengths.contactName),
    email: use(record.email, usableEmail),
    phone: use(record.phone, usablePhone),
    // A bad address is told as that.
    website: usableWebsite(record.url),
  })
}

const Email = z.email().max(lengths.email)
const usableEmail = (text: string | undefined): string | undefined => {
  const email = text?.replace(/^mailto:/i, '').trim()
  return email !== undefined && !isMadeUp(email) && Email.safeParse(email).success ? email : undefined
}
const usablePhone = (text: string | undefined): string | undefined =>
  text === undefined || isMadeUp(text) ? undefined : phoneNumber(text.replace(/\+44\s*(?:\(0\))?/, '0'))
/** The address, mended where it is plain what is meant: `www.example.org`, `http:www.example.org`. */
const usableWebsite = (text: string | undefined): string | undefined => {
  const address = text && webAddress(text.replace(/^(https?):\/*/i, '$1://'))
  return address === undefined || address === '' || address.length > lengths.website ? undefined : address
}

const toPlace = (record: FeedRecord, address: string | undefined, councilArea: CouncilArea): Place => {
  const postcode = writtenPostcode(record.postcode ?? '')
  const location = record.point ? councilArea.withWard(record.point) : postcode === undefined ? undefined : councilArea.locate(postcode)
  return present({ address, postcode, location })
}

type Present<Parts> = { [Key in keyof Parts]?: Exclude<Parts[Key], undefined> }
const present = <Parts extends object>(parts: Parts): Present<Parts> =>
  Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as Present<Parts>
