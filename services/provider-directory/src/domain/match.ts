import type {
  DomainEvent,
  MatchClosed,
  MatchOffersClosed,
  MatchOffersRaised,
  MatchOffersRejected,
  MatchOffersReopened,
  MatchRaised,
  MatchRejected,
  MatchReopened,
  matchReasons,
  offerMatchReasons,
} from '@patchwork/events'
import type { Current, Decision } from './decision.ts'
import { RefusedError } from './refusals.ts'

export type MatchEvent =
  | DomainEvent<typeof MatchRaised>
  | DomainEvent<typeof MatchRejected>
  | DomainEvent<typeof MatchClosed>
  | DomainEvent<typeof MatchReopened>
  | DomainEvent<typeof MatchOffersRaised>
  | DomainEvent<typeof MatchOffersRejected>
  | DomainEvent<typeof MatchOffersClosed>
  | DomainEvent<typeof MatchOffersReopened>
export type MatchReason = (typeof matchReasons)[number]
export type OfferMatchReason = (typeof offerMatchReasons)[number]

/** Two organisations, or two offers with whose they are. */
type PairOfOrganisations = { about?: never; organisationIds: string[]; certainty: number; reasons: MatchReason[] }
type PairOfOffers = { about: 'offers'; offerIds: string[]; organisationIds: string[]; certainty: number; reasons: OfferMatchReason[] }
type Pair = PairOfOrganisations | PairOfOffers

type Undecided = { status: 'waiting' | 'rejected' }
/** Two that are likely one. `merged`: into each other; `closed`: one of the two into a third. */
export type MatchOfOrganisations = PairOfOrganisations & (Undecided | { status: 'merged' | 'closed'; mergedOrganisationId: string; intoOrganisationId: string })
export type MatchOfOffers = PairOfOffers & (Undecided | { status: 'merged' | 'closed'; mergedOfferId: string; intoOfferId: string })
export type BegunMatch = MatchOfOrganisations | MatchOfOffers
export type MatchState = { status: 'none' } | BegunMatch

export type Match = Current<MatchState, undefined>
export type MatchDecision = Decision<MatchEvent, undefined>

export const initialMatch: MatchState = { status: 'none' }

/** Ids of the two that a match is about. */
export const pairIn = (match: Pair): string[] => (match.about === 'offers' ? match.offerIds : match.organisationIds)

/** Which one was merged, by ids of what the match is about; undefined while it is not decided so. */
export const mergedIdIn = (match: BegunMatch): string | undefined => {
  if (match.status !== 'merged' && match.status !== 'closed') return undefined
  return 'mergedOfferId' in match ? match.mergedOfferId : match.mergedOrganisationId
}

/** Two are likely one. Raised once; while it waits, what makes it likely is kept as it is known last. */
export const raiseMatch = ({ state }: Match, { matchId, at: raisedAt, ...pair }: Pair & { matchId: string; at: string }): MatchDecision => {
  const isKnown = state.status === 'waiting' && state.certainty === pair.certainty && state.reasons.join() === pair.reasons.join()
  if (isKnown || (state.status !== 'none' && state.status !== 'waiting')) return { events: [] }
  const { certainty } = pair
  if (pair.about === 'offers') {
    const { offerIds, organisationIds, reasons } = pair
    return { events: [{ type: 'match.offers-raised.v1', data: { matchId, offerIds, organisationIds, certainty, reasons, raisedAt } }] }
  }
  const { organisationIds, reasons } = pair
  return { events: [{ type: 'match.raised.v1', data: { matchId, organisationIds, certainty, reasons, raisedAt } }] }
}

/** They are not the same, for ever or until it is taken back; again changes nothing. Throws RefusedError `match-not-found`, `match-not-waiting`. */
export const rejectMatch = ({ state }: Match, { matchId, rejectedBy, at }: { matchId: string; rejectedBy: string; at: string }): MatchDecision => {
  const answer = { matchId }
  if (state.status === 'none') throw new RefusedError('match-not-found')
  if (state.status === 'rejected') return { events: [], answer }
  if (state.status !== 'waiting') throw new RefusedError('match-not-waiting')
  const said = { rejectedBy, rejectedAt: at }
  return {
    events: [
      state.about === 'offers'
        ? { type: 'match.offers-rejected.v1', data: { matchId, ...offersOf(state), ...said } }
        : { type: 'match.rejected.v1', data: { matchId, organisationIds: state.organisationIds, ...said } },
    ],
    answer,
  }
}

