import { type OpenedAggregates, openAggregates, type Ports, together } from '@patchwork/aggregate'
import {
  CredentialEntered,
  CredentialRemoved,
  CredentialReviewed,
  MatchClosed,
  MatchRaised,
  MatchRejected,
  MatchReopened,
  OfferAssuranceAsked,
  OfferAssured,
  OfferCapacityExpired,
  OfferCapacityStated,
  OfferDescribed,
  OfferDownranked,
  OfferDrafted,
  OfferHidden,
  OfferPublished,
  OfferWithdrawn,
  OrganisationDescribed,
  OrganisationJoiningCodeIssued,
  OrganisationMemberJoined,
  OrganisationMemberLeft,
  OrganisationMerged,
  OrganisationMergeUndone,
  OrganisationRegistered,
  SearchFoundNothing,
} from '@patchwork/events'
import { type CredentialDetails, type CredentialEvent, type CredentialState, evolveCredential, initialCredential } from '../domain/credential.ts'
import { type EmptySearch, evolveSearch, initialSearch, type SearchEvent } from '../domain/emptySearch.ts'
import { evolveMatch, initialMatch, type MatchEvent, type MatchState } from '../domain/match.ts'
import { evolveOffer, initialOffer, type OfferDetails, type OfferEvent, type OfferState } from '../domain/offer.ts'
import { evolveOrganisation, initialOrganisation, type OrganisationDetails, type OrganisationEvent, type OrganisationState } from '../domain/organisation.ts'

export const service = 'provider-directory'

export type Organisations = OpenedAggregates<OrganisationState, OrganisationEvent, OrganisationDetails>
export type Offers = OpenedAggregates<OfferState, OfferEvent, OfferDetails>
export type Credentials = OpenedAggregates<CredentialState, CredentialEvent, CredentialDetails>
export type Matches = OpenedAggregates<MatchState, MatchEvent>
export type EmptySearches = OpenedAggregates<EmptySearch, SearchEvent>
export type Directory = { organisations: Organisations; offers: Offers; credentials: Credentials; searches: EmptySearches; matches: Matches }

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
          OrganisationMerged,
          OrganisationMergeUndone,
        ],
        initial: initialOrganisation,
        evolve: evolveOrganisation,
        fields: {
          status: { path: 'state.status', type: 'string' },
          memberId: { path: 'state.memberIds', type: 'string', array: true },
          joiningCodeId: { path: 'state.joiningCodeIds', type: 'string', array: true },
          mergedInto: { path: 'state.mergedInto.organisationId', type: 'string' },
        },
        indexes: {
          'by-status': { fields: ['status'] },
          'by-member': { fields: ['memberId'] },
          'by-joining-code': { fields: ['joiningCodeId'] },
          'by-merged-into': { fields: ['mergedInto'], sparse: true },
        },
      },
      ports,
    ),
    offers: openAggregates<OfferState, OfferEvent, OfferDetails>(
      {
        service,
        name: 'offer',
        topic: OfferDrafted.topic,
        events: [
          OfferDrafted,
          OfferDescribed,
          OfferPublished,
          OfferCapacityStated,
          OfferCapacityExpired,
          OfferAssured,
          OfferAssuranceAsked,
          OfferDownranked,
          OfferHidden,
          OfferWithdrawn,
        ],
        initial: initialOffer,
        evolve: evolveOffer,
        fields: {
          status: { path: 'state.status', type: 'string' },
          organisationId: { path: 'state.organisationId', type: 'string' },
          assuranceNextAt: { path: 'state.assurance.nextAt', type: 'string' },
          capacityExpiresAt: { path: 'state.capacity.expiresAt', type: 'string' },
        },
        indexes: {
          'by-status': { fields: ['status'] },
          'by-organisation': { fields: ['organisationId', 'status'] },
          'by-assurance': { fields: ['assuranceNextAt'], sparse: true },
          'by-capacity-expiry': { fields: ['capacityExpiresAt'], sparse: true },
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
        events: [MatchRaised, MatchRejected, MatchClosed, MatchReopened],
        initial: initialMatch,
        evolve: evolveMatch,
        fields: {
          status: { path: 'state.status', type: 'string' },
          certainty: { path: 'state.certainty', type: 'integer' },
          organisationId: { path: 'state.organisationIds', type: 'string', array: true },
        },
        indexes: { 'by-status': { fields: ['status', 'certainty'] }, 'by-organisation': { fields: ['organisationId'] } },
      },
      ports,
    ),
    searches: openAggregates<EmptySearch, SearchEvent>(
      { service, name: 'search', topic: SearchFoundNothing.topic, events: [SearchFoundNothing], initial: initialSearch, evolve: evolveSearch },
      ports,
    ),
  })
