import type { Ports } from '@patchwork/aggregate'
import type { CollectionDefinition, Stored } from '@patchwork/document-store'
import { createSealer } from '@patchwork/encryption'
import { instant, repeatedly } from '@patchwork/runtime'
import { service } from './poolingStore.ts'

export const documentBytesMax = 2 * 1024 * 1024
/** Sealed and written as text, this much stays well below what a store holds in one document. */
const chunkBytes = 768 * 1024
const unattachedKeptMs = 24 * 3_600_000
const sweepEveryMs = 600_000
const sweepMax = 100

export const contentTypes = ['application/pdf', 'image/png', 'image/jpeg'] as const
export type ContentType = (typeof contentTypes)[number]

/** The kind of file by its first bytes, whatever its name or sender says; undefined for any that is not taken. */
export const contentTypeOf = (bytes: Uint8Array): ContentType | undefined => {
  const begins = (...first: number[]) => first.every((byte, position) => bytes[position] === byte)
  if (begins(0x25, 0x50, 0x44, 0x46, 0x2d)) return 'application/pdf'
  if (begins(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'image/png'
  return begins(0xff, 0xd8, 0xff) ? 'image/jpeg' : undefined
}

/** `expiresAt` while it is attached to nothing that is known to stand: then it is looked at, and goes if that is so. */
export type DocumentBody = {
  uploadedBy: string
  uploadedAt: string
  contentType: ContentType
  bytes: number
  chunks: number
  state: 'arriving' | 'whole' | 'going'
  attachedTo?: { poolId: string; spendId: string }
  expiresAt?: string
}

const definition: CollectionDefinition = {
  service,
  name: 'documents',
  fields: { expiresAt: { path: 'expiresAt', type: 'string' }, uploadedBy: { path: 'uploadedBy', type: 'string' } },
  indexes: { expiring: { fields: ['expiresAt'], sparse: true }, 'by-uploader': { fields: ['uploadedBy', 'expiresAt'] } },
}

const chunkId = (documentId: string, position: number) => `${documentId}/${position}`

/** Documents to invoices, sealed at rest in chunks. `stands` says whether a spend is there: a document whose spend never came about is swept with the rest. */
export const openDocuments = async (ports: Pick<Ports, 'documents' | 'dataKey' | 'runtime' | 'logger'>) => {
  const { runtime, logger } = ports
  const documents = await ports.documents.collection<DocumentBody>(definition)
  const chunks = await ports.documents.collection<{ sealed: string }>({ service, name: 'document-chunks', fields: {}, indexes: {} })
  const sealer = createSealer(ports.dataKey, service, runtime)
  const contextOf = (id: string) => `${service}/document-chunks/${id}`
  const replace = async (stored: Stored<DocumentBody>, body: DocumentBody): Promise<boolean> =>
    (await documents.replace(stored.id, body, { expectedRevision: stored.revision })) === 'replaced'
  const insertOnce = async (inserting: Promise<unknown>): Promise<void> => {
    await inserting.catch((error: unknown) => {
      if ((error as { code?: unknown }).code !== 'already-exists') throw error
    })
  }

  /** Removes a document that is past its time, its chunks first: what is cut off goes on at the next look. */
  const remove = async (stored: Stored<DocumentBody>): Promise<void> => {
    if (stored.body.state !== 'going' && !(await replace(stored, { ...stored.body, state: 'going' }))) return
    for (let position = 0; position < stored.body.chunks; position += 1) await chunks.remove(chunkId(stored.id, position))
    await documents.remove(stored.id)
  }

  return {
    get: async (documentId: string): Promise<DocumentBody | undefined> => {
      const body = (await documents.get(documentId))?.body
      return body?.state === 'whole' ? body : undefined
    },
    /** How many of a person's documents are attached to nothing yet. */
    waitingOf: (personId: string): Promise<number> => documents.count({ uploadedBy: { equals: personId }, expiresAt: { above: '' } }),
    /** Keeps a document for a day until it is attached. Durable when it resolves; the same id again changes nothing. */
    keep: async (documentId: string, uploadedBy: string, contentType: ContentType, bytes: Uint8Array): Promise<void> => {
      const count = Math.ceil(bytes.length / chunkBytes)
      const expiresAt = new Date(runtime.now() + unattachedKeptMs).toISOString()
      const body: DocumentBody = { uploadedBy, uploadedAt: instant(runtime), contentType, bytes: bytes.length, chunks: count, state: 'arriving', expiresAt }
      await insertOnce(documents.insert(documentId, body))
      for (let position = 0; position < count; position += 1) {
        const part = Buffer.from(bytes.subarray(position * chunkBytes, (position + 1) * chunkBytes)).toString('base64')
        const id = chunkId(documentId, position)
        await insertOnce(chunks.insert(id, { sealed: sealer.seal(part, contextOf(id)) }))
      }
      const stored = await documents.get(documentId)
      if (stored?.body.state === 'arriving') await replace(stored, { ...stored.body, state: 'whole' })
    },
    /** The bytes of a whole document. */
    read: async (documentId: string, { chunks: count }: DocumentBody): Promise<Buffer> => {
      const parts: Buffer[] = []
      for (let position = 0; position < count; position += 1) {
        const id = chunkId(documentId, position)
        const stored = await chunks.get(id)
        if (stored === undefined) throw new Error('A part of a document is missing')
        parts.push(Buffer.from(sealer.open<string>(stored.body.sealed, contextOf(id)), 'base64'))
      }
      return Buffer.concat(parts)
    },
    /**
     * Attaches a document of its uploader to a spend, once: `refused` where it is not there, not theirs, or at another spend; `was` on a repeat. It still
     * expires until the spend is seen to stand, so that one whose spend was never written down is not kept.
     */
    attach: async (documentId: string, uploadedBy: string, to: { poolId: string; spendId: string }): Promise<'attached' | 'was' | 'refused'> => {
      const stored = await documents.get(documentId)
      if (stored?.body.state !== 'whole' || stored.body.uploadedBy !== uploadedBy) return 'refused'
      if (stored.body.attachedTo) return stored.body.attachedTo.spendId === to.spendId ? 'was' : 'refused'
      return (await replace(stored, { ...stored.body, attachedTo: to })) ? 'attached' : 'refused'
    },
    /** Undoes an attachment to a spend that was refused. */
    detach: async (documentId: string, spendId: string): Promise<void> => {
      const stored = await documents.get(documentId)
      if (stored?.body.attachedTo?.spendId !== spendId) return
      const { attachedTo: _, ...rest } = stored.body
      await replace(stored, rest)
    },
    /** Whether every part of a document is there. */
    isComplete: async (documentId: string, { chunks: count }: DocumentBody): Promise<boolean> => {
      const ids = Array.from({ length: count }, (_, position) => chunkId(documentId, position))
      return (await chunks.getMany(ids)).length === count
    },
    /** Looks now and then for documents past their time; `stop` ends after the look under way. */
    sweeping: (stands: (attached: { poolId: string; spendId: string }) => Promise<boolean>) => {
      const sweep = async (): Promise<number> => {
        const { documents: due } = await documents.find({ where: { expiresAt: { atMost: instant(runtime) } }, limit: sweepMax })
        let gone = 0
        for (const stored of due) {
          const { expiresAt: _, ...rest } = stored.body
          if (stored.body.state === 'whole' && stored.body.attachedTo && (await stands(stored.body.attachedTo))) await replace(stored, rest)
          else {
            await remove(stored)
            gone += 1
          }
        }
        return gone
      }
      return repeatedly(runtime, {
        everyMs: sweepEveryMs,
        work: sweep,
        onError: (error) => logger.warn({ code: (error as { code?: unknown }).code }, 'Documents past their time could not be swept'),
      })
    },
  }
}
export type Documents = Awaited<ReturnType<typeof openDocuments>>
