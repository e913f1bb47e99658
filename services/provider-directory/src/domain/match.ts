import type { DomainEvent, MatchClosed, MatchRaised, MatchRejected, MatchReopened, matchReasons } from '@patchwork/events'
import type { Current, Decision } from './decision.ts'
import { RefusedError } from './refusals.ts'

export type MatchEvent =
  | DomainEvent<typeof MatchRaised>
  | DomainEvent<typeof MatchRejected>
  | DomainEvent<typeof MatchClosed>
  | DomainEvent<typeof MatchReopened>
export type MatchReason = (typeof matchReasons)[number]

type Raised = { organisationIds: string[]; certainty: number; reasons: MatchReason[] }
type Closed = Raised & { mergedOrganisationId: string; intoOrganisationId: string }

/** Two organisations that are likely one. `merged`: into each other; `closed`: one of the two into a third. */
export type MatchState = { status: 'none' } | ({ status: 'waiting' } & Raised) | ({ status: 'rejected' } & Raised) | ({ status: 'merged' | 'closed' } & Closed)

export type Match = Current<MatchState, undefined>
export type MatchDecision = Decision<MatchEvent, undefined>

export const initialMatch: MatchState = { status: 'none' }

export type RaiseMatch = { matchId: string; organisationIds: string[]; certainty: number; reasons: MatchReason[]; at: string }

/** Two organisations are likely one. Raised once; while it waits, what makes it likely is kept as it is known last. */
export const raiseMatch = ({ state }: Match, { matchId, organisationIds, certainty, reasons, at }: RaiseMatch): MatchDecision => {
  const isKnown = state.status === 'waiting' && state.certainty === certainty && state.reasons.join() === reasons.join()
  if (isKnown || (state.status !== 'none' && state.status !== 'waiting')) return { events: [] }
  return { events: [{ type: 'match.raised.v1', data: { matchId, organisationIds, certainty, reasons, raisedAt: at } }] }
}

/** They are not the same, for ever or until it is taken back; again changes nothing. Throws RefusedError `match-not-found`, `match-not-waiting`. */
export const rejectMatch = ({ state }: Match, { matchId, rejectedBy, at }: { matchId: string; rejectedBy: string; at: string }): MatchDecision => {
  const answer = { matchId }
  if (state.status === 'none') throw new RefusedError('match-not-found')
  if (state.status === 'rejected') return { events: [], answer }
  if (state.status !== 'waiting') throw new RefusedError('match-not-waiting')
  return { events: [{ type: 'match.rejected.v1', data: { matchId, organisationIds: state.organisationIds, rejectedBy, rejectedAt: at } }], answer }
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
  { matchId, mergedOrganisationId, intoOrganisationId, at }: { matchId: string; mergedOrganisationId: string; intoOrganisationId: string; at: string },
): MatchDecision => {
  if (state.status !== 'waiting' && state.status !== 'rejected') return { events: [] }
  const { organisationIds } = state
  if (state.status === 'rejected' && !organisationIds.includes(intoOrganisationId)) return { events: [] }
  return { events: [{ type: 'match.closed.v1', data: { matchId, organisationIds, mergedOrganisationId, intoOrganisationId, closedAt: at } }] }
}

/** The merge that closed it is undone. */
export const reopenMatch = (
  { state }: Match,
  { matchId, mergedOrganisationId, at }: { matchId: string; mergedOrganisationId: string; at: string },
): MatchDecision => {
  if ((state.status !== 'merged' && state.status !== 'closed') || state.mergedOrganisationId !== mergedOrganisationId) return { events: [] }
  return { events: [reopened(matchId, state, at)] }
}

const reopened = (matchId: string, { organisationIds }: Raised, at: string): MatchEvent => ({
  type: 'match.reopened.v1',
  data: { matchId, organisationIds, reopenedAt: at },
})

export const evolveMatch = (state: MatchState, event: MatchEvent): MatchState => {
  if (event.type === 'match.raised.v1') {
    const { organisationIds, certainty, reasons } = event.data
    return { status: 'waiting', organisationIds, certainty, reasons }
  }
  if (state.status === 'none') return state
  const { organisationIds, certainty, reasons } = state
  const raised = { organisationIds, certainty, reasons }
  switch (event.type) {
    case 'match.rejected.v1':
      return { status: 'rejected', ...raised }
    case 'match.reopened.v1':
      return { status: 'waiting', ...raised }
    case 'match.closed.v1': {
      const { mergedOrganisationId, intoOrganisationId } = event.data
      return { status: organisationIds.includes(intoOrganisationId) ? 'merged' : 'closed', ...raised, mergedOrganisationId, intoOrganisationId }
    }
    default:
      return assertNever(event)
  }
}

const assertNever = (event: never): never => {
  throw new TypeError(`An event that a match does not know: ${(event as { type: string }).type}`)
}
