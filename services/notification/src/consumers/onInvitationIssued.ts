import { on, type Reaction } from '@patchwork/aggregate'
import { OrganisationInvitationIssued } from '@patchwork/events'
import type { Announce } from './announce.ts'

/**
 * Somebody is invited to act for an organisation, or once more. Nobody knows yet who they are: the id of the invitation stands for them, and the directory tells
 * their address and the link only when the mail leaves.
 */
export const onInvitationIssued = ({ announce }: { announce: Announce }): Reaction =>
  on(OrganisationInvitationIssued, (event, context) => {
    const { invitationId } = event.data
    return announce(event, context, {
      about: { kind: 'membership-invitation', id: invitationId },
      audience: async () => [{ personId: invitationId, template: 'membership-invitation' }],
    })
  })
