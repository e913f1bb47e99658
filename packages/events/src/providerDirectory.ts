import { z } from 'zod'
import { defineEvent } from './eventDefinition.ts'
import { AssetKind, CapacityState, Category, FormKind, Id, Instant, matchReasons, offerMatchReasons, Track, WardCode } from './terms.ts'

const organisation = 'patchwork.provider-directory.organisation'
const offer = 'patchwork.provider-directory.offer'
const credential = 'patchwork.provider-directory.credential'
const search = 'patchwork.provider-directory.search'
const imported = 'patchwork.provider-directory.import'

export const OrganisationRegistered = defineEvent({
  type: 'organisation.registered.v1',
  topic: organisation,
  meaning: 'An organisation, a sole trader or a group stands in the directory.',
  data: z.object({
    organisationId: Id,
    kind: z.enum(['micro-provider', 'community-network', 'organisation']),
    origin: z.enum(['registered', 'open-data', 'imported']),
  }),
})
export const OrganisationDescribed = defineEvent({
  type: 'organisation.described.v1',
  topic: organisation,
  meaning: 'What an organisation says of itself is new; read it by its id.',
  data: z.object({ organisationId: Id }),
})
export const OrganisationMemberJoined = defineEvent({
  type: 'organisation.member-joined.v1',
  topic: organisation,
  meaning: 'A person may act for an organisation.',
  data: z.object({
    organisationId: Id,
    personId: Id,
    memberRole: z.enum(['owner', 'member']),
    joiningCodeId: Id.optional(),
    /** They act for the other organisation of this match, and the two were merged: it ends with the merge. */
    throughMatchId: Id.optional(),
  }),
})
export const OrganisationMemberLeft = defineEvent({
  type: 'organisation.member-left.v1',
  topic: organisation,
  meaning: 'A person may not act for an organisation any more.',
  data: z.object({ organisationId: Id, personId: Id }),
})
export const OrganisationJoiningCodeIssued = defineEvent({
  type: 'organisation.joining-code-issued.v1',
  topic: organisation,
  meaning: 'An owner made a code by which one colleague can join an organisation until it expires. The code itself is told to nobody but them.',
  data: z.object({ organisationId: Id, joiningCodeId: Id, issuedBy: Id, expiresAt: Instant }),
})
export const OrganisationHandOverOffered = defineEvent({
  type: 'organisation.hand-over-offered.v1',
  topic: organisation,
  meaning: 'An owner made a code by which one colleague can become the owner in their place until it expires. The code itself is told to nobody but them.',
  data: z.object({ organisationId: Id, joiningCodeId: Id, offeredBy: Id, expiresAt: Instant }),
})
export const OrganisationHandedOver = defineEvent({
  type: 'organisation.handed-over.v1',
  topic: organisation,
  meaning: 'A member owns an organisation now, in place of another, who stays a member.',
  data: z.object({ organisationId: Id, fromPersonId: Id, toPersonId: Id, joiningCodeId: Id, handedOverAt: Instant }),
})
export const OrganisationInvitationIssued = defineEvent({
  type: 'organisation.invitation-issued.v1',
  topic: organisation,
  meaning:
    'An owner invited somebody by e-mail to act for an organisation until it expires, or did so again: the same invitation, for longer. Whom, is told to nobody else.',
  data: z.object({
    organisationId: Id,
    invitationId: Id,
    joiningCodeId: Id,
    memberRole: z.enum(['owner', 'member']),
    invitedBy: Id,
    issuedAt: Instant,
    expiresAt: Instant,
  }),
})
export const OrganisationInvitationEnded = defineEvent({
  type: 'organisation.invitation-ended.v1',
  topic: organisation,
  meaning: 'An invitation ended without anybody joining: an owner withdrew it, whoever was invited declined, or its time was over.',
  data: z.object({ organisationId: Id, invitationId: Id, why: z.enum(['withdrawn', 'declined', 'over']), endedAt: Instant }),
})
export const OrganisationMerged = defineEvent({
  type: 'organisation.merged.v1',
  topic: organisation,
  meaning: 'An administrator said that this is the same organisation as another one, which stands for both from now on. Nothing of either is lost.',
  data: z.object({ organisationId: Id, intoOrganisationId: Id, matchId: Id, mergedBy: Id, mergedAt: Instant }),
})
export const OrganisationMergeUndone = defineEvent({
  type: 'organisation.merge-undone.v1',
  topic: organisation,
  meaning: 'A merged organisation stands for itself again.',
  data: z.object({ organisationId: Id, fromOrganisationId: Id, matchId: Id, undoneBy: Id, undoneAt: Instant }),
})
export const OrganisationClosed = defineEvent({
  type: 'organisation.closed.v1',
  topic: organisation,
  meaning: 'An organisation offers nothing any more and nobody joins it; its people can still bring to an end what they have in hand. It does not open again.',
  data: z.object({ organisationId: Id, closedBy: Id, closedAt: Instant }),
})
export const OfferDrafted = defineEvent({
  type: 'offer.drafted.v1',
  topic: offer,
  meaning: 'An organisation began to describe help or an activity; nobody else can see it yet.',
  data: z.object({ offerId: Id, organisationId: Id, track: Track, origin: z.enum(['registered', 'open-data', 'imported']) }),
})
export const OfferDescribed = defineEvent({
  type: 'offer.described.v1',
  topic: offer,
  meaning: 'The words, price, times or area of an offer are new; read them by its id.',
  data: z.object({
    offerId: Id,
    organisationId: Id,
    category: Category,
    personalCare: z.boolean(),
    wardCodes: z.array(WardCode).max(100),
    /** What form it has, where it says so: the seats of a group, how many people a space holds, on what terms a thing is had. */
    form: z
      .object({
        kind: FormKind,
        seats: z.int().min(1).max(500).optional(),
        people: z.int().min(1).max(100_000).optional(),
        terms: z.enum(['lent', 'given', 'sold']).optional(),
      })
      .optional(),
    /** A draft of an edit that waited is in it, and waits no more. */
    endsDraft: z.literal(true).optional(),
  }),
})
export const OfferEditDrafted = defineEvent({
  type: 'offer.edit-drafted.v1',
  topic: offer,
  meaning: 'An organisation keeps an edit of a published offer to itself as a draft; what anyone else sees is as it was.',
  data: z.object({ offerId: Id, organisationId: Id, draftedAt: Instant }),
})
export const OfferEditDiscarded = defineEvent({
  type: 'offer.edit-discarded.v1',
  topic: offer,
  meaning: 'A draft of an edit was thrown away; what anyone else sees is as it was.',
  data: z.object({ offerId: Id, organisationId: Id, discardedAt: Instant }),
})
export const OfferPublished = defineEvent({
  type: 'offer.published.v1',
  topic: offer,
  meaning: 'An offer can be found by anyone.',
  data: z.object({
    offerId: Id,
    organisationId: Id,
    track: Track,
    category: Category,
    wardCodes: z.array(WardCode).max(100),
    takesReferrals: z.boolean(),
    publishedAt: Instant,
    /** When its organisation is asked whether it is still right; absent where nobody here can be asked. */
    askAt: Instant.optional(),
  }),
})
export const OfferCapacityStated = defineEvent({
  type: 'offer.capacity-stated.v1',
  topic: offer,
  meaning: 'A provider said whether an offer has room, and until when that holds; or said of a group that it has fewer seats than there was room for.',
  data: z.object({ offerId: Id, organisationId: Id, capacity: CapacityState, units: z.int().min(0).max(100_000).optional(), expiresAt: Instant }),
})
export const OfferCapacityExpired = defineEvent({
  type: 'offer.capacity-expired.v1',
  topic: offer,
  meaning: 'What was said about room is too old to rely on: it is unknown now.',
  data: z.object({ offerId: Id, organisationId: Id, expiredAt: Instant }),
})
export const OfferAssured = defineEvent({
  type: 'offer.assured.v1',
  topic: offer,
  meaning: 'Somebody said that all an offer says is still right. It stands where it stood before it went unassured.',
  data: z.object({
    offerId: Id,
    organisationId: Id,
    assuredBy: Id,
    assurer: z.enum(['provider', 'council']),
    assuredAt: Instant,
    askAt: Instant.optional(),
  }),
})
export const OfferAssuranceAwaited = defineEvent({
  type: 'offer.assurance-awaited.v1',
  topic: offer,
  meaning: 'An offer that was published before offers were asked about is asked about from now on, first on this day.',
  data: z.object({ offerId: Id, organisationId: Id, awaitedAt: Instant, askAt: Instant }),
})
export const OfferAssuranceAsked = defineEvent({
  type: 'offer.assurance-asked.v1',
  topic: offer,
  meaning: 'Nobody has said for long that an offer is still right: its organisation is asked.',
  data: z.object({ offerId: Id, organisationId: Id, askedAt: Instant, downrankAt: Instant }),
})
export const OfferDownranked = defineEvent({
  type: 'offer.downranked.v1',
  topic: offer,
  meaning: 'Nobody answered whether an offer is still right: it stands behind all others.',
  data: z.object({ offerId: Id, organisationId: Id, downrankedAt: Instant, hideAt: Instant }),
})
export const OfferHidden = defineEvent({
  type: 'offer.hidden.v1',
  topic: offer,
  meaning: 'Nobody answered for longer still whether an offer is right: nobody finds it until it is assured.',
  data: z.object({ offerId: Id, organisationId: Id, hiddenAt: Instant }),
})
export const OfferWithdrawn = defineEvent({
  type: 'offer.withdrawn.v1',
  topic: offer,
  meaning: 'An offer is no longer shown and takes no referrals.',
  data: z.object({ offerId: Id, organisationId: Id, withdrawnAt: Instant }),
})
export const OfferMerged = defineEvent({
  type: 'offer.merged.v1',
  topic: offer,
  meaning: 'An offer and another one of its organisation are the same thing listed twice: the other one stands for both, and this one is withdrawn.',
  data: z.object({ offerId: Id, organisationId: Id, intoOfferId: Id, matchId: Id, mergedBy: Id, mergedAt: Instant }),
})
export const OfferMergeUndone = defineEvent({
  type: 'offer.merge-undone.v1',
  topic: offer,
  meaning: 'An offer stands for itself again.',
  data: z.object({ offerId: Id, organisationId: Id, fromOfferId: Id, matchId: Id, undoneBy: Id, undoneAt: Instant }),
})
export const CredentialEntered = defineEvent({
  type: 'credential.entered.v1',
  topic: credential,
  meaning: 'An organisation told of a criminal-record check, and waits for it to be reviewed. What it says is read by its id, by those who may.',
  data: z.object({ credentialId: Id, organisationId: Id, enteredAt: Instant }),
})
export const CredentialReviewed = defineEvent({
  type: 'credential.reviewed.v1',
  topic: credential,
  meaning: 'The council looked at a criminal-record check. It is true of that day and promises nothing of any later one.',
  data: z.object({ credentialId: Id, organisationId: Id, reviewedBy: Id, reviewedAt: Instant }),
})
export const CredentialRemoved = defineEvent({
  type: 'credential.removed.v1',
  topic: credential,
  meaning: 'An organisation took a criminal-record check back; what it said is forgotten.',
  data: z.object({ credentialId: Id, organisationId: Id, removedAt: Instant }),
})
export const SearchFoundNothing = defineEvent({
  type: 'search.found-nothing.v1',
  topic: search,
  meaning: 'Somebody looked for help and there was none: unmet need by ward and kind. Never the words, never who.',
  data: z.object({ searchId: Id, category: Category.optional(), wardCode: WardCode.optional(), searchedAt: Instant }),
})

