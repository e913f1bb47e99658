import type { OrganisationDetails } from './organisation.ts'

/** The words of an organisation that are chosen one by one when it is merged. */
export const mergedFields = ['name', 'description', 'email', 'phone', 'website'] as const
export type MergedField = (typeof mergedFields)[number]

type Field = MergedField | 'identifiers'
const fields: readonly Field[] = [...mergedFields, 'identifiers']
type Value = OrganisationDetails[Field]

/** What a merge put in the place of what stood there before, field by field. */
export type TakenWords = Partial<Record<Field, { before?: Value; took: Value }>>

const isEqual = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

const withField = (details: OrganisationDetails, field: Field, value: Value): OrganisationDetails => {
  const { [field]: _before, ...rest } = details
  return (value === undefined ? rest : { ...rest, [field]: value }) as OrganisationDetails
}

const entryOf = (before: Value, took: Value) => ({ ...(before === undefined ? {} : { before }), took })

/**
 * The words with those of a merged organisation that the merge chose, and what stood there before them. Numbers that others know it by are all kept: those of
 * both are true of it.
 */
export const withTakenWords = (details: OrganisationDetails, matchId: string, merged: OrganisationDetails): OrganisationDetails => {
  const taken: TakenWords = {}
  let next = details
  for (const field of fields) {
    const took = field === 'identifiers' ? numbersOfBoth(details, merged) : merged.merge?.fields.includes(field) ? merged[field] : undefined
    if (took === undefined || isEqual(took, details[field])) continue
    taken[field] = entryOf(details[field], took)
    next = withField(next, field, took)
  }
  return { ...next, taken: { ...details.taken, [matchId]: taken } }
}

const numbersOfBoth = ({ identifiers = [] }: OrganisationDetails, merged: OrganisationDetails): Value => {
  const others = (merged.identifiers ?? []).filter((one) => !identifiers.some((own) => isEqual(own, one)))
  return others.length > 0 ? [...identifiers, ...others] : undefined
}

/** The words after the merged organisation's own have changed, as a feed's do: where one stood here it is followed. */
export const followedWords = (details: OrganisationDetails, matchId: string, merged: OrganisationDetails): OrganisationDetails =>
  mergedFields.reduce((next, field) => {
    const entry = next.taken?.[matchId]?.[field]
    const took = merged[field]
    if (!entry || took === undefined || isEqual(entry.took, took)) return next
    return replaced(next, { matchId, field, was: entry.took, now: took, entry: { ...entry, took } })
  }, details)

/** The words without those that a merge put there. What somebody has changed since stays; a later merge that built on them builds on what was before. */
export const givenBackWords = (details: OrganisationDetails, matchId: string): OrganisationDetails => {
  const without = fields.reduce((next, field) => {
    const entry = next.taken?.[matchId]?.[field]
    return entry ? replaced(next, { matchId, field, was: entry.took, now: entry.before, entry }) : next
  }, details)
  const { [matchId]: _entries, ...others } = without.taken ?? {}
  const { taken: _taken, ...rest } = without
  return Object.keys(others).length > 0 ? { ...rest, taken: others } : rest
}

type Replacing = { matchId: string; field: Field; was: Value; now: Value; entry: { before?: Value; took: Value } }

/** Puts another value where a merge's stands: in the words themselves, or in what a later merge has put aside. */
const replaced = (details: OrganisationDetails, { matchId, field, was, now, entry }: Replacing): OrganisationDetails => {
  const merges = Object.entries(details.taken ?? {})
  const later = merges.slice(merges.findIndex(([id]) => id === matchId) + 1).find(([, words]) => words[field] && isEqual(words[field].before, was))
  const taken = Object.fromEntries(
    merges.map(([id, words]) => {
      if (id === matchId) return [id, { ...words, [field]: entry }]
      return later && id === later[0] ? [id, { ...words, [field]: entryOf(now, words[field]!.took) }] : [id, words]
    }),
  )
  const next = { ...details, taken }
  return !later && isEqual(details[field], was) ? withField(next, field, now) : next
}

/** What an organisation says of itself, without what merges put there and without whom it has invited. */
export const ownWords = ({ invited: _nobodys, ...details }: OrganisationDetails): OrganisationDetails =>
  Object.keys(details.taken ?? {}).reduceRight<OrganisationDetails>((next, matchId) => givenBackWords(next, matchId), details)

/** The words after its own have changed, as a feed's do: what merges put there goes on standing, over what is said now. */
export const withOwnWords = (details: OrganisationDetails, said: OrganisationDetails): OrganisationDetails => {
  const own = ownWords(details)
  const start: OrganisationDetails = { ...said, ...(own.identifiers ? { identifiers: own.identifiers } : {}) }
  return Object.entries(details.taken ?? {}).reduce<OrganisationDetails>((next, [matchId, words]) => {
    const entries = fields.flatMap((field) => {
      const entry = words[field]
      return entry ? [[field, entryOf(next[field], entry.took)] as const] : []
    })
    const over = entries.reduce((sofar, [field, { took }]) => withField(sofar, field, took), next)
    return { ...over, taken: { ...next.taken, [matchId]: Object.fromEntries(entries) } }
  }, start)
}

export type ComparedField = {
  field: MergedField
  values: [string | undefined, string | undefined]
  is: 'equal' | 'one-only' | 'conflict'
  /** Which of the two stands unless somebody chooses: what people said here, then the newer. */
  stands: 0 | 1
}
/** One of two organisations that are compared. `isOwn`: people of it say here what it is. */
export type Side = { details: OrganisationDetails; isOwn: boolean }

/** Two organisations side by side, field by field. */
export const compareWords = (one: Side, other: Side): ComparedField[] => {
  const better = one.isOwn === other.isOwn ? (one.details.modifiedAt >= other.details.modifiedAt ? 0 : 1) : one.isOwn ? 0 : 1
  return mergedFields.flatMap((field): ComparedField[] => {
    const values: ComparedField['values'] = [one.details[field], other.details[field]]
    const [left, right] = values
    if (left === undefined && right === undefined) return []
    if (left === undefined || right === undefined) return [{ field, values, is: 'one-only', stands: left === undefined ? 1 : 0 }]
    return [{ field, values, is: plain(field, left) === plain(field, right) ? 'equal' : 'conflict', stands: better }]
  })
}

/** What a difference in writing only does not change. */
const plain = (field: MergedField, value: string): string => {
  if (field === 'phone') return value.replaceAll(/\D/g, '')
  const words = value.toLowerCase().replaceAll(/\s+/g, ' ').trim()
  return field === 'website' ? words.replace(/^https?:\/\/(www\.)?/, '').replace(/\/+$/, '') : words
}
