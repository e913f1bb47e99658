import { type OpenedAggregates, openAggregates, type Ports, together } from '@patchwork/aggregate'
import type { Collection } from '@patchwork/document-store'
import { createSealer, type Sealer } from '@patchwork/encryption'
import {
  FeedLookBegun,
  FeedLookEnded,
  FeedWatchBegun,
  FeedWatchEnded,
  ImportAcceptanceBegun,
  ImportAccepted,
  ImportBegun,
  ImportDropped,
  ImportFailed,
  ImportStaged,
  ImportUndoBegun,
  ImportUndone,
} from '@patchwork/events'
import { evolveFeed, type FeedDetails, type FeedEvent, type FeedState, initialFeed } from '../domain/feed.ts'
import { evolveImport, type ImportDetails, type ImportEvent, type ImportState, initialImport } from '../domain/import.ts'
import type { FormerOffer } from '../domain/offer.ts'
import type { OrganisationDetails } from '../domain/organisation.ts'
import type { Validators } from '../import/addresses.ts'
import type { FieldChoices, FieldDigests } from '../import/fieldChoices.ts'
import type { ProblemCode, RecordKind, Report } from '../import/problems.ts'
import type { CsvMapping } from '../import/readCsv.ts'
import type { PreparedOffer } from '../import/toOffer.ts'
import { service } from './directory.ts'

export type Imports = OpenedAggregates<ImportState, ImportEvent, ImportDetails<Report>>
export type WatchedFeeds = OpenedAggregates<FeedState, FeedEvent, FeedDetails>

/** What a staged record says, sealed: a feed may speak of a sole carer by name and number, and nobody has looked at it yet. */
export type StagedWords = { example: string; line?: number; name?: string; prepared?: PreparedOffer }
/** What was here before the record was taken, sealed likewise. */
export type FormerWords = { offer?: FormerOffer; organisation?: OrganisationDetails }
/** One record of a feed, waiting to be accepted, unless it is left out; after that, what is needed to undo it. */
export type StagedRecord = {
  importId: string
  position: number
  kind: RecordKind
  problems: ProblemCode[]
  offerId?: string
  words: string
  former?: string
  isLeftOut?: true
  /** Of one that was edited here: what stands, field by field, once somebody has chosen. */
  choices?: FieldChoices
}

type Remembered = {
  digest: string
  offerDigest: string
  isPresent: boolean
  importId: string
  /** What the feed said in each field that can be chosen: what it says again is not asked about again. */
  fields?: FieldDigests
  /** Of one that was put together field by field: what it said then, which is neither what the feed says nor what was here. */
  chosenDigest?: string
}
/** What was accepted last of one record of a source, by the id of its offer: what the next feed is compared with. */
export type ImportedOffer = Remembered & {
  sourceId: string
  externalId: string
  /** Whether the last import that spoke of it changed it, or left it because it had been edited here. */
  outcome: 'taken' | 'left'
  before?: Remembered
  /** How many looks in a row lacked it, while it was still here, and which was the last of them. */
  missed?: { looks: number; look: string }
}

/** A source of feeds. `version` counts what was accepted and undone; `busyWith` is the import that is being taken or put back. */
export type ImportSource = { name: string; version: number; acceptedImportId?: string; busyWith?: string; validators?: Validators & { importId: string } }

export type ImportStore = {
  imports: Imports
  feeds: WatchedFeeds
  records: Collection<StagedRecord>
  importedOffers: Collection<ImportedOffer>
  sources: Collection<ImportSource>
  mappings: Collection<{ columns: { column: string; field: CsvMapping[number]['field'] }[] }>
  sealer: Sealer
}

