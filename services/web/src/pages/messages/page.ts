import { z } from 'zod'
import { definePage, goTo } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'

const Messages = z.object({
  items: z.array(z.object({ messageId: z.uuid(), subject: z.string(), body: z.string(), link: z.string().optional(), at: z.string(), read: z.boolean() })),
  unread: z.int(),
  after: z.string().optional(),
})

/** What the person was told, newest first. Opening one marks it as read and goes to what it is about. */
export const messagesPage = definePage({
  name: 'messages',
  path: '/messages',
  for: 'everyone',
  load: async ({ services, query, language }) => {
    const { items, unread, after } = await services.get('notification', '/messages', Messages, {
      query: { language, limit: '20', ...(query.after && { after: query.after }) },
    })
    return { items, unreadCount: unread, nextPage: after && `/messages?${new URLSearchParams({ after })}` }
  },
  form: z.strictObject({
    messageId: z.uuid(),
    link: z
      .string()
      .regex(/^\/(?!\/)[\w/-]*$/)
      .optional(),
  }),
  save: async ({ messageId, link }, { services }) => {
    await services.post('notification', path`/messages/${messageId}/reading`, {})
    return goTo(link ?? '/messages')
  },
})
