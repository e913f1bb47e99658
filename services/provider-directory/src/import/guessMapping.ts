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
  organisation: ['organisation', 'organization', 'organisation name', 'organization name', 'provider', 'provider name', 'group', 'run by'],
  'organisation-id': ['organisation id', 'organization id', 'provider id'],
  'organisation-description': ['organisation description', 'organization description', 'about the organisation'],
  'organisation-url': ['organisation url', 'organization url', 'organisation website', 'organization website'],
}
const plain = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()

/** What a list of one kind of place calls it: a pharmacy name, a site name. */
const nameOfAKind = /^\p{L}+ name$/u

/**
 * Which column is likely what, by the names that people give to columns: for a person to look over. Each column is guessed once, but that of the name, which is
 * also who offers it where no other column says: many lists name a group once, and mean both.
 */
export const guessMapping = (columns: readonly CsvColumn[]): CsvMapping => {
  const byName = new Map<string, string>()
  for (const { name } of columns) if (!byName.has(plain(name))) byName.set(plain(name), name)
  const used = new Set<string>()
  const guess = (Object.entries(namesOf) as [CsvField, readonly string[]][]).flatMap(([field, names]) => {
    const column = names.map((name) => byName.get(name)).find((one) => one !== undefined && !used.has(one))
    if (column === undefined) return []
    used.add(column)
    return [{ column, field }]
  })
  const named = guess.find(({ field }) => field === 'name')?.column ?? [...byName].find(([name, column]) => nameOfAKind.test(name) && !used.has(column))?.[1]
  if (named === undefined) return guess
  const rest = guess.filter(({ field }) => field !== 'name')
  const isSaid = rest.some(({ field }) => field === 'organisation')
  return inOrder([{ column: named, field: 'name' }, ...rest, ...(isSaid ? [] : [{ column: named, field: 'organisation' as const }])])
}

const order = Object.keys(namesOf)
const inOrder = (mapping: CsvMapping): CsvMapping => mapping.toSorted((one, other) => order.indexOf(one.field) - order.indexOf(other.field))
