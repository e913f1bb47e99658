import { open } from 'node:fs/promises'
import { type SeenWords, seenWords } from '@patchwork/aggregate'
import type { Runtime } from '@patchwork/runtime'
import { type AddressReader, openAddressReader, type Validators } from './addresses.ts'
import { FeedError, feedBytesMax, type ReadRecord } from './feedRecord.ts'
import { fromOpenReferral, type KindOf } from './fromOpenReferral.ts'
import { type CsvMapping, readCsv } from './readCsv.ts'
import { type Envelope, readJson } from './readJson.ts'

const pagesMax = 20_000
const perPage = 100
const fileReadBytes = 65_536
const readMsMax = 3_600_000

/** Where a feed comes from: a file here, one that was sent, or an address. `isTrusted`: an operator named the address himself, so it may lie in a private net. */
export type Origin =
  | { kind: 'file'; path: string }
  | { kind: 'sent'; read: () => AsyncIterable<Uint8Array> }
  | { kind: 'address'; address: string; isTrusted: boolean }
export type FeedRequest = { origin: Origin; format: { kind: 'open-referral' } | { kind: 'csv'; mapping: CsvMapping }; validators?: Validators }

export type OpenedFeed = {
  /** Records in the order of the feed. Throws FeedError where the feed as a whole cannot be read; what came before is then not to be used. */
  records: AsyncIterable<ReadRecord>
  /** After the last record: what a later, conditional request can be made with. Only of a feed that is one document. */
  validators: () => Validators | undefined
  /** After the last record: the feed was one page of several, read from a file, or it holds less than it says. */
  isPartial: () => boolean
  /** The address said that nothing has changed: there are no records. */
  isUnchanged: () => boolean
}

/** Reads a feed record by record, page by page, within limits of size and time. Nothing is opened before the first record is asked for. */
export const openFeed = (request: FeedRequest, { runtime, signal, kindOf }: { runtime: Runtime; signal: AbortSignal; kindOf?: KindOf }): OpenedFeed => {
  const seen: { validators?: Validators; isUnchanged: boolean; isPartial: boolean } = { isUnchanged: false, isPartial: false }
  const { origin, format } = request
  async function* fromFile(file: AsyncIterable<Uint8Array>): AsyncGenerator<ReadRecord> {
    const bytes = limited(file, signal)
    if (format.kind === 'csv') return yield* readCsv(bytes, format.mapping)
    const { envelope } = yield* onePage(readJson(bytes), undefined, kindOf)
    seen.isPartial = (envelope.totalPages ?? 1) > 1 || envelope.isLast === false
  }
  async function* fromAddress(address: string, reader: AddressReader, withLimit: AbortSignal): AsyncGenerator<ReadRecord> {
    const first = await reader.read(parsedAddress(address), { signal: withLimit, ...(request.validators ? { validators: request.validators } : {}) })
    if (first === 'not-modified') {
      seen.isUnchanged = true
      return
    }
    const count = { bytes: 0 }
    if (format.kind === 'csv') {
      seen.validators = first.validators
      yield* readCsv(limited(first.bytes, withLimit, count), format.mapping)
      return
    }
    const ids = seenWords()
    let page = yield* onePage(readJson(limited(first.bytes, withLimit, count)), ids, kindOf)
    if (!page.envelope.isPaged) seen.validators = first.validators
    let number = page.envelope.pageNumber ?? 1
    let read = page.count
    while (hasNext(page)) {
      number += 1
      if (number > pagesMax) throw new FeedError('too-many-records')
      const next = parsedAddress(address)
      next.searchParams.set('page', String(number))
      if (!next.searchParams.has('per_page')) next.searchParams.set('per_page', String(page.count > 0 ? page.count : perPage))
      const answer = await reader.read(next, { signal: withLimit })
      if (answer === 'not-modified') throw new FeedError('unreachable')
      page = yield* onePage(readJson(limited(answer.bytes, withLimit, count)), ids, kindOf)
      if (page.count > 0 && page.newIds === 0) throw new FeedError('pages-repeat')
      read += page.count
    }
    // One that holds less than it says may have more tomorrow: what it lacks has not gone.
    seen.isPartial = read < (page.envelope.totalItems ?? 0) || (page.count === 0 && saysMore(page.envelope))
  }
  async function* records(): AsyncGenerator<ReadRecord> {
    if (origin.kind !== 'address') return yield* fromFile(origin.kind === 'file' ? fileBytes(origin.path) : origin.read())
    const { hostname } = parsedAddress(origin.address)
    const reader = openAddressReader(runtime, origin.isTrusted ? { allowedHost: hostname } : {})
    const late = new AbortController()
    const cancel = runtime.after(readMsMax, () => late.abort(new FeedError('too-slow')))
    try {
      yield* fromAddress(origin.address, reader, AbortSignal.any([signal, late.signal]))
    } finally {
      cancel()
      await reader.close()
    }
  }
  return { records: records(), validators: () => seen.validators, isPartial: () => seen.isPartial, isUnchanged: () => seen.isUnchanged }
}

/** The address as it can be asked. Throws FeedError `refused-address`. */
export const parsedAddress = (address: string): URL => {
  if (!URL.canParse(address)) throw new FeedError('refused-address')
  return new URL(address)
}

type PageRead = { envelope: Envelope; count: number; newIds: number }

/** `ids`: of the pages before; none where there are no others. */
async function* onePage(parts: ReturnType<typeof readJson>, ids: SeenWords | undefined, kindOf: KindOf | undefined): AsyncGenerator<ReadRecord, PageRead> {
  let count = 0
  let newIds = 0
  for (;;) {
    const { done, value } = await parts.next()
    if (done) return { envelope: value, count, newIds }
    const read = fromOpenReferral(value, kindOf)
    const id = 'record' in read ? read.record.externalId : read.externalId
    count += 1
    if (id === undefined || ids === undefined || ids.add(id)) newIds += 1
    yield read
  }
}

const hasNext = ({ envelope, count }: PageRead): boolean => {
  if (!envelope.isPaged || count === 0 || envelope.isLast === true) return false
  return saysMore(envelope)
}

const saysMore = ({ isLast, totalPages, pageNumber }: Envelope): boolean =>
  totalPages !== undefined && pageNumber !== undefined ? pageNumber < totalPages : isLast === false

/** Into one buffer again and again: a part is to be used up, or copied, before the next is asked for. */
export async function* fileBytes(path: string): AsyncGenerator<Uint8Array> {
  try {
    await using file = await open(path)
    const buffer = Buffer.allocUnsafeSlow(fileReadBytes)
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, fileReadBytes)
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
    }
  } catch (error) {
    if ((error as { syscall?: unknown }).syscall !== undefined) throw new FeedError('no-such-file')
    throw error
  }
}

async function* limited(bytes: AsyncIterable<Uint8Array>, signal: AbortSignal, count = { bytes: 0 }): AsyncGenerator<Uint8Array> {
  for await (const part of bytes) {
    signal.throwIfAborted()
    count.bytes += part.length
    if (count.bytes > feedBytesMax) throw new FeedError('too-large')
    yield part
  }
}