/** Why somebody takes none of what was found. */
export const UnmetReason = z.enum(['too-far', 'too-dear', 'no-room', 'wrong-times', 'not-for-people-like-me', 'other'])
export type UnmetReason = z.infer<typeof UnmetReason>

export const SearchFoundNoneAcceptable = defineEvent({
  type: 'search.found-none-acceptable.v1',
  topic: search,
  meaning: 'Somebody looked for help, and said that nothing of what was found will do: unmet need by ward, kind and reason. Never the words, never who.',
  data: z.object({ searchId: Id, category: Category.optional(), wardCode: WardCode.optional(), reason: UnmetReason.optional(), searchedAt: Instant }),
})

// What a place has beside services. Whoever keeps its own account of it listens here; what is said of one, and by whom, is read by its id.

const asset = 'patchwork.provider-directory.asset'
const assetFacts = {
  assetId: Id,
  kind: AssetKind,
  category: Category,
  /** Absent where it is for the whole place, and where nobody may know where it is. */
  wardCode: WardCode.optional(),
}

export const AssetListed = defineEvent({
  type: 'asset.listed.v1',
  topic: asset,
  meaning: 'What somebody shares, or a group, building, land, money or thing that a place has, can be found by anyone: for the first time, or again.',
  data: z.object({
    ...assetFacts,
    /** Whose it is to change: the organisation that speaks for it. */
    organisationId: Id.optional(),
    /** Or, of a skill, the person who shares it. */
    personId: Id.optional(),
    listedAt: Instant,
  }),
})
export const AssetDescribed = defineEvent({
  type: 'asset.described.v1',
  topic: asset,
  meaning: 'What is said of an asset is new; read it by its id.',
  data: z.object(assetFacts),
})
export const AssetHidden = defineEvent({
  type: 'asset.hidden.v1',
  topic: asset,
  meaning: 'Whoever shares an asset, or the council, shows it to nobody for now.',
  data: z.object({ assetId: Id, kind: AssetKind, hiddenAt: Instant }),
})
export const AssetRemoved = defineEvent({
  type: 'asset.removed.v1',
  topic: asset,
  meaning: 'An asset was taken out; what was said of it is forgotten.',
  data: z.object({ assetId: Id, kind: AssetKind, removedAt: Instant }),
})

