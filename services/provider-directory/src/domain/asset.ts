import type { AssetDescribed, AssetHidden, AssetKind, AssetListed, AssetRemoved, Category, DomainEvent, PlaceAccessCode } from '@patchwork/events'
import type { Current, Decision } from './decision.ts'
import type { Contact, Place } from './offer.ts'
import { canonical } from './offer.ts'
import { RefusedError } from './refusals.ts'

export type AssetEvent =
  | DomainEvent<typeof AssetListed>
  | DomainEvent<typeof AssetDescribed>
  | DomainEvent<typeof AssetHidden>
  | DomainEvent<typeof AssetRemoved>

/** Gifts of the head (what I know), of the heart (what I care about) and of the hands (what I can do). */
export const gifts = ['head', 'heart', 'hands'] as const
/** How the person who shares a skill is shown: as they are called, by their first name, or not at all, so that others ask the network for them. */
export const showings = ['name', 'first-name', 'ask'] as const
export const thingTerms = ['lent', 'given', 'shared'] as const

type Said = { name: string; description: string; wardCode?: string }
/** Beside its ward a skill has no place of any kind. `reach` is for those who introduce people to each other, and for nobody else. */
export type SkillWords = Said & {
  kind: 'skill'
  gift: (typeof gifts)[number]
  shownAs: (typeof showings)[number]
  calledName?: string
  reach: { email?: string; phone?: string }
}
export type GroupWords = Said & { kind: 'group'; meets?: string; place: Place; contact: Contact }
export type BuildingWords = Said & {
  kind: 'building' | 'land'
  place: Place
  capacity?: number
  owner?: string
  communityUse?: string
  accessibility: PlaceAccessCode[]
  contact: Contact
}
/** An absent `pence` is a fund whose amount nobody has said. */
export type MoneyWords = Said & { kind: 'money'; purpose: string; pence?: number; deadlineOn?: string; decidedBy?: string; contact: Contact }
export type ThingWords = Said & { kind: 'thing'; terms: (typeof thingTerms)[number]; condition?: string; contact: Contact }
export type AssetWords = SkillWords | GroupWords | BuildingWords | MoneyWords | ThingWords

/** Sealed at rest, never in an event; without the words once the asset is removed. */
export type AssetDetails = { words?: AssetWords & { modifiedAt: string } }

/** Who may change it: the person who shares a skill, or the organisation that speaks for anything else. */
export type AssetHolder = { personId: string; organisationId?: undefined } | { organisationId: string; personId?: undefined }
type Kept = { kind: AssetKind; category: Category; wardCode?: string | undefined; personId?: string | undefined; organisationId?: string | undefined }
export type AssetState =
  | { status: 'none' }
  | ({ status: 'listed'; listedAt: string } & Kept)
  | ({ status: 'hidden'; hiddenAt: string } & Kept)
  | ({ status: 'removed'; removedAt: string } & Pick<Kept, 'kind' | 'personId' | 'organisationId'>)

export type Asset = Current<AssetState, AssetDetails>
export type AssetDecision = Decision<AssetEvent, AssetDetails>

export const initialAsset: AssetState = { status: 'none' }
/** Skills of one person, and assets of one organisation, that are not removed. */
export const skillsPerPersonMax = 20
export const assetsPerOrganisationMax = 500

export type DescribeAsset = { assetId: string; category: Category; words: AssetWords; organisationId?: string; at: string }
export type ListAsset = Omit<DescribeAsset, 'organisationId'> & { holder: AssetHolder }

/**
 * Lets everyone find a new asset. Doing so again changes nothing. Throws RefusedError `holder-of-asset`, `called-name-missing`, `reach-missing`,
 * `ward-missing`.
 */
export const listAsset = ({ state }: Asset, { assetId, category, words, holder, at }: ListAsset): AssetDecision => {
  if (state.status !== 'none') return { events: [], answer: { assetId } }
  // People share what is theirs; what is everybody's is spoken for by an organisation.
  if ((words.kind === 'skill') !== (holder.personId !== undefined)) throw new RefusedError('holder-of-asset')
  const kept = asChosen(words)
  const data = { ...factsOf(assetId, category, kept), ...holder, listedAt: at }
  return { events: [{ type: 'asset.listed.v1', data }], details: { words: { ...kept, modifiedAt: at } }, answer: { assetId } }
}

/** Says anew what it is; the same changes nothing. Throws RefusedError `asset-not-found`, `kind-of-asset-fixed`, `organisation-of-asset-fixed`, and what listing is refused for. */
export const describeAsset = ({ state, details }: Asset, { assetId, category, words, organisationId, at }: DescribeAsset): AssetDecision => {
  const before = details?.words
  if (state.status === 'none' || state.status === 'removed' || !before) throw new RefusedError('asset-not-found')
  if (state.kind !== words.kind) throw new RefusedError('kind-of-asset-fixed', '/kind')
  if (state.organisationId !== organisationId) throw new RefusedError('organisation-of-asset-fixed', '/organisationId')
  const kept = asChosen(words)
  const answer = { assetId }
  const isUnchanged = state.category === category && canonical({ ...before, modifiedAt: '' }) === canonical({ ...kept, modifiedAt: '' })
  if (isUnchanged) return { events: [], answer }
  return {
    events: [{ type: 'asset.described.v1', data: factsOf(assetId, category, kept) }],
    details: { words: { ...kept, modifiedAt: at } },
    answer,
  }
}

