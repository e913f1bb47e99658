import { z } from 'zod'
import { definePage, goTo } from '../../http/page.ts'
import { LinkToken } from '../accounts.ts'

/** Shows that an address reaches its person. The link opens a form, so that a mail scanner that follows links uses nothing up. */
export const verifyEmailPage = definePage({
  name: 'verifyEmail',
  path: '/verify-email',
  for: 'anyone',
  form: z.strictObject({ token: LinkToken }),
  fill: (_data, { query }) => ({ token: query.token }),
  save: async ({ token }, { services }) => {
    await services.post('identity', '/verifications', { token })
    return goTo('/account-ready?because=verified')
  },
})