/** Opens what imports keep. Throws what the stores throw when they cannot be opened. */
export const openImportStore = async (ports: Ports): Promise<ImportStore> => {
  const { documents } = ports
  const plain = { fields: {}, indexes: {} }
  const opened = await together({
    imports: openAggregates<ImportState, ImportEvent, ImportDetails<Report>>(
      {
        service,
        name: 'import',
        topic: ImportBegun.topic,
        events: [ImportBegun, ImportStaged, ImportFailed, ImportAcceptanceBegun, ImportAccepted, ImportUndoBegun, ImportUndone, ImportDropped],
        initial: initialImport,
        evolve: evolveImport,
        fields: {
          status: { path: 'state.status', type: 'string' },
          sourceId: { path: 'state.sourceId', type: 'string' },
          begunAt: { path: 'state.begunAt', type: 'string' },
          acceptedAt: { path: 'state.acceptedAt', type: 'string' },
        },
        indexes: {
          'by-status': { fields: ['status', 'acceptedAt'] },
          'by-source': { fields: ['sourceId', 'status'] },
          'by-beginning': { fields: ['begunAt'] },
        },
      },
      ports,
    ),
    feeds: openAggregates<FeedState, FeedEvent, FeedDetails>(
      {
        service,
        name: 'feed',
        topic: FeedWatchBegun.topic,
        events: [FeedWatchBegun, FeedLookBegun, FeedLookEnded, FeedWatchEnded],
        initial: initialFeed,
        evolve: evolveFeed,
        fields: {
          status: { path: 'state.status', type: 'string' },
          runner: { path: 'state.runner', type: 'string' },
          nextLookAt: { path: 'state.nextLookAt', type: 'string' },
        },
        indexes: { 'by-status': { fields: ['status', 'runner'] }, 'by-next-look': { fields: ['nextLookAt'], sparse: true } },
      },
      ports,
    ),
    records: documents.collection<StagedRecord>({
      service,
      name: 'import-record',
      fields: {
        importId: { path: 'importId', type: 'string' },
        kind: { path: 'kind', type: 'string' },
        position: { path: 'position', type: 'integer' },
        isLeftOut: { path: 'isLeftOut', type: 'boolean' },
      },
      indexes: {
        'by-import': { fields: ['importId', 'position'] },
        'by-kind': { fields: ['importId', 'kind', 'position'] },
        'by-left-out': { fields: ['isLeftOut', 'importId'], sparse: true },
      },
    }),
    importedOffers: documents.collection<ImportedOffer>({
      service,
      name: 'imported-offer',
      fields: {
        sourceId: { path: 'sourceId', type: 'string' },
        isPresent: { path: 'isPresent', type: 'boolean' },
        importId: { path: 'importId', type: 'string' },
        outcome: { path: 'outcome', type: 'string' },
        looksMissed: { path: 'missed.looks', type: 'integer' },
      },
      indexes: {
        'by-source': { fields: ['sourceId', 'isPresent'] },
        'by-import': { fields: ['importId', 'outcome'] },
        'by-looks-missed': { fields: ['looksMissed', 'sourceId'], sparse: true },
      },
    }),
    sources: documents.collection<ImportSource>({ service, name: 'import-source', ...plain }),
    mappings: documents.collection<{ columns: { column: string; field: CsvMapping[number]['field'] }[] }>({ service, name: 'import-mapping', ...plain }),
  })
  return { ...opened, sealer: createSealer(ports.dataKey, service, ports.runtime) }
}

/** Ids of records follow the feed's order. */
export const recordId = (importId: string, position: number): string => `${importId}/${String(position).padStart(7, '0')}`
export const wordsContext = (id: string): string => `${service}/import-record/${id}/words`
export const formerContext = (id: string): string => `${service}/import-record/${id}/former`

/** Every document that a question finds, a page at a time. */
export async function* pagesOf<Body extends object>(collection: Collection<Body>, query: Omit<Parameters<Collection<Body>['find']>[0], 'after'>) {
  let after: string | undefined
  do {
    const page = await collection.find({ ...query, ...(after === undefined ? {} : { after }) })
    yield page.documents
    after = page.after
  } while (after !== undefined)
}
