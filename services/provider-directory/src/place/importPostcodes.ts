import { createReadStream } from 'node:fs'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { inMillionths, keyOf, type PostcodeRecord, writePostcodeFile } from './postcodeFile.ts'

/** Lines of a file: the country has 1.8 million living postcodes and 0.9 million ended ones. */
const linesMax = 10_000_000
const lineLengthMax = 10_000
/** One line in so many may be wrong: more, and it is not the file that it should be. */
const wrongOneIn = 1_000
const shape = /^[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}$/

const columns = {
  postcode: ['pcds', 'pcd8', 'pcd7', 'pcd2', 'pcd', 'postcode'],
  latitude: ['lat', 'latitude'],
  longitude: ['long', 'longitude', 'lng'],
} as const
type Column = keyof typeof columns

/** What was read: `withoutPlace` are those that the source itself puts nowhere, `repeated` stood there before and were passed over, `wrong` could not be read. */
export type ImportedPostcodes = { read: number; known: number; withoutPlace: number; repeated: number; wrong: number; wrongLines: string[] }

/** The file is not a list of postcodes; the message says what is wrong and at which line. */
export class PostcodesRefusedError extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

type Options = {
  /** Where they are kept; absent, they are only read. */
  to?: string
  onProgress?: (bytes: number, of: number) => void
}

/**
 * Reads the ONS Postcode Directory or the NSPL (CSV with `pcds`, `lat` and `long` among its columns; also `Postcode,lat,long`), and keeps where each postcode
 * lies, in place of what was kept before: it is written beside and put in its place at the end, so that a file that is refused, or an end half-way, changes
 * nothing. 16 bytes a postcode are held meanwhile. Throws PostcodesRefusedError.
 */
export const importPostcodes = async (from: string, { to, onProgress }: Options = {}): Promise<ImportedPostcodes> => {
  const size = await stat(from).then(
    (found) => (found.isFile() ? found.size : undefined),
    () => undefined,
  )
  if (size === undefined) throw new PostcodesRefusedError('no-such-file', `There is no file ${from}.`)
  const { table, counts } = await readAll(from, (bytes) => onProgress?.(bytes, size))
  if (counts.wrong * wrongOneIn > counts.read)
    throw new PostcodesRefusedError('too-many-wrong', `${counts.wrong} of ${counts.read} lines could not be read: ${counts.wrongLines.join('; ')}`)
  const ordered = table.ordered()
  counts.repeated = table.count() - ordered.length
  counts.known = ordered.length
  if (counts.known === 0) throw new PostcodesRefusedError('no-postcodes', 'There is no postcode with a place in it.')
  if (to !== undefined) await replace(to, table.records(ordered))
  return counts
}

const replace = async (path: string, records: Iterable<PostcodeRecord>): Promise<void> => {
  const beside = `${path}.new`
  await mkdir(dirname(path), { recursive: true })
  try {
    await writePostcodeFile(beside, records)
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
}

const readAll = async (from: string, onBytes: (bytes: number) => void) => {
  const table = createTable()
  const counts: ImportedPostcodes = { read: 0, known: 0, withoutPlace: 0, repeated: 0, wrong: 0, wrongLines: [] }
  let places: Record<Column, number> | undefined
  let number = 0
  const take = (line: string): void => {
    number += 1
    if (number > linesMax) throw new PostcodesRefusedError('too-many-lines', `It has more than ${linesMax} lines.`)
    if (!places) {
      places = placesOf(line)
      return
    }
    if (line.trim() === '') return
    counts.read += 1
    const wrong = takeLine(line, places, table, counts)
    if (wrong === undefined) return
    counts.wrong += 1
    if (counts.wrongLines.length < 3) counts.wrongLines.push(`line ${number}: ${wrong}`)
  }
  let rest = ''
  let bytes = 0
  for await (const chunk of createReadStream(from, { encoding: 'latin1', highWaterMark: 1 << 16 })) {
    if (bytes === 0) checkStart(chunk as string)
    bytes += (chunk as string).length
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > lineLengthMax) throw new PostcodesRefusedError('line-without-end', `Line ${number + lines.length + 1} has no end.`)
    for (const line of lines) take(line.endsWith('\r') ? line.slice(0, -1) : line)
    onBytes(bytes)
  }
  if (rest !== '' && places && cellsOf(rest, Number.MAX_SAFE_INTEGER).length < Math.max(...Object.values(places)) + 1)
    throw new PostcodesRefusedError('cut-off', `It ends in the middle of line ${number + 1}: it was cut off. Get it again.`)
  if (rest !== '') take(rest)
  if (!places) throw new PostcodesRefusedError('missing-columns', missingInWords(['postcode', 'latitude', 'longitude']))
  return { table, counts }
}

