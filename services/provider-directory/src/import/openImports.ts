import type { Ports } from '@patchwork/aggregate'
import { type DirectorySettings, demonstrationPlaceFolder } from '../config.ts'
import type { ImportState } from '../domain/import.ts'
import { RefusedError } from '../domain/refusals.ts'
import { type CouncilArea, openCouncilArea } from '../place/place.ts'
import { type Directory, openDirectory } from '../store/directory.ts'
import { type ImportStore, openImportStore, type StagedRecord, type StagedWords, wordsContext } from '../store/importStore.ts'
import { type ImportWork, importWork } from './imports.ts'
import type { ProblemCode, RecordKind, Report } from './problems.ts'
import type { CsvMapping } from './readCsv.ts'

export type ImportSummary = {
  importId: string
  source: string
  status: Exclude<ImportState['status'], 'none'>
  format: 'open-referral' | 'csv'
  begunAt: string
  acceptedAt?: string
  /** How many offers an acceptance changed, and how many it left because they had been edited here. */
  taken?: number
  left?: number
  /** Why the feed could not be read. */
  reason?: string
  report?: Report
}
export type ImportedRecord = { position: number; kind: RecordKind; problems: ProblemCode[]; recordId: string; name?: string; offerId?: string }

/** Imports as doors use them: the work, and what can be read of it. */
export type Imports = ImportWork & {
  get(importId: string): Promise<ImportSummary | undefined>
  /** The newest first. */
  list(options: { limit: number; after?: string }): Promise<{ items: ImportSummary[]; after?: string }>
  /** Records of an import in the order of the feed; none once they are forgotten. */
  records(importId: string, options: { kind?: RecordKind; limit: number; after?: string }): Promise<{ items: ImportedRecord[]; after?: string }>
  /** The column mapping kept under a name. Throws RefusedError `mapping-not-found`. */
  mapping(name: string): Promise<CsvMapping>
  /** Keeps a column mapping under a name, in the place of the one before. Throws RefusedError `mapping-incomplete`. */
  keepMapping(name: string, columns: CsvMapping): Promise<void>
}

/** Opens imports beside a directory that is open. */
export const importsOf = (
  { store, directory, councilArea }: { store: ImportStore; directory: Directory; councilArea: CouncilArea },
  ports: Pick<Ports, 'runtime' | 'logger'>,
  instance: string,
): Imports => ({
  ...importWork({ store, directory, councilArea, ports, instance }),
  get: async (importId) => {
    const found = await store.imports.get(importId)
    return found && toSummary(found)
  },
  list: async ({ limit, after }) => {
    const page = await store.imports.find({
      sort: [{ field: 'begunAt', direction: 'descending' }],
      limit,
      ...(after === undefined ? {} : { after }),
    })
    return { items: page.aggregates.flatMap((one) => toSummary(one) ?? []), ...(page.after === undefined ? {} : { after: page.after }) }
  },
  records: async (importId, { kind, limit, after }) => {
    const page = await store.records.find({
      where: { importId: { equals: importId }, ...(kind === undefined ? {} : { kind: { equals: kind } }) },
      sort: [{ field: 'position', direction: 'ascending' }],
      limit,
      ...(after === undefined ? {} : { after }),
    })
    return { items: page.documents.map((document) => toRecord(store, document)), ...(page.after === undefined ? {} : { after: page.after }) }
  },
  mapping: async (name) => {
    const stored = await store.mappings.get(name)
    if (!stored) throw new RefusedError('mapping-not-found')
    return stored.body.columns
  },
  keepMapping: async (name, columns) => {
    const fields = new Set(columns.map(({ field }) => field))
    if (!fields.has('name') || !fields.has('organisation')) throw new RefusedError('mapping-incomplete')
    const body = { columns: columns.map(({ column, field }) => ({ column, field })) }
    const stored = await store.mappings.get(name)
    if (stored) await store.mappings.replace(name, body, { expectedRevision: stored.revision })
    else await store.mappings.insert(name, body)
  },
})

/** What an import's aggregate says; undefined before it has begun. */
const toSummary = ({ id, state, details }: NonNullable<Awaited<ReturnType<ImportStore['imports']['get']>>>): ImportSummary | undefined => {
  if (state.status === 'none' || !details) return undefined
  const { status, format, begunAt } = state
  return {
    importId: id,
    source: details.source,
    status,
    format,
    begunAt,
    ...('acceptedAt' in state ? { acceptedAt: state.acceptedAt, taken: state.taken, left: state.left } : {}),
    ...('reason' in state ? { reason: state.reason } : {}),
    ...(details.report ? { report: details.report } : {}),
  }
}

const toRecord = (store: ImportStore, { id, body }: { id: string; body: StagedRecord }): ImportedRecord => {
  const { example, name } = store.sealer.open<StagedWords>(body.words, wordsContext(id))
  return {
    position: body.position,
    kind: body.kind,
    problems: body.problems,
    recordId: example,
    ...(name === undefined ? {} : { name }),
    ...(body.offerId === undefined ? {} : { offerId: body.offerId }),
  }
}

/**
 * Imports without the rest of the directory, for a command while no place runs: no search, no pages. First goes on with what a stop had cut off.
 * Throws what the stores throw when they cannot be opened.
 */
export const openImports = async (ports: Ports, settings: DirectorySettings): Promise<Imports> => {
  const directory = await openDirectory(ports)
  const store = await openImportStore(ports)
  const councilArea = openCouncilArea(settings.placeFolder ?? demonstrationPlaceFolder)
  const imports = importsOf({ store, directory, councilArea }, ports, settings.instance ?? ports.runtime.uuid())
  await imports.resume()
  return {
    ...imports,
    stop: async () => {
      await imports.stop()
      // What was written is passed on now: nobody else may come for a while.
      await Promise.all([directory.offers, directory.organisations, store.imports].map(({ relay }) => relay.drained()))
      await Promise.all([directory.offers.stop(), directory.organisations.stop(), store.imports.stop()])
    },
  }
}
