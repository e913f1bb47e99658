/** What a merge put in the place of what stood there before, field by field. */
export type TakenWords = Record<string, { before?: unknown; took: unknown }>
/** Words with what merges have put into them, by match, in the order of the merges. */
export type WithTaken = { taken?: Record<string, TakenWords> }

// Fields are said by name: what has words is an organisation or an offer, and the rules are the same for both.
type Fields = Record<string, unknown>
const saidIn = (words: object, field: string): unknown => (words as Fields)[field]

const isEqual = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

const withField = <Words extends object>(words: Words, field: string, value: unknown): Words => {
  const { [field]: _before, ...rest } = words as Fields
  return (value === undefined ? rest : { ...rest, [field]: value }) as Words
}

const entryOf = (before: unknown, took: unknown) => ({ ...(before === undefined ? {} : { before }), took })

/** The words with those that a merge chose, and what stood there before them. What is missing or the same already is not taken. */
export const withTakenWords = <Words extends WithTaken>(words: Words, matchId: string, chosen: readonly (readonly [string, unknown])[]): Words => {
  const taken: TakenWords = {}
  let next = words
  for (const [field, took] of chosen) {
    if (took === undefined || isEqual(took, saidIn(words, field))) continue
    taken[field] = entryOf(saidIn(words, field), took)
    next = withField(next, field, took)
  }
  return { ...next, taken: { ...words.taken, [matchId]: taken } }
}

/** The words after the merged one's own have changed, as a feed's do: where one of these fields stood here it is followed. */
export const followedWords = <Words extends WithTaken>(words: Words, matchId: string, merged: object, fields: readonly string[]): Words =>
  fields.reduce((next, field) => {
    const entry = next.taken?.[matchId]?.[field]
    const took = saidIn(merged, field)
    if (!entry || took === undefined || isEqual(entry.took, took)) return next
    return replaced(next, { matchId, field, was: entry.took, now: took, entry: { ...entry, took } })
  }, words)

/** The words without those that a merge put there. What somebody has changed since stays; a later merge that built on them builds on what was before. */
export const givenBackWords = <Words extends WithTaken>(words: Words, matchId: string): Words => {
  const without = Object.keys(words.taken?.[matchId] ?? {}).reduce((next, field) => {
    const entry = next.taken?.[matchId]?.[field]
    return entry ? replaced(next, { matchId, field, was: entry.took, now: entry.before, entry }) : next
  }, words)
  const { [matchId]: _entries, ...others } = without.taken ?? {}
  const { taken: _taken, ...rest } = without
  return (Object.keys(others).length > 0 ? { ...rest, taken: others } : rest) as Words
}

type Replacing = { matchId: string; field: string; was: unknown; now: unknown; entry: { before?: unknown; took: unknown } }

/** Puts another value where a merge's stands: in the words themselves, or in what a later merge has put aside. */
const replaced = <Words extends WithTaken>(words: Words, { matchId, field, was, now, entry }: Replacing): Words => {
  const merges = Object.entries(words.taken ?? {})
  const later = merges.slice(merges.findIndex(([id]) => id === matchId) + 1).find(([, taken]) => taken[field] && isEqual(taken[field].before, was))
  const taken = Object.fromEntries(
    merges.map(([id, entries]) => {
      if (id === matchId) return [id, { ...entries, [field]: entry }]
      return later && id === later[0] ? [id, { ...entries, [field]: entryOf(now, entries[field]!.took) }] : [id, entries]
    }),
  )
  const next = { ...words, taken }
  return !later && isEqual(saidIn(words, field), was) ? withField(next, field, now) : next
}

/** What something says of itself, without what merges put there. */
export const ownWords = <Words extends WithTaken>(words: Words): Words =>
  Object.keys(words.taken ?? {}).reduceRight((next, matchId) => givenBackWords(next, matchId), words)

/** The words after its own have changed, as a feed's do: what merges put there goes on standing, over what is said now. */
export const withOwnWords = <Words extends WithTaken>(words: Words, said: Words): Words =>
  Object.entries(words.taken ?? {}).reduce<Words>((next, [matchId, taken]) => {
    const entries = Object.entries(taken).map(([field, { took }]) => [field, entryOf(saidIn(next, field), took)] as const)
    const over = entries.reduce((sofar, [field, { took }]) => withField(sofar, field, took), next)
    return { ...over, taken: { ...next.taken, [matchId]: Object.fromEntries(entries) } }
  }, said)