const checkStart = (start: string): void => {
  if (start.startsWith('PK'))
    throw new PostcodesRefusedError('packed', 'It is packed (zip) or a workbook. Unpack it, and give the CSV file in its Data folder.')
  if (start.startsWith('\x1f\x8b')) throw new PostcodesRefusedError('packed', 'It is packed (gzip). Unpack it first.')
  if (start.startsWith('\xff\xfe') || start.startsWith('\xfe\xff'))
    throw new PostcodesRefusedError('not-utf-8', 'It is text in UTF-16. Save it as CSV in UTF-8.')
}

/** In which columns what is needed stands. */
const placesOf = (line: string): Record<Column, number> => {
  const names = cellsOf(line.replace(/^\u00ef\u00bb\u00bf/, ''), Number.MAX_SAFE_INTEGER).map((name) => name.trim().toLowerCase())
  const places = Object.fromEntries(
    Object.entries(columns).map(([column, known]) => [column, known.map((name) => names.indexOf(name)).find((at) => at >= 0) ?? -1]),
  ) as Record<Column, number>
  const missing = (Object.keys(columns) as Column[]).filter((column) => places[column] < 0)
  if (missing.length > 0) throw new PostcodesRefusedError('missing-columns', missingInWords(missing))
  return places
}

const missingInWords = (missing: readonly Column[]): string =>
  `Its first line names no column for ${missing.map((column) => `the ${column} (${columns[column].join(', ')})`).join(' or ')}. Is it the ONS Postcode Directory or the NSPL, as CSV?`

/** The cells of a line up to the one at `last`. Quotes may stand around a cell; these files have no line break in one. */
const cellsOf = (line: string, last: number): string[] => {
  const cells: string[] = []
  for (let at = 0; at <= line.length && cells.length <= last; ) {
    if (line[at] === '"') {
      const end = line.indexOf('"', at + 1)
      if (end < 0) break
      cells.push(line.slice(at + 1, end))
      at = end + 2
    } else {
      const comma = line.indexOf(',', at)
      const end = comma < 0 ? line.length : comma
      cells.push(line.slice(at, end))
      at = end + 1
    }
  }
  return cells
}

/** Takes a line into the table; gives what is wrong with it. */
const takeLine = (line: string, places: Record<Column, number>, table: Table, counts: ImportedPostcodes): string | undefined => {
  const cells = cellsOf(line, Math.max(places.postcode, places.latitude, places.longitude))
  const postcode = (cells[places.postcode] ?? '').replaceAll(' ', '').toUpperCase()
  const [latitude, longitude] = [numberIn(cells[places.latitude]), numberIn(cells[places.longitude])]
  const key = shape.test(postcode) ? keyOf(postcode) : undefined
  if (key === undefined) return 'no postcode'
  // The source writes 99.999999 and 0 for a place that it does not know.
  if (latitude === undefined || longitude === undefined) return 'no latitude and longitude'
  if (latitude > 99 || (latitude === 0 && longitude === 0)) {
    counts.withoutPlace += 1
    return undefined
  }
  if (latitude < 49 || latitude > 61 || longitude < -9 || longitude > 2.5) return 'a place outside the United Kingdom'
  table.add(key, inMillionths(latitude), inMillionths(longitude))
  return undefined
}

const numberIn = (cell: string | undefined): number | undefined => {
  const number = cell === undefined || cell.trim() === '' ? Number.NaN : Number(cell)
  return Number.isFinite(number) ? number : undefined
}

type Table = ReturnType<typeof createTable>

/** Postcodes in plain numbers, 16 bytes each. */
const createTable = () => {
  let keys = new Float64Array(1 << 16)
  let latitudes = new Int32Array(1 << 16)
  let longitudes = new Int32Array(1 << 16)
  let count = 0
  const grown = <Numbers extends Float64Array | Int32Array>(numbers: Numbers, larger: Numbers): Numbers => {
    larger.set(numbers)
    return larger
  }
  return {
    count: () => count,
    add: (key: number, latitude: number, longitude: number): void => {
      if (count === keys.length) {
        keys = grown(keys, new Float64Array(count * 2))
        latitudes = grown(latitudes, new Int32Array(count * 2))
        longitudes = grown(longitudes, new Int32Array(count * 2))
      }
      keys[count] = key
      latitudes[count] = latitude
      longitudes[count] = longitude
      count += 1
    },
    /** Where each key stands, in the order of the keys; of one that is repeated the first. */
    ordered: (): Uint32Array => {
      const places = new Uint32Array(count).map((_, at) => at)
      let isOrdered = true
      for (let at = 1; at < count && isOrdered; at += 1) isOrdered = keys[at - 1]! < keys[at]!
      if (isOrdered) return places
      places.sort((one, other) => keys[one]! - keys[other]! || one - other)
      return places.filter((place, at) => at === 0 || keys[place] !== keys[places[at - 1]!])
    },
    records: function* (ordered: Uint32Array): Generator<PostcodeRecord> {
      for (const at of ordered) yield { key: keys[at]!, latitude: latitudes[at]!, longitude: longitudes[at]! }
    },
  }
}
