import { z } from 'zod'
import { password } from '../../http/formFields.ts'
import { definePage, goTo } from '../../http/page.ts'
import { LinkToken } from '../accounts.ts'

/** Somebody who was registered by another opens their own account, by the link that was sent. */
export const takeUpInvitationPage = definePage({
  name: 'takeUpInvitation',
  path: '/take-up-invitation',
  for: 'anyone',
  form: z.strictObject({ token: LinkToken, password: password() }),
  fill: (_data, { query }) => ({ token: query.token }),
  save: async (values, { services }) => {
    await services.post('identity', '/invitations/acceptance', values)
    return goTo('/account-ready?because=invitation')
  },
})
