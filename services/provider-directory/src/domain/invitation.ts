import type { DomainEvent, OrganisationInvitationEnded } from '@patchwork/events'
import {
  forgettingInvited,
  type Invitation,
  type Invited,
  joiningCodeDays,
  type MemberRole,
  mustBeOpen,
  type Organisation,
  type OrganisationDecision,
  type OrganisationDetails,
  type Registered,
} from './organisation.ts'
import { RefusedError } from './refusals.ts'

/** Invitations of one organisation that can be open at a time. */
export const invitationsMax = 20
const dayMs = 24 * 3_600_000

/** The one form of an address under which it is invited once. */
export const addressOf = (email: string): string => email.normalize('NFKC').trim().toLowerCase()

export type InviteByEmail = {
  organisationId: string
  /** Of a new invitation, with the digest of the code in its link. */
  invitationId: string
  joiningCodeId: string
  invitedBy: string
  memberRole: MemberRole
  email: string
  language: 'en' | 'cy'
  at: string
}

/**
 * An owner invites an address, for seven days. One that is invited already is sent its invitation again, with what is offered now and for seven days more.
 * Throws RefusedError `organisation-not-found`, `organisation-closed`, `too-many-invitations`.
 */
export const inviteByEmail = ({ state, details }: Organisation, command: InviteByEmail): OrganisationDecision => {
  const { organisationId, invitedBy, memberRole, email, language, at } = command
  if (state.status !== 'registered' || !details || !state.ownerIds.includes(invitedBy)) throw new RefusedError('organisation-not-found')
  mustBeOpen(state)
  const same = details.invited?.find((one) => addressOf(one.email) === addressOf(email))
  const renewed = same && invitationOf(state, same.invitationId)
  const open = (state.invitations ?? []).filter(({ expiresAt }) => expiresAt > at)
  if (!renewed && open.length >= invitationsMax) throw new RefusedError('too-many-invitations', '/email')
  const { invitationId, joiningCodeId } = renewed ?? command
  const others = (details.invited ?? []).filter((one) => one.invitationId !== invitationId)
  return issued({ organisationId, invitationId, joiningCodeId, memberRole, invitedBy }, at, {
    ...details,
    invited: [...others, { invitationId, email, language }],
  })
}

/** An owner sends an invitation again: its link works for seven days from now. Throws RefusedError `invitation-not-found`, `organisation-closed`. */
export const sendInvitationAgain = (
  { state, details }: Organisation,
  { organisationId, invitationId, sentBy, at }: { organisationId: string; invitationId: string; sentBy: string; at: string },
): OrganisationDecision => {
  if (state.status !== 'registered' || !state.ownerIds.includes(sentBy)) throw new RefusedError('invitation-not-found')
  mustBeOpen(state)
  const invitation = invitationOf(state, invitationId)
  if (!invitation || !details) throw new RefusedError('invitation-not-found')
  const { joiningCodeId, memberRole } = invitation
  return issued({ organisationId, invitationId, joiningCodeId, memberRole, invitedBy: sentBy }, at)
}

/** Its link opens nothing from now on, and the address is forgotten. Throws RefusedError `invitation-not-found`. */
export const withdrawInvitation = (
  current: Organisation,
  { organisationId, invitationId, at }: { organisationId: string; invitationId: string; at: string },
): OrganisationDecision => {
  if (current.state.status !== 'registered' || !invitationOf(current.state, invitationId)) throw new RefusedError('invitation-not-found')
  return ended(current, organisationId, [invitationId], 'withdrawn', at)
}

/** Whoever has the link does not want to join. Throws RefusedError `joining-code-ended` where the link opens nothing. */
export const declineInvitation = (
  current: Organisation,
  { organisationId, joiningCodeId, at }: { organisationId: string; joiningCodeId: string; at: string },
): OrganisationDecision => {
  const invitation = openByCode(current, joiningCodeId, at)
  if (!invitation) throw new RefusedError('joining-code-ended', '/code')
  return ended(current, organisationId, [invitation.invitationId], 'declined', at)
}

/** Ends those whose time is over; one that was sent again meanwhile stays. */
export const endInvitationsOver = (current: Organisation, { organisationId, at }: { organisationId: string; at: string }): OrganisationDecision => {
  const invitations = current.state.status === 'registered' ? (current.state.invitations ?? []) : []
  const over = invitations.filter(({ expiresAt }) => expiresAt <= at).map(({ invitationId }) => invitationId)
  return ended(current, organisationId, over, 'over', at)
}

/** The invitation that a code belongs to, as long as somebody can join by it. */
export const openByCode = ({ state }: Organisation, joiningCodeId: string, at: string): Invitation | undefined =>
  state.status === 'registered' ? state.invitations?.find((one) => one.joiningCodeId === joiningCodeId && one.expiresAt > at) : undefined

/** What is known of an invitation, with whom it was sent to; undefined once it has ended. */
export const invitationWithAddress = ({ state, details }: Organisation, invitationId: string): (Invitation & Invited) | undefined => {
  const invitation = state.status === 'registered' ? invitationOf(state, invitationId) : undefined
  const invited = details?.invited?.find((one) => one.invitationId === invitationId)
  return invitation && invited && { ...invitation, ...invited }
}

const invitationOf = ({ invitations }: Registered, id: string): Invitation | undefined => invitations?.find(({ invitationId }) => invitationId === id)

type Issued = Omit<Invitation, 'issuedAt' | 'expiresAt'> & { organisationId: string }

const issued = (data: Issued, at: string, details?: OrganisationDetails): OrganisationDecision => {
  const expiresAt = new Date(Date.parse(at) + joiningCodeDays * dayMs).toISOString()
  return {
    events: [{ type: 'organisation.invitation-issued.v1', data: { ...data, issuedAt: at, expiresAt } }],
    ...(details === undefined ? {} : { details }),
    answer: { invitationId: data.invitationId, expiresAt },
  }
}

type Why = DomainEvent<typeof OrganisationInvitationEnded>['data']['why']

const ended = (current: Organisation, organisationId: string, invitationIds: readonly string[], why: Why, at: string): OrganisationDecision =>
  forgettingInvited(current, {
    events: invitationIds.map(
      (invitationId) => ({ type: 'organisation.invitation-ended.v1', data: { organisationId, invitationId, why, endedAt: at } }) as const,
    ),
    answer: { organisationId },
  })
