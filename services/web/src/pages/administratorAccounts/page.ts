import { Role } from '@patchwork/events'
import { z } from 'zod'
import { definePage } from '../../http/page.ts'

const perPage = 50
const Accounts = z.object({
  items: z.array(z.object({ accountId: z.uuid(), personId: z.uuid(), role: Role, verified: z.boolean(), how: z.string(), closed: z.boolean() })),
  after: z.string().optional(),
})

/** Every account, without its person: an administrator runs the place and does not see who uses it. */
export const administratorAccountsPage = definePage({
  name: 'administratorAccounts',
  path: '/administrator/accounts',
  for: ['administrator'],
  load: async ({ services, query, person }) => {
    const { items, after } = await services.get('identity', '/accounts', Accounts, { query: { limit: perPage, after: query.after } })
    const accounts = items.map((account) => ({
      ...account,
      short: account.accountId.slice(0, 8),
      person: account.personId.slice(0, 8),
      isOwn: account.accountId === person.accountId,
    }))
    return { accounts, after, isFirst: query.after === undefined }
  },
})
