import { Readable } from 'node:stream'
import { type InfoRecord, parse } from 'csv-parse'
import { formInWords } from '../openReferral/forms.ts'
import { accessOf, agesOf, languagesOf } from '../openReferral/suiting.ts'
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
  'form',
  'seats',
  'people',
  'minimum-age',
  'maximum-age',
  'languages',
  'accessibility',
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

/** Columns that a file may have, and characters of a column's name. */
export const csvColumnsMax = 200
export const csvColumnLengthMax = 500
const exampleLengthMax = 100
/** Rows at the top of a file among which an example of each column is looked for. */
const rowsLookedAt = 20

export type CsvColumn = { name: string; example?: string }

/**
 * Reads the rows of a CSV file in UTF-8 with its column names on top. A row without an id of its own is known by its organisation, name and postcode. A row
 * with fewer cells than the header is read as if the others were empty, and told; one with more is told and says nothing, because its words may stand in the
 * wrong columns. Throws FeedError `not-csv`, `no-rows`, `missing-columns`, `quote-not-closed`, `stray-quote`, `row-without-end`, `cut-off`, with the line.
 */
export async function* readCsv(bytes: AsyncIterable<Uint8Array>, mapping: CsvMapping): AsyncGenerator<ReadRecord> {
  let places: ReadonlyMap<CsvField, readonly number[]> | undefined
  let width = 0
  let isEven = true
  let last: { cells: number; line: number } | undefined
  const end = { isLineEnd: true }
  for await (const { cells, line } of rowsOf(watched(bytes, end))) {
    if (!places) {
      const names = columnNames(cells)
      places = placesOf(names, mapping)
      width = names.length
      continue
    }
    if (last && last.cells < width) isEven = false
    last = { cells: cells.length, line }
    yield readRow(cells, { places, width, line })
  }
  if (!places) throw new FeedError('not-csv')
  if (!last) throw new FeedError('no-rows')
  // Where every row before is whole, one that is short and does not end its line was cut off: what is missing after it would look as if it had gone.
  if (isEven && last.cells < width && !end.isLineEnd) throw new FeedError('cut-off', { line: last.line })
}

/**
 * The columns of a CSV file with a value of each to know it by; only the top of the file is read. A column without a name is called after its place, one with a
 * name that stood before gets a number. Throws FeedError as readCsv does.
 */
export const readCsvColumns = async (bytes: AsyncIterable<Uint8Array>): Promise<CsvColumn[]> => {
  const rows: string[][] = []
  try {
    for await (const _ of rowsOf(bytes, ({ cells }) => rows.push(cells))) if (rows.length > rowsLookedAt) break
  } catch (error) {
    // What is wrong further down is told, with its line, once the file is read.
    if (rows.length < 2) throw error
  }
  const [header, ...others] = rows
  if (!header) throw new FeedError('not-csv')
  if (others.length === 0) throw new FeedError('no-rows')
  return columnNames(header).map((name, at) => {
    const example = others.slice(0, rowsLookedAt).find((cells) => cells[at])?.[at]
    return { name, ...(example === undefined ? {} : { example: example.slice(0, exampleLengthMax) }) }
  })
}

type Row = { cells: string[]; line: number }

/** Rows with the line that each begins at. Throws FeedError as readCsv does. `onRow` sees each as soon as it is parsed, even where a fault comes soon after. */
export async function* rowsOf(bytes: AsyncIterable<Uint8Array>, onRow?: (row: Row) => void): AsyncGenerator<Row> {
  const before = { lines: 0, emptyLines: 0 }
  // Asked row by row as they are parsed: whoever reads them may be far behind when a fault is met.
  const on_record = (cells: string[], { lines, empty_lines: emptyLines }: InfoRecord): Row => {
    const line = before.lines + (emptyLines - before.emptyLines) + 1
    Object.assign(before, { lines, emptyLines })
    onRow?.({ cells, line })
    return { cells, line }
  }
  const parser = parse({ bom: true, skip_empty_lines: true, relax_column_count: true, max_record_size: recordCharactersMax, trim: true, on_record } as object)
  const source = Readable.from(textOnly(bytes))
  // A failure of what is read must reach whoever reads the rows, and the other way round.
  source.on('error', (error) => parser.destroy(error))
  source.pipe(parser)
  try {
    yield* parser as AsyncIterable<Row>
  } catch (error) {
    const { empty_lines: emptyLines = before.emptyLines } = error as { empty_lines?: number }
    throw faultOf(error, before.lines + (emptyLines - before.emptyLines) + 1)
  } finally {
    source.destroy()
  }
}

