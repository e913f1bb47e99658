import { Role } from '@patchwork/events'
import { z } from 'zod'
import { email } from '../../http/formFields.ts'
import { definePage, goTo } from '../../http/page.ts'

const perPage = 50
export const Account = z.object({
  accountId: z.uuid(),
  role: Role,
  verified: z.boolean(),
  hasPassword: z.boolean(),
  how: z.string(),
  openedAt: z.string().optional(),
  closed: z.boolean(),
})
const Accounts = z.object({ items: z.array(Account), after: z.string().optional() })
const Found = z.object({ accountId: z.uuid() })

/**
 * Every account, without its person: an administrator runs the place and does not see who uses it. Whoever stands before them says their e-mail address,
 * which finds their one account; it travels in a form, never in an address.
 */
export const administratorAccountsPage = definePage({
  name: 'administratorAccounts',
  path: '/administrator/accounts',
  for: ['administrator'],
  load: async ({ services, query, person }) => {
    const { items, after } = await services.get('identity', '/accounts', Accounts, { query: { limit: perPage, after: query.after } })
    const accounts = items.map((account) => ({
      ...account,
      short: account.accountId.slice(0, 8),
      isOwn: account.accountId === person.accountId,
    }))
    return { accounts, after, isFirst: query.after === undefined }
  },
  form: z.strictObject({ email: email() }),
  save: async (values, { services }) => {
    const { accountId } = await services.post('identity', '/accounts/search', values, Found)
    return goTo(`/administrator/accounts/${accountId}`)
  },
})
