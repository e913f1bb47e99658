import type { Ports } from '@patchwork/aggregate'
import type { Stored } from '@patchwork/document-store'
import { createSealer } from '@patchwork/encryption'
import { instant, type Repeated, repeatedly } from '@patchwork/runtime'
import { service } from './directory.ts'

/** A feed that is sent as a file may be this large; longer ones go through the command line. */
export const importFileBytesMax = 150 * 1024 * 1024
/** Sealed and written as text, this much stays well below what a store holds in one document. */
const chunkBytes = 768 * 1024
const keptMs = 24 * 3_600_000
const sweepEveryMs = 600_000
const waitingMax = 5
const partsPerLook = 50

export type ImportFile = { sentAt: string; expiresAt: string; bytes: number; chunks: number; format: 'open-referral' | 'csv'; state: 'arriving' | 'whole' }

/** Files that wait to be read. */
export type ImportFiles = {
  /** Keeps a file as it comes, for a day or until it is removed; of those that wait, the newest five are kept. Throws what reading the bytes throws; then nothing is kept. */
  keep(fileId: string, bytes: AsyncIterable<Uint8Array>): Promise<ImportFile>
  /** A file that came to its end and whose day is not over. */
  get(fileId: string): Promise<ImportFile | undefined>
  /** Its bytes, a part at a time. Throws where it was removed meanwhile. */
  read(fileId: string, file: ImportFile): AsyncGenerator<Uint8Array>
  remove(fileId: string): Promise<void>
  /** Removes what is past its day now, and then every ten minutes until `stop`. */
  sweeping(): Repeated<void>
}

/** Opens the files that administrators sent, sealed at rest in parts: a feed may speak of a sole carer by name and number. */
export const openImportFiles = async (ports: Pick<Ports, 'documents' | 'dataKey' | 'runtime' | 'logger'>): Promise<ImportFiles> => {
  const { runtime, logger } = ports
  const files = await ports.documents.collection<ImportFile>({
    service,
    name: 'import-file',
    fields: { expiresAt: { path: 'expiresAt', type: 'string' } },
    indexes: { expiring: { fields: ['expiresAt'] } },
  })
  const parts = await ports.documents.collection<{ fileId: string; sealed: string }>({
    service,
    name: 'import-file-part',
    fields: { fileId: { path: 'fileId', type: 'string' } },
    indexes: { 'by-file': { fields: ['fileId'] } },
  })
  const sealer = createSealer(ports.dataKey, service, runtime)
  const partId = (fileId: string, position: number) => `${fileId}/${position}`
  const contextOf = (id: string) => `${service}/import-file-part/${id}`

  /** Its parts first: what is cut off goes on at the next look. */
  const remove = async (fileId: string): Promise<void> => {
    for (;;) {
      const { documents } = await parts.find({ where: { fileId: { equals: fileId } }, limit: partsPerLook })
      for (const { id } of documents) await parts.remove(id)
      if (documents.length < partsPerLook) break
    }
    await files.remove(fileId)
  }
  const expired = async (): Promise<Stored<ImportFile>[]> => (await files.find({ where: { expiresAt: { atMost: instant(runtime) } }, limit: 100 })).documents
  /** Files expire in the order in which they came. */
  const makeRoom = async (): Promise<void> => {
    const { documents } = await files.find({ where: { expiresAt: { above: '' } }, sort: [{ field: 'expiresAt', direction: 'ascending' }], limit: 100 })
    for (const { id } of documents.slice(0, Math.max(0, documents.length - waitingMax + 1))) await remove(id)
  }

  return {
    keep: async (fileId, bytes) => {
      await makeRoom()
      const sentAt = instant(runtime)
      const expiresAt = new Date(runtime.now() + keptMs).toISOString()
      const arriving: ImportFile = { sentAt, expiresAt, bytes: 0, chunks: 0, format: 'csv', state: 'arriving' }
      const { revision } = await files.insert(fileId, arriving)
      const whole = { ...arriving, state: 'whole' as const }
      try {
        for await (const part of inChunks(bytes)) {
          if (whole.chunks === 0) whole.format = isJson(part) ? 'open-referral' : 'csv'
          const id = partId(fileId, whole.chunks)
          await parts.insert(id, { fileId, sealed: sealer.seal(part.toString('base64'), contextOf(id)) })
          whole.chunks += 1
          whole.bytes += part.length
        }
        if ((await files.replace(fileId, whole, { expectedRevision: revision })) !== 'replaced') throw new Error('A file was removed while it came in')
        return whole
      } catch (error) {
        await remove(fileId)
        throw error
      }
    },
    get: async (fileId) => {
      const body = (await files.get(fileId))?.body
      return body?.state === 'whole' && body.expiresAt > instant(runtime) ? body : undefined
    },
    read: async function* (fileId, { chunks }) {
      for (let position = 0; position < chunks; position += 1) {
        const id = partId(fileId, position)
        const stored = await parts.get(id)
        if (!stored) throw new Error('A part of a file is missing')
        yield Buffer.from(sealer.open<string>(stored.body.sealed, contextOf(id)), 'base64')
      }
    },
    remove,
    sweeping: () => {
      const onError = (error: unknown): void => logger.warn({ code: (error as { code?: unknown }).code }, 'Files of feeds past their day could not be removed')
      const work = async (): Promise<void> => {
        for (const { id } of await expired()) await remove(id)
      }
      const sweeps = repeatedly(runtime, { everyMs: sweepEveryMs, work, onError })
      void sweeps.runOnce().catch(onError)
      return sweeps
    },
  }
}

/** The same bytes in parts of one size. */
async function* inChunks(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let held: Uint8Array[] = []
  let size = 0
  for await (const part of bytes) {
    held.push(part)
    size += part.length
    while (size >= chunkBytes) {
      const all = Buffer.concat(held)
      yield all.subarray(0, chunkBytes)
      held = [all.subarray(chunkBytes)]
      size -= chunkBytes
    }
  }
  if (size > 0) yield Buffer.concat(held)
}

/** A feed in JSON is a list or an object; whatever else a file begins with is read as rows. */
const isJson = (top: Buffer): boolean => {
  const text = top
    .subarray(0, 1_024)
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart()
  return text.startsWith('[') || text.startsWith('{')
}
