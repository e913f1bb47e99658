import type { AssetKind, Category } from '@patchwork/events'
import type { z } from 'zod'
import type { Asset, AssetWords } from '../domain/asset.ts'
import { RefusedError } from '../domain/refusals.ts'
import type { CouncilArea } from '../place/place.ts'
import { forEveryone, type PublicAsset } from '../store/publicAsset.ts'
import type { Taxonomies } from '../taxonomy/taxonomies.ts'
import type { AssetBody, AssetSummary, AssetView, OwnAssetSummary, SkillBody } from './assetSchemas.ts'
import { toPlace, withoutAbsent } from './offerBody.ts'
import { toPlaceView, toSummary } from './views.ts'

/** What a body says of a person's skill. Throws RefusedError `unknown-ward`. */
export const toSkillWords = ({ category: _category, wardCode, description, reach, ...body }: SkillBody, councilArea: CouncilArea): AssetWords =>
  withoutAbsent({
    ...body,
    kind: 'skill',
    description: description ?? '',
    wardCode: knownWard(wardCode, councilArea),
    reach: withoutAbsent(reach),
  }) as AssetWords

/** What a body says of anything else, with its postcode looked up. Throws RefusedError `unknown-ward`, `invalid-postcode`. */
export const toAssetWords = (
  { organisationId: _organisation, category: _category, wardCode, description, contact, ...body }: AssetBody,
  councilArea: CouncilArea,
): AssetWords =>
  withoutAbsent({
    ...body,
    description: description ?? '',
    wardCode: wardCode === undefined ? undefined : knownWard(wardCode, councilArea),
    ...('place' in body ? { place: toPlace(body.place, councilArea) } : {}),
    ...('accessibility' in body ? { accessibility: [...new Set(body.accessibility)] } : {}),
    contact: withoutAbsent(contact),
  }) as AssetWords

const knownWard = (wardCode: string, { wards }: CouncilArea): string => {
  if (wards.nameOf(wardCode) === undefined) throw new RefusedError('unknown-ward', '/wardCode')
  return wardCode
}

const wardView = (wardCode: string | undefined, { wards }: CouncilArea) =>
  wardCode === undefined ? {} : { wardCode, wardName: wards.nameOf(wardCode) ?? wardCode }

/** An asset as one line of a list. */
export const toAssetSummary = (
  { assetId, kind, category, wardCode, organisation, words }: Omit<PublicAsset, 'modifiedAt'>,
  councilArea: CouncilArea,
): z.input<typeof AssetSummary> => ({
  assetId,
  kind,
  category,
  ...wardView(wardCode, councilArea),
  name: words.name,
  summary: toSummary(words.description),
  ...(organisation ? { organisation } : {}),
  ...(words.kind === 'skill' ? { gift: words.gift, calledName: words.calledName } : {}),
  ...(words.kind === 'money' ? { pence: words.pence, deadlineOn: words.deadlineOn } : {}),
  ...(words.kind === 'thing' ? { terms: words.terms } : {}),
})

type Whose = { organisation: { organisationId: string; name: string } | undefined; isYours: boolean; councilArea: CouncilArea; taxonomies: Taxonomies }

/** One's own as one line of a list; undefined where it is gone. The ward is the one that was said, also where nobody else may know it. */
export const toOwnSummary = (
  { id, state, details }: Asset & { id: string },
  { organisation, councilArea }: Omit<Whose, 'isYours' | 'taxonomies'>,
): z.input<typeof OwnAssetSummary> | undefined => {
  if (state.status === 'none' || state.status === 'removed' || !details?.words) return undefined
  const { kind, category, wardCode } = state
  const shown = { assetId: id, kind, category, ...(wardCode === undefined ? {} : { wardCode }), ...(organisation ? { organisation } : {}) }
  return { ...toAssetSummary({ ...shown, words: forEveryone(details.words) }, councilArea), status: state.status }
}

/** Everything about one asset, for whoever may see it; undefined where it is gone. */
export const toAssetView = (
  { id, state, details }: Asset & { id: string },
  { organisation, isYours, councilArea, taxonomies }: Whose,
): z.input<typeof AssetView> | undefined => {
  if (state.status === 'none' || state.status === 'removed' || !details?.words) return undefined
  const { modifiedAt, ...words } = details.words
  const { kind: _kind, wardCode: said, ...shown } = isYours ? words : { ...forEveryone(words), wardCode: undefined }
  return {
    assetId: id,
    status: state.status,
    kind: state.kind,
    category: state.category,
    ...wardView(isYours ? (said ?? state.wardCode) : state.wardCode, councilArea),
    ...(organisation ? { organisation } : {}),
    ...shown,
    ...('place' in shown ? { place: toPlaceView(shown.place) } : {}),
    modifiedAt,
    taxonomyTerms: termsOf([state.kind, state.category], taxonomies),
    isYours,
  }
}

/** Each once: a group that is for community groups stands for one term by both. */
const termsOf = (kinds: readonly (AssetKind | Category)[], taxonomies: Taxonomies) =>
  [...new Set(kinds.flatMap(taxonomies.shownWith))].map(({ taxonomy, term: { id, code, name, uri } }) => ({
    termId: id,
    code,
    name,
    taxonomyId: taxonomy.id,
    taxonomy: taxonomy.name,
    ...(uri === undefined ? {} : { uri }),
  }))
