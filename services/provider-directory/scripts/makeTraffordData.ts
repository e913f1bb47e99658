// Makes data/trafford from the raw open data, so that anyone can check what was kept and what was left out:
//   node scripts/makeTraffordData.ts <folder with trafford/ and postcodes/> [target folder]
// Made-up contact details (e-mails `redacted-…`, numbers 07700 900xxx) are emptied; `NA` is emptied; words that ran together are parted, and texts in
// capitals written as people write; nothing is added.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import { parted, quietened, spellingsOf } from './mendText.ts'

type Row = Record<string, string>

const tables: Record<string, readonly string[]> = {
  care_homes: ['name', 'cqc_id', 'type', 'address', 'postcode', 'telephone', 'website', 'provider', 'lon', 'lat'],
  charities: [
    'registered_charity_number',
    'charity_company_registration_number',
    'charity_name',
    'charity_activities',
    'charity_contact_postcode',
    'charity_contact_phone',
    'charity_contact_email',
    'charity_contact_web',
  ],
  childrens_centres: ['name', 'address', 'postcode', 'telephone', 'unique_reference_number', 'lon', 'lat'],
  food_banks: ['Name', 'Referral method', 'Opening times', 'Address', 'Postcode', 'Contact', 'Website'],
  general_practices: ['name', 'address', 'postcode', 'telephone', 'lon', 'lat'],
  libraries: ['name', 'address', 'postcode', 'type', 'email', 'website', 'lon', 'lat'],
  mental_health_services: ['name', 'description', 'address', 'postcode', 'telephone', 'website'],
  pharmacies: [
    'pharmacy_name',
    'address',
    'postcode',
    'opening_hours_monday',
    'opening_hours_tuesday',
    'opening_hours_wednesday',
    'opening_hours_thursday',
    'opening_hours_friday',
    'opening_hours_saturday',
    'opening_hours_sunday',
    'organisation_data_service_code',
  ],
  sports_clubs: ['name', 'category', 'address', 'postcode'],
  sports_facilities: [
    'site_id',
    'site_name',
    'facility_type',
    'access_type',
    'facility_areas_on_site',
    'street',
    'town',
    'postcode',
    'telephone',
    'email',
    'website',
    'disability_parking',
    'disability_finding_reaching_entrance',
    'disability_activity_area',
    'disability_doorways',
    'disability_toilets',
    'disability_changing_facilities',
    'lon',
    'lat',
  ],
}
/** Columns in which people tell what they do. */
const wordColumns = new Set(['charity_activities', 'description'])
const postcodeAreas = ['M', 'WA']

const madeUp = /redacted-|07700\s*900\s*\d{3}/
const cell = (value: string): string => {
  const text = value.replaceAll(/\s+/g, ' ').trim()
  return text === 'NA' || madeUp.test(text) ? '' : text
}
const quoted = (value: string): string => (/[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)
const read = (file: string): Row[] => parse(readFileSync(file), { bom: true, columns: true, skip_empty_lines: true, relax_column_count: false })

const [raw, target = join(import.meta.dirname, '../data/trafford')] = process.argv.slice(2)
if (raw === undefined) {
  console.error('usage: node scripts/makeTraffordData.ts <folder with trafford/ and postcodes/> [target folder]')
  process.exit(2)
}
mkdirSync(target, { recursive: true })

const rowsOf = new Map(Object.keys(tables).map((table) => [table, read(join(raw, 'trafford', `${table}.csv`))]))
const spellings = spellingsOf([...rowsOf.values()].flat().flatMap((row) => [...wordColumns].flatMap((column) => row[column] ?? [])))
const mended = (column: string, text: string): string => (wordColumns.has(column) ? quietened(parted(text), spellings) : text)

for (const [table, columns] of Object.entries(tables)) {
  const rows = rowsOf.get(table)!
  const lines = rows.map((row) =>
    columns.map((column) => {
      const value = row[column]
      if (value === undefined) throw new Error(`${table}.csv has no column ${column}`)
      return quoted(mended(column, cell(value)))
    }),
  )
  writeFileSync(join(target, `${table}.csv`), `${[columns, ...lines].map((line) => line.join(',')).join('\n')}\n`)
  console.log(`${table}: ${rows.length} rows`)
}

// Five decimals are about a metre. Neighbours share their corners' exact coordinates, so rounding keeps the borders together.
const round = (value: unknown): unknown => (Array.isArray(value) ? value.map(round) : Math.round((value as number) * 1e5) / 1e5)
type Feature = { properties: { area_code: string; area_name: string }; geometry: { type: string; coordinates: unknown } }
const boundaries = JSON.parse(readFileSync(join(raw, 'trafford/electoral_ward.geojson'), 'utf8')) as { features: Feature[] }
const features = boundaries.features.map(({ properties, geometry }) => ({
  type: 'Feature',
  properties: { wardCode: properties.area_code, name: properties.area_name },
  geometry: { type: geometry.type, coordinates: round(geometry.coordinates) },
}))
writeFileSync(join(target, 'wards.geojson'), `${JSON.stringify({ type: 'FeatureCollection', features })}\n`)
console.log(`wards: ${features.length}`)

// One line per postcode without its space, sorted by bytes, so that the unpacked text can be searched as it stands.
// Ended postcodes stand in the source at 0,0: they have no place.
const inBritain = (row: Row): boolean => Number(row.lat) > 49 && Number(row.lat) < 61 && Number(row.long) > -9 && Number(row.long) < 2
const postcodes = postcodeAreas
  .flatMap((area) => read(join(raw, 'postcodes', `${area}.csv`)))
  .filter(inBritain)
  .map((row) => `${row.Postcode!.replaceAll(' ', '').toUpperCase()},${Number(row.lat).toFixed(5)},${Number(row.long).toFixed(5)}\n`)
const sorted = [...new Set(postcodes)].sort((a, b) => Buffer.compare(Buffer.from(a.split(',')[0]!), Buffer.from(b.split(',')[0]!)))
writeFileSync(join(target, 'postcodes.csv.gz'), gzipSync(sorted.join(''), { level: 9 }))
console.log(`postcodes: ${sorted.length}`)
