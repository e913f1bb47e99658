import type { DomainEvent, OrganisationDescribed, OrganisationJoiningCodeIssued, OrganisationMemberJoined, OrganisationRegistered } from '@patchwork/events'
import type { Current, Decision } from './decision.ts'
import { RefusedError } from './refusals.ts'

export type OrganisationEvent =
  | DomainEvent<typeof OrganisationRegistered>
  | DomainEvent<typeof OrganisationDescribed>
  | DomainEvent<typeof OrganisationMemberJoined>
  | DomainEvent<typeof OrganisationJoiningCodeIssued>

export type OrganisationKind = 'micro-provider' | 'community-network' | 'organisation'
export type Origin = 'registered' | 'open-data' | 'imported'
export type MemberRole = 'owner' | 'member'

/** A code that one colleague can join by; its id follows from the code, which is kept nowhere. */
export type JoiningCode = { joiningCodeId: string; expiresAt: string; usedBy?: string }

export type OrganisationState =
  | { status: 'unregistered'; memberIds: string[] }
  | {
      status: 'registered'
      kind: OrganisationKind
      origin: Origin
      memberIds: string[]
      ownerIds: string[]
      joiningCodes?: JoiningCode[]
      joiningCodeIds?: string[]
    }

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
  /** What the feed it came from said in the fields of the open standard; whoever describes it anew here says it without. */
  given?: Record<string, unknown>
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

export const joiningCodeDays = 7
/** Codes of one organisation that are known, used ones included; a newer one puts the oldest out of use. */
export const joiningCodesMax = 20
/** Members of one organisation: as many as are told of what happens to it. */
export const membersMax = 200
const dayMs = 24 * 3_600_000

/** An owner gets a code for one colleague. Throws RefusedError `organisation-not-found`. */
export const issueJoiningCode = (
  { state }: Organisation,
  { organisationId, joiningCodeId, issuedBy, at }: { organisationId: string; joiningCodeId: string; issuedBy: string; at: string },
): OrganisationDecision => {
  if (state.status !== 'registered' || !state.ownerIds.includes(issuedBy)) throw new RefusedError('organisation-not-found')
  const expiresAt = new Date(Date.parse(at) + joiningCodeDays * dayMs).toISOString()
  return { events: [{ type: 'organisation.joining-code-issued.v1', data: { organisationId, joiningCodeId, issuedBy, expiresAt } }], answer: { expiresAt } }
}

/**
 * Whoever has a code that is still open becomes a member, and the code is used up. A member who enters one stays what they are, and nothing is used up.
 * Throws RefusedError `joining-code-ended`, `too-many-members`.
 */
export const joinOrganisation = (
  { state }: Organisation,
  { organisationId, joiningCodeId, personId, at }: { organisationId: string; joiningCodeId: string; personId: string; at: string },
): OrganisationDecision => {
  const code = state.status === 'registered' ? state.joiningCodes?.find((open) => open.joiningCodeId === joiningCodeId) : undefined
  const answer = { organisationId }
  if (code && state.memberIds.includes(personId)) return { events: [], answer }
  if (!code || code.usedBy !== undefined || at >= code.expiresAt) throw new RefusedError('joining-code-ended', '/code')
  if (state.memberIds.length >= membersMax) throw new RefusedError('too-many-members', '/code')
  return { events: [{ type: 'organisation.member-joined.v1', data: { organisationId, personId, memberRole: 'member', joiningCodeId } }], answer }
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
      const { personId, memberRole, joiningCodeId } = event.data
      if (state.status !== 'registered') return state
      const without = (ids: string[]) => ids.filter((id) => id !== personId)
      const members = {
        memberIds: [...without(state.memberIds), personId],
        ownerIds: memberRole === 'owner' ? [...without(state.ownerIds), personId] : without(state.ownerIds),
      }
      if (joiningCodeId === undefined) return { ...state, ...members }
      const codes = (state.joiningCodes ?? []).map((code) => (code.joiningCodeId === joiningCodeId ? { ...code, usedBy: personId } : code))
      return { ...state, ...members, ...withJoiningCodes(codes) }
    }
    case 'organisation.joining-code-issued.v1': {
      const { joiningCodeId, expiresAt } = event.data
      if (state.status !== 'registered') return state
      return { ...state, ...withJoiningCodes([...(state.joiningCodes ?? []).slice(1 - joiningCodesMax), { joiningCodeId, expiresAt }]) }
    }
    default:
      return assertNever(event)
  }
}

/** The ids stand beside the codes as a list that can be asked for. */
const withJoiningCodes = (joiningCodes: JoiningCode[]) => ({ joiningCodes, joiningCodeIds: joiningCodes.map(({ joiningCodeId }) => joiningCodeId) })

const assertNever = (event: never): never => {
  throw new TypeError(`An event that an organisation does not know: ${(event as { type: string }).type}`)
}
