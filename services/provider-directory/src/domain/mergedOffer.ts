import type { AssuranceDays } from './assurance.ts'
import { betterOf, type Compared, comparedField } from './mergedWords.ts'
import {
  canonical,
  described,
  type KeptOffer,
  type MergeableWords,
  mergeableWords,
  mergedIntoOf,
  type Offer,
  type OfferDecision,
  type OfferDetails,
  type OfferState,
  publishOffer,
  roomWithinSeats,
  withdrawOffer,
} from './offer.ts'
import { offerFields } from './offerFields.ts'
import { RefusedError } from './refusals.ts'
import { followedWords, givenBackWords, ownWords, withTakenWords } from './takenWords.ts'

/** What is chosen one by one when an offer is merged into another. */
export const mergedOfferFields = [...offerFields, 'area', 'fundingAccepted'] as const
export type MergedOfferField = (typeof mergedOfferFields)[number]

/** Offers that stand as one, at most. */
export const mergedOffersMax = 20

export type MergeOffer = {
  offerId: string
  intoOfferId: string
  matchId: string
  mergedBy: string
  at: string
  /** What the other one is to take of this one's words. */
  fields: MergedOfferField[]
}

/**
 * From now on another offer stands for this one, which is withdrawn and stays as it is. Again changes nothing.
 * Throws RefusedError `offer-not-found`, `offer-not-published`, `merged-already`.
 */
export const mergeOffer = (offer: Offer, { offerId, intoOfferId, matchId, mergedBy, at, fields }: MergeOffer): OfferDecision => {
  const { state, details } = offer
  if (state.status === 'none' || !details) throw new RefusedError('offer-not-found')
  const answer = { offerId, intoOfferId }
  const into = mergedIntoOf(state)
  if (into?.offerId === intoOfferId) return { events: [], answer }
  if (into) throw new RefusedError('merged-already')
  if (state.status !== 'published') throw new RefusedError('offer-not-published')
  const data = { offerId, organisationId: state.organisationId, intoOfferId, matchId, mergedBy, mergedAt: at }
  return {
    events: [...withdrawOffer(offer, { offerId, at }).events, { type: 'offer.merged.v1', data }],
    details: { ...details, merging: { ...details.merging, fields } },
    answer,
  }
}

type UndoOfferMerge = { offerId: string; matchId: string; undoneBy: string; at: string; days: AssuranceDays }

/** It stands for itself again, found by everyone unless somebody has withdrawn it since. Where it is not merged by this match nothing changes. */
export const undoOfferMerge = (offer: Offer, { offerId, matchId, undoneBy, at, days }: UndoOfferMerge): OfferDecision => {
  const { state, details } = offer
  const answer = { offerId }
  const into = mergedIntoOf(state)
  if (state.status !== 'withdrawn' || into?.matchId !== matchId || !details) return { events: [], answer }
  const { mergedInto: _before, ...alone } = state
  const data = { offerId, organisationId: state.organisationId, fromOfferId: into.offerId, matchId, undoneBy, undoneAt: at }
  const back = into.comesBack ? publishOffer({ state: alone, details }, { offerId, at, days }).events : []
  return { events: [{ type: 'offer.merge-undone.v1', data }, ...back], details: { ...details, merging: { ...details.merging, fields: [] } }, answer }
}

type WordsOfMerged = { offerId: string; matchId: string; at: string; merged: Offer }

/** Takes the words that a merge chose of the merged offer; where it has taken them, follows them. Words that were changed here since stay. */
export const takeWordsOfMergedOffer = (offer: Offer, { offerId, matchId, at, merged }: WordsOfMerged): OfferDecision => {
  const [words, theirs] = [wordsOf(offer), wordsOf(merged)]
  if (!words || !theirs) return { events: [] }
  const fields = merged.details?.merging?.fields ?? []
  const chosen = fields.map((field) => [field, theirs[field as MergedOfferField]] as const)
  const next = words.taken?.[matchId] ? followedWords(words, matchId, theirs, mergedOfferFields) : withTakenWords(words, matchId, chosen)
  return rewritten(offer, next, { offerId, at })
}

