import { z } from 'zod'
import { OwnAsset } from '../../directory/asset.ts'
import { definePage } from '../../http/page.ts'

const readingsMax = 30
const Mine = z.object({ items: z.array(OwnAsset) })
const Readings = z.object({ items: z.array(z.object({ assetId: z.string(), at: z.string(), role: z.string() })), after: z.string().optional() })

/** What a resident shares, who can find it, and who read how to reach them. */
export const mySkillsPage = definePage({
  name: 'mySkills',
  path: '/my/skills',
  for: ['resident'],
  load: async ({ services, query }) => {
    const [{ items: skills }, { items: readings, after }] = await Promise.all([
      services.get('provider-directory', '/skills/mine', Mine),
      services.get('provider-directory', '/skills/readings', Readings, { query: { limit: readingsMax, after: query.after } }),
    ])
    const names = new Map(skills.map(({ assetId, name }) => [assetId, name]))
    return { skills, readings: readings.map((reading) => ({ ...reading, name: names.get(reading.assetId) })), after, isFirst: query.after === undefined }
  },
})
