import type { Caller } from '@patchwork/access'
import type { Command } from '@patchwork/aggregate'
import { offerMatchReasons } from '@patchwork/events'
import { defineRoute, IdParams, ListQuery, NotFoundError } from '@patchwork/http'
import { z } from 'zod'
import { type MatchOfOffers, rejectMatch, takeRejectionBack } from '../domain/match.ts'
import { type ComparedOfferField, compareOffers, mergedOfferFields, mergedOffersMax, mergeOffer, offerSideOf, undoOfferMerge } from '../domain/mergedOffer.ts'
import { betterOf } from '../domain/mergedWords.ts'
import { mergedIntoOf } from '../domain/offer.ts'
import { RefusedError } from '../domain/refusals.ts'
import type { CouncilArea } from '../place/place.ts'
import type { Directory } from '../store/directory.ts'
import { pageOfMatches } from '../store/matches.ts'
import { areOfOneOrganisation, type FoundOffer, idsAsOne, isClosed, offersStanding, standingOf } from '../store/standing.ts'
import { isMember, isOfTheirs } from './membership.ts'
import { SaidInField, toSaidInField } from './saidInField.ts'
import { OrganisationName } from './schemas.ts'

const count = z.int()
const id = z.uuid()
const MatchId = z.object({ matchId: id })
const Named = z.object({ offerId: id, name: z.string() })
const Summary = MatchId.extend({
  status: z.enum(['waiting', 'rejected', 'merged', 'closed']),
  certainty: count,
  reasons: z.array(z.enum(offerMatchReasons)),
  /** Of merged ones the merged one first, and the one that stands after it. */
  offers: z.array(Named.extend({ organisation: OrganisationName })),
})
const SideView = Named.extend({
  organisation: OrganisationName,
  status: z.enum(['draft', 'published', 'withdrawn']),
  origin: z.enum(['registered', 'open-data', 'imported']),
  modifiedAt: z.string(),
  /** Where it is another one that stands for it now. */
  mergedInto: id.optional(),
  /** As it was looked at: a merge says which states of the two it was decided on. */
  sequence: count,
})
const PairView = Summary.omit({ offers: true }).extend({
  offers: z.array(SideView),
  /** Which of the two stands unless somebody chooses. */
  stands: id,
  fields: z.array(
    z.object({
      field: z.enum(mergedOfferFields),
      is: z.enum(['equal', 'one-only', 'conflict']),
      /** In the order of the offers. */
      values: z.array(SaidInField),
      /** Whose words stand unless somebody chooses: what people said here, then the newer. */
      stands: id,
    }),
  ),
})
const chosen = id.optional()
const MergeBody = z.strictObject({
  /** The one that stands for both from now on. */
  stands: id,
  /** Whose words stand, field by field; where none is said, as the comparison proposes. */
  fields: z
    .strictObject(Object.fromEntries(mergedOfferFields.map((field) => [field, chosen])) as Record<(typeof mergedOfferFields)[number], typeof chosen>)
    .default({}),
  seen: z.array(z.strictObject({ offerId: id, sequence: z.int().min(1) })).length(2),
})

type Pair = { match: MatchOfOffers; offers: [FoundOffer, FoundOffer] }
type Dependencies = { directory: Directory; councilArea: CouncilArea }

