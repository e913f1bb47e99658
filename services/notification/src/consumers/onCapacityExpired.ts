import { on, type Reaction } from '@patchwork/aggregate'
import { OfferCapacityExpired } from '@patchwork/events'
import { once } from '../domain/audience.ts'
import type { Memberships } from '../store/memberships.ts'
import type { Announce } from './announce.ts'

/** Those who act for an organisation are asked whether it still has room. */
export const onCapacityExpired = ({ announce, memberships }: { announce: Announce; memberships: Pick<Memberships, 'membersOf'> }): Reaction =>
  on(OfferCapacityExpired, (event, context) => {
    const { offerId, organisationId } = event.data
    return announce(event, context, {
      about: { kind: 'offer', id: offerId },
      audience: async () => once((await memberships.membersOf(organisationId)).map((personId) => ({ personId, template: 'capacity-expired' }))),
    })
  })
