import type { Ports } from '@patchwork/aggregate'
import type { CollectionDefinition } from '@patchwork/document-store'
import { instant } from '@patchwork/runtime'

/** Somebody who introduces people read how to reach whoever shares a skill. Written once, never changed. */
export type SkillReading = { assetId: string; at: string; personId: string; role: string }

const definition: CollectionDefinition = {
  service: 'provider-directory',
  name: 'skill-readings',
  fields: { assetId: { path: 'assetId', type: 'string' }, at: { path: 'at', type: 'string' } },
  indexes: { 'by-asset': { fields: ['assetId', 'at'] } },
}

/** The log of every reading of how people who share skills are reached. */
export const openSkillReadings = async ({ documents, runtime }: Pick<Ports, 'documents' | 'runtime'>) => {
  const log = await documents.collection<SkillReading>(definition)
  return {
    /** Durable when it resolves; an answer leaves only after that. */
    append: async (reading: Omit<SkillReading, 'at'>): Promise<void> => {
      await log.insert(runtime.uuid(), { ...reading, at: instant(runtime) })
    },
    /** Who read that of one skill, newest first; `limit` 1 to 200. */
    ofSkill: async (assetId: string, { limit, after }: { limit: number; after?: string | undefined }) => {
      const page = await log.find({
        where: { assetId: { equals: assetId } },
        sort: [{ field: 'at', direction: 'descending' }],
        limit,
        ...(after === undefined ? {} : { after }),
      })
      return { items: page.documents.map(({ body }) => body), ...(page.after === undefined ? {} : { after: page.after }) }
    },
  }
}
export type SkillReadings = Awaited<ReturnType<typeof openSkillReadings>>
