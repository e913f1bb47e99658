import type { Ports } from '@patchwork/aggregate'
import type { CollectionDefinition } from '@patchwork/document-store'
import type { Role } from '@patchwork/events'
import { instant } from '@patchwork/runtime'
import { service } from './poolingStore.ts'

/** Somebody read what is a person's: their budget, or a document that they uploaded. Written once, never changed. */
export type Disclosure = {
  /** Whose it is. */
  personId: string
  at: string
  readBy: string
  role: Role
  what: 'budget' | 'document'
  /** The budget or the document. */
  id: string
  why: 'self' | 'council' | 'member' | 'account-holder'
  /** The person read their own. */
  bySelf: boolean
}

const definition: CollectionDefinition = {
  service,
  name: 'disclosures',
  fields: {
    personId: { path: 'personId', type: 'string' },
    bySelf: { path: 'bySelf', type: 'boolean' },
    at: { path: 'at', type: 'string' },
  },
  indexes: { 'by-person': { fields: ['personId', 'bySelf', 'at'] } },
}

/** The log of who read what is whose: appended to before an answer leaves. */
export const openDisclosures = async ({ documents, runtime }: Pick<Ports, 'documents' | 'runtime'>) => {
  const disclosures = await documents.collection<Disclosure>(definition)
  return {
    /** Durable when it resolves. Every call is a reading of its own. */
    append: async (disclosure: Omit<Disclosure, 'at'>): Promise<void> => {
      await disclosures.insert(runtime.uuid(), { ...disclosure, at: instant(runtime) })
    },
    /** What others read of a person, newest first; `limit` 1 to 200. */
    ofPerson: async (personId: string, { limit, after }: { limit: number; after?: string | undefined }) => {
      const page = await disclosures.find({
        where: { personId: { equals: personId }, bySelf: { equals: false } },
        sort: [{ field: 'at', direction: 'descending' }],
        limit,
        ...(after === undefined ? {} : { after }),
      })
      return { items: page.documents.map(({ body }) => body), ...(page.after === undefined ? {} : { after: page.after }) }
    },
  }
}
export type Disclosures = Awaited<ReturnType<typeof openDisclosures>>
