import type { CsvColumn, CsvField, CsvMapping } from './readCsv.ts'

/** What people call columns, in small letters with single spaces; for each field the likeliest first. */
const namesOf: Readonly<Record<CsvField, readonly string[]>> = {
  id: ['id', 'service id', 'record id', 'identifier', 'uprn', 'reference', 'ref', 'registered charity number', 'charity number'],
  name: ['name', 'service name', 'title', 'service', 'activity', 'activity name', 'group name', 'charity name'],
  description: ['description', 'service description', 'about', 'what', 'details', 'summary', 'charity activities', 'activities'],
  url: ['url', 'website', 'web address', 'web', 'web site', 'link', 'service url', 'charity contact web'],
  email: ['email', 'e mail', 'email address', 'contact email', 'charity contact email'],
  phone: ['phone', 'telephone', 'tel', 'phone number', 'telephone number', 'contact phone', 'contact number', 'charity contact phone'],
  'contact-name': ['contact name', 'contact', 'contact person'],
  'for-whom': ['for whom', 'eligibility', 'who is it for', 'who for', 'audience', 'target audience'],
  form: ['form', 'form of offer', 'session type', 'one to one or group'],
  seats: ['seats', 'number of seats', 'group size', 'class size', 'maximum group size'],
  people: ['people it holds', 'room capacity', 'how many people it holds'],
  'minimum-age': ['minimum age', 'min age', 'age from', 'from age', 'youngest age'],
  'maximum-age': ['maximum age', 'max age', 'age to', 'to age', 'oldest age'],
  languages: ['languages', 'language', 'languages spoken'],
  accessibility: ['accessibility', 'access', 'accessibility information', 'disabled access'],
  address: ['address', 'full address', 'location', 'venue', 'address 1', 'address line 1', 'charity contact address1'],
  postcode: ['postcode', 'post code', 'postal code', 'charity contact postcode'],
  times: ['times', 'when', 'opening times', 'opening hours', 'hours', 'schedule', 'days and times'],
  'assured-on': ['assured on', 'assured date', 'last assured', 'last checked', 'last updated', 'date assured'],
  organisation: ['organisation', 'organization', 'organisation name', 'organization name', 'provider', 'provider name', 'group', 'run by', 'charity name'],
  'organisation-id': ['organisation id', 'organization id', 'provider id'],
  'organisation-description': ['organisation description', 'organization description', 'about the organisation'],
  'organisation-url': ['organisation url', 'organization url', 'organisation website', 'organization website'],
}
/** Fields that may share a column with another: many lists name a group once, and mean the offer and who makes it. */
const mayShare: ReadonlySet<CsvField> = new Set(['organisation'])

const plain = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()

/** Which column is likely what, by the names that people give to columns: for a person to look over. */
export const guessMapping = (columns: readonly CsvColumn[]): CsvMapping => {
  const byName = new Map<string, string>()
  for (const { name } of columns) if (!byName.has(plain(name))) byName.set(plain(name), name)
  const used = new Set<string>()
  return (Object.entries(namesOf) as [CsvField, readonly string[]][]).flatMap(([field, names]) => {
    const column = names.map((name) => byName.get(name)).find((one) => one !== undefined && (mayShare.has(field) || !used.has(one)))
    if (column === undefined) return []
    used.add(column)
    return [{ column, field }]
  })
}
