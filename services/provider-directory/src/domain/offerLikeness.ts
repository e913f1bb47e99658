import { plainName, similarity, type Trait } from './likeness.ts'
import type { OfferMatchReason } from './match.ts'
import type { OfferDetails } from './offer.ts'
import { weekDays } from './weeklyTimes.ts'

// What makes two offers of one organisation likely to be the same thing, listed twice. As with organisations, only those that share a trait are compared.

export type OfferTraitKind = 'name' | 'postcode' | 'times'
type Compared = Pick<OfferDetails, 'name' | 'place' | 'times'>

const timesMax = 10
/** From this certainty on somebody is asked. */
const certaintyMin = 60
/** How alike two words must be, of 1, to be spellings of one: luncheon and lunch are, indoor and outdoor are not. */
const similarMin = 0.6
const smallWords = new Set(['the', 'a', 'an', 'and', 'of', 'at', 'in', 'on', 'for', 'to', 'with', 'our', 'by', 'every'])
const dayWords = new Set<string>(weekDays)

/** The words of a name, each once and without its plural: how a title is put differs from list to list. On which days it is, its times say better. */
const wordsOf = (name: string): string[] => {
  const words = plainName(name)
    .split(' ')
    .map((word) => (word.length > 3 ? word.replace(/(?<=ch|sh|ss|x)es$|(?<!s)s$/, '') : word))
  const kept = words.filter((word) => !smallWords.has(word) && !dayWords.has(word))
  return [...new Set(kept.length > 0 ? kept : words)].sort()
}

const plainPostcode = ({ place }: Compared): string | undefined => place.postcode?.replaceAll(/\s/g, '').toUpperCase()
const beginningsOf = ({ times }: Compared): string[] => [...new Set(times.flatMap(({ days, from }) => days.map((day) => `${day} ${from}`)))].sort()

/** What is known of an offer by which another one of the same organisation may be the same. */
export const offerTraitsOf = (details: Compared, organisationId: string): Trait<OfferTraitKind>[] => {
  const postcode = plainPostcode(details)
  const traits: Trait<OfferTraitKind>[] = [
    { kind: 'name', value: wordsOf(details.name).join(' ') },
    ...(postcode === undefined ? [] : [{ kind: 'postcode' as const, value: postcode }]),
    ...beginningsOf(details)
      .slice(0, timesMax)
      .map((value) => ({ kind: 'times' as const, value })),
  ]
  // What others list is theirs: a lunch club of one organisation says nothing of one of another.
  return traits.map(({ kind, value }) => ({ kind, value: `${organisationId} ${value}` }))
}

const weights: Record<OfferMatchReason, number> = {
  'same-name': 60,
  // Another spelling; a name with a word more weighs less, as grass pitches and artificial grass pitches are two.
  'similar-name': 45,
  'same-postcode': 20,
  'same-times': 25,
  // One name at two places, or in two groups in a week, is two offers.
  'other-postcode': -40,
  'other-times': -40,
}
const longerNameWeight = 30
const certaintyMax = 99

/**
 * How likely two offers are the same thing, of 100, and why; undefined where nobody need be asked. What one of them does not say speaks neither for nor against,
 * and nor do the words of their organisations' names, which stand in many an offer's.
 */
export const offerLikenessOf = (
  one: Compared,
  other: Compared,
  organisationNames: readonly string[],
): { certainty: number; reasons: OfferMatchReason[] } | undefined => {
  const name = likenessOfNames(one.name, other.name, new Set(organisationNames.flatMap(wordsOf)))
  if (!name) return undefined
  const [postcodes, times] = [
    [plainPostcode(one), plainPostcode(other)],
    [beginningsOf(one), beginningsOf(other)],
  ] as const
  const others: OfferMatchReason[] = [
    ...(postcodes.some((postcode) => postcode === undefined) ? [] : [postcodes[0] === postcodes[1] ? ('same-postcode' as const) : ('other-postcode' as const)]),
    ...(times.some(({ length }) => length === 0)
      ? []
      : [times[0].some((beginning) => times[1].includes(beginning)) ? ('same-times' as const) : ('other-times' as const)]),
  ]
  const certainty = Math.min(
    certaintyMax,
    others.reduce((sum, reason) => sum + weights[reason], name.weight),
  )
  return certainty < certaintyMin ? undefined : { certainty, reasons: [name.reason, ...others] }
}

const likenessOfNames = (one: string, other: string, ofOrganisations: ReadonlySet<string>): { reason: OfferMatchReason; weight: number } | undefined => {
  const [these, those] = [one, other].map((name) => {
    const words = wordsOf(name)
    const own = words.filter((word) => !ofOrganisations.has(word))
    return own.length > 0 ? own : words
  }) as [string[], string[]]
  if (these.join() === those.join()) return { reason: 'same-name', weight: weights['same-name'] }
  const [shorter, longer] = these.length <= those.length ? [these, those] : [those, these]
  if (!shorter.every((word) => longer.some((theirs) => theirs === word || similarity(word, theirs) >= similarMin))) return undefined
  return { reason: 'similar-name', weight: shorter.length === longer.length ? weights['similar-name'] : longerNameWeight }
}
