import type { AssetKind, Category } from '@patchwork/events'
import type { Asset, AssetWords, SkillWords } from '../domain/asset.ts'

type PublicWords<Words> = Words extends SkillWords ? Omit<Words, 'reach' | 'wardCode'> : Omit<Words, 'wardCode'>

/** All that anyone may read of an asset, for finding it and for showing it. */
export type PublicAsset = {
  assetId: string
  kind: AssetKind
  category: Category
  wardCode?: string
  /** Which organisation speaks for it; none of a skill. Never who shares a skill, beyond what they chose to be called. */
  organisation?: { organisationId: string; name: string }
  words: PublicWords<AssetWords>
  modifiedAt: string
}

/** A listed asset as everyone finds it; undefined unless it is listed. */
export const toPublicAsset = ({ id, state, details }: Asset & { id: string }, organisationName: string | undefined): PublicAsset | undefined => {
  if (state.status !== 'listed' || !details?.words) return undefined
  const { kind, category, wardCode, organisationId } = state
  const { modifiedAt, ...words } = details.words
  return {
    assetId: id,
    kind,
    category,
    ...(wardCode === undefined ? {} : { wardCode }),
    ...(organisationId === undefined ? {} : { organisation: { organisationId, name: organisationName ?? '' } }),
    words: forEveryone(words),
    modifiedAt,
  }
}

/** Without how a person is reached, and without where something stands whose place nobody may know. The ward stands beside the words, where it may. */
export const forEveryone = (words: AssetWords): PublicWords<AssetWords> => {
  if (words.kind === 'skill') {
    const { reach: _reach, wardCode: _ward, ...shown } = words
    return shown
  }
  const { wardCode: _ward, ...shown } = words
  return 'place' in shown && shown.place.sensitive ? { ...shown, place: {} } : shown
}
