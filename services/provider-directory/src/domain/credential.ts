import type { CredentialEntered, CredentialRemoved, CredentialReviewed, DomainEvent } from '@patchwork/events'
import type { Current, Decision } from './decision.ts'
import { RefusedError } from './refusals.ts'

export type CredentialEvent = DomainEvent<typeof CredentialEntered> | DomainEvent<typeof CredentialReviewed> | DomainEvent<typeof CredentialRemoved>

export type CredentialState =
  | { status: 'none' }
  | { status: 'waiting'; organisationId: string; enteredAt: string }
  | { status: 'reviewed'; organisationId: string; enteredAt: string; reviewedBy: string; reviewedAt: string }
  | { status: 'removed'; organisationId: string; removedAt: string }

export const dbsLevels = ['basic', 'standard', 'enhanced', 'enhanced-barred-lists'] as const
export type DbsLevel = (typeof dbsLevels)[number]

/**
 * A certificate of the Disclosure and Barring Service. Days are calendar days. It is a snapshot of its day and has no expiry in law, so nothing here ends by
 * itself: how old is too old is for whoever reads the days to say.
 */
export type DbsCertificate = { level: DbsLevel; certificateNumber: string; issuedOn: string; updateServiceCheckedOn?: string; councilReviewedOn?: string }

/** Sealed at rest, never in an event; without the certificate once it is removed. */
export type CredentialDetails = { certificate?: DbsCertificate }

export type Credential = Current<CredentialState, CredentialDetails>
export type CredentialDecision = Decision<CredentialEvent, CredentialDetails>

export const initialCredential: CredentialState = { status: 'none' }
/** Checks of one organisation that are not removed. */
export const credentialsPerOrganisationMax = 50

export type EnterCredential = { credentialId: string; organisationId: string; at: string; today: string } & Pick<
  DbsCertificate,
  'level' | 'certificateNumber' | 'issuedOn'
>

/** A certificate waits to be reviewed. Entering it again changes nothing. Throws RefusedError `day-not-passed`. */
export const enterCredential = ({ state }: Credential, command: EnterCredential): CredentialDecision => {
  const { credentialId, organisationId, at, today, level, certificateNumber, issuedOn } = command
  if (state.status !== 'none') return { events: [], answer: { credentialId } }
  if (issuedOn > today) throw new RefusedError('day-not-passed', '/issuedOn')
  return {
    events: [{ type: 'credential.entered.v1', data: { credentialId, organisationId, enteredAt: at } }],
    details: { certificate: { level, certificateNumber, issuedOn } },
    answer: { credentialId },
  }
}

const lookedAtForMs = 365 * 24 * 3_600_000

/**
 * Nobody has looked at it for a year: neither the council nor, as far as it says, the update service. A certificate has no end; what it says of a day long ago
 * may hold no longer.
 */
export const isDueForALook = ({ issuedOn, updateServiceCheckedOn, councilReviewedOn }: DbsCertificate, nowMs: number): boolean =>
  [issuedOn, updateServiceCheckedOn ?? '', councilReviewedOn ?? ''].every((day) => day === '' || nowMs - Date.parse(day) > lookedAtForMs)

export type ReviewCredential = { credentialId: string; reviewedBy: string; updateServiceCheckedOn?: string; at: string; today: string }

/**
 * The council has seen the certificate today, and may have asked the update service. Reviewing again says so anew; the same on one day changes nothing.
 * Throws RefusedError `credential-not-found`, `day-not-passed`, `check-before-issue`.
 */
export const reviewCredential = ({ state, details }: Credential, command: ReviewCredential): CredentialDecision => {
  const { credentialId, reviewedBy, updateServiceCheckedOn: checkedOn, at, today } = command
  const certificate = details?.certificate
  if (state.status === 'none' || state.status === 'removed' || !certificate) throw new RefusedError('credential-not-found')
  if (checkedOn !== undefined && checkedOn > today) throw new RefusedError('day-not-passed', '/updateServiceCheckedOn')
  if (checkedOn !== undefined && checkedOn < certificate.issuedOn) throw new RefusedError('check-before-issue', '/updateServiceCheckedOn')
  const answer = { credentialId }
  const next: DbsCertificate = { ...certificate, councilReviewedOn: today, ...(checkedOn === undefined ? {} : { updateServiceCheckedOn: checkedOn }) }
  const isSame = certificate.councilReviewedOn === today && certificate.updateServiceCheckedOn === next.updateServiceCheckedOn
  if (isSame) return { events: [], answer }
  const { organisationId } = state
  return {
    events: [{ type: 'credential.reviewed.v1', data: { credentialId, organisationId, reviewedBy, reviewedAt: at } }],
    details: { certificate: next },
    answer,
  }
}

/** Forgets what the certificate says; removing again changes nothing. Throws RefusedError `credential-not-found`. */
export const removeCredential = ({ state }: Credential, { credentialId, at }: { credentialId: string; at: string }): CredentialDecision => {
  const answer = { credentialId }
  if (state.status === 'none') throw new RefusedError('credential-not-found')
  if (state.status === 'removed') return { events: [], answer }
  const { organisationId } = state
  return { events: [{ type: 'credential.removed.v1', data: { credentialId, organisationId, removedAt: at } }], details: {}, answer }
}

export const evolveCredential = (state: CredentialState, event: CredentialEvent): CredentialState => {
  if (event.type === 'credential.entered.v1') {
    const { organisationId, enteredAt } = event.data
    return { status: 'waiting', organisationId, enteredAt }
  }
  if (state.status === 'none' || state.status === 'removed') return state
  switch (event.type) {
    case 'credential.reviewed.v1': {
      const { reviewedBy, reviewedAt } = event.data
      return { status: 'reviewed', organisationId: state.organisationId, enteredAt: state.enteredAt, reviewedBy, reviewedAt }
    }
    case 'credential.removed.v1':
      return { status: 'removed', organisationId: state.organisationId, removedAt: event.data.removedAt }
    default:
      return assertNever(event)
  }
}

const assertNever = (event: never): never => {
  throw new TypeError(`An event that a credential does not know: ${(event as { type: string }).type}`)
}
