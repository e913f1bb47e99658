import type { ReactionContext } from '@patchwork/aggregate'
import type { EventEnvelope, OfferMerged, OfferMergeUndone } from '@patchwork/events'
import type { z } from 'zod'
import type { AssuranceDays } from '../domain/assurance.ts'
import { closeMatch, raiseMatch, reopenMatch } from '../domain/match.ts'
import { giveOfferWordsBack, takeWordsOfMergedOffer, undoOfferMerge } from '../domain/mergedOffer.ts'
import { mergedIntoOf, type Offer } from '../domain/offer.ts'
import { type OfferTraitKind, offerLikenessOf, offerTraitsOf } from '../domain/offerLikeness.ts'
import type { Directory } from '../store/directory.ts'
import type { Likenesses } from '../store/likeness.ts'
import { matchesMax, matchIdOf } from '../store/matches.ts'
import { allAsOne, areOfOneOrganisation, type FoundOffer, idsAsOne, offersStanding } from '../store/standing.ts'

const pageSize = 100

type CommandOf = ReactionContext['command']
export type OfferLikenesses = Likenesses<OfferTraitKind>
type Dependencies = { directory: Directory; offerLikenesses: OfferLikenesses; days: AssuranceDays }
type DataOf<Definition extends { data: z.ZodType }> = z.infer<Definition['data']>

/** Its words, where it is compared with others: published, and not where nobody may know where it is. */
const comparedWords = ({ state, details }: Offer) => (state.status === 'published' && details && !details.place.sensitive ? details : undefined)

/**
 * Offers of one organisation, or of several that stand as one, that are the same thing listed twice: raised as they come, and what follows from merging two or
 * from undoing that. Everything is worked out from the documents as they are, so that a repeat changes nothing.
 */
