import type { OrganisationDetails } from './organisation.ts'
import * as taken from './takenWords.ts'

/** The words of an organisation that are chosen one by one when it is merged. */
export const mergedFields = ['name', 'description', 'email', 'phone', 'website'] as const
export type MergedField = (typeof mergedFields)[number]

export { givenBackWords, type TakenWords } from './takenWords.ts'

/**
 * The words with those of a merged organisation that the merge chose, and what stood there before them. Numbers that others know it by are all kept: those of
 * both are true of it.
 */
export const withTakenWords = (details: OrganisationDetails, matchId: string, merged: OrganisationDetails): OrganisationDetails =>
  taken.withTakenWords(details, matchId, [
    ...mergedFields.flatMap((field) => (merged.merge?.fields.includes(field) ? [[field, merged[field]] as const] : [])),
    ['identifiers', numbersOfBoth(details, merged)],
  ])

const numbersOfBoth = ({ identifiers = [] }: OrganisationDetails, merged: OrganisationDetails): OrganisationDetails['identifiers'] => {
  const others = (merged.identifiers ?? []).filter((one) => !identifiers.some((own) => JSON.stringify(own) === JSON.stringify(one)))
  return others.length > 0 ? [...identifiers, ...others] : undefined
}

/** The words after the merged organisation's own have changed, as a feed's do: where one stood here it is followed. */
export const followedWords = (details: OrganisationDetails, matchId: string, merged: OrganisationDetails): OrganisationDetails =>
  taken.followedWords(details, matchId, merged, mergedFields)

/** What an organisation says of itself, without what merges put there and without whom it has invited. */
export const ownWords = ({ invited: _nobodys, ...details }: OrganisationDetails): OrganisationDetails => taken.ownWords(details)

/** The words after its own have changed, as a feed's do: what merges put there goes on standing, over what is said now. */
export const withOwnWords = (details: OrganisationDetails, said: OrganisationDetails): OrganisationDetails => {
  const own = ownWords(details)
  return taken.withOwnWords(details, { ...said, ...(own.identifiers ? { identifiers: own.identifiers } : {}) })
}

export type Compared<Field extends string, Value> = {
  field: Field
  values: [Value | undefined, Value | undefined]
  is: 'equal' | 'one-only' | 'conflict'
  /** Which of the two stands unless somebody chooses: what people said here, then the newer. */
  stands: 0 | 1
}
export type ComparedField = Compared<MergedField, string>
/** One of two that are compared. `isOwn`: people of it say here what it is. */
export type Side = { details: OrganisationDetails; isOwn: boolean }

/** Which of two stands unless somebody chooses. */
export const betterOf = (...[one, other]: { details: { modifiedAt: string }; isOwn: boolean }[]): 0 | 1 =>
  one!.isOwn === other!.isOwn ? (one!.details.modifiedAt >= other!.details.modifiedAt ? 0 : 1) : one!.isOwn ? 0 : 1

/** One field of two; nothing where neither says anything. */
export const comparedField = <Field extends string, Value>(
  field: Field,
  values: Compared<Field, Value>['values'],
  { isEqual, better }: { isEqual: (one: Value, other: Value) => boolean; better: 0 | 1 },
): Compared<Field, Value>[] => {
  const [left, right] = values
  if (left === undefined && right === undefined) return []
  if (left === undefined || right === undefined) return [{ field, values, is: 'one-only', stands: left === undefined ? 1 : 0 }]
  return [{ field, values, is: isEqual(left, right) ? 'equal' : 'conflict', stands: better }]
}

/** Two organisations side by side, field by field. */
export const compareWords = (one: Side, other: Side): ComparedField[] => {
  const better = betterOf(one, other)
  return mergedFields.flatMap((field) =>
    comparedField(field, [one.details[field], other.details[field]], { isEqual: (left, right) => plain(field, left) === plain(field, right), better }),
  )
}

/** What a difference in writing only does not change. */
const plain = (field: MergedField, value: string): string => {
  if (field === 'phone') return value.replaceAll(/\D/g, '')
  const words = value.toLowerCase().replaceAll(/\s+/g, ' ').trim()
  return field === 'website' ? words.replace(/^https?:\/\/(www\.)?/, '').replace(/\/+$/, '') : words
}
