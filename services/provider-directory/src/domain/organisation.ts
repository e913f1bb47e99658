import type { DomainEvent, OrganisationDescribed, OrganisationMemberJoined, OrganisationRegistered } from '@patchwork/events'
import type { Current, Decision } from './decision.ts'
import { RefusedError } from './refusals.ts'

export type OrganisationEvent =
  | DomainEvent<typeof OrganisationRegistered>
  | DomainEvent<typeof OrganisationDescribed>
  | DomainEvent<typeof OrganisationMemberJoined>

export type OrganisationKind = 'micro-provider' | 'community-network' | 'organisation'
export type Origin = 'registered' | 'open-data' | 'imported'
export type MemberRole = 'owner' | 'member'

export type OrganisationState =
  | { status: 'unregistered'; memberIds: string[] }
  | { status: 'registered'; kind: OrganisationKind; origin: Origin; memberIds: string[]; ownerIds: string[] }

/** Which record of which open data set something was made from. */
export type SourceRecord = { code: string; recordId: string; url?: string }

/** What an organisation says of itself: sealed at rest, never in an event. */
export type OrganisationDetails = {
  name: string
  description?: string
  email?: string
  phone?: string
  website?: string
  /** Numbers others know it by, e.g. scheme GB-CHC for registered charities. */
  identifiers?: { scheme: string; identifier: string }[]
  source?: SourceRecord
  modifiedAt: string
}

export type Organisation = Current<OrganisationState, OrganisationDetails>
export type OrganisationDecision = Decision<OrganisationEvent, OrganisationDetails>

export const initialOrganisation: OrganisationState = { status: 'unregistered', memberIds: [] }

export type RegisterOrganisation = { organisationId: string; kind: OrganisationKind; origin: Origin; registrantId?: string; details: OrganisationDetails }

/** The registrant becomes its owner; open data has none. Throws RefusedError `already-registered`. */
export const registerOrganisation = ({ state }: Organisation, command: RegisterOrganisation): OrganisationDecision => {
  const { organisationId, kind, origin, registrantId, details } = command
  if (state.status === 'registered') throw new RefusedError('already-registered')
  return {
    events: [
      { type: 'organisation.registered.v1', data: { organisationId, kind, origin } },
      { type: 'organisation.described.v1', data: { organisationId } },
      ...(registrantId === undefined
        ? []
        : [{ type: 'organisation.member-joined.v1', data: { organisationId, personId: registrantId, memberRole: 'owner' } } as const]),
    ],
    details,
    answer: { organisationId },
  }
}

/** Saying the same as before changes nothing. Throws RefusedError `organisation-not-found`, `kind-of-organisation-fixed`. */
export const describeOrganisation = (
  { state, details: before }: Organisation,
  { organisationId, kind, details }: { organisationId: string; kind?: OrganisationKind; details: OrganisationDetails },
): OrganisationDecision => {
  if (state.status !== 'registered' || !before) throw new RefusedError('organisation-not-found')
  if (kind !== undefined && kind !== state.kind) throw new RefusedError('kind-of-organisation-fixed', '/kind')
  // Where a record came from is not the describer's to change.
  const kept = { ...(before.identifiers ? { identifiers: before.identifiers } : {}), ...(before.source ? { source: before.source } : {}) }
  const next: OrganisationDetails = { ...details, ...kept }
  const answer = { organisationId }
  if (isSame({ ...before, modifiedAt: next.modifiedAt }, next)) return { events: [], answer }
  return { events: [{ type: 'organisation.described.v1', data: { organisationId } }], details: next, answer }
}

const isSame = (left: object, right: object): boolean => {
  const sorted = (value: object) => JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
  return sorted(left) === sorted(right)
}

export const evolveOrganisation = (state: OrganisationState, event: OrganisationEvent): OrganisationState => {
  switch (event.type) {
    case 'organisation.registered.v1':
      return { status: 'registered', kind: event.data.kind, origin: event.data.origin, memberIds: state.memberIds, ownerIds: [] }
    case 'organisation.described.v1':
      return state
    case 'organisation.member-joined.v1': {
      const { personId, memberRole } = event.data
      if (state.status !== 'registered') return state
      const without = (ids: string[]) => ids.filter((id) => id !== personId)
      return {
        ...state,
        memberIds: [...without(state.memberIds), personId],
        ownerIds: memberRole === 'owner' ? [...without(state.ownerIds), personId] : without(state.ownerIds),
      }
    }
    default:
      return assertNever(event)
  }
}

const assertNever = (event: never): never => {
  throw new TypeError(`An event that an organisation does not know: ${(event as { type: string }).type}`)
}
