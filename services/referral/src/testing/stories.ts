import {
  OfferAssured,
  OfferHidden,
  OfferPublished,
  OfferWithdrawn,
  OrganisationMemberJoined,
  OrganisationMemberLeft,
  PersonRegistered,
} from '@patchwork/events'
import { newId, type Place } from './startPlace.ts'

export type Changed = { referralId: string; status: string }

/** An offer that takes referrals, of an organisation with two members, as the directory tells of them. */
export const offering = async (place: Place, changes: { track?: 'be-helped' | 'join-in'; takesReferrals?: boolean } = {}) => {
  const [organisationId, offerId, memberId, colleagueId] = [newId(), newId(), newId(), newId()]
  await place.tell(OrganisationMemberJoined, organisationId, { organisationId, personId: memberId, memberRole: 'owner' })
  await place.tell(OrganisationMemberJoined, organisationId, { organisationId, personId: colleagueId, memberRole: 'member' })
  await place.tell(OfferPublished, offerId, {
    offerId,
    organisationId,
    track: 'be-helped',
    category: 'garden-and-home',
    wardCodes: [],
    takesReferrals: true,
    publishedAt: '2026-11-23T09:00:00.000Z',
    ...changes,
  })
  await place.caughtUp()
  return {
    organisationId,
    offerId,
    memberId,
    colleagueId,
    member: place.as('provider', memberId),
    colleague: place.as('coordinator', colleagueId),
    hide: () => place.tell(OfferHidden, offerId, { offerId, organisationId, hiddenAt: '2026-11-24T09:00:00.000Z' }),
    assure: () =>
      place.tell(OfferAssured, offerId, { offerId, organisationId, assuredBy: memberId, assurer: 'provider', assuredAt: '2026-11-25T09:00:00.000Z' }),
    leaves: (personId: string) => place.tell(OrganisationMemberLeft, organisationId, { organisationId, personId }),
    withdraw: () => place.tell(OfferWithdrawn, offerId, { offerId, organisationId, withdrawnAt: '2026-11-24T09:00:00.000Z' }),
  }
}

/** A resident whom a navigator has registered, as `people` tells of them. */
export const resident = async (place: Place) => {
  const [personId, navigatorId] = [newId(), newId()]
  await place.tell(PersonRegistered, personId, { personId, role: 'resident', registeredBy: navigatorId, how: 'by-navigator' })
  await place.caughtUp()
  return { personId, navigatorId, self: place.as('resident', personId), navigator: place.as('navigator', navigatorId) }
}

export const words = 'I cannot push the mower since my hip'
export const needOf = (personId: string, changes: object = {}) => ({
  personId,
  track: 'be-helped',
  category: 'garden-and-home',
  words,
  accessNeeds: ['large-print'],
  wardCode: 'E05000819',
  desiredOutcomes: ['The path is safe', 'I sit outside again'],
  ...changes,
})
export const consent = { kind: 'consent', given: 'spoken' }

/** A need that a navigator has recorded and referred to an offer. */
export const referred = async (place: Place, changes: { need?: object; basis?: object } = {}) => {
  const [person, offer] = [await resident(place), await offering(place)]
  const need = await person.navigator<{ needId: string; outcomeIds: string[] }>('/needs', { body: needOf(person.personId, changes.need) })
  const sent = await person.navigator<Changed>('/referrals', { body: { needId: need.body.needId, offerId: offer.offerId, basis: changes.basis ?? consent } })
  if (sent.status !== 201) throw new Error(`It was not sent: ${JSON.stringify([need, sent])}`)
  return { ...person, ...offer, ...need.body, referralId: sent.body.referralId, at: `/referrals/${sent.body.referralId}` }
}
