import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Category, Track } from '@patchwork/events'
import { parse } from 'csv-parse/sync'
import type { OfferDetails } from '../domain/offer.ts'
import type { OrganisationDetails } from '../domain/organisation.ts'
import { type WeekDay, type WeeklyTime, weekDays } from '../domain/weeklyTimes.ts'
import type { CouncilArea } from '../place/place.ts'
import { writtenPostcode } from '../place/postcodes.ts'
import { charityCategory } from './charityCategory.ts'
import { parseOpeningWords } from './openingWords.ts'
import { phoneNumber, tidyName, webAddress } from './tidy.ts'

/** One organisation of the open data with what it offers. Ids of ours are made from `source`: the same record is always the same organisation. */
export type OpenDataOrganisation = { details: Unstamped<OrganisationDetails>; offers: OpenDataOffer[] }
export type OpenDataOffer = { category: Category; track: Track; personalCare: boolean; details: Unstamped<OfferDetails> }
type Unstamped<Details> = Omit<Details, 'modifiedAt' | 'source'> & { source: { code: string; recordId: string; url?: string } }

type Row = Record<string, string>
type Read = (row: Row, area: CouncilArea) => OpenDataOrganisation

/** Everything in a place's open data files, as the files say it: what they do not say is left out. Files that a place does not have are passed over. */
export const readRecords = (area: CouncilArea): OpenDataOrganisation[] => {
  const organisations = new Map<string, OpenDataOrganisation>()
  const offerIds = new Set<string>()
  for (const [file, read] of Object.entries(files)) {
    for (const row of rowsOf(join(area.folder, file))) {
      const found = read(row, area)
      if (found.offers.length === 0) continue
      for (const { details } of found.offers) details.source.recordId = unused(details.source, offerIds)
      const key = `${found.details.source.code}/${found.details.source.recordId}`
      const known = organisations.get(key)
      if (known) known.offers.push(...found.offers)
      else organisations.set(key, found)
    }
  }
  return [...organisations.values()]
}

const rowsOf = (file: string): Row[] => (existsSync(file) ? parse(readFileSync(file), { bom: true, columns: true, skip_empty_lines: true }) : [])

/** Two rows may carry the same name and place; the second is `…/2`, and so on, in the order of the file. */
const unused = ({ code, recordId }: { code: string; recordId: string }, taken: Set<string>): string => {
  for (let ordinal = 1; ; ordinal += 1) {
    const candidate = ordinal === 1 ? recordId : `${recordId}/${ordinal}`
    if (taken.has(`${code}/${candidate}`)) continue
    taken.add(`${code}/${candidate}`)
    return candidate
  }
}

/** The parts of an offer that most files have none of. */
const plain = { area: {}, times: [], fundingAccepted: [], price: { kind: 'unknown' } } satisfies Partial<OfferDetails>

const present = <Fields extends Record<string, unknown>>(fields: Fields): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined | ''> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== '')) as never

const text = (row: Row, column: string): string => row[column] ?? ''

const placeOf = (row: Row, area: CouncilArea, columns: { address?: string; postcode: string; town?: string }): OfferDetails['place'] => {
  const postcode = writtenPostcode(text(row, columns.postcode))
  const address = [columns.address, columns.town]
    .flatMap((column) => (column === undefined ? [] : text(row, column).split(',')))
    .map((part) => part.trim())
    .filter(Boolean)
    .join(', ')
  const point = text(row, 'lat') === '' ? undefined : { latitude: Number(row.lat), longitude: Number(row.lon) }
  const location = point ? area.withWard(point) : postcode === undefined ? undefined : area.locate(postcode)
  return present({ address, postcode, location })
}

const readCharity: Read = (row, area) => {
  const number = text(row, 'registered_charity_number')
  const name = tidyName(text(row, 'charity_name'))
  const activities = text(row, 'charity_activities')
  const company = text(row, 'charity_company_registration_number')
  const contact = present({
    email: text(row, 'charity_contact_email'),
    phone: phoneNumber(text(row, 'charity_contact_phone')),
    website: webAddress(text(row, 'charity_contact_web')),
  })
  const source = { code: 'charities', recordId: number, url: `https://register-of-charities.charitycommission.gov.uk/charity-details/?regid=${number}&subid=0` }
  const { category, track } = charityCategory(name, activities)
  const identifiers = [{ scheme: 'GB-CHC', identifier: number }, ...(/^\d{8}$/.test(company) ? [{ scheme: 'GB-COH', identifier: company }] : [])]
  return {
    details: { name, ...present({ description: activities }), ...contact, identifiers, source: { ...source } },
    offers: [
      {
        category,
        track,
        personalCare: false,
        details: {
          ...plain,
          name,
          description: activities || 'A registered charity.',
          place: placeOf(row, area, { postcode: 'charity_contact_postcode' }),
          contact,
          source,
        },
      },
    ],
  }
}

