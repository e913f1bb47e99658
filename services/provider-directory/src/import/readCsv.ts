import { Readable } from 'node:stream'
import { parse } from 'csv-parse'
import { FeedError, type FeedRecord, type ReadRecord, recordCharactersMax } from './feedRecord.ts'

/** What a column can be read as. */
export const csvFields = [
  'id',
  'name',
  'description',
  'url',
  'email',
  'phone',
  'contact-name',
  'for-whom',
  'address',
  'postcode',
  'times',
  'assured-on',
  'organisation',
  'organisation-id',
  'organisation-description',
  'organisation-url',
] as const
export type CsvField = (typeof csvFields)[number]

/** Which column is read as which field. A column may be read as several; columns read as the same field are joined by a comma, in this order. */
export type CsvMapping = readonly { column: string; field: CsvField }[]

/**
 * Reads the rows of a CSV file in UTF-8 with its column names on top. A row without an id of its own is known by its organisation, name and postcode.
 * Throws FeedError `not-csv`, `missing-columns`.
 */
export async function* readCsv(bytes: AsyncIterable<Uint8Array>, mapping: CsvMapping): AsyncGenerator<ReadRecord> {
  const parser = parse({ bom: true, columns: true, skip_empty_lines: true, relax_column_count: true, max_record_size: recordCharactersMax, trim: true })
  const source = Readable.from(bytes)
  // A failure of what is read must reach whoever reads the rows, and the other way round.
  source.on('error', (error) => parser.destroy(error))
  source.pipe(parser)
  let isFirst = true
  try {
    for await (const row of parser as AsyncIterable<Record<string, string>>) {
      if (isFirst) mustHave(row, mapping)
      isFirst = false
      yield { record: toRecord(row, mapping) }
    }
  } catch (error) {
    if (String((error as { code?: unknown }).code).startsWith('CSV_')) throw new FeedError('not-csv')
    throw error
  } finally {
    source.destroy()
  }
}

const mustHave = (row: Record<string, string>, mapping: CsvMapping): void => {
  const missing = mapping.filter(({ column }) => !Object.hasOwn(row, column)).map(({ column }) => column)
  if (missing.length > 0) throw new FeedError('missing-columns', missing.slice(0, 5).join(', '))
}

const toRecord = (row: Record<string, string>, mapping: CsvMapping): FeedRecord => {
  const value = (field: CsvField): string | undefined => {
    const parts = mapping.flatMap((one) => (one.field === field && row[one.column] ? [row[one.column]] : []))
    return parts.length > 0 ? parts.join(', ') : undefined
  }
  const organisation = present({
    externalId: value('organisation-id'),
    name: value('organisation'),
    description: value('organisation-description'),
    url: value('organisation-url'),
  })
  const known = [value('organisation'), value('name'), value('postcode')]
  return {
    ...present({
      externalId: value('id') ?? (known.some((part) => part !== undefined) ? known.map((part) => part ?? '').join('/') : undefined),
      name: value('name'),
      description: value('description'),
      url: value('url'),
      email: value('email'),
      phone: value('phone'),
      contactName: value('contact-name'),
      forWhom: value('for-whom'),
      address: value('address'),
      postcode: value('postcode'),
      timesInWords: value('times'),
      assuredOn: /^\d{4}-\d\d-\d\d/.exec(value('assured-on') ?? '')?.[0],
    }),
    isActive: true,
    ...(Object.keys(organisation).length > 0 ? { organisation } : {}),
  }
}

type Present<Parts> = { [Key in keyof Parts]?: Exclude<Parts[Key], undefined> }
const present = <Parts extends object>(parts: Parts): Present<Parts> =>
  Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as Present<Parts>