/** Gives back the words that a merge put here, as far as they still stand; what was changed here since stays. */
export const giveOfferWordsBack = (offer: Offer, { offerId, matchId, at }: Omit<WordsOfMerged, 'merged'>): OfferDecision => {
  const words = wordsOf(offer)
  return words?.taken?.[matchId] ? rewritten(offer, givenBackWords(words, matchId), { offerId, at }) : { events: [] }
}

/** What an offer says of itself, without what merges put there. */
export const ownOffer = ({ category, details }: { category: OfferDetailsOf['category']; details: KeptOffer }): OfferDetailsOf => {
  const { category: own, taken: _taken, ...words } = ownWords(mergeableWords(category, details))
  return { category: own, details: words }
}
type OfferDetailsOf = { category: MergeableWords['category']; details: OfferDetails }

const wordsOf = ({ state, details }: Offer): MergeableWords | undefined =>
  state.status === 'none' || !details ? undefined : mergeableWords(state.category, details)

const rewritten = ({ state, details: before }: Offer, next: MergeableWords, { offerId, at }: { offerId: string; at: string }): OfferDecision => {
  if (state.status === 'none' || !before || canonical(next) === canonical(mergeableWords(state.category, before))) return { events: [] }
  const { category, taken, ...words } = next
  const { taken: _taken, ...merging } = before.merging ?? {}
  const remembered = { ...merging, ...(taken ? { taken } : {}) }
  const details = { ...words, modifiedAt: at }
  return {
    events: [described(offerId, state.organisationId, { category, personalCare: state.personalCare, details }), ...roomWithinSeats(offerId, state, details)],
    details: { ...details, ...(before.draft ? { draft: before.draft } : {}), ...(Object.keys(remembered).length > 0 ? { merging: remembered } : {}) },
  }
}

export type OfferValue = MergeableWords[MergedOfferField]
export type ComparedOfferField = Compared<MergedOfferField, OfferValue>

/** One of two offers that are compared. `isOwn`: people of its organisation say here what it is. */
export type OfferSide = { details: MergeableWords; isOwn: boolean }
export const offerSideOf = ({ state, details }: Offer): OfferSide | undefined => {
  const words = wordsOf({ state, details })
  return words && { details: ownWords(words), isOwn: (state as Exclude<OfferState, { status: 'none' }>).origin === 'registered' }
}

const placing: readonly string[] = ['place', 'area'] satisfies MergedOfferField[]

/** Two offers side by side, field by field. Where one of the two stands at a sensitive place, nothing of where either is is compared or taken. */
export const compareOffers = (one: OfferSide, other: OfferSide): ComparedOfferField[] => {
  const better = betterOf(one, other)
  const isSensitive = one.details.place.sensitive === true || other.details.place.sensitive === true
  return mergedOfferFields
    .filter((field) => !isSensitive || !placing.includes(field))
    .flatMap((field) =>
      comparedField<MergedOfferField, OfferValue>(field, [saidIn(one, field), saidIn(other, field)], {
        isEqual: (left, right) => plain(left) === plain(right),
        better,
      }),
    )
}

/** What is said in a field; nothing where it is there and empty, as of a feed that does not know. */
const saidIn = ({ details }: OfferSide, field: MergedOfferField): OfferValue | undefined => {
  const value = details[field]
  const isEmpty = value === '' || (typeof value === 'object' && (Object.keys(value).length === 0 || (value as { kind?: unknown }).kind === 'unknown'))
  return isEmpty ? undefined : value
}

/** What a difference in writing only does not change. */
const plain = (value: OfferValue): string => canonical(value).toLowerCase().replaceAll(/\s+/g, ' ')
