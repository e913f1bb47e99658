import { z } from 'zod'
import { definePage } from '../../http/page.ts'
import { openNeeds } from '../referring/needs.ts'
import { namesOf, ReferralLines, told } from '../referring/referrals.ts'

const referralsMax = 30
const messagesShown = 3
const messagesTimeoutMs = 2_000

const Messages = z.object({ items: z.array(z.object({ messageId: z.uuid(), subject: z.string(), at: z.string(), read: z.boolean() })), unread: z.int() })

/** Where a resident begins: what they asked for, what they join in with, and what is new. */
export const myPage = definePage({
  name: 'my',
  path: '/my',
  for: ['resident'],
  load: async ({ services, format, language, query }) => {
    const [page, needs, messages] = await Promise.all([
      services.get('referral', '/referrals', ReferralLines, { query: { limit: referralsMax, after: query.after } }),
      openNeeds(services),
      // What is new is worth less than the page: it does not wait for it.
      services.get('notification', '/messages', Messages, { query: { limit: messagesShown, language }, timeoutMs: messagesTimeoutMs }).catch(() => undefined),
    ])
    const names = await namesOf(services, page.items)
    const referrals = page.items.map((line) => told(line, names, format))
    return {
      helped: referrals.filter(({ track }) => track !== 'join-in'),
      joined: referrals.filter(({ track }) => track === 'join-in'),
      needs,
      after: page.after,
      isFirst: query.after === undefined,
      unreadMessages: (messages?.items ?? []).filter(({ read }) => !read),
    }
  },
})
