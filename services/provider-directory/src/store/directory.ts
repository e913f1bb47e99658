import { type OpenedAggregates, openAggregates, type Ports, together } from '@patchwork/aggregate'
import {
  AssetDescribed,
  AssetHidden,
  AssetListed,
  AssetRemoved,
  CredentialEntered,
  CredentialRemoved,
  CredentialReviewed,
  MatchClosed,
  MatchOffersClosed,
  MatchOffersRaised,
  MatchOffersRejected,
  MatchOffersReopened,
  MatchRaised,
  MatchRejected,
  MatchReopened,
  OfferAssuranceAsked,
  OfferAssuranceAwaited,
  OfferAssured,
  OfferCapacityExpired,
  OfferCapacityStated,
  OfferDescribed,
  OfferDownranked,
  OfferDrafted,
  OfferEditDiscarded,
  OfferEditDrafted,
  OfferHidden,
  OfferMerged,
  OfferMergeUndone,
  OfferPublished,
  OfferWithdrawn,
  OrganisationClosed,
  OrganisationDescribed,
  OrganisationHandedOver,
  OrganisationHandOverOffered,
  OrganisationInvitationEnded,
  OrganisationInvitationIssued,
  OrganisationJoiningCodeIssued,
  OrganisationMemberJoined,
  OrganisationMemberLeft,
  OrganisationMerged,
  OrganisationMergeUndone,
  OrganisationRegistered,
  SearchFoundNoneAcceptable,
  SearchFoundNothing,
  SearchWatchBegun,
  SearchWatchEnded,
  SearchWatchMatched,
  SearchWatchRenewed,
  SearchWatchTold,
} from '@patchwork/events'
import { type AssetDetails, type AssetEvent, type AssetState, evolveAsset, initialAsset } from '../domain/asset.ts'
import { type CredentialDetails, type CredentialEvent, type CredentialState, evolveCredential, initialCredential } from '../domain/credential.ts'
import { evolveMatch, initialMatch, type MatchEvent, type MatchState } from '../domain/match.ts'
import { evolveOffer, initialOffer, type KeptOffer, type OfferEvent, type OfferState } from '../domain/offer.ts'
import { evolveOrganisation, initialOrganisation, type OrganisationDetails, type OrganisationEvent, type OrganisationState } from '../domain/organisation.ts'
import { evolveSearchWatch, initialSearchWatch, type SearchWatchDetails, type SearchWatchEvent, type SearchWatchState } from '../domain/searchWatch.ts'
import { evolveSearch, initialSearch, type SearchEvent, type UnmetSearch } from '../domain/unmetSearch.ts'

export const service = 'provider-directory'

export type Organisations = OpenedAggregates<OrganisationState, OrganisationEvent, OrganisationDetails>
export type Offers = OpenedAggregates<OfferState, OfferEvent, KeptOffer>
export type Credentials = OpenedAggregates<CredentialState, CredentialEvent, CredentialDetails>
export type Assets = OpenedAggregates<AssetState, AssetEvent, AssetDetails>
export type UnmetSearches = OpenedAggregates<UnmetSearch, SearchEvent>
export type SearchWatches = OpenedAggregates<SearchWatchState, SearchWatchEvent, SearchWatchDetails>
export type Matches = OpenedAggregates<MatchState, MatchEvent>
export type Directory = {
  organisations: Organisations
  offers: Offers
  credentials: Credentials
  assets: Assets
  searches: UnmetSearches
  matches: Matches
  watches: SearchWatches
}

