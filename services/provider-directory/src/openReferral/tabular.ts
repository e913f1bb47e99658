import { type Fields, fieldsOf, listOf } from './said.ts'

// HSDS 3.0 as tables: which columns each has, and what a service or an organisation of the open feed is in rows of them. Columns are those of the standard's
// schemas that the feed can fill; each row has its own id, and the ids of what it belongs to.

type Column = { name: string; type?: 'number' | 'date' | 'datetime'; format?: 'email' | 'uri'; belongsTo?: TableName; isRequired?: true }
export type TableName = keyof typeof tables
export type Row = { table: TableName; fields: Fields }

const words = (...names: string[]): Column[] => names.map((name) => ({ name }))
const dates = (...names: string[]): Column[] => names.map((name) => ({ name, type: 'date' }))
const numbers = (...names: string[]): Column[] => names.map((name) => ({ name, type: 'number' }))
const required = (...names: string[]): Column[] => names.map((name) => ({ name, isRequired: true }))
const of = (name: string, belongsTo: string, isRequired?: true): Column => ({
  name,
  belongsTo: belongsTo as TableName,
  ...(isRequired ? { isRequired } : {}),
})

/** The tables by the names of their files, without `.csv`, in an order in which none refers to one after it but attributes. */
export const tables = {
  organizations: [
    ...required('name', 'description'),
    { name: 'email', format: 'email' },
    { name: 'website', format: 'uri' },
    ...words('logo'),
    { name: 'uri', format: 'uri' },
    ...words('parent_organization_id'),
  ],
  organization_identifiers: [of('organization_id', 'organizations', true), ...words('identifier_scheme'), ...required('identifier_type', 'identifier')],
  services: [
    of('organization_id', 'organizations', true),
    ...required('name'),
    ...words('description'),
    { name: 'url', format: 'uri' },
    { name: 'email', format: 'email' },
    ...required('status'),
    ...words('fees', 'accreditations', 'eligibility_description'),
    ...numbers('minimum_age', 'maximum_age'),
    ...dates('assured_date'),
    { name: 'assurer_email', format: 'email' },
    ...words('alert'),
    { name: 'last_modified', type: 'datetime' },
  ],
  locations: [
    ...required('location_type'),
    ...words('name', 'description'),
    ...numbers('latitude', 'longitude'),
    ...words('external_identifier', 'external_identifier_type'),
  ],
  addresses: [
    of('location_id', 'locations'),
    ...words('attention'),
    ...required('address_1'),
    ...words('address_2'),
    ...required('city'),
    ...words('region'),
    ...required('state_province', 'postal_code', 'country', 'address_type'),
  ],
  accessibility: [of('location_id', 'locations'), ...words('description', 'details'), { name: 'url', format: 'uri' }],
  service_at_location: [of('service_id', 'services', true), of('location_id', 'locations', true), ...words('description')],
  schedules: [
    of('service_id', 'services'),
    of('service_at_location_id', 'service_at_location'),
    ...dates('valid_from', 'valid_to', 'dtstart'),
    ...numbers('timezone'),
    ...dates('until'),
    ...numbers('count'),
    ...words('wkst', 'freq'),
    ...numbers('interval'),
    ...words('byday', 'bymonthday', 'description', 'opens_at', 'closes_at'),
    { name: 'schedule_link', format: 'uri' },
    ...words('attending_type', 'notes'),
  ],
  service_areas: [of('service_id', 'services'), ...words('name', 'extent', 'extent_type'), { name: 'uri', format: 'uri' }],
  funding: [of('service_id', 'services'), ...words('source')],
  cost_options: [
    of('service_id', 'services', true),
    ...dates('valid_from', 'valid_to'),
    ...words('option', 'currency'),
    ...numbers('amount'),
    ...words('amount_description'),
  ],
  contacts: [of('service_id', 'services'), ...words('name', 'title'), { name: 'email', format: 'email' }],
  phones: [of('contact_id', 'contacts'), ...required('number'), ...words('description')],
  languages: [of('service_id', 'services'), of('phone_id', 'phones'), ...words('name', 'code', 'note')],
  taxonomies: [...required('name', 'description'), { name: 'uri', format: 'uri' }, ...words('version')],
  taxonomy_terms: [...required('name', 'description'), ...words('parent_id', 'taxonomy'), of('taxonomy_id', 'taxonomies'), { name: 'term_uri', format: 'uri' }],
  attributes: [...required('link_id'), of('taxonomy_term_id', 'taxonomy_terms', true), ...words('link_type'), ...required('link_entity'), ...words('value')],
} as const satisfies Record<string, readonly Column[]>

