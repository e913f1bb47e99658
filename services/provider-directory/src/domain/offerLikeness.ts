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
/** How alike two names must be, of 1, to be spellings of one. */
const similarMin = 0.7
const smallWords = new Set(['the', 'a', 'an', 'and', 'of', 'at', 'in', 'on', 'for', 'to', 'with', 'our', 'by', 'every'])
const dayWords = new Set<string>(weekDays)

/** The words of a name in one order, each once and without its plural: how a title is put differs from list to list. On which days it is, its times say better. */
const plainOfferName = (name: string): string => {
  const words = plainName(name)
    .split(' ')
    .map((word) => (word.length > 3 ? word.replace(/(?<!s)s$/, '') : word))
  const kept = words.filter((word) => !smallWords.has(word) && !dayWords.has(word))
  return [...new Set(kept.length > 0 ? kept : words)].sort().join(' ')
}

const plainPostcode = ({ place }: Compared): string | undefined => place.postcode?.replaceAll(/\s/g, '').toUpperCase()
const beginningsOf = ({ times }: Compared): string[] => [...new Set(times.flatMap(({ days, from }) => days.map((day) => `${day} ${from}`)))].sort()

/** What is known of an offer by which another one of the same organisation may be the same. */
export const offerTraitsOf = (details: Compared, organisationId: string): Trait<OfferTraitKind>[] => {
  const postcode = plainPostcode(details)
  const traits: Trait<OfferTraitKind>[] = [
    { kind: 'name', value: plainOfferName(details.name) },
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
  'similar-name': 45,
  'same-postcode': 20,
  'same-times': 25,
  // One name at two places, or in two groups in a week, is two offers.
  'other-postcode': -40,
  'other-times': -40,
}
const certaintyMax = 99

/** How likely two offers are the same thing, of 100, and why; undefined where nobody need be asked. What one of them does not say speaks neither for nor against. */
export const offerLikenessOf = (one: Compared, other: Compared): { certainty: number; reasons: OfferMatchReason[] } | undefined => {
  const name = likenessOfNames(plainOfferName(one.name), plainOfferName(other.name))
  if (name === undefined) return undefined
  const [postcodes, times] = [
    [plainPostcode(one), plainPostcode(other)],
    [beginningsOf(one), beginningsOf(other)],
  ] as const
  const reasons: OfferMatchReason[] = [
    name,
    ...(postcodes.some((postcode) => postcode === undefined) ? [] : [postcodes[0] === postcodes[1] ? ('same-postcode' as const) : ('other-postcode' as const)]),
    ...(times.some(({ length }) => length === 0)
      ? []
      : [times[0].some((beginning) => times[1].includes(beginning)) ? ('same-times' as const) : ('other-times' as const)]),
  ]
  const certainty = Math.min(
    certaintyMax,
    reasons.reduce((sum, reason) => sum + weights[reason], 0),
  )
  return certainty < certaintyMin ? undefined : { certainty, reasons }
}

const likenessOfNames = (one: string, other: string): 'same-name' | 'similar-name' | undefined =>
  one === other ? 'same-name' : similarity(one, other) >= similarMin ? 'similar-name' : undefined