const readCareHome: Read = (row, area) => {
  const cqcNumber = text(row, 'cqc_id')
  const name = text(row, 'name')
  const provider = text(row, 'provider') || name
  const kinds = text(row, 'type').split('|').join(', ')
  const contact = present({ phone: phoneNumber(text(row, 'telephone')), website: webAddress(text(row, 'website')) })
  return {
    details: { name: provider, ...contact, source: { code: 'care-homes', recordId: provider } },
    offers: [
      {
        category: 'care-homes',
        track: 'be-helped',
        personalCare: true,
        details: {
          ...plain,
          name,
          description: `${kinds}. Registered with the Care Quality Commission, which publishes its inspection reports.`,
          price: { kind: 'paid' },
          place: placeOf(row, area, { address: 'address', postcode: 'postcode' }),
          personalCareGate: { cqcNumber },
          contact,
          source: { code: 'care-homes', recordId: cqcNumber, url: `https://www.cqc.org.uk/location/${cqcNumber}` },
        },
      },
    ],
  }
}

const readFoodBank: Read = (row, area) => {
  const provider = text(row, 'Name')
  const where = text(row, 'Address').split(',')[0]!.trim()
  const words = text(row, 'Opening times')
  const method = text(row, 'Referral method')
  const contact = present({ email: text(row, 'Contact'), website: webAddress(text(row, 'Website')) })
  const isByVoucher = /voucher/i.test(method)
  return {
    details: { name: provider, source: { code: 'food-banks', recordId: provider } },
    offers: [
      {
        category: 'food',
        track: 'be-helped',
        personalCare: false,
        details: {
          ...plain,
          name: isByVoucher ? `Food bank: ${where}` : provider,
          description: isByVoucher ? 'Food bank. Bring a food bank voucher.' : 'Food pantry.',
          price: { kind: isByVoucher ? 'free' : 'unknown' },
          place: placeOf(row, area, { address: 'Address', postcode: 'Postcode' }),
          times: parseOpeningWords(words) ?? [],
          timesInWords: words,
          contact,
          source: { code: 'food-banks', recordId: `${provider}/${text(row, 'Postcode')}` },
        },
      },
    ],
  }
}

/** `09:00-13:00,14:00-18:00` for each day becomes spans, with the days that share one together. */
const weeklyHours = (row: Row): WeeklyTime[] => {
  const daysOf = new Map<string, WeekDay[]>()
  for (const day of weekDays)
    for (const span of text(row, `opening_hours_${day}`).split(',')) {
      if (/^\d\d:\d\d-\d\d:\d\d$/.test(span)) daysOf.set(span, [...(daysOf.get(span) ?? []), day])
    }
  return [...daysOf].map(([span, days]) => ({ days, from: span.slice(0, 5), to: span.slice(6) }))
}

const readPharmacy: Read = (row, area) => {
  const name = text(row, 'pharmacy_name')
  const source = { code: 'pharmacies', recordId: text(row, 'organisation_data_service_code') }
  return {
    details: { name, source: { ...source } },
    offers: [
      {
        category: 'pharmacies',
        track: 'be-helped',
        personalCare: false,
        details: {
          ...plain,
          name,
          description: 'Pharmacy: medicines, prescriptions and advice on health.',
          place: placeOf(row, area, { address: 'address', postcode: 'postcode' }),
          times: weeklyHours(row),
          contact: {},
          source,
        },
      },
    ],
  }
}

const readLibrary: Read = (row, area) => {
  const name = text(row, 'name')
  const kind = text(row, 'type')
  const runner = kind === 'Local authority run library' ? area.about.councilName : name
  const contact = present({ email: text(row, 'email'), website: webAddress(text(row, 'website')) })
  return {
    details: {
      name: runner,
      ...(runner === name ? contact : present({ website: area.about.councilWebsite })),
      source: { code: 'libraries', recordId: runner },
    },
    offers: [
      {
        category: 'libraries',
        track: 'join-in',
        personalCare: false,
        details: {
          ...plain,
          name,
          description: `${kind}.`,
          price: { kind: 'free' },
          place: placeOf(row, area, { address: 'address', postcode: 'postcode' }),
          contact,
          source: { code: 'libraries', recordId: name },
        },
      },
    ],
  }
}

const readSportsClub: Read = (row, area) => {
  const name = text(row, 'name')
  const source = { code: 'sports-clubs', recordId: name }
  return {
    details: { name, source: { ...source } },
    offers: [
      {
        category: 'sport-and-leisure',
        track: 'join-in',
        personalCare: false,
        details: {
          ...plain,
          name,
          description: `Sports club: ${text(row, 'category').toLowerCase()}.`,
          place: placeOf(row, area, { address: 'address', postcode: 'postcode' }),
          contact: {},
          source,
        },
      },
    ],
  }
}

