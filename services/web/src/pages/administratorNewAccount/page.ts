import { z } from 'zod'
import { choice, email, line } from '../../http/formFields.ts'
import { definePage, goTo } from '../../http/page.ts'

const nameMax = 200
export const roles = ['navigator', 'commissioner', 'administrator', 'provider', 'coordinator', 'resident'] as const
export const NewAccountForm = z.strictObject({ name: line(nameMax), email: email(), role: choice(roles) })

const Opened = z.object({ accountId: z.uuid() })

/** An account for somebody else; they are sent an invitation to choose a password, or get it by hand. */
export const administratorNewAccountPage = definePage({
  name: 'administratorNewAccount',
  path: '/administrator/accounts/new',
  for: ['administrator'],
  load: async () => ({ roles }),
  form: NewAccountForm,
  save: async (values, { services, sendsMail }) => {
    const { accountId } = await services.post('identity', '/accounts/for-another', values, Opened)
    return goTo(`/administrator/accounts/${accountId}`, {
      notice: (await sendsMail()) ? 'administratorNewAccount.saved' : 'administratorNewAccount.savedNoMail',
    })
  },
})
