import { type SeenWords, seenWords } from '@patchwork/aggregate'
import { ownOffer } from '../domain/mergedOffer.ts'
import { type Offer, wouldBePublished } from '../domain/offer.ts'
import type { Directory } from '../store/directory.ts'
import { type ImportedOffer, type ImportStore, pagesOf, type StagedWords } from '../store/importStore.ts'
import { FeedError, type ReadRecord, recordsMax } from './feedRecord.ts'
import { plainLine } from './plainWords.ts'
import { isRefusing, type ProblemCode, type RecordKind, type Report, reporting } from './problems.ts'
import { digestOfOffer, type Prepared, type PreparedOffer, type Preparing, toOffer } from './toOffer.ts'

const batchSize = 200
/** Remembered offers looked at together for what has gone: each is read with all that is remembered of it. */
const rememberedPerLook = 100

/** A record as it was compared, in the order of the feed; those that have gone come last. */
export type ComparedRecord = { position: number; kind: RecordKind; problems: ProblemCode[]; offerId?: string; words: StagedWords }

export type Comparing = {
  sourceId: string
  preparing: Preparing
  directory: Pick<Directory, 'offers'>
  store: Pick<ImportStore, 'importedOffers'>
  /** Keeps a batch; the feed is read on once it is kept. */
  keep: (batch: readonly ComparedRecord[]) => Promise<void>
  onProgress?: (count: number) => void
  /** A look on a schedule, by its own id: what it lacks has gone only once so many looks in a row lacked it. Absent: at once. */
  look?: Look
}
/** The same look, begun again, has the same id and counts once. */
export type Look = { id: string; goneAfter: 3 }

/** How many looks in a row, this one included, lacked what is remembered of an offer. */
export const looksMissed = ({ missed }: Pick<ImportedOffer, 'missed'>, look: Look): number =>
  missed === undefined ? 1 : missed.look === look.id ? missed.looks : missed.looks + 1

/**
 * Compares a feed with what was accepted last from its source, record by record, in memory that grows by a digest per record only. A feed that is a part
 * of a whole (`isPartial`, asked at its end) says nothing of what has gone. Throws FeedError; what was kept before is then worth nothing.
 */
export const compareFeed = async (records: AsyncIterable<ReadRecord>, comparing: Comparing & { isPartial: () => boolean }): Promise<Report> => {
  const { sourceId, store, keep, onProgress } = comparing
  const tally = reporting()
  const seen = { ids: seenWords(), names: seenWords(), offerIds: seenWords(), endedOfferIds: seenWords() }
  let position = 0
  let presentCount = 0
  let batch: Looked[] = []
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return
    const { compared, present } = await compareBatch(batch, comparing)
    presentCount += present
    batch = []
    for (const { kind, problems, words } of compared)
      tally.add(kind, { problems, example: words.example, ...(words.line === undefined ? {} : { line: words.line }) })
    await keep(compared)
    onProgress?.(position)
  }
  for await (const read of records) {
    position += 1
    if (position > recordsMax) throw new FeedError('too-many-records')
    batch.push(look(read, position, { preparing: comparing.preparing, seen }))
    if (batch.length === batchSize) await flush()
  }
  await flush()
  if (position === 0) throw new FeedError('no-records')
  if (comparing.isPartial()) return tally.report()
  const where = { sourceId: { equals: sourceId }, isPresent: { equals: true } }
  // Where all that is remembered was met, as it is nearly always, nothing has gone, and nothing must be read to know it.
  if ((await store.importedOffers.count(where)) === presentCount) return tally.report()
  for await (const page of pagesOf(store.importedOffers, { where, limit: rememberedPerLook })) {
    const gone = page.filter(({ id }) => !seen.offerIds.has(id))
    const offers = await offersOf(
      comparing,
      gone.map(({ id }) => id),
    )
    const compared = gone.map(({ id, body }): ComparedRecord => {
      position += 1
      const offer = offers.get(id)
      const looks = comparing.look ? looksMissed(body, comparing.look) : undefined
      // What its source says has ended is not missing by mistake.
      const isMissing = !seen.endedOfferIds.has(id) && comparing.look !== undefined && looks !== undefined && looks < comparing.look.goneAfter
      const problems: ProblemCode[] = [
        ...(isMissing ? [looks === 1 ? ('missing-once' as const) : ('missing-twice' as const)] : []),
        ...(isAsAccepted(offer, body) ? [] : ['edited-here' as const]),
      ]
      const name = offer?.details?.name
      return {
        position,
        kind: isMissing ? 'missing' : 'gone',
        problems,
        offerId: id,
        words: { example: body.externalId, ...(name === undefined ? {} : { name }) },
      }
    })
    for (const { kind, problems, words } of compared) tally.add(kind, { problems, example: words.example })
    await keep(compared)
  }
  return tally.report()
}