// Somebody wants to be told when something new fits what they looked for. What that is stays sealed in the directory; an event says that there is such a wish.

const searchWatch = 'patchwork.provider-directory.search-watch'

export const SearchWatchBegun = defineEvent({
  type: 'search-watch.begun.v1',
  topic: searchWatch,
  meaning: 'A person asked to be told when something new fits a search of theirs. What they look for is in no event.',
  data: z.object({ searchWatchId: Id, personId: Id, begunAt: Instant, endsAt: Instant }),
})
export const SearchWatchRenewed = defineEvent({
  type: 'search-watch.renewed.v1',
  topic: searchWatch,
  meaning: 'A person wants to be told for longer.',
  data: z.object({ searchWatchId: Id, personId: Id, renewedAt: Instant, endsAt: Instant }),
})
export const SearchWatchMatched = defineEvent({
  type: 'search-watch.matched.v1',
  topic: searchWatch,
  meaning: 'Something new fits a search of which a person asked to be told: they are told at this instant, once for all that fits by then.',
  data: z.object({ searchWatchId: Id, personId: Id, matchedAt: Instant, tellAt: Instant }),
})
export const SearchWatchTold = defineEvent({
  type: 'search-watch.told.v1',
  topic: searchWatch,
  meaning: 'A person is told now that something new fits their search, at most once in 24 hours.',
  data: z.object({ searchWatchId: Id, personId: Id, toldAt: Instant }),
})
export const SearchWatchEnded = defineEvent({
  type: 'search-watch.ended.v1',
  topic: searchWatch,
  meaning: 'A person is told no more of a search: they took it back, its time is over, or their account is closed. What they looked for is forgotten.',
  data: z.object({ searchWatchId: Id, personId: Id, why: z.enum(['taken-back', 'over', 'account-closed']), endedAt: Instant }),
})

