import type {
  DomainEvent,
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
} from '@patchwork/events'
import type { Current, Decision } from './decision.ts'
import { followedWords, givenBackWords, type MergedField, type TakenWords, withTakenWords } from './mergedWords.ts'
import { RefusedError } from './refusals.ts'

export type OrganisationEvent =
  | DomainEvent<typeof OrganisationRegistered>
  | DomainEvent<typeof OrganisationDescribed>
  | DomainEvent<typeof OrganisationMemberJoined>
  | DomainEvent<typeof OrganisationJoiningCodeIssued>
  | DomainEvent<typeof OrganisationMemberLeft>
  | DomainEvent<typeof OrganisationHandOverOffered>
  | DomainEvent<typeof OrganisationHandedOver>
  | DomainEvent<typeof OrganisationInvitationIssued>
  | DomainEvent<typeof OrganisationInvitationEnded>
  | DomainEvent<typeof OrganisationMerged>
  | DomainEvent<typeof OrganisationMergeUndone>
  | DomainEvent<typeof OrganisationClosed>

export type OrganisationKind = 'micro-provider' | 'community-network' | 'organisation'
export type Origin = 'registered' | 'open-data' | 'imported'
export type MemberRole = 'owner' | 'member'

/** A code that one colleague can join by; its id follows from the code, which is kept nowhere. `handsOver`: by it they own it in the place of this one. */
export type JoiningCode = { joiningCodeId: string; expiresAt: string; usedBy?: string; handsOver?: string }

/** Somebody who was invited by e-mail. Their link holds a code like any other; until it was used it says by this what they become. Whom, is in the details. */
export type Invitation = { invitationId: string; joiningCodeId: string; memberRole: MemberRole; invitedBy: string; issuedAt: string; expiresAt: string }
/** Whom an open invitation was sent to, and in which language. */
export type Invited = { invitationId: string; email: string; language: 'en' | 'cy' }