/** Opens what the directory keeps. Throws what the stores throw when they cannot be opened. */
export const openDirectory = (ports: Ports): Promise<Directory> =>
  together({
    organisations: openAggregates<OrganisationState, OrganisationEvent, OrganisationDetails>(
      {
        service,
        name: 'organisation',
        topic: OrganisationRegistered.topic,
        events: [
          OrganisationRegistered,
          OrganisationDescribed,
          OrganisationMemberJoined,
          OrganisationJoiningCodeIssued,
          OrganisationMemberLeft,
          OrganisationHandOverOffered,
          OrganisationHandedOver,
          OrganisationInvitationIssued,
          OrganisationInvitationEnded,
          OrganisationMerged,
          OrganisationMergeUndone,
          OrganisationClosed,
        ],
        initial: initialOrganisation,
        evolve: evolveOrganisation,
        fields: {
          status: { path: 'state.status', type: 'string' },
          memberId: { path: 'state.memberIds', type: 'string', array: true },
          joiningCodeId: { path: 'state.joiningCodeIds', type: 'string', array: true },
          invitationId: { path: 'state.invitationIds', type: 'string', array: true },
          invitationEndsAt: { path: 'state.invitationEndsAt', type: 'string' },
          mergedInto: { path: 'state.mergedInto.organisationId', type: 'string' },
          closedAt: { path: 'state.closedAt', type: 'string' },
        },
        indexes: {
          'by-status': { fields: ['status'] },
          'by-member': { fields: ['memberId'] },
          'by-joining-code': { fields: ['joiningCodeId'] },
          'by-invitation': { fields: ['invitationId'] },
          'by-invitation-end': { fields: ['invitationEndsAt'], sparse: true },
          'by-merged-into': { fields: ['mergedInto'], sparse: true },
          'by-closing': { fields: ['closedAt'], sparse: true },
        },
      },
      ports,
    ),
    offers: openAggregates<OfferState, OfferEvent, KeptOffer>(
      {
        service,
        name: 'offer',
        topic: OfferDrafted.topic,
        events: [
          OfferDrafted,
          OfferDescribed,
          OfferEditDrafted,
          OfferEditDiscarded,
          OfferPublished,
          OfferCapacityStated,
          OfferCapacityExpired,
          OfferAssured,
          OfferAssuranceAwaited,
          OfferAssuranceAsked,
          OfferDownranked,
          OfferHidden,
          OfferWithdrawn,
          OfferMerged,
          OfferMergeUndone,
        ],
        initial: initialOffer,
        evolve: evolveOffer,
        fields: {
          status: { path: 'state.status', type: 'string' },
          organisationId: { path: 'state.organisationId', type: 'string' },
          origin: { path: 'state.origin', type: 'string' },
          standing: { path: 'state.assurance.standing', type: 'string' },
          assuranceNextAt: { path: 'state.assurance.nextAt', type: 'string' },
          capacityExpiresAt: { path: 'state.capacity.expiresAt', type: 'string' },
          mergedInto: { path: 'state.mergedInto.offerId', type: 'string' },
        },
        indexes: {
          'by-status': { fields: ['status'] },
          'by-organisation': { fields: ['organisationId', 'status'] },
          'by-standing': { fields: ['status', 'origin', 'standing'] },
          'by-assurance': { fields: ['assuranceNextAt'], sparse: true },
          'by-capacity-expiry': { fields: ['capacityExpiresAt'], sparse: true },
          'by-merged-into': { fields: ['mergedInto'], sparse: true },
        },
      },
      ports,
    ),
    credentials: openAggregates<CredentialState, CredentialEvent, CredentialDetails>(
      {
        service,
        name: 'credential',
        topic: CredentialEntered.topic,
        events: [CredentialEntered, CredentialReviewed, CredentialRemoved],
        initial: initialCredential,
        evolve: evolveCredential,
        fields: { status: { path: 'state.status', type: 'string' }, organisationId: { path: 'state.organisationId', type: 'string' } },
        indexes: { 'by-status': { fields: ['status'] }, 'by-organisation': { fields: ['organisationId', 'status'] } },
      },
      ports,
    ),
    matches: openAggregates<MatchState, MatchEvent>(
      {
        service,
        name: 'match',
        topic: MatchRaised.topic,
        events: [MatchRaised, MatchRejected, MatchClosed, MatchReopened, MatchOffersRaised, MatchOffersRejected, MatchOffersClosed, MatchOffersReopened],
        initial: initialMatch,
        evolve: evolveMatch,
        fields: {
          status: { path: 'state.status', type: 'string' },
          certainty: { path: 'state.certainty', type: 'integer' },
          about: { path: 'state.about', type: 'string' },
          organisationId: { path: 'state.organisationIds', type: 'string', array: true },
          offerId: { path: 'state.offerIds', type: 'string', array: true },
        },
        indexes: {
          'by-status': { fields: ['status', 'about', 'certainty'] },
          'by-organisation': { fields: ['organisationId'] },
          'by-offer': { fields: ['offerId'] },
        },
      },
      ports,
    ),
    assets: openAggregates<AssetState, AssetEvent, AssetDetails>(
      {
        service,
        name: 'asset',
        topic: AssetListed.topic,
        events: [AssetListed, AssetDescribed, AssetHidden, AssetRemoved],
        initial: initialAsset,
        evolve: evolveAsset,
        fields: {
          status: { path: 'state.status', type: 'string' },
          personId: { path: 'state.personId', type: 'string' },
          organisationId: { path: 'state.organisationId', type: 'string' },
        },
        indexes: {
          'by-status': { fields: ['status'] },
          'by-person': { fields: ['personId', 'status'], sparse: true },
          'by-organisation': { fields: ['organisationId', 'status'], sparse: true },
        },
      },
      ports,
    ),
    searches: openAggregates<UnmetSearch, SearchEvent>(
      {
        service,
        name: 'search',
        topic: SearchFoundNothing.topic,
        events: [SearchFoundNothing, SearchFoundNoneAcceptable],
        initial: initialSearch,
        evolve: evolveSearch,
      },
      ports,
    ),
    watches: openAggregates<SearchWatchState, SearchWatchEvent, SearchWatchDetails>(
      {
        service,
        name: 'search-watch',
        topic: SearchWatchBegun.topic,
        events: [SearchWatchBegun, SearchWatchRenewed, SearchWatchMatched, SearchWatchTold, SearchWatchEnded],
        initial: initialSearchWatch,
        evolve: evolveSearchWatch,
        fields: {
          status: { path: 'state.status', type: 'string' },
          personId: { path: 'state.personId', type: 'string' },
          tellAt: { path: 'state.tellAt', type: 'string' },
          endsAt: { path: 'state.endsAt', type: 'string' },
        },
        indexes: {
          'by-status': { fields: ['status'] },
          'by-person': { fields: ['personId', 'status'] },
          'by-telling': { fields: ['tellAt'], sparse: true },
          'by-end': { fields: ['endsAt'], sparse: true },
        },
      },
      ports,
    ),
  })