// A feed of another system on its way into the directory. What its records say is read by the import's id, by those who may.

const Count = z.int().min(0).max(1_000_000)

export const ImportBegun = defineEvent({
  type: 'import.begun.v1',
  topic: imported,
  meaning: 'A feed of another system is being read, to be compared with what is here.',
  data: z.object({
    importId: Id,
    sourceId: Id,
    format: z.enum(['open-referral', 'csv']),
    /** The process that reads it: when that one starts anew, the reading was cut off. */
    runner: z.string().max(100),
    begunAt: Instant,
  }),
})
export const ImportStaged = defineEvent({
  type: 'import.staged.v1',
  topic: imported,
  meaning: 'A feed has been read and compared, and waits to be accepted; nothing public has changed.',
  data: z.object({
    importId: Id,
    sourceId: Id,
    /** What had been accepted from this source when it was compared. */
    basedOn: z.int().min(0),
    read: Count,
    new: Count,
    changed: Count,
    same: Count,
    gone: Count,
    refused: Count,
    stagedAt: Instant,
  }),
})
export const ImportFailed = defineEvent({
  type: 'import.failed.v1',
  topic: imported,
  meaning: 'A feed could not be read; nothing public has changed.',
  data: z.object({ importId: Id, sourceId: Id, reason: z.string().regex(/^[a-z-]{1,60}$/), failedAt: Instant }),
})
export const ImportAcceptanceBegun = defineEvent({
  type: 'import.acceptance-begun.v1',
  topic: imported,
  meaning: 'Somebody accepted what a feed says: what is sound in it, and was not left out, is being taken into the directory.',
  data: z.object({
    importId: Id,
    sourceId: Id,
    begunAt: Instant,
    /** Only changes of these kinds; all when absent. */
    kinds: z
      .array(z.enum(['new', 'changed', 'gone']))
      .max(3)
      .optional(),
  }),
})
export const ImportAccepted = defineEvent({
  type: 'import.accepted.v1',
  topic: imported,
  meaning: 'All that is sound in a feed has been taken into the directory.',
  data: z.object({
    importId: Id,
    sourceId: Id,
    taken: Count,
    /** Left as they are, because they were edited here. */
    left: Count,
    acceptedAt: Instant,
  }),
})
export const ImportUndoBegun = defineEvent({
  type: 'import.undo-begun.v1',
  topic: imported,
  meaning: 'Somebody undid the last acceptance: its offers are being put back to what they were.',
  data: z.object({ importId: Id, sourceId: Id, begunAt: Instant }),
})
export const ImportUndone = defineEvent({
  type: 'import.undone.v1',
  topic: imported,
  meaning: 'The offers of an import are what they were before it, but for those that were edited here since.',
  data: z.object({ importId: Id, sourceId: Id, undoneAt: Instant }),
})
export const ImportDropped = defineEvent({
  type: 'import.dropped.v1',
  topic: imported,
  meaning: 'What a feed says was not accepted, and is forgotten.',
  data: z.object({ importId: Id, sourceId: Id, droppedAt: Instant }),
})