/** Offers of one organisation that are likely the same thing listed twice, for its people and for administrators: told apart for good, or merged, which can be undone. */
export const offerDuplicateRoutes = ({ directory, councilArea }: Dependencies) => {
  const { matches, organisations } = directory
  const isTheirs = async ({ params, caller }: { params: { id: string }; caller: Caller }): Promise<boolean> => {
    const pair = await pairOf(directory, params.id)
    return pair !== undefined && (await Promise.all(pair.offers.map((offer) => isOfTheirs(directory, offer.id, caller)))).every((isOne) => isOne)
  }
  return [
    defineRoute({
      method: 'get',
      path: '/offer-duplicates',
      policy: 'offer-duplicate.read',
      summary: 'Pairs of offers that are likely the same thing listed twice, the most certain first; of one organisation where it is named, up to the limit.',
      query: ListQuery.extend({ status: z.enum(['waiting', 'rejected', 'merged']).default('waiting'), organisationId: id.optional() }),
      answer: z.object({ items: z.array(Summary), after: z.string().optional() }),
      own: async ({ query, caller }) => query.organisationId !== undefined && isMember(directory, query.organisationId, caller),
      handle: async ({ query: { organisationId, ...asked } }) => {
        const page = (ofOne: { organisationId?: string; after?: string | undefined }) =>
          pageOfMatches(directory, { about: 'offers', ...asked, ...ofOne }, (found) => summariesOf(directory, found, asked.status))
        if (organisationId === undefined) return { body: await page({}) }
        // Those that stand as one are few; a pair of two of them is one pair.
        const pages = await Promise.all((await idsAsOne(organisations, organisationId)).map((one) => page({ organisationId: one, after: undefined })))
        const all = new Map(pages.flatMap(({ items }) => items.map((item) => [item.matchId, item] as const)))
        return { body: { items: [...all.values()].sort((one, other) => other.certainty - one.certainty).slice(0, asked.limit) } }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/offer-duplicates/:id',
      policy: 'offer-duplicate.read',
      summary: 'One pair of offers: the two side by side, field by field, and which would stand.',
      params: IdParams,
      answer: PairView,
      problems: ['not-found'],
      own: isTheirs,
      handle: async ({ params }) => {
        const pair = await pairOf(directory, params.id)
        if (!pair) throw new NotFoundError()
        const { match, offers } = pair
        const names = await organisationNames(directory, offers)
        return {
          body: {
            ...summaryOf(params.id, match),
            offers: offers.map((offer) => sideView(offer, names)),
            stands: standsOf(pair),
            fields: comparisonOf(pair).map(({ field, is, values, stands }) => ({
              ...{ field, is, stands: offers[stands].id },
              values: values.map((value) => toSaidInField(field, value, councilArea.wards.nameOf)),
            })),
          },
        }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/offer-duplicates/:id/merging',
      policy: 'offer-duplicate.decide',
      summary: 'Says that the two are the same: one stands for both from now on, the other is withdrawn and leads to it. It can be undone.',
      params: IdParams,
      body: MergeBody,
      answer: MatchId.extend({ offerId: id }),
      problems: [
        ...['not-found', 'match-not-found', 'match-not-waiting', 'match-outdated', 'merged-already', 'not-of-this-pair'],
        ...['not-of-one-organisation', 'offer-not-published', 'offer-not-found', 'too-many-merged'],
      ],
      own: isTheirs,
      handle: async ({ params, body, caller, command }) => {
        if (caller.kind !== 'person') throw new NotFoundError()
        await merge({ directory, councilArea }, { matchId: params.id, ...body, mergedBy: caller.personId }, command)
        return { body: { matchId: params.id, offerId: body.stands } }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/offer-duplicates/:id/undoing',
      policy: 'offer-duplicate.decide',
      summary: 'Undoes a merge: both stand for themselves again, each with its own words.',
      params: IdParams,
      answer: MatchId,
      problems: ['not-found', 'match-not-found', 'match-not-merged', 'merge-not-last', 'organisation-closed'],
      own: isTheirs,
      handle: async ({ params, caller, command }) => {
        if (caller.kind !== 'person') throw new NotFoundError()
        await undo({ directory, councilArea }, { matchId: params.id, undoneBy: caller.personId }, command)
        return { body: { matchId: params.id } }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/offer-duplicates/:id/rejection',
      policy: 'offer-duplicate.decide',
      summary: 'Says that these are two things. They are not raised again until that is taken back.',
      params: IdParams,
      answer: MatchId,
      problems: ['not-found', 'match-not-found', 'match-not-waiting'],
      own: isTheirs,
      handle: async ({ params, caller, command }) => {
        if (caller.kind !== 'person') throw new NotFoundError()
        await mustBeOfOffers(directory, params.id)
        const { personId: rejectedBy } = caller
        const { sequence } = await matches.update(params.id, command, (match) => rejectMatch(match, { matchId: params.id, rejectedBy, at: command.at }))
        return { body: { matchId: params.id }, sequence }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/offer-duplicates/:id/reopening',
      policy: 'offer-duplicate.decide',
      summary: 'Takes back that these are two things: the pair waits again.',
      params: IdParams,
      answer: MatchId,
      problems: ['not-found', 'match-not-found', 'match-not-waiting'],
      own: isTheirs,
      handle: async ({ params, command }) => {
        await mustBeOfOffers(directory, params.id)
        const { sequence } = await matches.update(params.id, command, (match) => takeRejectionBack(match, { matchId: params.id, at: command.at }))
        return { body: { matchId: params.id }, sequence }
      },
    }),
  ]
}

/** How many pairs of these organisations wait to be decided, up to 20. */
export const countOfOfferDuplicates = async (directory: Directory, organisationIds: readonly string[]): Promise<number> => {
  const asked = { about: 'offers', status: 'waiting', limit: 20 } as const
  const pages = await Promise.all(
    organisationIds.map((organisationId) => pageOfMatches(directory, { ...asked, organisationId }, (found) => summariesOf(directory, found, 'waiting'))),
  )
  return Math.min(asked.limit, new Set(pages.flatMap(({ items }) => items.map(({ matchId }) => matchId))).size)
}

const summaryOf = (matchId: string, { status, certainty, reasons }: MatchOfOffers) => ({ matchId, status, certainty, reasons })

const inOrder = (match: MatchOfOffers): string[] => (match.status === 'merged' ? [match.mergedOfferId, match.intoOfferId] : match.offerIds)

const organisationIdOf = ({ state }: FoundOffer): string => (state.status === 'none' ? '' : state.organisationId)

/** The name of whatever organisation stands for that of each of these offers. */
const organisationNames = async ({ organisations }: Directory, offers: readonly FoundOffer[]): Promise<Map<string, z.output<typeof OrganisationName>>> => {
  const standing = await standingOf(organisations, [...new Set(offers.map(organisationIdOf))])
  return new Map([...standing].map(([of, { organisation }]) => [of, { organisationId: organisation.id, name: organisation.details?.name ?? '' }]))
}

/** What is shown of pairs in a list. Of those that wait, none where one of the two is withdrawn, or is not of the same organisation any more. */
const summariesOf = async (
  directory: Directory,
  page: Parameters<Parameters<typeof pageOfMatches>[2]>[0],
  status: 'waiting' | 'rejected' | 'merged',
): Promise<z.input<typeof Summary>[]> => {
  const found = page.flatMap(({ matchId, state }) => (state.status !== 'none' && state.about === 'offers' ? [{ matchId, state }] : []))
  const offers = await directory.offers.getMany([...new Set(found.flatMap(({ state }) => state.offerIds))])
  const byId = new Map(offers.map((offer) => [offer.id, offer]))
  const names = await organisationNames(directory, offers)
  return found.flatMap(({ matchId, state }) => {
    const both = inOrder(state).flatMap((offerId) => byId.get(offerId) ?? [])
    const standing = new Set(both.map((offer) => names.get(organisationIdOf(offer))?.organisationId))
    const isOpen = both.length === 2 && standing.size === 1 && both.every((offer) => offer.state.status === 'published')
    if (status === 'waiting' && !isOpen) return []
    return [{ ...summaryOf(matchId, state), offers: both.map((offer) => nameView(offer, names)) }]
  })
}

type Names = Awaited<ReturnType<typeof organisationNames>>
const nameView = (offer: FoundOffer, names: Names) => ({
  offerId: offer.id,
  name: offer.details?.name ?? '',
  organisation: names.get(organisationIdOf(offer)) ?? { organisationId: organisationIdOf(offer), name: '' },
})

const sideView = (offer: FoundOffer, names: Names): z.input<typeof SideView> => {
  const { state, details, sequence } = offer
  if (state.status === 'none' || !details) throw new NotFoundError()
  const mergedInto = mergedIntoOf(state)?.offerId
  const { status, origin } = state
  return { ...nameView(offer, names), status, origin, modifiedAt: details.modifiedAt, ...(mergedInto === undefined ? {} : { mergedInto }), sequence }
}

const pairOf = async ({ matches, offers }: Directory, matchId: string): Promise<Pair | undefined> => {
  const match = (await matches.get(matchId))?.state
  if (match === undefined || match.status === 'none' || match.about !== 'offers') return undefined
  const found = new Map((await offers.getMany(match.offerIds)).map((one) => [one.id, one]))
  const [one, other] = inOrder(match).map((offerId) => found.get(offerId))
  return one && other ? { match, offers: [one, other] } : undefined
}

/** Throws RefusedError `match-not-found` where the pair is none of offers. */
const mustBeOfOffers = async (directory: Directory, matchId: string): Promise<void> => {
  if (!(await pairOf(directory, matchId))) throw new RefusedError('match-not-found')
}

/** Of two that wait, what they say now; of two that are merged, what each says by itself. */
const comparisonOf = ({ offers: [one, other] }: Pair): ComparedOfferField[] => {
  const [left, right] = [offerSideOf(one), offerSideOf(other)]
  return left && right ? compareOffers(left, right) : []
}

/** What people listed here stands; of two alike the one that was changed last. */
const standsOf = ({ match, offers: [one, other] }: Pair): string => {
  if (match.status === 'merged') return match.intoOfferId
  const [left, right] = [offerSideOf(one), offerSideOf(other)]
  return left && right && betterOf(left, right) === 1 ? other.id : one.id
}

type Merge = z.output<typeof MergeBody> & { matchId: string; mergedBy: string }

/**
 * One write makes it so; words and matches follow by its event. Throws RefusedError `match-not-found`, `match-not-waiting`, `match-outdated`,
 * `merged-already`, `not-of-this-pair`, `not-of-one-organisation`, `offer-not-published`, `too-many-merged`.
 */
const merge = async ({ directory, councilArea }: Dependencies, { matchId, stands, fields, seen, mergedBy }: Merge, command: Command): Promise<void> => {
  const { offers, organisations } = directory
  const pair = await pairOf(directory, matchId)
  if (!pair) throw new RefusedError('match-not-found')
  const [one, other] = pair.offers
  const ids = [one.id, other.id]
  const [standing, merged] = stands === one.id ? [one, other] : [other, one]
  if (standing.id !== stands) throw new RefusedError('not-of-this-pair', '/stands')
  for (const field of mergedOfferFields)
    if (fields[field] !== undefined && !ids.includes(fields[field])) throw new RefusedError('not-of-this-pair', `/fields/${field}`)
  const seenOf = (offerId: string) => seen.find((state) => state.offerId === offerId)?.sequence
  const taken = comparisonOf(pair)
    .filter(({ field, is, stands: proposed }) => is !== 'equal' && (fields[field] ?? ids[proposed]) === merged.id)
    .map(({ field }) => field)
  if (mergedIntoOf(merged.state)?.offerId !== standing.id) {
    if (pair.match.status !== 'waiting') throw new RefusedError('match-not-waiting')
    if (mergedIntoOf(merged.state) || mergedIntoOf(standing.state)) throw new RefusedError('merged-already')
    if (standing.state.status !== 'published') throw new RefusedError('offer-not-published')
    if (!(await areOfOneOrganisation(organisations, one, other))) throw new RefusedError('not-of-one-organisation')
    if (seenOf(standing.id) !== standing.sequence) throw new RefusedError('match-outdated')
    const all = await Promise.all(ids.map((offerId) => offersStanding.standingAsOne(offers, offerId)))
    if (all.flat().length > mergedOffersMax) throw new RefusedError('too-many-merged', '/stands')
  }
  const at = command.at
  await offers.update(merged.id, command, (current) => {
    const decision = mergeOffer(current, { offerId: merged.id, intoOfferId: standing.id, matchId, mergedBy, at, fields: taken })
    if (decision.events.length > 0 && seenOf(merged.id) !== current.sequence) throw new RefusedError('match-outdated')
    return decision
  })
  // Whoever merged the other way round, or on in a ring, at the same moment has been first, or sees this in turn: nothing may lead to itself.
  const leadsTo = (await offersStanding.standingOf(offers, [standing.id])).get(standing.id)?.path.some((step) => step.id === merged.id)
  if (!leadsTo) return
  const ring: Command = { ...command, key: `${command.key}/ring`, repeatable: false }
  await offers.update(merged.id, ring, (current) =>
    undoOfferMerge(current, { offerId: merged.id, matchId, undoneBy: mergedBy, at, days: councilArea.assuranceDays }),
  )
  throw new RefusedError('merged-already')
}

/**
 * One write makes it so; what the merge had brought goes back by its event. Throws RefusedError `match-not-found`, `match-not-merged`, `merge-not-last`,
 * `organisation-closed`.
 */
const undo = async (
  { directory, councilArea }: Dependencies,
  { matchId, undoneBy }: { matchId: string; undoneBy: string },
  command: Command,
): Promise<void> => {
  const { offers, organisations } = directory
  const pair = await pairOf(directory, matchId)
  if (!pair) throw new RefusedError('match-not-found')
  const merged = pair.offers.find(({ state }) => mergedIntoOf(state)?.matchId === matchId)
  // Undone a moment ago, and not heard of everywhere yet.
  if (!merged && pair.match.status === 'merged') return
  if (!merged) throw new RefusedError('match-not-merged')
  const standing = pair.offers.find((one) => one !== merged)!
  if (mergedIntoOf(standing.state)) throw new RefusedError('merge-not-last')
  if (await isClosed(organisations, organisationIdOf(merged))) throw new RefusedError('organisation-closed')
  await offers.update(merged.id, command, (current) =>
    undoOfferMerge(current, { offerId: merged.id, matchId, undoneBy, at: command.at, days: councilArea.assuranceDays }),
  )
}
