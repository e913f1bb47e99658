import type { MatchReason } from './match.ts'
import type { OfferDetails } from './offer.ts'
import type { OrganisationDetails } from './organisation.ts'

// What makes two organisations likely to be one. Each is known by a few traits; only those that share one are compared, so the work grows with what is new and
// not with what is there.

export type TraitKind = 'number' | 'name' | 'phone' | 'website' | 'email' | 'postcode'
/** Something that few others share. A postcode goes with the beginning of the name: a community centre houses many. */
export type Trait<Kind extends string = TraitKind> = { kind: Kind; value: string }

const traitsOfKindMax = 10
/** From this certainty on somebody is asked. */
const certaintyMin = 60
/** How alike two names must be, of 1, to be spellings of one. */
const similarMin = 0.75
/** Hosts on which many stand beside each other: there the path tells them apart. */
const sharedHosts = /(^|\.)(facebook\.com|instagram\.com|twitter\.com|x\.com|linktr\.ee|youtube\.com|sites\.google\.com|gov\.uk|nhs\.uk)$/
const legalWords = new Set(['the', 'ltd', 'limited', 'cic', 'cio', 'plc', 'llp', 'inc', 'uk', 'registered', 'charity', 'company', 'co', 'and'])

/** A name without what is written now so, now otherwise: signs, capitals, accents, and what the law makes of it. */
export const plainName = (name: string): string => {
  const words = name
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(/\p{M}|['’]/gu, '')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
  const kept = words.filter((word) => !legalWords.has(word))
  return (kept.length > 0 ? kept : words).join(' ')
}

const plainPhone = (phone: string): string => phone.replaceAll(/\D/g, '').replace(/^44/, '0')
const plainWebsite = (website: string): string | undefined => {
  if (!URL.canParse(website)) return undefined
  const { hostname, pathname } = new URL(website)
  const host = hostname.toLowerCase().replace(/^www\./, '')
  return sharedHosts.test(host) ? `${host}${pathname.toLowerCase().replace(/\/+$/, '')}` : host
}

/** What is known of an organisation by which another may be the same; its offers tell where it is and how it is reached. */
export const traitsOf = (details: OrganisationDetails, offers: readonly Pick<OfferDetails, 'contact' | 'place'>[]): Trait[] => {
  const name = plainName(details.name)
  const reached = [details, ...offers.map(({ contact }) => contact)]
  const of = (kind: TraitKind, values: readonly (string | undefined)[]): Trait[] =>
    [...new Set(values)].flatMap((value) => (value === undefined || value === '' ? [] : [{ kind, value }])).slice(0, traitsOfKindMax)
  return [
    ...of(
      'number',
      (details.identifiers ?? []).map(({ scheme, identifier }) => `${scheme} ${identifier.replaceAll(/\W/g, '').toUpperCase()}`),
    ),
    ...of('name', [name]),
    ...of(
      'phone',
      reached.map(({ phone }) => phone && plainPhone(phone)),
    ),
    ...of(
      'website',
      reached.map(({ website }) => website && plainWebsite(website)),
    ),
    ...of(
      'email',
      reached.map(({ email }) => email?.toLowerCase()),
    ),
    ...of(
      'postcode',
      // Where somebody must not be found is nothing to find them by.
      offers.map(({ place }) => (place.sensitive || place.postcode === undefined ? undefined : `${place.postcode.replaceAll(/\s/g, '')} ${name.slice(0, 2)}`)),
    ),
  ]
}

const weights: Record<TraitKind, { reason: MatchReason; weight: number }> = {
  number: { reason: 'same-number', weight: 95 },
  name: { reason: 'same-name', weight: 55 },
  email: { reason: 'same-email', weight: 30 },
  phone: { reason: 'same-phone', weight: 30 },
  website: { reason: 'same-website', weight: 25 },
  postcode: { reason: 'same-postcode', weight: 20 },
}
const similarNameWeight = 40
/** Two numbers of one register are two bodies, whatever else they share. */
const otherNumberWeight = -40
const certaintyMax = 99

/** How likely two are one, of 100, and why; undefined where nobody need be asked. `shared` are the kinds of trait that both have. */
export const likenessOf = (
  one: OrganisationDetails,
  other: OrganisationDetails,
  shared: ReadonlySet<TraitKind>,
): { certainty: number; reasons: MatchReason[] } | undefined => {
  const isSimilar = !shared.has('name') && similarity(plainName(one.name), plainName(other.name)) >= similarMin
  if (!shared.has('number') && !shared.has('name') && !isSimilar) return undefined
  const isOther = !shared.has('number') && hasOtherNumber(one, other)
  const found = [
    ...(Object.keys(weights) as TraitKind[]).filter((kind) => shared.has(kind)).map((kind) => weights[kind]),
    ...(isSimilar ? [{ reason: 'similar-name' as const, weight: similarNameWeight }] : []),
    ...(isOther ? [{ reason: 'other-number' as const, weight: otherNumberWeight }] : []),
  ]
  const certainty = Math.min(
    certaintyMax,
    found.reduce((sum, { weight }) => sum + weight, 0),
  )
  return certainty < certaintyMin ? undefined : { certainty, reasons: found.map(({ reason }) => reason) }
}

const hasOtherNumber = (one: OrganisationDetails, other: OrganisationDetails): boolean =>
  (one.identifiers ?? []).some(({ scheme }) => (other.identifiers ?? []).some((theirs) => theirs.scheme === scheme))

/** How alike two words are, from 0 to 1: the share of pairs of neighbouring letters that both have (Dice's coefficient). */
export const similarity = (one: string, other: string): number => {
  const [left, right] = [pairsOf(one), pairsOf(other)]
  const total = left.length + right.length
  if (total === 0) return 0
  const counts = new Map<string, number>()
  for (const pair of left) counts.set(pair, (counts.get(pair) ?? 0) + 1)
  let both = 0
  for (const pair of right) {
    const count = counts.get(pair) ?? 0
    if (count > 0) {
      both += 1
      counts.set(pair, count - 1)
    }
  }
  return (2 * both) / total
}

const pairsOf = (words: string): string[] => Array.from({ length: Math.max(0, words.length - 1) }, (_, at) => words.slice(at, at + 2))