const strayQuotes = new Set(['CSV_INVALID_CLOSING_QUOTE', 'CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE', 'INVALID_OPENING_QUOTE'])

const faultOf = (error: unknown, line: number): unknown => {
  const { code, lines } = error as { code?: unknown; lines?: unknown }
  // A quotation mark that never closes is met at the end of the file; the row in which it opened is where to look.
  if (code === 'CSV_QUOTE_NOT_CLOSED') return new FeedError('quote-not-closed', { line })
  if (strayQuotes.has(String(code))) return new FeedError('stray-quote', { line: typeof lines === 'number' ? lines : line })
  if (code === 'CSV_MAX_RECORD_SIZE') return new FeedError('row-without-end', { line })
  return String(code).startsWith('CSV_') ? new FeedError('not-csv', { line }) : error
}

/** A workbook, a picture and text in UTF-16 have bytes that no text in UTF-8 has. */
async function* textOnly(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const part of bytes) {
    if (part.includes(0)) throw new FeedError('not-csv')
    // The parser keeps what it has not used up, and whoever reads may use the same memory for the next part.
    yield Buffer.from(part)
  }
}

/** Sees whether the file ends with the end of a line. */
export async function* watched(bytes: AsyncIterable<Uint8Array>, end: { isLineEnd: boolean }): AsyncGenerator<Uint8Array> {
  for await (const part of bytes) {
    const byte = part.at(-1)
    if (byte !== undefined) end.isLineEnd = byte === lineFeed || byte === carriageReturn
    yield part
  }
}
const lineFeed = 0x0a
const carriageReturn = 0x0d

/** A column's name as a person can type it: on one line, without what cannot be seen. */
const plainName = (name: string): string =>
  name
    .normalize('NFC')
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replaceAll(/\p{Cf}/gu, '')
    .trim()

export const columnNames = (cells: readonly string[]): string[] => {
  if (cells.length > csvColumnsMax || cells.some((name) => name.length > csvColumnLengthMax)) throw new FeedError('not-csv', { line: 1 })
  const names = new Set<string>()
  for (const [at, cell] of cells.entries()) {
    const name = plainName(cell) || `column ${at + 1}`
    let distinct = name
    for (let count = 2; names.has(distinct); count += 1) distinct = `${name} (${count})`
    names.add(distinct)
  }
  return [...names]
}

const placesOf = (names: readonly string[], mapping: CsvMapping): ReadonlyMap<CsvField, readonly number[]> => {
  const places = new Map<CsvField, number[]>()
  const missing: string[] = []
  for (const { column, field } of mapping) {
    const at = names.indexOf(plainName(column))
    if (at < 0) missing.push(column)
    else places.set(field, [...(places.get(field) ?? []), at])
  }
  if (missing.length > 0) throw new FeedError('missing-columns', { detail: missing.slice(0, 5).join(', ') })
  return places
}

const readRow = (
  cells: readonly string[],
  { places, width, line }: { places: ReadonlyMap<CsvField, readonly number[]>; width: number; line: number },
): ReadRecord => {
  const record = toRecord(cells, places)
  if (cells.length < width) return { record, line, problems: ['fewer-columns'] }
  if (cells.slice(width).some((cell) => cell !== '')) return { unreadable: 'more-columns', line, ...present({ externalId: record.externalId }) }
  return { record, line }
}

const toRecord = (cells: readonly string[], places: ReadonlyMap<CsvField, readonly number[]>): FeedRecord => {
  const value = (field: CsvField): string | undefined => {
    const parts = (places.get(field) ?? []).flatMap((at) => cells[at] || [])
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
      form: formInWords(present({ form: value('form'), seats: value('seats'), people: value('people') })),
      ages: agesOf(present({ minimum_age: value('minimum-age'), maximum_age: value('maximum-age') })),
      languages: languagesOf({
        languages: value('languages')
          ?.split(/[,;/]|\band\b/)
          .map((name) => ({ name })),
      }),
      accessibility: accessOf([{ accessibility: [{ description: value('accessibility') }] }]),
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
