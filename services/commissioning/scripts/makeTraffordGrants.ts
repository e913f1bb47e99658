// Makes data/trafford/voluntary_sector_grants.csv from the council's file in the 360Giving standard: only the columns that Patchwork shows.
// Usage: node scripts/makeTraffordGrants.ts <voluntary_sector_grants_360giving.csv>. The same file gives the same bytes.
import { readFileSync, writeFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'

const columns = {
  Identifier: 'identifier',
  Title: 'title',
  Description: 'description',
  'Amount Awarded': 'amount_awarded',
  'Award Date': 'award_date',
  'Recipient Org:Name': 'recipient_name',
  'Recipient Org:Charity Number': 'recipient_charity_number',
  'Recipient Org:Postal Code': 'recipient_postcode',
  'Grant Programme:Title': 'programme',
}
const [source = ''] = process.argv.slice(2)
const rows: Record<string, string>[] = parse(readFileSync(source), { bom: true, columns: true, skip_empty_lines: true })
const written = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
const lines = rows.map((row) => Object.keys(columns).map((column) => written((row[column] ?? '').replaceAll(/\s+/g, ' ').trim())))
writeFileSync(
  new URL('../data/trafford/voluntary_sector_grants.csv', import.meta.url),
  `${[Object.values(columns), ...lines].map((line) => line.join(',')).join('\n')}\n`,
)
