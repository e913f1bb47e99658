import type { Ports } from '@patchwork/aggregate'
import { type DirectorySettings, demonstrationPlaceFolder } from '../config.ts'
import type { ImportState } from '../domain/import.ts'
import { RefusedError } from '../domain/refusals.ts'
import { type CouncilArea, openCouncilArea } from '../place/place.ts'
import { type Directory, openDirectory } from '../store/directory.ts'
import { type ImportFiles, openImportFiles } from '../store/importFiles.ts'
import { type ImportStore, openImportStore, type StagedRecord, type StagedWords, wordsContext } from '../store/importStore.ts'
import { openTaxonomies, type Taxonomies } from '../taxonomy/taxonomies.ts'
import { guessMapping } from './guessMapping.ts'
import { type ImportWork, importWork } from './imports.ts'
import type { ProblemCode, RecordKind, Report } from './problems.ts'
import { type CsvColumn, type CsvMapping, readCsvColumns } from './readCsv.ts'

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
  /** Why the feed could not be read, and at which line of a file. */
  reason?: string
  line?: number
  report?: Report
}
export type ImportedRecord = {
  position: number
  kind: RecordKind
  problems: ProblemCode[]
  recordId: string
  line?: number
  name?: string
  offerId?: string
  isLeftOut?: true
  /** It was edited here, and what stands has been chosen field by field. */
  isChosen?: true
}

export type KeptFile = { fileId: string; format: 'open-referral' | 'csv'; bytes: number }

/** Imports as doors use them: the work, and what can be read of it. */
export type Imports = ImportWork & {
  get(importId: string): Promise<ImportSummary | undefined>
  /** The newest first. */
  list(options: { limit: number; after?: string }): Promise<{ items: ImportSummary[]; after?: string }>
  /** Records of an import in the order of the feed; none once they are forgotten. */
  records(importId: string, options: { kind?: RecordKind; limit: number; after?: string }): Promise<{ items: ImportedRecord[]; after?: string }>
  /**
   * Keeps a file as it comes, until it is read or for a day. Nothing of it is looked at but whether it is JSON or rows. Throws what reading the bytes throws.
   */
  keepFile(bytes: AsyncIterable<Uint8Array>): Promise<KeptFile>
  /** A file that waits, its columns where it has rows, and what they likely are. Undefined where there is none. Throws FeedError where its rows cannot be read. */
  file(fileId: string): Promise<(KeptFile & { columns?: CsvColumn[]; guess?: CsvMapping }) | undefined>
  /**
   * Stages a file that waits as `source`; it is gone once it was read to its end. Rows need `columns`, which are kept under a name where one is given. Throws
   * RefusedError `import-file-not-found`, `mapping-incomplete`, `import-busy`.
   */
  stageFile(fileId: string, options: { source: string; columns?: CsvMapping; keepAs?: string }): Promise<{ importId: string; ended: Promise<Report> }>
  /** Column mappings by their names, in the order of these. */
  mappings(options: { limit: number; after?: string }): Promise<{ items: { name: string; columns: CsvMapping }[]; after?: string }>
  /** The column mapping kept under a name. Throws RefusedError `mapping-not-found`. */
  mapping(name: string): Promise<CsvMapping>
  /** Keeps a column mapping under a name, in the place of the one before. Throws RefusedError `mapping-incomplete`. */
  keepMapping(name: string, columns: CsvMapping): Promise<void>
}

type Opened = { store: ImportStore; files: ImportFiles; directory: Directory; councilArea: CouncilArea; taxonomies: Taxonomies }

/** Opens imports beside a directory that is open. */
export const importsOf = (opened: Opened, ports: Pick<Ports, 'runtime' | 'logger'>, instance: string): Imports => {
  const { store, files, directory, councilArea, taxonomies } = opened
  const work = importWork({ store, directory, councilArea, taxonomies, ports, instance })
  return { ...work, ...readsOf(store), ...mappingsOf(store), ...filesOf(files, ports, work, mappingsOf(store)) }
}

/** What can be read of imports. */
const readsOf = (store: ImportStore): Pick<Imports, 'get' | 'list' | 'records'> => ({
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
})

