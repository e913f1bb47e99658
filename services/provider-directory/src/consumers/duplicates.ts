import { type Command, type Consumer, consume, on, type Ports, type ReactionContext } from '@patchwork/aggregate'
import {
  OfferDescribed,
  OfferMerged,
  OfferMergeUndone,
  OfferPublished,
  OrganisationDescribed,
  OrganisationHandedOver,
  OrganisationMemberJoined,
  OrganisationMemberLeft,
  OrganisationMerged,
  OrganisationMergeUndone,
} from '@patchwork/events'
import type { AssuranceDays } from '../domain/assurance.ts'
import { likenessOf, type TraitKind, traitsOf } from '../domain/likeness.ts'
import { closeMatch, raiseMatch, reopenMatch } from '../domain/match.ts'
import { type MergedOrganisation, mirroredMembers } from '../domain/mergedMembers.ts'
import type { Offer } from '../domain/offer.ts'
import { changeMembers, giveWordsBack, takeWordsOfMerged } from '../domain/organisation.ts'
import { type Directory, service } from '../store/directory.ts'
import type { Likenesses } from '../store/likeness.ts'
import { matchesMax, matchIdOf } from '../store/matches.ts'
import { closedAtOf, type FoundOrganisation, mergedIntoOf, standingAsOne, standingFor } from '../store/standing.ts'
import { isFirstDescription, type OfferLikenesses, offerDuplicates } from './offerDuplicates.ts'

/** Offers of an organisation that tell where it is and how it is reached. */
const offersReadMax = 20

export const duplicatesGroup = `${service}-duplicates`

type Dependencies = { directory: Directory; likenesses: Likenesses<TraitKind> }
type CommandOf = ReactionContext['command']

/**
 * Raises pairs of organisations that are likely one, and of offers of one organisation that are likely the same, as what is said of them arrives, and carries
 * out what follows from a merge or its undoing: words, members and matches. Each event does so once, and what a crash cut off goes on with the event.
 */
export const findDuplicates = (
  { directory, likenesses, offerLikenesses, days }: Dependencies & { offerLikenesses: OfferLikenesses; days: AssuranceDays },
  ports: Ports,
): Promise<Consumer> => {
  const raise = raising({ directory, likenesses })
  const ofOffers = offerDuplicates({ directory, offerLikenesses, days })
  const settle = settling(directory)
  return consume(
    {
      service,
      group: duplicatesGroup,
      topics: [OrganisationDescribed.topic, OfferDescribed.topic],
      handlers: [
        on(OrganisationDescribed, async ({ data: { organisationId } }, { command }) => {
          await settle.words(organisationId, command)
          await raise(organisationId, command)
        }),
        on(OfferDescribed, async (event, { command }) => {
          const { offerId, organisationId } = event.data
          const offer = await directory.offers.get(offerId)
          await ofOffers.words(offer, command)
          if (!isFirstDescription(event)) await ofOffers.raise(offerId, command)
          if (!offer || (await tellsNothingNew({ directory, likenesses }, offer, organisationId))) return
          await raise(organisationId, command)
        }),
        on(OfferPublished, ({ data: { offerId } }, { command }) => ofOffers.raise(offerId, command)),
        on(OfferMerged, ({ data }, { command }) => ofOffers.merged(data, command)),
        on(OfferMergeUndone, ({ data }, { command }) => ofOffers.undone(data, command)),
        on(OrganisationMemberJoined, ({ data: { organisationId } }, { command }) => settle.members(organisationId, command)),
        on(OrganisationMemberLeft, ({ data: { organisationId } }, { command }) => settle.members(organisationId, command)),
        on(OrganisationHandedOver, ({ data: { organisationId } }, { command }) => settle.members(organisationId, command)),
        on(OrganisationMerged, async ({ data }, { command, signal }) => {
          await settle.words(data.organisationId, command)
          await settle.members(data.organisationId, command)
          await settle.matches(
            data.organisationId,
            (match, at) => closeMatch(match, { matchId: match.id, mergedId: data.organisationId, intoId: data.intoOrganisationId, at }),
            command,
          )
          await raise(data.organisationId, command)
          await ofOffers.raiseAllOf(data.organisationId, command, signal)
        }),
        on(OrganisationMergeUndone, async ({ data }, { command, signal }) => {
          const { organisationId, fromOrganisationId, matchId } = data
          await directory.organisations.update(fromOrganisationId, command(null, 'words'), (current) =>
            giveWordsBack(current, { organisationId: fromOrganisationId, matchId, at: data.undoneAt }),
          )
          await settle.members(organisationId, command)
          await settle.members(fromOrganisationId, command)
          await settle.matches(organisationId, (match, at) => reopenMatch(match, { matchId: match.id, mergedId: organisationId, at }), command)
          await raise(organisationId, command)
          await raise(fromOrganisationId, command)
          await ofOffers.parted([organisationId, fromOrganisationId], data.undoneBy, command, signal)
        }),
      ],
    },
    ports,
  )
}

const offersOf = async ({ offers }: Directory, organisationId: string) =>
  (await offers.find({ where: { organisationId: { equals: organisationId } }, limit: offersReadMax })).aggregates.flatMap(({ details }) => details ?? [])