// A feed that is looked at again and again. Its address stays in the directory: it may say more than it should.

const feed = 'patchwork.provider-directory.feed'

export const FeedWatchBegun = defineEvent({
  type: 'feed.watch-begun.v1',
  topic: feed,
  meaning: 'An administrator wants a feed of another system to be looked at every day or every week.',
  data: z.object({ feedId: Id, every: z.enum(['day', 'week']), begunAt: Instant, nextLookAt: Instant }),
})
export const FeedLookBegun = defineEvent({
  type: 'feed.look-begun.v1',
  topic: feed,
  meaning: 'The time to look at a feed had come, and one process took it on.',
  data: z.object({
    feedId: Id,
    /** The process that looks; another takes over when it has not ended by then. */
    runner: z.string().max(100),
    begunAt: Instant,
    nextLookAt: Instant,
  }),
})
export const FeedLookEnded = defineEvent({
  type: 'feed.look-ended.v1',
  topic: feed,
  meaning: 'A feed was looked at; nothing public has changed.',
  data: z.object({
    feedId: Id,
    begunAt: Instant,
    /** `staged`: something differs and waits to be accepted. `unchanged`: its server says so. `no-difference`: it was read, and says what was accepted last. */
    answer: z.enum(['staged', 'unchanged', 'no-difference', 'failed']),
    /** Why it failed. */
    reason: z
      .string()
      .regex(/^[a-z-]{1,60}$/)
      .optional(),
    importId: Id.optional(),
    endedAt: Instant,
    nextLookAt: Instant,
  }),
})
export const FeedWatchEnded = defineEvent({
  type: 'feed.watch-ended.v1',
  topic: feed,
  meaning: 'A feed is looked at no more.',
  data: z.object({ feedId: Id, endedAt: Instant }),
})