export type OrganisationState =
  | { status: 'unregistered'; memberIds: string[] }
  | {
      status: 'registered'
      kind: OrganisationKind
      origin: Origin
      memberIds: string[]
      ownerIds: string[]
      joiningCodes?: JoiningCode[]
      /** Of its codes and its invitations. */
      joiningCodeIds?: string[]
      invitations?: Invitation[]
      invitationIds?: string[]
      /** When the first of its invitations is over. */
      invitationEndsAt?: string
      /** By person, the match whose merge made them a member here: they act for the other of its two organisations. */
      through?: Record<string, string>
      /** Which organisation stands for this one since the two were merged. */
      mergedInto?: { organisationId: string; matchId: string }
      /** Since then it offers nothing and nobody joins; its people stay for what they have in hand. */
      closedAt?: string
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
  /** What merges put here, by the match, the earliest first; nobody is shown this. */
  taken?: Record<string, TakenWords>
  /** Of one that is merged: which of its words the other one was to take. */
  merge?: { fields: MergedField[] }
  /** Whom it has invited, as long as the invitation is open; shown to its owners alone. */
  invited?: Invited[]
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

/** Saying the same as before changes nothing. Throws RefusedError `organisation-not-found`, `organisation-closed`, `kind-of-organisation-fixed`. */
export const describeOrganisation = (
  { state, details: before }: Organisation,
  { organisationId, kind, details }: { organisationId: string; kind?: OrganisationKind; details: OrganisationDetails },
): OrganisationDecision => {
  if (state.status !== 'registered' || !before) throw new RefusedError('organisation-not-found')
  mustBeOpen(state)
  if (kind !== undefined && kind !== state.kind) throw new RefusedError('kind-of-organisation-fixed', '/kind')
  // Where a record came from is not the describer's to change.
  const taken = details.taken ?? before.taken
  const kept = {
    ...(before.identifiers ? { identifiers: before.identifiers } : {}),
    ...(before.source ? { source: before.source } : {}),
    ...(taken ? { taken } : {}),
    ...(before.merge ? { merge: before.merge } : {}),
    ...(before.invited ? { invited: before.invited } : {}),
  }
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

/** An owner gets a code for one colleague. Throws RefusedError `organisation-not-found`, `organisation-closed`. */
export const issueJoiningCode = (
  { state }: Organisation,
  { organisationId, joiningCodeId, issuedBy, at }: { organisationId: string; joiningCodeId: string; issuedBy: string; at: string },
): OrganisationDecision => {
  if (state.status !== 'registered' || !state.ownerIds.includes(issuedBy)) throw new RefusedError('organisation-not-found')
  mustBeOpen(state)
  const expiresAt = new Date(Date.parse(at) + joiningCodeDays * dayMs).toISOString()
  return { events: [{ type: 'organisation.joining-code-issued.v1', data: { organisationId, joiningCodeId, issuedBy, expiresAt } }], answer: { expiresAt } }
}

/** Whether somebody acts for it, or owns it, whatever becomes of a merge. */
export const isOwnMember = ({ memberIds, through }: Registered, personId: string): boolean => memberIds.includes(personId) && through?.[personId] === undefined
export const isOwnOwner = (state: Registered, personId: string): boolean => isOwnMember(state, personId) && state.ownerIds.includes(personId)

/** An owner gets a code by which one colleague can take their place. Throws RefusedError `organisation-not-found`, `organisation-closed`. */
export const offerHandOver = (
  { state }: Organisation,
  { organisationId, joiningCodeId, offeredBy, at }: { organisationId: string; joiningCodeId: string; offeredBy: string; at: string },
): OrganisationDecision => {
  if (state.status !== 'registered' || !isOwnOwner(state, offeredBy)) throw new RefusedError('organisation-not-found')
  mustBeOpen(state)
  const expiresAt = new Date(Date.parse(at) + joiningCodeDays * dayMs).toISOString()
  return { events: [{ type: 'organisation.hand-over-offered.v1', data: { organisationId, joiningCodeId, offeredBy, expiresAt } }], answer: { expiresAt } }
}

/**
 * A member leaves; who is one through a merge only stays until they leave where they are one. Whoever owns it alone cannot: somebody must look after who joins,
 * until it is closed and nobody does.
 * Throws RefusedError `organisation-not-found`, `last-owner`.
 */
export const leaveOrganisation = (current: Organisation, { organisationId, personId }: { organisationId: string; personId: string }): OrganisationDecision => {
  const { state } = current
  if (state.status !== 'registered') throw new RefusedError('organisation-not-found')
  const answer = { organisationId }
  if (!isOwnMember(state, personId)) return { events: [], answer }
  const owners = state.ownerIds.filter((ownerId) => isOwnOwner(state, ownerId))
  if (state.closedAt === undefined && owners.length === 1 && owners[0] === personId) throw new RefusedError('last-owner')
  return forgettingInvited(current, { events: [{ type: 'organisation.member-left.v1', data: { organisationId, personId } }], answer })
}

type JoinOrganisation = { organisationId: string; joiningCodeId: string; personId: string; at: string }

/**
 * Whoever has a code that is still open becomes a member, and the code is used up. A member who enters one stays what they are, and nothing is used up, unless its
 * owner hands over by it: then they own it in the place of that one, member before or not. By the link of an invitation they become what it says.
 * Throws RefusedError `joining-code-ended`, `too-many-members`.
 */
export const joinOrganisation = (current: Organisation, command: JoinOrganisation): OrganisationDecision => {
  const { state } = current
  const { organisationId, joiningCodeId, personId, at } = command
  const invitation = state.status === 'registered' ? state.invitations?.find((one) => one.joiningCodeId === joiningCodeId) : undefined
  if (state.status === 'registered' && invitation) return forgettingInvited(current, acceptInvitation(state, invitation, command))
  const code = state.status === 'registered' ? state.joiningCodes?.find((open) => open.joiningCodeId === joiningCodeId) : undefined
  const answer = { organisationId }
  const isMember = state.memberIds.includes(personId)
  const isForOthers = code?.handsOver === undefined || (code.handsOver === personId && code.usedBy === undefined)
  if (code && isMember && (isForOthers || code.usedBy === personId)) return { events: [], answer }
  if (state.status !== 'registered' || !code || code.usedBy !== undefined || at >= code.expiresAt) throw new RefusedError('joining-code-ended', '/code')
  if (!isMember && state.memberIds.length >= membersMax) throw new RefusedError('too-many-members', '/code')
  const joined = { type: 'organisation.member-joined.v1', data: { organisationId, personId, memberRole: 'member', joiningCodeId } } as const
  if (code.handsOver === undefined) return { events: [joined], answer }
  const data = { organisationId, fromPersonId: code.handsOver, toPersonId: personId, joiningCodeId, handedOverAt: at }
  const events = [...(isOwnMember(state, personId) ? [] : [joined]), { type: 'organisation.handed-over.v1', data } as const]
  return forgettingInvited(current, { events, answer })
}

const acceptInvitation = (state: Registered, { memberRole, expiresAt }: Invitation, command: JoinOrganisation): OrganisationDecision => {
  const { organisationId, joiningCodeId, personId, at } = command
  const answer = { organisationId }
  if (at >= expiresAt) throw new RefusedError('joining-code-ended', '/code')
  const isMember = state.memberIds.includes(personId)
  if (memberRole === 'owner' ? isOwnOwner(state, personId) : isMember) return { events: [], answer }
  if (!isMember && state.memberIds.length >= membersMax) throw new RefusedError('too-many-members', '/code')
  return { events: [{ type: 'organisation.member-joined.v1', data: { organisationId, personId, memberRole, joiningCodeId } }], answer }
}

/** The same decision, and whoever's invitation is open no more after it is forgotten with the same write. */
export const forgettingInvited = ({ state, details }: Organisation, decision: OrganisationDecision): OrganisationDecision => {
  const words = decision.details ?? details
  if (!words?.invited) return decision
  const next = decision.events.reduce(evolveOrganisation, state)
  const open = next.status === 'registered' ? (next.invitationIds ?? []) : []
  const stillInvited = words.invited.filter(({ invitationId }) => open.includes(invitationId))
  if (stillInvited.length === words.invited.length) return decision
  const { invited: _before, ...others } = words
  return { ...decision, details: stillInvited.length > 0 ? { ...others, invited: stillInvited } : others }
}

/**
 * Its owner closes it for good: its codes are gone, nobody joins, and its offers are withdrawn by this event. Its people stay, for what they have in hand.
 * Closing again changes nothing. Throws RefusedError `organisation-not-found`.
 */
export const closeOrganisation = (
  current: Organisation,
  { organisationId, closedBy, at }: { organisationId: string; closedBy: string; at: string },
): OrganisationDecision => {
  const { state } = current
  if (state.status !== 'registered' || !state.ownerIds.includes(closedBy)) throw new RefusedError('organisation-not-found')
  return forgettingInvited(current, closing(state, { organisationId, closedBy, closedAt: at }))
}

/** One that another stands for closes with it, whoever its own people are: the two are one. One that stands by itself again stays open. */
export const closeWithStanding = (
  current: Organisation,
  standing: { organisationId: string; intoOrganisationId: string; closedBy: string; at: string },
): OrganisationDecision => {
  const { state } = current
  const { organisationId, intoOrganisationId, closedBy, at } = standing
  if (state.status !== 'registered' || state.mergedInto?.organisationId !== intoOrganisationId) return { events: [] }
  return forgettingInvited(current, closing(state, { organisationId, closedBy, closedAt: at }))
}

const closing = (state: Registered, data: { organisationId: string; closedBy: string; closedAt: string }): OrganisationDecision => ({
  events: state.closedAt === undefined ? [{ type: 'organisation.closed.v1', data }] : [],
  answer: { organisationId: data.organisationId },
})

/** Throws RefusedError `organisation-closed`. */
export const mustBeOpen = ({ closedAt }: Registered): void => {
  if (closedAt !== undefined) throw new RefusedError('organisation-closed')
}

/** Organisations that stand as one, at most. */
export const mergedMax = 20

export type MergeOrganisation = {
  organisationId: string
  intoOrganisationId: string
  matchId: string
  mergedBy: string
  at: string
  /** What the other one is to take of this one's words. */
  fields: MergedField[]
}

/** From now on another organisation stands for this one, which stays as it is. Again changes nothing. Throws RefusedError `organisation-not-found`, `organisation-closed`, `merged-already`. */
export const mergeOrganisation = ({ state, details }: Organisation, command: MergeOrganisation): OrganisationDecision => {
  const { organisationId, intoOrganisationId, matchId, mergedBy, at, fields } = command
  if (state.status !== 'registered' || !details) throw new RefusedError('organisation-not-found')
  const answer = { organisationId, intoOrganisationId }
  if (state.mergedInto?.organisationId === intoOrganisationId) return { events: [], answer }
  if (state.mergedInto) throw new RefusedError('merged-already')
  mustBeOpen(state)
  return {
    events: [{ type: 'organisation.merged.v1', data: { organisationId, intoOrganisationId, matchId, mergedBy, mergedAt: at } }],
    details: { ...details, merge: { fields } },
    answer,
  }
}

/** It stands for itself again, as it is. Where it is not merged by this match nothing changes. */
export const undoMerge = (
  { state, details }: Organisation,
  { organisationId, matchId, undoneBy, at }: { organisationId: string; matchId: string; undoneBy: string; at: string },
): OrganisationDecision => {
  const answer = { organisationId }
  if (state.status !== 'registered' || state.mergedInto?.matchId !== matchId || !details) return { events: [], answer }
  const { merge: _merge, ...kept } = details
  const data = { organisationId, fromOrganisationId: state.mergedInto.organisationId, matchId, undoneBy, undoneAt: at }
  return { events: [{ type: 'organisation.merge-undone.v1', data }], details: kept, answer }
}

type WordsOfMerged = { organisationId: string; matchId: string; at: string; merged: OrganisationDetails }

/** Takes the words that a merge chose of the merged organisation; where it has taken them, follows them. Words that were changed here since stay. */
export const takeWordsOfMerged = ({ state, details }: Organisation, { organisationId, matchId, at, merged }: WordsOfMerged): OrganisationDecision => {
  if (state.status !== 'registered' || !details) return { events: [] }
  const next = details.taken?.[matchId] ? followedWords(details, matchId, merged) : withTakenWords(details, matchId, merged)
  return rewritten(organisationId, details, next, at)
}

/** Gives back the words that a merge put here, as far as they still stand; what was changed here since stays. */
export const giveWordsBack = (
  { state, details }: Organisation,
  { organisationId, matchId, at }: { organisationId: string; matchId: string; at: string },
): OrganisationDecision => {
  if (state.status !== 'registered' || !details?.taken?.[matchId]) return { events: [] }
  return rewritten(organisationId, details, givenBackWords(details, matchId), at)
}

const rewritten = (organisationId: string, before: OrganisationDetails, next: OrganisationDetails, at: string): OrganisationDecision =>
  isSame(before, next) ? { events: [] } : { events: [{ type: 'organisation.described.v1', data: { organisationId } }], details: { ...next, modifiedAt: at } }

export type MemberChanges = { joins: { personId: string; memberRole: MemberRole; throughMatchId: string }[]; leaves: string[] }

/** Makes people members through a merge, or no longer. Who became one otherwise meanwhile stays one. */
export const changeMembers = (current: Organisation, { organisationId, joins, leaves }: MemberChanges & { organisationId: string }): OrganisationDecision => {
  const { state } = current
  if (state.status !== 'registered') return { events: [] }
  const isOwn = (personId: string) => state.memberIds.includes(personId) && state.through?.[personId] === undefined
  return forgettingInvited(current, {
    events: [
      ...leaves
        .filter((personId) => state.memberIds.includes(personId) && !isOwn(personId))
        .map((personId) => ({ type: 'organisation.member-left.v1', data: { organisationId, personId } }) as const),
      ...joins
        .filter((join) => !isOwn(join.personId) && !isMemberThrough(state, join))
        .map((join) => ({ type: 'organisation.member-joined.v1', data: { organisationId, ...join } }) as const),
    ],
  })
}

const isMemberThrough = (
  { memberIds, ownerIds, through }: Registered,
  { personId, memberRole, throughMatchId }: { personId: string; memberRole: MemberRole; throughMatchId: string },
): boolean => memberIds.includes(personId) && through?.[personId] === throughMatchId && ownerIds.includes(personId) === (memberRole === 'owner')

const isSame = (left: object, right: object): boolean => {
  const sorted = (value: object) => JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
  return sorted(left) === sorted(right)
}

/** Nobody joins by an invitation whose sender does not look after it any more, nor once it is closed. */
export const evolveOrganisation = (before: OrganisationState, event: OrganisationEvent): OrganisationState => {
  const state = evolved(before, event)
  if (state.status !== 'registered' || !state.invitations) return state
  const good = state.closedAt === undefined ? state.invitations.filter(({ invitedBy }) => state.ownerIds.includes(invitedBy)) : []
  return good.length === state.invitations.length ? state : withInvitations(state, good)
}

const evolved = (state: OrganisationState, event: OrganisationEvent): OrganisationState => {
  switch (event.type) {
    case 'organisation.registered.v1':
      return { status: 'registered', kind: event.data.kind, origin: event.data.origin, memberIds: state.memberIds, ownerIds: [] }
    case 'organisation.described.v1':
      return state
    case 'organisation.member-joined.v1': {
      const { personId, memberRole, joiningCodeId, throughMatchId } = event.data
      if (state.status !== 'registered') return state
      const without = (ids: string[]) => ids.filter((id) => id !== personId)
      const members = {
        memberIds: [...without(state.memberIds), personId],
        ownerIds: memberRole === 'owner' ? [...without(state.ownerIds), personId] : without(state.ownerIds),
      }
      const joined = { ...withThrough(state, { ...state.through, [personId]: throughMatchId }), ...members }
      if (joiningCodeId === undefined) return joined
      const invitation = state.invitations?.find((one) => one.joiningCodeId === joiningCodeId)
      // Once it was used it is a code like any other: entered again by the same person it changes nothing.
      const known = invitation ? withJoiningCode(state, { joiningCodeId, expiresAt: invitation.expiresAt }) : (state.joiningCodes ?? [])
      const codes = known.map((code) => (code.joiningCodeId === joiningCodeId ? { ...code, usedBy: personId } : code))
      const used = { ...joined, ...withJoiningCodes(joined, codes) }
      return invitation ? withInvitations(used, withoutInvitation(state, invitation.invitationId)) : used
    }
    case 'organisation.joining-code-issued.v1': {
      const { joiningCodeId, expiresAt } = event.data
      if (state.status !== 'registered') return state
      return { ...state, ...withJoiningCodes(state, withJoiningCode(state, { joiningCodeId, expiresAt })) }
    }
    case 'organisation.member-left.v1': {
      if (state.status !== 'registered') return state
      const { personId } = event.data
      const without = (ids: string[]) => ids.filter((id) => id !== personId)
      const left = {
        ...withThrough(state, { ...state.through, [personId]: undefined }),
        memberIds: without(state.memberIds),
        ownerIds: without(state.ownerIds),
      }
      return { ...left, ...withoutHandOversBy(left, personId) }
    }
    case 'organisation.hand-over-offered.v1': {
      const { joiningCodeId, expiresAt, offeredBy } = event.data
      if (state.status !== 'registered') return state
      return { ...state, ...withJoiningCodes(state, withJoiningCode(state, { joiningCodeId, expiresAt, handsOver: offeredBy })) }
    }
    case 'organisation.handed-over.v1': {
      const { fromPersonId, toPersonId, joiningCodeId } = event.data
      if (state.status !== 'registered') return state
      const codes = (state.joiningCodes ?? []).map((code) => (code.joiningCodeId === joiningCodeId ? { ...code, usedBy: toPersonId } : code))
      const ownerIds = [...state.ownerIds.filter((id) => id !== fromPersonId && id !== toPersonId), toPersonId]
      const handedOver = { ...state, ownerIds, ...withJoiningCodes(state, codes) }
      return { ...handedOver, ...withoutHandOversBy(handedOver, fromPersonId) }
    }
    case 'organisation.invitation-issued.v1': {
      if (state.status !== 'registered') return state
      const { organisationId: _of, ...invitation } = event.data
      return withInvitations(state, [...withoutInvitation(state, invitation.invitationId), invitation])
    }
    case 'organisation.invitation-ended.v1':
      return state.status === 'registered' ? withInvitations(state, withoutInvitation(state, event.data.invitationId)) : state
    case 'organisation.merged.v1':
      if (state.status !== 'registered') return state
      return { ...state, mergedInto: { organisationId: event.data.intoOrganisationId, matchId: event.data.matchId } }
    case 'organisation.merge-undone.v1': {
      if (state.status !== 'registered') return state
      const { mergedInto: _before, ...rest } = state
      return rest
    }
    case 'organisation.closed.v1': {
      if (state.status !== 'registered') return state
      const { joiningCodes: _codes, joiningCodeIds: _ids, ...rest } = state
      return { ...rest, closedAt: event.data.closedAt }
    }
    default:
      return assertNever(event)
  }
}

export type Registered = OrganisationState & { status: 'registered' }

/** Of each person through which merge they are a member; nothing is kept of those who are one by themselves. */
const withThrough = (state: Registered, through: Record<string, string | undefined>): Registered => {
  const { through: _before, ...rest } = state
  const kept = Object.fromEntries(Object.entries(through).filter((entry): entry is [string, string] => entry[1] !== undefined))
  return Object.keys(kept).length > 0 ? { ...rest, through: kept } : rest
}

/** Nobody hands over what they own no more: their codes to do so by that nobody has used are gone. */
const withoutHandOversBy = (state: Registered, personId: string) =>
  state.joiningCodes
    ? withJoiningCodes(
        state,
        state.joiningCodes.filter(({ handsOver, usedBy }) => handsOver !== personId || usedBy !== undefined),
      )
    : {}

const withJoiningCode = ({ joiningCodes = [] }: Registered, code: JoiningCode): JoiningCode[] => [...joiningCodes.slice(1 - joiningCodesMax), code]
const idsOf = (codes: readonly { joiningCodeId: string }[]): string[] => codes.map(({ joiningCodeId }) => joiningCodeId)

/** The ids stand beside the codes, with those of invitations, as a list that can be asked for. */
const withJoiningCodes = ({ invitations = [] }: Registered, joiningCodes: JoiningCode[]) => ({
  joiningCodes,
  joiningCodeIds: idsOf([...joiningCodes, ...invitations]),
})

const withoutInvitation = ({ invitations = [] }: Registered, id: string): Invitation[] => invitations.filter(({ invitationId }) => invitationId !== id)

const withInvitations = (state: Registered, invitations: Invitation[]): Registered => {
  const { invitations: _before, invitationIds: _ids, invitationEndsAt: _endsAt, joiningCodeIds: _codeIds, ...rest } = state
  const joiningCodeIds = idsOf([...(state.joiningCodes ?? []), ...invitations])
  const open = {
    invitations,
    invitationIds: invitations.map(({ invitationId }) => invitationId),
    invitationEndsAt: invitations.map((one) => one.expiresAt).sort()[0]!,
  }
  return { ...rest, ...(joiningCodeIds.length > 0 || state.joiningCodes ? { joiningCodeIds } : {}), ...(invitations.length > 0 ? open : {}) }
}

const assertNever = (event: never): never => {
  throw new TypeError(`An event that an organisation does not know: ${(event as { type: string }).type}`)
}
