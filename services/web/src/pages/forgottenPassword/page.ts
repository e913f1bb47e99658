import { z } from 'zod'
import { email } from '../../http/formFields.ts'
import { definePage, goTo } from '../../http/page.ts'

/** Asks for a link to choose a new password; the answer is the same for every address. */
export const forgottenPasswordPage = definePage({
  name: 'forgottenPassword',
  path: '/forgotten-password',
  for: 'anyone',
  form: z.strictObject({ email: email() }),
  save: async (values, { services }) => {
    await services.post('identity', '/password-requests', values)
    return goTo('/check-your-mail')
  },
})