const mappingsOf = (store: ImportStore): Pick<Imports, 'mappings' | 'mapping' | 'keepMapping'> => ({
  mappings: async ({ limit, after }) => {
    const page = await store.mappings.find({ limit, ...(after === undefined ? {} : { after }) })
    return { items: page.documents.map(({ id, body }) => ({ name: id, columns: body.columns })), ...(page.after === undefined ? {} : { after: page.after }) }
  },
  mapping: async (name) => {
    const stored = await store.mappings.get(name)
    if (!stored) throw new RefusedError('mapping-not-found')
    return stored.body.columns
  },
  keepMapping: async (name, columns) => {
    mustBeComplete(columns)
    const body = { columns: columns.map(({ column, field }) => ({ column, field })) }
    const stored = await store.mappings.get(name)
    if (stored) await store.mappings.replace(name, body, { expectedRevision: stored.revision })
    else await store.mappings.insert(name, body)
  },
})

/** Without a name and an organisation no row can be taken. Throws RefusedError `mapping-incomplete`. */
const mustBeComplete = (columns: CsvMapping): void => {
  const fields = new Set(columns.map(({ field }) => field))
  if (!fields.has('name') || !fields.has('organisation')) throw new RefusedError('mapping-incomplete')
}

const filesOf = (
  files: ImportFiles,
  { runtime }: Pick<Ports, 'runtime'>,
  { stage }: Pick<ImportWork, 'stage'>,
  { keepMapping }: Pick<Imports, 'keepMapping'>,
): Pick<Imports, 'keepFile' | 'file' | 'stageFile'> => ({
  keepFile: async (bytes) => {
    const fileId = runtime.uuid()
    const { format, bytes: size } = await files.keep(fileId, bytes)
    return { fileId, format, bytes: size }
  },
  file: async (fileId) => {
    const found = await files.get(fileId)
    if (!found) return undefined
    const kept = { fileId, format: found.format, bytes: found.bytes }
    if (found.format !== 'csv') return kept
    const columns = await readCsvColumns(files.read(fileId, found))
    return { ...kept, columns, guess: guessMapping(columns) }
  },
  stageFile: async (fileId, { source, columns, keepAs }) => {
    const found = await files.get(fileId)
    if (!found) throw new RefusedError('import-file-not-found')
    if (found.format === 'csv') mustBeComplete(columns ?? [])
    const format = found.format === 'csv' ? { kind: 'csv' as const, mapping: columns ?? [] } : { kind: 'open-referral' as const }
    const staged = await stage({ origin: { kind: 'sent', read: () => files.read(fileId, found) }, format, source })
    if (found.format === 'csv' && keepAs !== undefined) await keepMapping(keepAs, columns ?? [])
    // One that could not be read stays for its day, to be read with other columns. Whoever waits for the end waits for the file to be gone.
    const ended = staged.ended.then(async (report) => {
      await files.remove(fileId)
      return report
    })
    ended.catch(() => undefined)
    return { importId: staged.importId, ended }
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
    ...(details.line === undefined ? {} : { line: details.line }),
    ...(details.report ? { report: details.report } : {}),
  }
}

const toRecord = (store: ImportStore, { id, body }: { id: string; body: StagedRecord }): ImportedRecord => {
  const { example, line, name } = store.sealer.open<StagedWords>(body.words, wordsContext(id))
  return {
    position: body.position,
    kind: body.kind,
    problems: body.problems,
    recordId: example,
    ...(body.isLeftOut ? { isLeftOut: body.isLeftOut } : {}),
    ...(body.choices ? { isChosen: true as const } : {}),
    ...(line === undefined ? {} : { line }),
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
  const councilArea = openCouncilArea(settings.placeFolder ?? demonstrationPlaceFolder, { postcodesFile: settings.postcodesFile, now: ports.runtime.now })
  const files = await openImportFiles(ports)
  const taxonomies = openTaxonomies(settings.taxonomiesFolder, ports.runtime.now)
  const imports = importsOf({ store, files, directory, councilArea, taxonomies }, ports, settings.instance ?? ports.runtime.uuid())
  await imports.resume()
  return {
    ...imports,
    stop: async () => {
      await imports.stop()
      // What was written is passed on now: nobody else may come for a while.
      await Promise.all([directory.offers, directory.organisations, store.imports].map(({ relay }) => relay.drained()))
      await Promise.all([directory.offers.stop(), directory.organisations.stop(), store.imports.stop(), store.feeds.stop()])
    },
  }
}
