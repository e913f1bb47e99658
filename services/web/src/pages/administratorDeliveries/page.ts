import { z } from 'zod'
import { definePage } from '../../http/page.ts'

const perPage = 50
const statuses = ['queued', 'sending', 'sent', 'read', 'not-sent'] as const
const Deliveries = z.object({
  items: z.array(
    z.object({
      personId: z.string(),
      reader: z.string().optional(),
      channel: z.string(),
      template: z.string(),
      status: z.enum(statuses),
      supplier: z.string().optional(),
      reason: z.string().optional(),
      queuedAt: z.string(),
      dueAt: z.string().optional(),
      endedAt: z.string().optional(),
      readAt: z.string().optional(),
      attempts: z.array(z.object({ at: z.string(), outcome: z.string(), replyCode: z.int().optional() })),
    }),
  ),
  after: z.string().optional(),
})

/** The delivery ledger: what was sent when, how, and what became of it. Neither addresses nor words. */
export const administratorDeliveriesPage = definePage({
  name: 'administratorDeliveries',
  path: '/administrator/deliveries',
  for: ['administrator'],
  load: async ({ services, query }) => {
    const status = z.enum(statuses).safeParse(query.status).data
    const { items, after } = await services.get('notification', '/deliveries', Deliveries, { query: { limit: perPage, status, after: query.after } })
    const filter = status === undefined ? '' : `status=${status}`
    const deliveries = items.map(({ personId, ...delivery }) => ({ ...delivery, short: personId.slice(0, 8) }))
    return { deliveries, after, status, statuses, filter, isFirst: query.after === undefined }
  },
})
