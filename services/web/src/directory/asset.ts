import { AssetKind } from '@patchwork/events'
import { z } from 'zod'
import { path, type ServiceCalls, ServiceProblem } from '../serviceCalls.ts'

// What the directory says of assets, as far as the pages use it.

const text = z.string().optional().catch(undefined)
const webAddress = z
  .url({ protocol: /^https?$/ })
  .optional()
  .catch(undefined)
const Organisation = z.object({ organisationId: z.uuid(), name: z.string() }).optional().catch(undefined)

export const AssetInList = z.object({
  assetId: z.uuid(),
  kind: AssetKind,
  category: z.string().catch('other'),
  wardCode: text,
  wardName: text,
  name: z.string(),
  summary: z.string().catch(''),
  organisation: Organisation,
  gift: text,
  calledName: text,
  pence: z.int().optional().catch(undefined),
  deadlineOn: text,
  terms: text,
})
export type AssetInList = z.infer<typeof AssetInList>
export const OwnAsset = AssetInList.extend({ status: z.enum(['listed', 'hidden']) })

export const WholeAsset = OwnAsset.omit({ summary: true }).extend({
  description: z.string().catch(''),
  shownAs: text,
  reach: z.object({ email: text, phone: text }).optional().catch(undefined),
  meets: text,
  place: z
    .object({ address: text, postcode: text, latitude: z.number().optional(), longitude: z.number().optional(), sensitive: z.boolean().optional() })
    .optional()
    .catch(undefined),
  capacity: z.int().optional().catch(undefined),
  owner: text,
  communityUse: text,
  accessibility: z.array(z.string()).catch([]),
  purpose: text,
  decidedBy: text,
  condition: text,
  contact: z.object({ name: text, email: text, phone: text, website: webAddress }).optional().catch(undefined),
  modifiedAt: text,
  isYours: z.boolean().catch(false),
})
export type WholeAsset = z.infer<typeof WholeAsset>

const Counts = z.record(z.string(), z.int())
export const FoundAssets = z.object({
  items: z.array(AssetInList),
  total: z.int(),
  after: text,
  words: text,
  corrected: text,
  also: z.array(z.string()).optional().catch(undefined),
  facets: z.object({ kind: Counts, category: Counts, ward: Counts }).partial().catch({}),
})
export type FoundAssets = z.infer<typeof FoundAssets>

export const Strengths = z.object({
  wards: z.array(z.object({ wardCode: z.string(), wardName: z.string(), counts: Counts, services: z.int() })),
  wholePlace: Counts,
})
export type Strengths = z.infer<typeof Strengths>

/** An asset that the reader may change, with its version. Throws ServiceProblem; 404 for what is not theirs, as if it were not there. */
export const ownAsset = async (services: ServiceCalls, assetId: string): Promise<{ record: WholeAsset; version: string }> => {
  const { body, tag } = await services.getTagged('provider-directory', path`/assets/${assetId}`, WholeAsset)
  if (!body.isYours) throw new ServiceProblem('provider-directory', 404, 'not-found')
  return { record: body, version: tag ?? '' }
}