/** Shows it to nobody else for now; hiding again changes nothing. Throws RefusedError `asset-not-found`. */
export const hideAsset = ({ state }: Asset, { assetId, at }: { assetId: string; at: string }): AssetDecision => {
  if (state.status === 'none' || state.status === 'removed') throw new RefusedError('asset-not-found')
  const answer = { assetId }
  if (state.status === 'hidden') return { events: [], answer }
  return { events: [{ type: 'asset.hidden.v1', data: { assetId, kind: state.kind, hiddenAt: at } }], answer }
}

/** Lets everyone find what was hidden; showing again changes nothing. Throws RefusedError `asset-not-found`. */
export const showAsset = ({ state }: Asset, { assetId, at }: { assetId: string; at: string }): AssetDecision => {
  if (state.status === 'none' || state.status === 'removed') throw new RefusedError('asset-not-found')
  const answer = { assetId }
  if (state.status === 'listed') return { events: [], answer }
  const { status: _hidden, hiddenAt: _since, ...kept } = state
  return { events: [{ type: 'asset.listed.v1', data: { assetId, ...kept, listedAt: at } }], answer }
}

/** Forgets all that was said of it; removing again changes nothing. Throws RefusedError `asset-not-found`. */
export const removeAsset = ({ state }: Asset, { assetId, at }: { assetId: string; at: string }): AssetDecision => {
  if (state.status === 'none') throw new RefusedError('asset-not-found')
  const answer = { assetId }
  if (state.status === 'removed') return { events: [], answer }
  return { events: [{ type: 'asset.removed.v1', data: { assetId, kind: state.kind, removedAt: at } }], details: {}, answer }
}

/** What is kept of what somebody says: of their name only as much as they chose to show. */
const asChosen = (words: AssetWords): AssetWords => {
  if (words.kind === 'skill') {
    const { calledName, ...rest } = words
    if (words.wardCode === undefined) throw new RefusedError('ward-missing', '/wardCode')
    if (words.reach.email === undefined && words.reach.phone === undefined) throw new RefusedError('reach-missing', '/reach/email')
    if (words.shownAs === 'ask') return rest
    if (calledName === undefined) throw new RefusedError('called-name-missing', '/calledName')
    return { ...rest, calledName: words.shownAs === 'first-name' ? (calledName.split(/\s+/)[0] ?? calledName) : calledName }
  }
  const isSomewhere = words.kind === 'group' || words.kind === 'building' || words.kind === 'land'
  if (isSomewhere && !words.place.sensitive && wardOf(words) === undefined) throw new RefusedError('ward-missing', '/wardCode')
  return words
}

const factsOf = (assetId: string, category: Category, words: AssetWords) => {
  const wardCode = wardOf(words)
  return { assetId, kind: words.kind, category, ...(wardCode === undefined ? {} : { wardCode }) }
}

/** The ward that was said, or the one its place lies in; none of a place that nobody may know. */
const wardOf = (words: AssetWords): string | undefined => {
  if (!('place' in words)) return words.wardCode
  return words.place.sensitive ? undefined : (words.wardCode ?? words.place.location?.wardCode)
}

export const evolveAsset = (state: AssetState, event: AssetEvent): AssetState => {
  if (event.type === 'asset.listed.v1') {
    const { assetId: _id, ...kept } = event.data
    return { status: 'listed', ...kept }
  }
  if (state.status === 'none' || state.status === 'removed') return state
  switch (event.type) {
    case 'asset.described.v1': {
      const { wardCode: _before, ...rest } = state
      const { category, wardCode } = event.data
      return { ...rest, category, ...(wardCode === undefined ? {} : { wardCode }) }
    }
    case 'asset.hidden.v1': {
      const { listedAt: _shown, ...kept } = state as Extract<AssetState, { status: 'listed' }>
      return { ...kept, status: 'hidden', hiddenAt: event.data.hiddenAt }
    }
    case 'asset.removed.v1': {
      const { kind, personId, organisationId } = state
      const { removedAt } = event.data
      return {
        status: 'removed',
        kind,
        ...(personId === undefined ? {} : { personId }),
        ...(organisationId === undefined ? {} : { organisationId }),
        removedAt,
      }
    }
    default:
      return assertNever(event)
  }
}

const assertNever = (event: never): never => {
  throw new TypeError(`An event that an asset does not know: ${(event as { type: string }).type}`)
}
