import type { Ports } from '@patchwork/aggregate'
import type { CollectionDefinition } from '@patchwork/document-store'
import { instant } from '@patchwork/runtime'
import type { VisibleField, Why } from '../domain/entitlement.ts'
import type { Role } from '../domain/person.ts'

/** Somebody read details of a person. Written once, never changed. */
export type Access = {
  /** Whose details. */
  personId: string
  at: string
  who: { role: Role; personId: string; organisationId?: string } | { role: 'service'; service: string }
  why: Why
  fields: VisibleField[]
  /** The referral that opened them. */
  referralId?: string
  bySelf: boolean
}

const definition: CollectionDefinition = {
  service: 'people',
  name: 'access-log',
  fields: {
    personId: { path: 'personId', type: 'string' },
    bySelf: { path: 'bySelf', type: 'boolean' },
    at: { path: 'at', type: 'string' },
  },
  indexes: { 'by-person': { fields: ['personId', 'bySelf', 'at'] } },
}

/** The log of every reading of personal data. */
export const openAccessLog = async ({ documents, runtime }: Pick<Ports, 'documents' | 'runtime'>) => {
  const log = await documents.collection<Access>(definition)
  return {
    /** Durable when it resolves; an answer leaves only after that. Each entry is a reading of its own. */
    append: async (entries: readonly Omit<Access, 'at' | 'bySelf'>[]): Promise<void> => {
      const at = instant(runtime)
      await Promise.all(entries.map((entry) => log.insert(runtime.uuid(), { ...entry, at, bySelf: entry.why === 'self' })))
    },
    /** What others read of a person, newest first; `limit` 1 to 200. */
    ofPerson: async (personId: string, { limit, after }: { limit: number; after?: string | undefined }) => {
      const page = await log.find({
        where: { personId: { equals: personId }, bySelf: { equals: false } },
        sort: [{ field: 'at', direction: 'descending' }],
        limit,
        ...(after === undefined ? {} : { after }),
      })
      return { items: page.documents.map(({ body }) => body), ...(page.after === undefined ? {} : { after: page.after }) }
    },
  }
}
export type AccessLog = Awaited<ReturnType<typeof openAccessLog>>
