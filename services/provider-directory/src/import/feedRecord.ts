import type { AccessCode, Category } from '@patchwork/events'
import type { OfferForm } from '../domain/form.ts'
import type { Price } from '../domain/offer.ts'
import type { Opening } from '../domain/opening.ts'
import type { Ages } from '../domain/suiting.ts'
import type { WeeklyTime } from '../domain/weeklyTimes.ts'

/** What a record of a feed says of itself, whatever its shape was. Words are as they came, HTML and all; what was not said is absent. */
export type FeedRecord = {
  externalId?: string
  name?: string
  description?: string
  url?: string
  email?: string
  phone?: string
  contactName?: string
  forWhom?: string
  form?: OfferForm
  ages?: Ages
  languages?: string[]
  accessibility?: AccessCode[]
  address?: string
  postcode?: string
  point?: { latitude: number; longitude: number }
  times?: WeeklyTime[]
  exceptions?: NonNullable<Opening['exceptions']>
  closedOnBankHolidays?: true
  timesInWords?: string
  price?: Price
  category?: Category
  /** The calendar day on which somebody last checked it. */
  assuredOn?: string
  /** False where its source says that it is not to be had any more. */
  isActive: boolean
  organisation?: { externalId?: string; name?: string; description?: string; url?: string; email?: string; phone?: string }
  /** The record as it came, where it came in the shape of the open standard. */
  openReferral?: Record<string, unknown>
}

/**
 * One record as it was read: what it says and what is wrong with how it was written, or why it says nothing. `line` is where it begins in a file that has lines.
 */
export type ReadRecord = (
  | { record: FeedRecord; problems?: 'fewer-columns'[] }
  | { unreadable: 'not-a-record' | 'record-too-large' | 'more-columns'; externalId?: string }
) & {
  line?: number
}

/** A record that holds more than this is refused. */
export const recordCharactersMax = 1_048_576
/** A feed in which no record ends within this many bytes is not read further. */
export const bytesWithoutRecordMax = 16 * 1_048_576
/** Records of one import. */
export const recordsMax = 500_000
/** Bytes of one file or of all pages of an address. */
export const feedBytesMax = 2 * 1_024 ** 3

/** Why a whole feed cannot be read: one stable code each, and the words an operator is told. Nothing here was changed by it. */
const reasons = {
  'not-json': 'This is not JSON. Check the address or the file: a page for people may stand there instead of a feed.',
  'not-csv': 'This is not CSV in UTF-8 with a line of column names at its top. A workbook must be saved as CSV first.',
  'no-rows': 'There are column names, but no rows under them. If the list is really empty, withdraw its offers by hand.',
  'quote-not-closed':
    'A quotation mark opens in this row and never closes, or the file was cut off inside it. Close it, or write the mark twice where it is meant as one.',
  'stray-quote': 'A quotation mark stands in the middle of a cell. Put the whole cell in quotation marks and write each one inside it twice.',
  'row-without-end': 'This row is longer than 1 MiB: a quotation mark may be open since a row before it.',
  'cut-off': 'The feed ends in the middle. It was not taken, because what is missing at its end would look as if it had gone.',
  'no-records': 'There are no services in this. If the feed is really empty, withdraw its offers by hand.',
  'record-without-end': 'A record in this feed does not end within 16 MiB. The feed was not read further.',
  'too-many-records': 'A feed may have 500,000 records.',
  'too-large': 'A feed may have 2 GiB.',
  'pages-repeat': 'The pages of this feed repeat: a page holds only what the pages before it held.',
  'too-slow': 'The feed took too long. It is not read for more than an hour, nor when nothing comes for 30 seconds.',
  unreachable: 'The address could not be reached, or answered with an error again and again.',
  'refused-address':
    'This address is not on the public internet, or is no http or https address. Only an operator may name such an address, at the command line.',
  'too-many-redirects': 'The address led on to other addresses too often.',
  'no-such-file': 'There is no such file, or it may not be read.',
  'missing-columns': 'The mapping names columns that this file does not have.',
  interrupted: 'The place was stopped while it read the feed. Start the import again.',
} as const
export type FeedFault = keyof typeof reasons
export const feedFaults = Object.keys(reasons) as FeedFault[]

/** A feed cannot be read as a whole. `code` is stable; `detail` never holds words of the feed; `line` says where in a file that has lines. */
export class FeedError extends Error {
  readonly kind = 'invalid'
  readonly code: FeedFault
  readonly title = 'The feed cannot be read'
  readonly line: number | undefined
  constructor(code: FeedFault, { detail, line }: { detail?: string; line?: number } = {}) {
    super([line === undefined ? '' : `Line ${line}: `, reasons[code], detail === undefined ? '' : ` (${detail})`].join(''))
    this.code = code
    this.line = line
  }
}