export const offerDuplicates = ({ directory, offerLikenesses, days }: Dependencies) => {
  const { organisations, offers, matches } = directory

  /** Compares an offer with those of its organisation that share a trait with it. */
  const raise = async (offerId: string, command: CommandOf): Promise<void> => {
    let offer: FoundOffer | undefined
    await offerLikenesses.keep(offerId, async () => {
      offer = await offers.get(offerId)
      const words = offer && comparedWords(offer)
      return words && offer?.state.status === 'published' ? offerTraitsOf(words, offer.state.organisationId) : undefined
    })
    const words = offer && comparedWords(offer)
    if (!words || offer?.state.status !== 'published') return
    const { organisationId } = offer.state
    const all = await allAsOne(organisations, organisationId)
    const names = all.flatMap(({ details }) => details?.name ?? [])
    const shared = await offerLikenesses.others(
      offerId,
      all.flatMap(({ id }) => offerTraitsOf(words, id)),
    )
    for (const other of await offers.getMany([...shared.keys()])) {
      const theirs = comparedWords(other)
      const likeness = theirs && offerLikenessOf(words, theirs, names)
      if (!likeness || other.state.status !== 'published' || (await isRejected(offerId, other.id))) continue
      const matchId = matchIdOf(offerId, other.id)
      const raised = command(null, `raise/${matchId}`)
      const [offerIds, organisationIds] = [[offerId, other.id].sort(), [...new Set([organisationId, other.state.organisationId])]]
      await matches.update(matchId, raised, (match) => raiseMatch(match, { matchId, about: 'offers', offerIds, organisationIds, ...likeness, at: raised.at }))
    }
  }

  /** Whether somebody has said of two, or of two that were merged into them, that they are two things. */
  const isRejected = async (one: string, other: string): Promise<boolean> => {
    const [these, those] = await Promise.all([offersStanding.standingAsOne(offers, one), offersStanding.standingAsOne(offers, other)])
    const pairs = these.flatMap(({ id }) => those.map((theirs) => matchIdOf(id, theirs.id)))
    return (await matches.getMany(pairs)).some(({ state }) => state.status === 'rejected')
  }

  /** Compares every offer of those that stand as one organisation: a merge has put them beside each other. */
  const raiseAllOf = async (organisationId: string, command: CommandOf, signal: AbortSignal): Promise<void> => {
    for await (const { id } of everyOf(await idsAsOne(organisations, organisationId), 'published', signal)) await raise(id, command)
  }

  async function* everyOf(organisationIds: readonly string[], status: 'published' | 'withdrawn', signal: AbortSignal): AsyncGenerator<FoundOffer> {
    let after: string | undefined
    do {
      const where = { organisationId: { in: organisationIds }, status: { equals: status } }
      const page = await offers.find({ where, limit: pageSize, ...(after === undefined ? {} : { after }) })
      for (const offer of page.aggregates) {
        signal.throwIfAborted()
        yield offer
      }
      after = page.after
    } while (after !== undefined)
  }

  /** The one that stands takes the words that were chosen of a merged one, or follows them. */
  const words = async (offer: FoundOffer | undefined, command: CommandOf): Promise<void> => {
    const into = offer && mergedIntoOf(offer.state)
    if (!into) return
    const taking = command(null, 'words')
    const { offerId, matchId } = into
    await offers.update(offerId, taking, (current) => takeWordsOfMergedOffer(current, { offerId, matchId, at: taking.at, merged: offer }))
  }

  /** Undoes a merge of offers whose organisations stand for themselves again, each with its own. */
  const part = async (offer: FoundOffer, undoneBy: string, command: CommandOf): Promise<boolean> => {
    const into = mergedIntoOf(offer.state)
    const standing = into && (await offers.get(into.offerId))
    if (!into || !standing || (await areOfOneOrganisation(organisations, offer, standing))) return false
    const parting = command(null, `part/${offer.id}`)
    await offers.update(offer.id, parting, (current) => undoOfferMerge(current, { offerId: offer.id, matchId: into.matchId, undoneBy, at: parting.at, days }))
    return true
  }

  const settleMatches = async (
    offerId: string,
    decide: (match: Parameters<typeof closeMatch>[0] & { id: string }, at: string) => ReturnType<typeof closeMatch>,
    command: CommandOf,
  ): Promise<void> => {
    const { aggregates } = await matches.find({ where: { offerId: { has: offerId } }, limit: matchesMax })
    for (const { id } of aggregates) {
      const changing = command(null, `match/${id}`)
      await matches.update(id, changing, (match) => decide(match, changing.at))
    }
  }

  return {
    raise,
    raiseAllOf,
    words,
    merged: async ({ offerId, intoOfferId, mergedBy }: DataOf<typeof OfferMerged>, command: CommandOf): Promise<void> => {
      const offer = await offers.get(offerId)
      // Their organisations may have been parted at the same moment.
      if (offer && (await part(offer, mergedBy, command))) return
      await words(offer, command)
      await settleMatches(offerId, (match, at) => closeMatch(match, { matchId: match.id, mergedId: offerId, intoId: intoOfferId, at }), command)
      await raise(intoOfferId, command)
    },
    undone: async ({ offerId, fromOfferId, matchId, undoneAt }: DataOf<typeof OfferMergeUndone>, command: CommandOf): Promise<void> => {
      await offers.update(fromOfferId, command(null, 'words'), (current) => giveOfferWordsBack(current, { offerId: fromOfferId, matchId, at: undoneAt }))
      await settleMatches(offerId, (match, at) => reopenMatch(match, { matchId: match.id, mergedId: offerId, at }), command)
      await raise(offerId, command)
      await raise(fromOfferId, command)
    },
    /** Of organisations that stand for themselves again, each has its own offers. */
    parted: async (organisationIds: readonly string[], undoneBy: string, command: CommandOf, signal: AbortSignal): Promise<void> => {
      for (const organisationId of organisationIds)
        for await (const offer of everyOf(await idsAsOne(organisations, organisationId), 'withdrawn', signal)) await part(offer, undoneBy, command)
    },
  }
}

/** An offer's first description comes before or with its publication, which is an event of its own. */
export const isFirstDescription = ({ sequence }: Pick<EventEnvelope, 'sequence'>): boolean => sequence <= 2