const match = 'patchwork.provider-directory.match'
const pair = { matchId: Id, organisationIds: z.array(Id).length(2) }

export const MatchRaised = defineEvent({
  type: 'match.raised.v1',
  topic: match,
  meaning: 'Two organisations of the directory are likely one; an administrator decides.',
  data: z.object({
    ...pair,
    /** Of 100. */
    certainty: z.int().min(0).max(100),
    reasons: z.array(z.enum(matchReasons)).min(1).max(matchReasons.length),
    raisedAt: Instant,
  }),
})
export const MatchRejected = defineEvent({
  type: 'match.rejected.v1',
  topic: match,
  meaning: 'An administrator said that two organisations are not the same. It is not raised again.',
  data: z.object({ ...pair, rejectedBy: Id, rejectedAt: Instant }),
})
export const MatchClosed = defineEvent({
  type: 'match.closed.v1',
  topic: match,
  meaning: 'One of the two organisations was merged into another one, which may be the other of the two.',
  data: z.object({ ...pair, mergedOrganisationId: Id, intoOrganisationId: Id, closedAt: Instant }),
})
export const MatchReopened = defineEvent({
  type: 'match.reopened.v1',
  topic: match,
  meaning: 'Whether two organisations are one waits for an administrator again: it was said that they are not, or a merge was undone.',
  data: z.object({ ...pair, reopenedAt: Instant }),
})

/** `organisationIds`: whose they are, one or two that stand as one. */
const pairOfOffers = { matchId: Id, offerIds: z.array(Id).length(2), organisationIds: z.array(Id).min(1).max(2) }

export const MatchOffersRaised = defineEvent({
  type: 'match.offers-raised.v1',
  topic: match,
  meaning: 'Two offers of one organisation are likely the same thing listed twice; its people, or an administrator, decide.',
  data: z.object({
    ...pairOfOffers,
    /** Of 100. */
    certainty: z.int().min(0).max(100),
    reasons: z.array(z.enum(offerMatchReasons)).min(1).max(offerMatchReasons.length),
    raisedAt: Instant,
  }),
})
export const MatchOffersRejected = defineEvent({
  type: 'match.offers-rejected.v1',
  topic: match,
  meaning: 'Somebody who may said that two offers are two things. It is not raised again.',
  data: z.object({ ...pairOfOffers, rejectedBy: Id, rejectedAt: Instant }),
})
export const MatchOffersClosed = defineEvent({
  type: 'match.offers-closed.v1',
  topic: match,
  meaning: 'One of the two offers was merged into another one, which may be the other of the two.',
  data: z.object({ ...pairOfOffers, mergedOfferId: Id, intoOfferId: Id, closedAt: Instant }),
})
export const MatchOffersReopened = defineEvent({
  type: 'match.offers-reopened.v1',
  topic: match,
  meaning: 'Whether two offers are the same thing waits for somebody again: it was said that they are two, or a merge was undone.',
  data: z.object({ ...pairOfOffers, reopenedAt: Instant }),
})