export const tableNames = Object.keys(tables) as TableName[]
const columnsOf = (table: TableName): readonly Column[] => [{ name: 'id', isRequired: true }, ...(tables[table] as readonly Column[])]

const row = (table: TableName, fields: Fields, links: Fields = {}): Row => ({ table, fields: { ...fields, ...links } })

/** Attributes that hold a term, which is then among the terms; the standard's table has no row for others. */
const attributesOf = (fields: Fields, entity: string): Row[] =>
  listOf(fields.attributes).flatMap((attribute) => {
    const termId = fieldsOf(attribute.taxonomy_term)?.id
    return termId === undefined ? [] : [row('attributes', attribute, { link_id: fields.id, link_entity: entity, taxonomy_term_id: termId })]
  })

/** An organisation of the feed as rows; its services are not among them. */
export const rowsOfOrganization = (organization: Fields): Row[] => [
  row('organizations', organization),
  ...listOf(organization.organization_identifiers).map((one) => row('organization_identifiers', one, { organization_id: organization.id })),
  ...attributesOf(organization, 'organization'),
]

/** A service of the feed with everything that belongs to it as rows; its organisation is not among them. */
export const rowsOfService = (service: Fields): Row[] => {
  const ofService = { service_id: service.id }
  const plain = (['schedules', 'service_areas', 'funding', 'cost_options'] as const).flatMap((table) =>
    listOf(service[table]).map((one) => row(table, one, ofService)),
  )
  return [
    row('services', service),
    ...listOf(service.service_at_locations).flatMap((place) => rowsOfPlace(place, ofService)),
    ...plain,
    ...listOf(service.contacts).flatMap((contact) => rowsOfContact(contact, ofService)),
    ...listOf(service.languages).map((language) => row('languages', language, ofService)),
    ...attributesOf(service, 'service'),
  ]
}

const rowsOfPlace = (place: Fields, ofService: Fields): Row[] => {
  const location = fieldsOf(place.location)
  if (!location) return []
  const ofLocation = { location_id: location.id }
  return [
    row('locations', location),
    ...listOf(location.addresses).flatMap((address) => [row('addresses', address, ofLocation), ...attributesOf(address, 'address')]),
    ...listOf(location.accessibility).map((one) => row('accessibility', one, ofLocation)),
    row('service_at_location', place, { ...ofService, ...ofLocation }),
    ...attributesOf(location, 'location'),
  ]
}

const rowsOfContact = (contact: Fields, ofService: Fields): Row[] => [
  row('contacts', contact, ofService),
  ...listOf(contact.phones).flatMap((phone) => [
    row('phones', phone, { contact_id: contact.id }),
    ...listOf(phone.languages).map((language) => row('languages', language, { phone_id: phone.id })),
  ]),
  ...attributesOf(contact, 'contact'),
]

const cell = (value: unknown): string => {
  const text = value === undefined || value === null || typeof value === 'object' ? '' : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** The line of column names that a table begins with. */
export const headerOf = (table: TableName): string =>
  `${columnsOf(table)
    .map(({ name }) => name)
    .join(',')}\r\n`

/** A row as a line of CSV (RFC 4180). */
export const lineOf = ({ table, fields }: Row): string =>
  `${columnsOf(table)
    .map(({ name }) => cell(fields[name]))
    .join(',')}\r\n`

/** The description of these tables, with what each column holds and refers to (Frictionless tabular data package). */
export const dataPackage = (counts: Readonly<Record<string, number>>, { createdAt, source }: { createdAt: string; source: string }) => ({
  name: 'human-services-data',
  title: 'Human services in HSDS 3.0',
  profile: 'tabular-data-package',
  created: createdAt,
  homepage: source,
  resources: tableNames.map((table) => ({
    name: table,
    path: `${table}.csv`,
    profile: 'tabular-data-resource',
    format: 'csv',
    mediatype: 'text/csv',
    encoding: 'utf-8',
    rows: counts[table] ?? 0,
    schema: {
      fields: columnsOf(table).map(({ name, type = 'string', format, isRequired }) => ({
        name,
        type,
        ...(format ? { format } : {}),
        ...(isRequired ? { constraints: { required: true, ...(name === 'id' ? { unique: true } : {}) } } : {}),
      })),
      primaryKey: 'id',
      ...foreignKeys(table),
    },
  })),
})

const foreignKeys = (table: TableName) => {
  const keys = columnsOf(table).flatMap(({ name, belongsTo }) => (belongsTo ? [{ fields: name, reference: { resource: belongsTo, fields: 'id' } }] : []))
  return keys.length > 0 ? { foreignKeys: keys } : {}
}