/**
 * Whether an offer still stands as the last acceptance left it: nobody has changed, withdrawn or published it here since. That another one stands for it, or
 * that a merge has put words over its own, changes nothing of what its feed says of it.
 */
export const isAsAccepted = (offer: Offer | undefined, remembered: Pick<ImportedOffer, 'offerDigest' | 'isPresent'>): boolean => {
  if (!offer || offer.state.status === 'none' || !offer.details) return false
  if (wouldBePublished(offer.state) !== remembered.isPresent) return false
  return digestOfOffer(ownOffer({ category: offer.state.category, details: offer.details })) === remembered.offerDigest
}

/** `isMet`: it is the first in the feed that speaks of its offer as one that is to be had. */
type Looked = { position: number; problems: ProblemCode[]; example: string; line?: number; name?: string; offer?: PreparedOffer; isMet: boolean }
type Seen = { ids: SeenWords; names: SeenWords; offerIds: SeenWords; endedOfferIds: SeenWords }

/** What one record says, and what is wrong with it by itself and among those before it. */
const look = (read: ReadRecord, position: number, { preparing, seen }: { preparing: Preparing; seen: Seen }): Looked => {
  const externalId = 'record' in read ? read.record.externalId : read.externalId
  const example = externalId ?? `#${position}`
  const at = { position, example, ...(read.line === undefined ? {} : { line: read.line }) }
  if (!('record' in read)) return { ...at, problems: [read.unreadable], isMet: false }
  const { problems, offer }: Prepared = toOffer(read.record, preparing)
  problems.push(...(read.problems ?? []))
  const name = plainLine(read.record.name ?? '').slice(0, 200)
  if (externalId !== undefined && !seen.ids.add(externalId)) problems.push('id-repeated')
  if (name !== '' && !seen.names.add(name)) problems.push('name-repeated')
  // What is refused for a fault keeps its last accepted form; what its source has ended has gone.
  const isEnded = problems.includes('inactive')
  const isFirst = offer !== undefined && (isEnded ? seen.endedOfferIds : seen.offerIds).add(offer.offerId)
  return { ...at, problems, isMet: isFirst && !isEnded, ...(name === '' ? {} : { name }), ...(offer ? { offer } : {}) }
}

/** The records of a batch as they compare, and how many of the offers that are met in it were there after the last acceptance. */
const compareBatch = async (batch: readonly Looked[], comparing: Comparing): Promise<{ compared: ComparedRecord[]; present: number }> => {
  const offerIds = batch.flatMap(({ offer }) => (offer ? [offer.offerId] : []))
  const remembered = new Map((await comparing.store.importedOffers.getMany(offerIds)).map(({ id, body }) => [id, body]))
  const present = batch.filter(({ isMet, offer }) => isMet && offer && remembered.get(offer.offerId)?.isPresent).length
  const kinds = new Map<number, RecordKind>(
    batch.map(({ position, offer, problems }) => [position, problems.some(isRefusing) || !offer ? 'refused' : kindOf(offer, remembered.get(offer.offerId))]),
  )
  const changed = batch.flatMap(({ position, offer }) => (offer && kinds.get(position) === 'changed' ? [offer.offerId] : []))
  const offers = await offersOf(comparing, changed)
  const compared = batch.map(({ position, problems, example, line, name, offer }): ComparedRecord => {
    const kind = kinds.get(position) ?? 'refused'
    const isEdited = kind === 'changed' && offer && !isAsAccepted(offers.get(offer.offerId), remembered.get(offer.offerId)!)
    return {
      position,
      kind,
      problems: isEdited ? [...problems, 'edited-here' as const] : problems,
      ...(offer && kind !== 'refused' ? { offerId: offer.offerId } : {}),
      words: {
        example,
        ...(line === undefined ? {} : { line }),
        ...(name === undefined ? {} : { name }),
        ...(offer && (kind === 'new' || kind === 'changed') ? { prepared: offer } : {}),
      },
    }
  })
  return { compared, present }
}

const kindOf = ({ digest }: PreparedOffer, remembered: ImportedOffer | undefined): RecordKind =>
  !remembered?.isPresent ? 'new' : remembered.digest === digest ? 'same' : 'changed'

const offersOf = async ({ directory }: Pick<Comparing, 'directory'>, ids: readonly string[]) =>
  new Map((ids.length > 0 ? await directory.offers.getMany(ids) : []).map((offer) => [offer.id, offer]))
