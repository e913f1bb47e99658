import { z } from 'zod'
import { password } from '../../http/formFields.ts'
import { definePage, goTo } from '../../http/page.ts'
import { LinkToken } from '../accounts.ts'

/** A new password by the link that was sent; wherever the account was signed in, it is signed out. */
export const newPasswordPage = definePage({
  name: 'newPassword',
  path: '/new-password',
  for: 'anyone',
  form: z.strictObject({ token: LinkToken, password: password() }),
  fill: (_data, { query }) => ({ token: query.token }),
  save: async (values, { services }) => {
    await services.post('identity', '/passwords', values)
    return goTo('/account-ready?because=password')
  },
})