const access: Record<string, { words: string; price: OfferDetails['price']['kind'] }> = {
  'Free Public Access': { words: 'Free for everyone.', price: 'free' },
  'Pay and Play': { words: 'Pay and play.', price: 'paid' },
  'Registered Membership use': { words: 'For registered members.', price: 'paid' },
  'Sports Club / Community Association': { words: 'For sports clubs and community associations.', price: 'unknown' },
}
const accessible: Record<string, string> = {
  disability_parking: 'parking',
  disability_finding_reaching_entrance: 'the way in',
  disability_activity_area: 'the activity area',
  disability_doorways: 'doorways',
  disability_toilets: 'toilets',
  disability_changing_facilities: 'changing rooms',
}

const readSportsFacility: Read = (row, area) => {
  const site = text(row, 'site_name')
  const siteId = text(row, 'site_id')
  const type = text(row, 'facility_type')
  const entry = access[text(row, 'access_type')]
  const contact = present({ email: text(row, 'email'), phone: phoneNumber(text(row, 'telephone')), website: webAddress(text(row, 'website')) })
  const suited = Object.entries(accessible).flatMap(([column, words]) => (row[column] === 'Yes' ? [words] : []))
  const details = { name: site, ...contact, source: { code: 'sports-facilities', recordId: siteId } }
  // What is for private use only would send people to a closed door.
  if (!entry) return { details, offers: [] }
  return {
    details,
    offers: [
      {
        category: 'sport-and-leisure',
        track: 'join-in',
        personalCare: false,
        details: {
          ...plain,
          name: `${type} at ${site}`,
          description: `${type}. ${entry.words}${suited.length > 0 ? ` Suited to disabled people: ${suited.join(', ')}.` : ''}`,
          price: { kind: entry.price },
          place: placeOf(row, area, { address: 'street', town: 'town', postcode: 'postcode' }),
          contact,
          source: { code: 'sports-facilities', recordId: `${siteId}/${type}/${text(row, 'access_type')}` },
        },
      },
    ],
  }
}

const readMentalHealthService: Read = (row, area) => {
  const name = text(row, 'name')
  const description = text(row, 'description')
  const contact = present({ phone: phoneNumber(text(row, 'telephone')), website: webAddress(text(row, 'website')) })
  return {
    details: { name, description, ...contact, source: { code: 'mental-health-services', recordId: name } },
    offers: [
      {
        category: 'mental-health',
        track: 'be-helped',
        personalCare: false,
        details: {
          ...plain,
          name,
          description,
          place: placeOf(row, area, { address: 'address', postcode: 'postcode' }),
          contact,
          source: { code: 'mental-health-services', recordId: `${name}/${text(row, 'postcode')}` },
        },
      },
    ],
  }
}

const readGeneralPractice: Read = (row, area) => {
  const name = text(row, 'name')
  const contact = present({ phone: phoneNumber(text(row, 'telephone')) })
  const source = { code: 'general-practices', recordId: name }
  return {
    details: { name, ...contact, source: { ...source } },
    offers: [
      {
        category: 'health',
        track: 'be-helped',
        personalCare: false,
        details: {
          ...plain,
          name,
          description: 'General practice (GP surgery).',
          price: { kind: 'free' },
          place: placeOf(row, area, { address: 'address', postcode: 'postcode' }),
          contact,
          source,
        },
      },
    ],
  }
}

const readChildrensCentre: Read = (row, area) => {
  const name = text(row, 'name')
  const contact = present({ phone: phoneNumber(text(row, 'telephone')) })
  const source = { code: 'childrens-centres', recordId: text(row, 'unique_reference_number') }
  return {
    details: { name, ...contact, source: { ...source } },
    offers: [
      {
        category: 'children-and-families',
        track: 'be-helped',
        personalCare: false,
        details: {
          ...plain,
          name,
          description: "Children's centre.",
          place: placeOf(row, area, { address: 'address', postcode: 'postcode' }),
          contact,
          source,
        },
      },
    ],
  }
}

const files: Record<string, Read> = {
  'charities.csv': readCharity,
  'food_banks.csv': readFoodBank,
  'pharmacies.csv': readPharmacy,
  'libraries.csv': readLibrary,
  'sports_clubs.csv': readSportsClub,
  'sports_facilities.csv': readSportsFacility,
  'mental_health_services.csv': readMentalHealthService,
  'care_homes.csv': readCareHome,
  'general_practices.csv': readGeneralPractice,
  'childrens_centres.csv': readChildrensCentre,
}
