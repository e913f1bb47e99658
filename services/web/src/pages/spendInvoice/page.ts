import { z } from 'zod'
import { line, optionalFile, optionalWholeNumber, pounds } from '../../http/formFields.ts'
import { definePage, goTo } from '../../http/page.ts'
import { ServiceProblem } from '../../serviceCalls.ts'
import { poolOf, service } from '../pooling/pools.ts'
import { draftOf, inPounds, keepInDraft, missingBefore, type SpendDraft, stepPath, totalPenceMax } from '../pooling/spendDraft.ts'
import { day } from '../providing/londonDay.ts'

const documentBytesMax = 2 * 1024 * 1024
const sessionsMax = 1_000

const InvoiceForm = z.strictObject({
  invoiceNumber: line(60),
  invoicedOn: day(),
  totalPence: pounds(totalPenceMax).pipe(z.int().min(1, { error: 'too-small' })),
  sessions: optionalWholeNumber(1, sessionsMax),
  document: optionalFile(documentBytesMax),
})
const Uploaded = z.object({ documentId: z.uuid() })

/** Step two of a spend: the invoice, and its picture or PDF, which is kept sealed from here on. */
export const spendInvoicePage = definePage({
  name: 'spendInvoice',
  path: '/my/pools/:poolId/spends/new/invoice',
  for: ['resident'],
  takesFiles: true,
  load: async (visit) => {
    const [pool, draft] = await Promise.all([poolOf(visit.services, visit.params.poolId!), draftOf(visit)])
    const before = missingBefore(draft, 'invoice')
    return before ? goTo(stepPath(pool.poolId, before)) : { pool, draft }
  },
  form: InvoiceForm,
  fill: ({ draft }: { draft: SpendDraft }) => ({
    invoiceNumber: draft.invoiceNumber,
    invoicedOn: draft.invoicedOn,
    totalPence: draft.totalPence === undefined ? undefined : inPounds(draft.totalPence),
    sessions: draft.sessions === undefined ? undefined : String(draft.sessions),
  }),
  save: async ({ document, sessions, ...invoice }, visit) => {
    const before = await draftOf(visit)
    const documentId = document === undefined ? before.documentId : await upload(visit.services, document)
    // Another total is shared out anew.
    const shares = before.totalPence === invoice.totalPence ? before.shares : undefined
    await keepInDraft(visit, { ...invoice, sessions, documentId, shares })
    return goTo(stepPath(visit.params.poolId!, 'shares'))
  },
})

const upload = async (services: Parameters<typeof poolOf>[0], document: File): Promise<string> => {
  try {
    return (await services.upload(service, '/documents', document, Uploaded)).documentId
  } catch (error) {
    if (error instanceof ServiceProblem) throw new ServiceProblem(service, error.status, error.code, [{ pointer: '/document', code: error.code }])
    throw error
  }
}
