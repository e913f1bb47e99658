import { definePage } from '../../http/page.ts'
import { invitedBy, organisationInvitationPath } from '../organisationInvitation/page.ts'

const reasons = ['verified', 'password', 'invitation', 'set-up'] as const

/** Says what was done for an account, and leads to signing in. */
export const accountReadyPage = definePage({
  name: 'accountReady',
  path: '/account-ready',
  for: 'anyone',
  load: async (visit) => ({
    because: reasons.find((reason) => reason === visit.query.because) ?? 'verified',
    // Whoever opens an account to take up an invitation is led back to it.
    next: invitedBy(visit) === undefined ? undefined : organisationInvitationPath,
  }),
})
