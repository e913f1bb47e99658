import type { Ports } from '@patchwork/aggregate'
import { instant } from '@patchwork/runtime'

/** Somebody read something of an organisation that is not everybody's. Written once, never changed. */
export type Reading = { organisationId: string; at: string; personId: string; role: string; count: number }

/** The log of every reading of one thing that organisations keep: what their criminal-record checks say, or whom they have invited. */
export const openReadings = async ({ documents, runtime }: Pick<Ports, 'documents' | 'runtime'>, name: 'credential-readings' | 'invitation-readings') => {
  const log = await documents.collection<Reading>({
    service: 'provider-directory',
    name,
    fields: { organisationId: { path: 'organisationId', type: 'string' }, at: { path: 'at', type: 'string' } },
    indexes: { 'by-organisation': { fields: ['organisationId', 'at'] } },
  })
  return {
    /** Durable when it resolves; an answer leaves only after that. */
    append: async (reading: Omit<Reading, 'at'>): Promise<void> => {
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
export type Readings = Awaited<ReturnType<typeof openReadings>>