/** Whether all that an offer tells of its organisation is known: most descriptions change other things. */
const tellsNothingNew = async ({ directory, likenesses }: Dependencies, offer: Offer, organisationId: string): Promise<boolean> => {
  const standing = await standingFor(directory.organisations, organisationId)
  const organisation = standing?.organisation.id === organisationId ? standing.organisation : await directory.organisations.get(organisationId)
  if (!offer.details || !organisation?.details || !standing) return true
  return likenesses.has(standing.organisation.id, traitsOf(organisation.details, [offer.details]))
}

/** Compares the organisation that stands for one with those that share a trait with it, or with one that was merged into it. */
const raising =
  ({ directory, likenesses }: Dependencies) =>
  async (describedId: string, command: CommandOf): Promise<void> => {
    const { organisations, matches } = directory
    const organisationId = (await standingFor(organisations, describedId))?.organisation.id
    if (organisationId === undefined) return
    let all: FoundOrganisation[] = []
    const traits = await likenesses.keep(organisationId, async () => {
      all = await standingAsOne(organisations, organisationId)
      return (await Promise.all(all.map(async ({ id, details }) => (details ? traitsOf(details, await offersOf(directory, id)) : [])))).flat()
    })
    const details = all[0]?.details
    // What has closed waits for nobody to tell it from another.
    if (!details || closedAtOf(all[0]!) !== undefined) return
    for (const { id } of all.slice(1)) await likenesses.keep(id, async () => undefined)
    const shared = await likenesses.others(organisationId, traits)
    for (const other of await organisations.getMany([...shared.keys()])) {
      const likeness = other.details && !mergedIntoOf(other) && closedAtOf(other) === undefined && likenessOf(details, other.details, shared.get(other.id)!)
      if (!likeness || (await isRejected(directory, organisationId, other.id))) continue
      const matchId = matchIdOf(organisationId, other.id)
      const raised = command(null, `raise/${matchId}`)
      await matches.update(matchId, raised, (match) =>
        raiseMatch(match, { matchId, organisationIds: [organisationId, other.id].sort(), ...likeness, at: raised.at }),
      )
    }
    await likenesses.compared(organisationId)
  }

/** Whether somebody has said of two, or of two that were merged into them, that they are not the same. */
const isRejected = async ({ organisations, matches }: Directory, one: string, other: string): Promise<boolean> => {
  const [these, those] = await Promise.all([standingAsOne(organisations, one), standingAsOne(organisations, other)])
  const pairs = these.flatMap(({ id }) => those.map((theirs) => matchIdOf(id, theirs.id)))
  return (await matches.getMany(pairs)).some(({ state }) => state.status === 'rejected')
}

type Decide = Parameters<Directory['matches']['update']>[2]

/** What follows from a merge. Everything is worked out from the documents as they are, so that a repeat changes nothing. */
const settling = (directory: Directory) => {
  const { organisations, matches } = directory
  return {
    /** The one that stands takes the words that were chosen of a merged one, or follows them. */
    words: async (organisationId: string, command: CommandOf): Promise<void> => {
      const merged = await organisations.get(organisationId)
      const into = merged && mergedIntoOf(merged)
      if (!into || !merged.details) return
      const { details } = merged
      const taking = command(null, 'words')
      await organisations.update(into.organisationId, taking, (current) =>
        takeWordsOfMerged(current, { organisationId: into.organisationId, matchId: into.matchId, at: taking.at, merged: details }),
      )
    },
    /** Whoever acts for one of those that stand as one acts for all of them. */
    members: async (organisationId: string, command: CommandOf): Promise<void> => {
      const standing = await standingFor(organisations, organisationId)
      if (!standing) return
      const all = await standingAsOne(organisations, standing.organisation.id)
      // Of an organisation that stands alone, only what a merge has left behind can be wrong.
      for (const [id, { joins, leaves }] of mirroredMembers(all.flatMap(toMerged)))
        if (joins.length + leaves.length > 0)
          await organisations.update(id, command(null, `members/${id}`), (current) => changeMembers(current, { organisationId: id, joins, leaves }))
    },
    matches: async (organisationId: string, decide: (match: Parameters<Decide>[0], at: string) => ReturnType<Decide>, command: CommandOf): Promise<void> => {
      const { aggregates } = await matches.find({ where: { organisationId: { has: organisationId }, about: { equals: null } }, limit: matchesMax })
      for (const { id } of aggregates) {
        const changing: Command = command(null, `match/${id}`)
        await matches.update(id, changing, (match) => decide(match, changing.at))
      }
    },
  }
}

const toMerged = ({ id, state }: FoundOrganisation): MergedOrganisation[] =>
  state.status !== 'registered'
    ? []
    : [
        {
          organisationId: id,
          ...(state.mergedInto ? { mergedInto: state.mergedInto } : {}),
          members: state.memberIds.map((personId) => ({
            personId,
            memberRole: state.ownerIds.includes(personId) ? 'owner' : 'member',
            ...(state.through?.[personId] === undefined ? {} : { through: state.through[personId] }),
          })),
        },
      ]
