import { z } from 'zod'
import { definePage } from '../../http/page.ts'

const perPage = 50
const Mails = z.object({ items: z.array(z.object({ to: z.string(), subject: z.string(), text: z.string(), at: z.string() })), after: z.string().optional() })

/** Mail for demonstration people, which never leaves. */
export const administratorMailPage = definePage({
  name: 'administratorMail',
  path: '/administrator/mail',
  for: ['administrator'],
  load: async ({ services, query }) => {
    const { items, after } = await services.get('notification', '/mail-sink', Mails, { query: { limit: perPage, after: query.after } })
    return { mails: items, after, isFirst: query.after === undefined }
  },
})
