import { on, type Reaction } from '@patchwork/aggregate'
import { OfferAssuranceAsked, OfferCapacityExpired, OfferHidden } from '@patchwork/events'
import { once } from '../domain/audience.ts'
import type { TemplateName } from '../domain/templates.ts'
import type { Memberships } from '../store/memberships.ts'
import type { Announce } from './announce.ts'

const asks = [
  [OfferCapacityExpired, 'capacity-expired'],
  [OfferAssuranceAsked, 'assurance-asked'],
  [OfferHidden, 'offer-hidden'],
] as const satisfies [typeof OfferCapacityExpired | typeof OfferAssuranceAsked | typeof OfferHidden, TemplateName][]

/** Those who act for an organisation are asked whether its offer still has room and is still right, and told when nobody is shown it any more. */
export const onOfferEvents = ({ announce, memberships }: { announce: Announce; memberships: Pick<Memberships, 'membersOf'> }): Reaction[] =>
  asks.map(([definition, template]) =>
    on(definition, (event, context) => {
      const { offerId, organisationId } = event.data
      return announce(event, context, {
        about: { kind: 'offer', id: offerId },
        audience: async () => once((await memberships.membersOf(organisationId)).map((personId) => ({ personId, template }))),
      })
    }),
  )
