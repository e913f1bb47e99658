import { type AnyRoute, defineRoute, ListQuery } from '@patchwork/http'
import { z } from 'zod'
import type { MailSink } from '../channels/mailSink.ts'
import type { KnownMessage } from '../domain/message.ts'
import { readerOf, readers } from '../domain/templates.ts'
import { ledger, type Messages } from '../store/messages.ts'
import { readable } from './readable.ts'

const statuses = ['queued', 'sending', 'sent', 'read', 'not-sent'] as const

const AttemptView = z.strictObject({ at: z.string(), outcome: z.string(), replyCode: z.number().int().optional() })
const DeliveryView = z.strictObject({
  messageId: z.uuid(),
  personId: z.uuid(),
  /** What the person it is for is to what it tells of. */
  reader: z.enum(readers).optional(),
  channel: z.string(),
  template: z.string(),
  causedBy: z.string(),
  status: z.enum(statuses),
  /** Who took it: page, smtp or sink. */
  supplier: z.string().optional(),
  reason: z.string().optional(),
  queuedAt: z.string(),
  /** When it is looked at again. */
  dueAt: z.string().optional(),
  endedAt: z.string().optional(),
  readAt: z.string().optional(),
  attempts: z.array(AttemptView),
})
const DeliveriesView = z.strictObject({ items: z.array(DeliveryView), after: z.string().optional() })
const DeliveriesQuery = ListQuery.extend({ status: z.enum(statuses).optional() })
const SinkView = z.strictObject({
  items: z.array(z.strictObject({ to: z.string(), subject: z.string(), text: z.string(), at: z.string() })),
  after: z.string().optional(),
})
const SinkQuery = ListQuery.extend({
  after: z
    .string()
    .regex(/^\d{1,15}$/)
    .optional(),
})

export const deliveryRoutes = ({ messages, sink }: { messages: Messages; sink: MailSink }): AnyRoute[] => [
  defineRoute({
    method: 'get',
    path: '/deliveries',
    policy: 'delivery-ledger.read',
    summary: 'The delivery ledger, newest first: what was sent when, how, and what became of it; neither addresses nor words',
    query: DeliveriesQuery,
    answer: DeliveriesView,
    handle: async ({ query }) => {
      const { messages: found, after } = await readable(ledger(messages, query.status, query))
      return { body: { items: found.map(toView), ...(after === undefined ? {} : { after }) } }
    },
  }),
  defineRoute({
    method: 'get',
    path: '/mail-sink',
    policy: 'mail-sink.read',
    summary: 'Mail for demonstration people, which never leaves: the newest 500 since this process started',
    query: SinkQuery,
    answer: SinkView,
    handle: async ({ query: { limit, after } }) => ({ body: sink.list({ limit, ...(after === undefined ? {} : { after }) }) }),
  }),
]

const toView = (message: KnownMessage): z.input<typeof DeliveryView> => {
  const { messageId, personId, channel, template, causedBy, status, queuedAt, attempts } = message
  const reader = readerOf(template)
  return {
    ...{ messageId, personId, channel, template, causedBy, status, queuedAt, attempts: [...attempts] },
    ...(reader === undefined ? {} : { reader }),
    ...('supplier' in message ? { supplier: message.supplier } : {}),
    ...('reason' in message ? { reason: message.reason } : {}),
    ...('dueAt' in message ? { dueAt: message.dueAt } : {}),
    ...('endedAt' in message ? { endedAt: message.endedAt } : {}),
    ...('readAt' in message ? { readAt: message.readAt } : {}),
  }
}
