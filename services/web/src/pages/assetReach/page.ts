import { z } from 'zod'
import { WholeAsset } from '../../directory/asset.ts'
import { definePage } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { introducing } from '../asset/page.ts'

const text = z.string().optional()
const Sharer = z.object({ calledName: text, email: text, phone: text })

/** How the person who shares a skill is reached, for those who introduce people. It is written down that it was read. */
export const assetReachPage = definePage({
  name: 'assetReach',
  path: '/assets/:id/reach',
  for: introducing,
  load: async ({ services, params }) => {
    const record = await services.get('provider-directory', path`/assets/${params.id!}`, WholeAsset)
    return { record, sharer: await services.get('provider-directory', path`/skills/${params.id!}/sharer`, Sharer) }
  },
})