/** It is to be decided again; again changes nothing. Throws RefusedError `match-not-found`, `match-not-waiting` where the two are merged. */
export const takeRejectionBack = ({ state }: Match, { matchId, at }: { matchId: string; at: string }): MatchDecision => {
  const answer = { matchId }
  if (state.status === 'none') throw new RefusedError('match-not-found')
  if (state.status === 'waiting') return { events: [], answer }
  if (state.status !== 'rejected') throw new RefusedError('match-not-waiting')
  return { events: [reopened(matchId, state, at)], answer }
}

/** One of the two was merged. That they are not the same goes on being known, unless they were merged into each other. */
export const closeMatch = (
  { state }: Match,
  { matchId, mergedId, intoId, at }: { matchId: string; mergedId: string; intoId: string; at: string },
): MatchDecision => {
  if (state.status !== 'waiting' && state.status !== 'rejected') return { events: [] }
  if (state.status === 'rejected' && !pairIn(state).includes(intoId)) return { events: [] }
  const closed = { matchId, closedAt: at }
  return {
    events: [
      state.about === 'offers'
        ? { type: 'match.offers-closed.v1', data: { ...closed, ...offersOf(state), mergedOfferId: mergedId, intoOfferId: intoId } }
        : {
            type: 'match.closed.v1',
            data: { ...closed, organisationIds: state.organisationIds, mergedOrganisationId: mergedId, intoOrganisationId: intoId },
          },
    ],
  }
}

/** The merge that closed it is undone. */
export const reopenMatch = ({ state }: Match, { matchId, mergedId, at }: { matchId: string; mergedId: string; at: string }): MatchDecision => {
  if (state.status === 'none' || mergedIdIn(state) !== mergedId) return { events: [] }
  return { events: [reopened(matchId, state, at)] }
}

const offersOf = ({ offerIds, organisationIds }: PairOfOffers) => ({ offerIds, organisationIds })

const reopened = (matchId: string, match: Pair, reopenedAt: string): MatchEvent =>
  match.about === 'offers'
    ? { type: 'match.offers-reopened.v1', data: { matchId, ...offersOf(match), reopenedAt } }
    : { type: 'match.reopened.v1', data: { matchId, organisationIds: match.organisationIds, reopenedAt } }

export const evolveMatch = (state: MatchState, event: MatchEvent): MatchState => {
  if (event.type === 'match.raised.v1') {
    const { organisationIds, certainty, reasons } = event.data
    return { status: 'waiting', organisationIds, certainty, reasons }
  }
  if (event.type === 'match.offers-raised.v1') {
    const { offerIds, organisationIds, certainty, reasons } = event.data
    return { status: 'waiting', about: 'offers', offerIds, organisationIds, certainty, reasons }
  }
  if (state.status === 'none') return state
  switch (event.type) {
    case 'match.rejected.v1':
    case 'match.offers-rejected.v1':
      return undecided(state, 'rejected')
    case 'match.reopened.v1':
    case 'match.offers-reopened.v1':
      return undecided(state, 'waiting')
    case 'match.closed.v1': {
      if (state.about === 'offers') return state
      const { mergedOrganisationId, intoOrganisationId } = event.data
      const status = state.organisationIds.includes(intoOrganisationId) ? 'merged' : 'closed'
      return { ...pairOfOrganisations(state), status, mergedOrganisationId, intoOrganisationId }
    }
    case 'match.offers-closed.v1': {
      if (state.about !== 'offers') return state
      const { mergedOfferId, intoOfferId } = event.data
      return { ...pairOfOffers(state), status: state.offerIds.includes(intoOfferId) ? 'merged' : 'closed', mergedOfferId, intoOfferId }
    }
    default:
      return assertNever(event)
  }
}

const undecided = (match: BegunMatch, status: Undecided['status']): BegunMatch =>
  match.about === 'offers' ? { ...pairOfOffers(match), status } : { ...pairOfOrganisations(match), status }

const pairOfOrganisations = ({ organisationIds, certainty, reasons }: PairOfOrganisations): PairOfOrganisations => ({ organisationIds, certainty, reasons })
const pairOfOffers = ({ about, offerIds, organisationIds, certainty, reasons }: PairOfOffers): PairOfOffers => ({
  ...{ about, offerIds, organisationIds, certainty, reasons },
})

const assertNever = (event: never): never => {
  throw new TypeError(`An event that a match does not know: ${(event as { type: string }).type}`)
}
