import { once } from 'node:events'
import { createWriteStream, existsSync, readdirSync, type WriteStream } from 'node:fs'
import { mkdir, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { instant, type Runtime } from '@patchwork/runtime'
import type { Fields } from './said.ts'
import { dataPackage, headerOf, lineOf, type Row, rowsOfOrganization, rowsOfService, type TableName, tableNames } from './tabular.ts'

/** A line of a feed that is longer than this is not a record. */
const lineCharactersMax = 16 * 1_048_576
const progressEvery = 1_000

export type TabularExport = { folder: string; written: boolean; rows: Record<TableName, number> }
export type ExportTabular = {
  /** Where an Open Referral UK 3.0 feed is, e.g. `http://127.0.0.1:3000/open-referral-uk/v3`. */
  feed: string
  /** A folder that is not there yet, or is empty. */
  folder: string
  /** Reads and counts only. */
  dryRun: boolean
  signal?: AbortSignal
  onProgress?: (records: number) => void
}

/** The export cannot be made; `message` says why, in words for an operator. */
export class ExportError extends Error {}

/**
 * Writes the whole of an open feed as HSDS 3.0 tables, one CSV file each with a `datapackage.json`, as its lines come and in memory that does not grow with
 * them. The folder appears once it is whole. Throws ExportError when the folder has something in it, the feed cannot be reached, or it breaks off.
 */
export const exportTabular = async ({ feed, folder, dryRun, signal, onProgress }: ExportTabular, runtime: Runtime): Promise<TabularExport> => {
  if (existsSync(folder) && readdirSync(folder).length > 0) throw new ExportError(`${folder} is there already. Name a folder that is not, or is empty.`)
  const beside = `${folder}.unfinished`
  const files = dryRun ? undefined : await openFiles(beside)
  const rows = Object.fromEntries(tableNames.map((table) => [table, 0])) as Record<TableName, number>
  let records = 0
  const take = async (found: readonly Row[]): Promise<void> => {
    for (const row of found) {
      rows[row.table] += 1
      await files?.write(row.table, lineOf(row))
    }
    records += 1
    if (records % progressEvery === 0) onProgress?.(records)
  }
  const lists: [string, (fields: Fields) => Row[]][] = [
    ['taxonomies?format=ndjson', (fields) => [{ table: 'taxonomies', fields }]],
    ['taxonomy_terms?format=ndjson', (fields) => [{ table: 'taxonomy_terms', fields }]],
    ['organizations?format=ndjson&full=true', rowsOfOrganization],
    ['services?format=ndjson&full=true', rowsOfService],
  ]
  try {
    for (const [list, rowsOf] of lists) for await (const fields of linesOf(`${feed}/${list}`, runtime, signal)) await take(rowsOf(fields))
    onProgress?.(records)
    if (!files) return { folder, written: false, rows }
    await files.close()
    await writeFile(join(beside, 'datapackage.json'), `${JSON.stringify(dataPackage(rows, { createdAt: instant(runtime), source: feed }), null, 2)}\n`)
    if (existsSync(folder)) await rmdir(folder)
    await rename(beside, folder)
    return { folder, written: true, rows }
  } catch (error) {
    await files?.abandon()
    if (!dryRun) await rm(beside, { recursive: true, force: true })
    throw error
  }
}

const openFiles = async (folder: string) => {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const streams = new Map<TableName, WriteStream>()
  let fault: Error | undefined
  const write = async (table: TableName, text: string): Promise<void> => {
    if (fault) throw new ExportError(`The tables cannot be written: ${fault.message}`)
    const stream = streams.get(table)!
    if (!stream.write(text)) await once(stream, 'drain')
  }
  for (const table of tableNames) {
    const stream = createWriteStream(join(folder, `${table}.csv`))
    stream.on('error', (error) => {
      fault = error
    })
    streams.set(table, stream)
    await write(table, headerOf(table))
  }
  return {
    write,
    close: async () => {
      for (const stream of streams.values()) {
        stream.end()
        await finished(stream)
      }
    },
    /** A file that is only just being opened would come into a folder that is being removed: resolves when all are closed. */
    abandon: async (): Promise<void> => {
      await Promise.all(
        [...streams.values()].map(async (stream) => {
          if (stream.closed) return
          const closed = new Promise<void>((resolve) => stream.once('close', () => resolve()))
          stream.destroy()
          await closed
        }),
      )
    },
  }
}

/** The records of a list that is sent line by line. Throws ExportError. */
async function* linesOf(address: string, runtime: Runtime, signal: AbortSignal | undefined): AsyncGenerator<Fields> {
  const response = await runtime.fetch(address, { headers: { accept: 'application/x-ndjson' }, ...(signal ? { signal } : {}) }).catch(() => undefined)
  signal?.throwIfAborted()
  if (!response) throw new ExportError(`Nothing answers at ${address}. Start the place, or say with --at where it is.`)
  if (!response.ok || !response.body || !response.headers.get('content-type')?.includes('ndjson'))
    throw new ExportError(`${address} answered with status ${response.status}, and not with the lines of an Open Referral UK feed.`)
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for await (const part of response.body) {
      const lines = (rest + decoder.decode(part as Uint8Array, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      if (rest.length > lineCharactersMax) throw new ExportError(`A record of ${address} does not end within 16 MiB.`)
      for (const line of lines) if (line !== '') yield JSON.parse(line) as Fields
    }
    if (rest !== '') yield JSON.parse(rest) as Fields
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof ExportError) throw error
    throw new ExportError(`${address} broke off in the middle, or is not JSON line by line.`)
  }
}
