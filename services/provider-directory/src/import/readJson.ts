import { JSONParser } from '@streamparser/json'
import { bytesWithoutRecordMax, FeedError, recordCharactersMax } from './feedRecord.ts'

/** One thing out of a feed: a record's JSON, or the numbers and words beside the list, once it has been read to its end. */
export type JsonPart = { value: unknown; isTooLarge: boolean }
export type Envelope = { isPaged: boolean; totalItems?: number; totalPages?: number; pageNumber?: number; isLast?: boolean }

const listKeys = ['contents', 'content', 'services']
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf])

/**
 * Reads the records out of a JSON text as its bytes come, in bounded memory: a list of services, an object with such a list (`contents`, `content`,
 * `services`), or one service by itself. The generator returns what stood beside the list.
 * Throws FeedError `not-json`, `cut-off`, `record-without-end`.
 */
export async function* readJson(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<JsonPart, Envelope> {
  const { beside, hasList, isObject } = yield* readJsonList(bytes, listKeys)
  if (isObject && !hasList && (beside.has('id') || beside.has('name'))) {
    const value = Object.fromEntries(beside)
    yield { value, isTooLarge: sizeOf(value) > recordCharactersMax }
    return { isPaged: false }
  }
  return toEnvelope(beside)
}

type Beside = { beside: ReadonlyMap<string, unknown>; hasList: boolean; isObject: boolean }

/** The same for lists under other keys, which may stand deeper, as in `list.items`. Gives what stood beside them. */
export async function* readJsonList(bytes: AsyncIterable<Uint8Array>, keys: readonly string[]): AsyncGenerator<JsonPart, Beside> {
  const parser = new JSONParser({ paths: ['$.*', ...keys.map((key) => `$.${key}.*`)], keepStack: false })
  const lastKeys = new Set(keys.map((key) => key.split('.').at(-1)))
  const beside = new Map<string, unknown>()
  let found: JsonPart[] = []
  let hasList = false
  parser.onValue = ({ value, key, parent, stack }) => {
    if (Array.isArray(parent)) {
      found.push({ value, isTooLarge: sizeOf(value) > recordCharactersMax })
      // The parser would keep the list, as it is a value of the root: nothing of it is needed any more.
      parent.length = 0
    } else if (lastKeys.has(String(key)) && Array.isArray(value)) hasList = true
    else if (stack.length === 1) beside.set(String(key), value)
  }
  let isFirst = true
  let root: number | undefined
  let quiet = 0
  for await (const part of bytes) {
    const chunk = isFirst && byteOrderMark.equals(part.subarray(0, 3)) ? part.subarray(3) : part
    isFirst = false
    root ??= chunk.find((byte) => byte > 0x20)
    if (root !== undefined && root !== openBracket && root !== openBrace) throw new FeedError('not-json')
    quiet = found.length > 0 ? 0 : quiet + chunk.length
    if (quiet > bytesWithoutRecordMax) throw new FeedError('record-without-end')
    write(parser, chunk)
    if (found.length > 0) {
      quiet = 0
      const ready = found
      found = []
      yield* ready
    }
  }
  if (root === undefined) throw new FeedError('not-json')
  if (!parser.isEnded) throw new FeedError('cut-off')
  return { beside, hasList, isObject: root === openBrace }
}

const openBracket = 0x5b
const openBrace = 0x7b

const write = (parser: JSONParser, chunk: Uint8Array): void => {
  try {
    // What follows the end of the text must be nothing but space.
    if (!parser.isEnded) parser.write(chunk)
    else if (chunk.some((byte) => byte > 0x20)) throw new FeedError('not-json')
  } catch {
    throw new FeedError('not-json')
  }
}

const toEnvelope = (beside: ReadonlyMap<string, unknown>): Envelope => {
  const number = (...names: string[]): number | undefined => names.map((name) => beside.get(name)).find((value): value is number => Number.isSafeInteger(value))
  const totalPages = number('total_pages', 'totalPages')
  const pageNumber = number('page_number', 'number')
  const totalItems = number('total_items', 'totalElements')
  const isLast = beside.get('last_page') ?? beside.get('last')
  return {
    isPaged: totalPages !== undefined || pageNumber !== undefined || typeof isLast === 'boolean',
    ...(totalItems === undefined ? {} : { totalItems }),
    ...(totalPages === undefined ? {} : { totalPages }),
    ...(pageNumber === undefined ? {} : { pageNumber }),
    ...(typeof isLast === 'boolean' ? { isLast } : {}),
  }
}

/** About how many characters a JSON value is written with. */
const sizeOf = (value: unknown): number => {
  if (typeof value === 'string') return value.length + 2
  if (typeof value !== 'object' || value === null) return 4
  let size = 2
  for (const [key, part] of Object.entries(value)) size += (Array.isArray(value) ? 1 : key.length + 4) + sizeOf(part)
  return size
}
