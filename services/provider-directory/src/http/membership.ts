import type { Caller } from '@patchwork/access'
import { RefusedError } from '../domain/refusals.ts'
import type { Directory } from '../store/directory.ts'
import { isClosed } from '../store/standing.ts'

/** Whether a signed-in person is a member of an organisation. Where there is no such organisation nobody is. */
export const isMember = async ({ organisations }: Directory, organisationId: string, caller: Caller): Promise<boolean> => {
  if (caller.kind !== 'person') return false
  const organisation = await organisations.get(organisationId)
  return organisation?.state.memberIds.includes(caller.personId) ?? false
}

/** Whether a signed-in person owns an organisation. */
export const isOwner = async ({ organisations }: Directory, organisationId: string, caller: Caller): Promise<boolean> => {
  if (caller.kind !== 'person') return false
  const organisation = await organisations.get(organisationId)
  return organisation?.state.status === 'registered' && organisation.state.ownerIds.includes(caller.personId)
}

/** Whether an offer is one of an organisation that the caller is a member of. */
export const isOfTheirs = async (directory: Directory, offerId: string, caller: Caller): Promise<boolean> => {
  if (caller.kind !== 'person') return false
  const offer = await directory.offers.get(offerId)
  return offer !== undefined && offer.state.status !== 'none' && isMember(directory, offer.state.organisationId, caller)
}

/** Throws RefusedError `organisation-not-found` where nobody registered it, `organisation-closed` where it has closed since. */
export const mustBeOpen = async ({ organisations }: Directory, organisationId: string, field: string): Promise<void> => {
  const organisation = await organisations.get(organisationId)
  if (organisation?.state.status !== 'registered') throw new RefusedError('organisation-not-found', field)
  if (organisation.state.closedAt !== undefined) throw new RefusedError('organisation-closed', field)
}

/** Nothing of a closed organisation is shown to everyone again. Throws RefusedError `organisation-closed`. */
export const offerMustBeOpen = async ({ organisations, offers }: Directory, offerId: string): Promise<void> => {
  const state = (await offers.get(offerId))?.state
  if (state && state.status !== 'none' && (await isClosed(organisations, state.organisationId))) throw new RefusedError('organisation-closed')
}
