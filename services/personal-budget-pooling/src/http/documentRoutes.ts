import type { Caller } from '@patchwork/access'
import { idFor } from '@patchwork/aggregate'
import { type AnyRoute, defineRoute, IdParams, NotFoundError } from '@patchwork/http'
import { z } from 'zod'
import { RefusedError } from '../domain/errors.ts'
import type { Disclosure, Disclosures } from '../store/disclosures.ts'
import { contentTypeOf, contentTypes, type DocumentBody, type Documents, documentBytesMax } from '../store/documents.ts'
import type { Neighbours } from '../store/neighbours.ts'
import type { PoolingStore } from '../store/poolingStore.ts'
import { viewing } from './asker.ts'

const uploadLimit = { count: 60, perSeconds: 600 }
/** Documents of one person that wait to be attached. */
const waitingMax = 20
const fileNames: Record<DocumentBody['contentType'], string> = { 'application/pdf': 'invoice.pdf', 'image/png': 'invoice.png', 'image/jpeg': 'invoice.jpg' }

type Dependencies = { store: PoolingStore; neighbours: Neighbours; documents: Documents; disclosures: Disclosures }

/** The routes about documents to invoices. */
export const documentRoutes = (dependencies: Dependencies): AnyRoute[] => [uploadRoute(dependencies), readRoute(dependencies)]

const uploadRoute = ({ documents }: Dependencies) =>
  defineRoute({
    method: 'post',
    path: '/documents',
    policy: 'spend.propose',
    summary: 'Upload an invoice (PDF, PNG or JPEG, up to 2 MB), to be named in a proposal within a day; it is kept sealed',
    rawBody: { bytesMax: documentBytesMax, contentTypes },
    status: 201,
    answer: z.object({ documentId: z.uuid() }),
    problems: ['document-kind-not-taken', 'document-too-many'],
    rateLimit: uploadLimit,
    own: 'by-caller',
    handle: async ({ caller, rawBody, command }) => {
      if (caller.kind !== 'person') throw new NotFoundError()
      const contentType = contentTypeOf(rawBody)
      if (contentType === undefined) throw new RefusedError('document-kind-not-taken')
      // Named by its content too, so that one key never stands for two documents.
      const documentId = idFor(`${command.key}/${String(command.body)}`)
      const isThere = (await documents.get(documentId)) !== undefined
      if (!isThere && (await documents.waitingOf(caller.personId)) >= waitingMax) throw new RefusedError('document-too-many')
      await documents.keep(documentId, caller.personId, contentType, rawBody)
      return { body: { documentId } }
    },
  })

/** Why somebody may read a document. Throws NotFoundError where they may not. */
const whyReads = async ({ store, neighbours }: Dependencies, caller: Caller & { kind: 'person' }, document: DocumentBody): Promise<Disclosure['why']> => {
  if (caller.role === 'resident' && document.uploadedBy === caller.personId) return 'self'
  if (document.attachedTo === undefined) throw new NotFoundError()
  const { relation } = await viewing({ store, neighbours }, caller, document.attachedTo.poolId)
  return relation === 'member' ? 'member' : 'account-holder'
}

const readRoute = (dependencies: Dependencies) =>
  defineRoute({
    method: 'get',
    path: '/documents/:id',
    policy: 'spend.read-document',
    summary: 'Read a document as a file: its uploader, the members of its pool and the account-holder may; each reading is logged',
    params: IdParams,
    own: 'by-caller',
    handle: async ({ caller, params: { id }, raw: { response } }) => {
      const { documents, disclosures } = dependencies
      const document = await documents.get(id)
      if (caller.kind !== 'person' || document === undefined) throw new NotFoundError()
      const why = await whyReads(dependencies, caller, document)
      const bytes = await documents.read(id, document)
      const { personId: readBy, role } = caller
      await disclosures.append({ personId: document.uploadedBy, readBy, role, what: 'document', id, why, bySelf: why === 'self' })
      response
        .status(200)
        .set({
          'Cache-Control': 'no-store',
          'Content-Type': document.contentType,
          'Content-Disposition': `attachment; filename="${fileNames[document.contentType]}"`,
          'X-Content-Type-Options': 'nosniff',
        })
        .end(bytes)
      return undefined
    },
  })
