import { AssetKind, CalendarDay, Category, placeAccessCodes, WardCode } from '@patchwork/events'
import { multilineText, plainText } from '@patchwork/http'
import { z } from 'zod'
import { gifts, showings, thingTerms } from '../domain/asset.ts'
import { email, OrganisationName, PlaceView, phone, website } from './schemas.ts'

// What travels about assets. Bodies are strict; each kind has fields of its own.

const id = z.uuid()
const said = { name: plainText(200), description: multilineText(4_000).optional(), category: Category }

export const SkillBody = z.strictObject({
  ...said,
  wardCode: WardCode,
  gift: z.enum(gifts),
  shownAs: z.enum(showings),
  calledName: plainText(100).optional(),
  reach: z.strictObject({ email: email.optional(), phone: phone.optional() }).default({}),
})
export type SkillBody = z.output<typeof SkillBody>
/** Grown people share skills here: whoever adds one says that they are 18 or over. */
export const SkillShareBody = SkillBody.extend({ isAdult: z.literal(true, { error: 'Say that you are 18 or over: only grown people share skills here.' }) })

const ofOrganisation = { ...said, organisationId: id, wardCode: WardCode.optional() }
const Place = z.strictObject({
  address: plainText(500).optional(),
  postcode: plainText(20).optional(),
  /** A refuge, say: where it is stays with its organisation's members, and so does its ward. */
  sensitive: z.literal(true).optional(),
})
const Contact = z.strictObject({ name: plainText(200).optional(), email: email.optional(), phone: phone.optional(), website: website.optional() })
const properFields = {
  meets: plainText(500),
  place: Place,
  capacity: z.int().min(1).max(100_000),
  owner: plainText(200),
  communityUse: plainText(500),
  accessibility: z.array(z.enum(placeAccessCodes)).max(placeAccessCodes.length),
  purpose: plainText(500),
  pence: z.int().min(1).max(100_000_000_000),
  deadlineOn: CalendarDay,
  decidedBy: plainText(500),
  terms: z.enum(thingTerms),
  condition: plainText(500),
}
const { meets, place, capacity, owner, communityUse, accessibility, purpose, pence, deadlineOn, decidedBy, terms, condition } = properFields
const shared = { ...ofOrganisation, contact: Contact.default({}) }
const building = {
  ...shared,
  place: place.default({}),
  capacity: capacity.optional(),
  owner: owner.optional(),
  communityUse: communityUse.optional(),
  accessibility: accessibility.default([]),
}

const AssetOfKind = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('group'), ...shared, meets: meets.optional(), place: place.default({}) }),
  z.strictObject({ kind: z.literal('building'), ...building }),
  z.strictObject({ kind: z.literal('land'), ...building }),
  z.strictObject({
    kind: z.literal('money'),
    ...shared,
    purpose,
    pence: pence.optional(),
    deadlineOn: deadlineOn.optional(),
    decidedBy: decidedBy.optional(),
  }),
  z.strictObject({ kind: z.literal('thing'), ...shared, terms, condition: condition.optional() }),
])
/** The fields of every kind first, so that one that no kind has is told by its name whatever the kind; then those that this kind has. */
export const AssetBody = z
  .strictObject({
    kind: z.enum(['group', 'building', 'land', 'money', 'thing']),
    ...ofOrganisation,
    contact: Contact.optional(),
    ...z.object(properFields).partial().shape,
  })
  .transform((body): unknown => body)
  .pipe(AssetOfKind)
export type AssetBody = z.output<typeof AssetBody>

const Ward = { wardCode: z.string().optional(), wardName: z.string().optional() }

export const AssetSummary = z.object({
  assetId: id,
  kind: AssetKind,
  category: Category,
  ...Ward,
  name: z.string(),
  summary: z.string(),
  organisation: OrganisationName.optional(),
  gift: z.enum(gifts).optional(),
  /** As the person who shares a skill chose to be called; absent where others ask the network for them. */
  calledName: z.string().optional(),
  pence: z.int().optional(),
  deadlineOn: z.string().optional(),
  terms: z.enum(thingTerms).optional(),
})
/** One of one's own: whether everyone finds it. */
export const OwnAssetSummary = AssetSummary.extend({ status: z.enum(['listed', 'hidden']) })

const Counts = z.record(z.string(), z.int())
export const FoundAssets = z.object({
  items: z.array(AssetSummary),
  total: z.int(),
  after: z.string().optional(),
  /** As for offers: how the words were matched, what was put right, and what stands for the same. */
  words: z.enum(['all', 'beginning', 'any']).optional(),
  corrected: z.string().optional(),
  also: z.array(z.string()).optional(),
  facets: z.object({ kind: Counts, category: Counts, ward: Counts }),
})

const KindCounts = z.object(Object.fromEntries(AssetKind.options.map((kind) => [kind, z.int()])) as Record<AssetKind, z.ZodInt>)
export const StrengthsByWard = z.object({
  /** Every ward of the place, by name; `services` are the offers that stand in it or serve it. */
  wards: z.array(z.object({ wardCode: z.string(), wardName: z.string(), counts: KindCounts, services: z.int() })),
  /** For the whole place, or where nobody may know where they are. */
  wholePlace: KindCounts,
})

export const AssetView = AssetSummary.omit({ summary: true }).extend({
  status: z.enum(['listed', 'hidden']),
  description: z.string(),
  shownAs: z.enum(showings).optional(),
  /** How those who introduce people reach whoever shares a skill: told to that person here, and to nobody else. */
  reach: z.object({ email: z.string().optional(), phone: z.string().optional() }).optional(),
  meets: z.string().optional(),
  place: PlaceView.optional(),
  capacity: z.int().optional(),
  owner: z.string().optional(),
  communityUse: z.string().optional(),
  accessibility: z.array(z.enum(placeAccessCodes)).optional(),
  purpose: z.string().optional(),
  decidedBy: z.string().optional(),
  condition: z.string().optional(),
  contact: z.object({ name: z.string().optional(), email: z.string().optional(), phone: z.string().optional(), website: z.string().optional() }).optional(),
  modifiedAt: z.string(),
  /** Terms of the taxonomies imported here that its kind stands for, or the kind of help it is for. */
  taxonomyTerms: z.array(
    z.object({ termId: z.uuid(), code: z.string(), name: z.string(), taxonomyId: z.uuid(), taxonomy: z.string(), uri: z.string().optional() }),
  ),
  /** The caller may change it. */
  isYours: z.boolean(),
})
