import { z } from 'zod'
import { defineEvent } from './eventDefinition.ts'
import { Id, Instant } from './terms.ts'

const message = 'patchwork.notification.message'
export const MessageChannel = z.enum(['page', 'e-mail'])

export const MessageQueued = defineEvent({
  type: 'message.queued.v1',
  topic: message,
  meaning: 'A person is to be told something.',
  data: z.object({ messageId: Id, personId: Id, channel: MessageChannel, template: z.string().max(60), causedBy: z.string().max(200), queuedAt: Instant }),
})
export const MessageSent = defineEvent({
  type: 'message.sent.v1',
  topic: message,
  meaning: 'A message was handed to the supplier of its channel.',
  data: z.object({ messageId: Id, personId: Id, channel: MessageChannel, attempts: z.int().min(1), sentAt: Instant }),
})
export const MessageNotSent = defineEvent({
  type: 'message.not-sent.v1',
  topic: message,
  meaning: 'A message will not go out by this channel, and why.',
  data: z.object({
    messageId: Id,
    personId: Id,
    channel: MessageChannel,
    reason: z.enum(['no-address', 'no-mail-server', 'refused', 'supplier-failed', 'demonstration-person', 'no-longer-true']),
    endedAt: Instant,
  }),
})
export const MessageRead = defineEvent({
  type: 'message.read.v1',
  topic: message,
  meaning: 'A person opened a message in the page.',
  data: z.object({ messageId: Id, personId: Id, readAt: Instant }),
})
