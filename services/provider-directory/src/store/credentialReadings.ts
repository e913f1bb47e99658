import type { Ports } from '@patchwork/aggregate'
import type { CollectionDefinition } from '@patchwork/document-store'
import { instant } from '@patchwork/runtime'

/** Somebody read what the criminal-record checks of an organisation say. Written once, never changed. */
export type CredentialReading = { organisationId: string; at: string; personId: string; role: string; count: number }

const definition: CollectionDefinition = {
  service: 'provider-directory',
  name: 'credential-readings',
  fields: { organisationId: { path: 'organisationId', type: 'string' }, at: { path: 'at', type: 'string' } },
  indexes: { 'by-organisation': { fields: ['organisationId', 'at'] } },
}

/** The log of every reading of criminal-record checks. */
export const openCredentialReadings = async ({ documents, runtime }: Pick<Ports, 'documents' | 'runtime'>) => {
  const log = await documents.collection<CredentialReading>(definition)
  return {
    /** Durable when it resolves; an answer leaves only after that. */
    append: async (reading: Omit<CredentialReading, 'at'>): Promise<void> => {
      await log.insert(runtime.uuid(), { ...reading, at: instant(runtime) })
    },
    /** Who read those of these organisations, newest first; `limit` 1 to 200. */
    ofOrganisations: async (organisationIds: readonly string[], { limit, after }: { limit: number; after?: string | undefined }) => {
      const page = await log.find({
        where: { organisationId: { in: organisationIds } },
        sort: [{ field: 'at', direction: 'descending' }],
        limit,
        ...(after === undefined ? {} : { after }),
      })
      return { items: page.documents.map(({ body }) => body), ...(page.after === undefined ? {} : { after: page.after }) }
    },
  }
}
export type CredentialReadings = Awaited<ReturnType<typeof openCredentialReadings>>
