import { definePage } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { Account } from '../administratorAccounts/page.ts'

/** One account, without its person: when and how it was opened, how it stands, and what an administrator can do. */
export const administratorAccountPage = definePage({
  name: 'administratorAccount',
  path: '/administrator/accounts/:accountId',
  for: ['administrator'],
  load: async ({ services, params, person }) => {
    const account = await services.get('identity', path`/accounts/${params.accountId!}`, Account)
    return { account, short: account.accountId.slice(0, 8), isOwn: account.accountId === person.accountId, isUsable: account.verified && account.hasPassword }
  },
})
