import { z } from 'zod'
import { definePage } from '../../http/page.ts'

const askTimeoutMs = 2_000
const accountsMax = 200
const failedMax = 50

const Accounts = z.object({ items: z.array(z.object({ role: z.string(), verified: z.boolean(), closed: z.boolean() })), after: z.string().optional() })
const Failed = z.object({ items: z.array(z.object({ messageId: z.string() })), after: z.string().optional() })
const Offers = z.object({ total: z.int() })

/** Where an administrator begins: what there is, and what wants looking at. A part that cannot be asked just now is left out. */
export const administratorPage = definePage({
  name: 'administrator',
  path: '/administrator',
  for: ['administrator'],
  load: async ({ services }) => {
    const orNothing = <Value>(asked: Promise<Value>) => asked.catch(() => undefined)
    const [accounts, failed, offers] = await Promise.all([
      orNothing(services.get('identity', '/accounts', Accounts, { query: { limit: accountsMax }, timeoutMs: askTimeoutMs })),
      orNothing(services.get('notification', '/deliveries', Failed, { query: { status: 'not-sent', limit: failedMax }, timeoutMs: askTimeoutMs })),
      orNothing(services.get('provider-directory', '/offers', Offers, { query: { limit: 1 }, timeoutMs: askTimeoutMs })),
    ])
    const open = accounts?.items.filter(({ closed }) => !closed)
    return {
      accounts: open && { count: open.length, isMore: accounts?.after !== undefined, waiting: open.filter(({ verified }) => !verified).length },
      failed: failed && { count: failed.items.length, isMore: failed.after !== undefined },
      offers,
    }
  },
})
