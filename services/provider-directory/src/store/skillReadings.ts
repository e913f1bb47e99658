import type { Ports } from '@patchwork/aggregate'
import type { CollectionDefinition } from '@patchwork/document-store'
import { instant } from '@patchwork/runtime'

/** Somebody who introduces people read how to reach the person who shares a skill, `sharerId`. Written once, never changed. */
export type SkillReading = { sharerId: string; assetId: string; at: string; personId: string; role: string }

const definition: CollectionDefinition = {
  service: 'provider-directory',
  name: 'skill-readings',
  fields: { sharerId: { path: 'sharerId', type: 'string' }, at: { path: 'at', type: 'string' } },
  indexes: { 'by-sharer': { fields: ['sharerId', 'at'] } },
}

/** The log of every reading of how people who share skills are reached. */
export const openSkillReadings = async ({ documents, runtime }: Pick<Ports, 'documents' | 'runtime'>) => {
  const log = await documents.collection<SkillReading>(definition)
  return {
    /** Durable when it resolves; an answer leaves only after that. */
    append: async (reading: Omit<SkillReading, 'at'>): Promise<void> => {
      await log.insert(runtime.uuid(), { ...reading, at: instant(runtime) })
    },
    /** Who read that of one person, newest first; `limit` 1 to 200. */
    ofSharer: async (sharerId: string, { limit, after }: { limit: number; after?: string | undefined }) => {
      const page = await log.find({
        where: { sharerId: { equals: sharerId } },
        sort: [{ field: 'at', direction: 'descending' }],
        limit,
        ...(after === undefined ? {} : { after }),
      })
      return { items: page.documents.map(({ body }) => body), ...(page.after === undefined ? {} : { after: page.after }) }
    },
  }
}
export type SkillReadings = Awaited<ReturnType<typeof openSkillReadings>>
