import { z } from 'zod'
import { defineEvent } from './eventDefinition.ts'
import { Id, Instant } from './terms.ts'

const message = 'patchwork.notification.message'
export const MessageChannel = z.enum(['page', 'e-mail'])
/** Who took the message: our own page, the mail server, or the sink in memory where mail for demonstration people ends. */
export const MessageSupplier = z.enum(['page', 'smtp', 'sink'])
/** Why a message has to wait before it is tried again. */
export const MessageDelayReason = z.enum([
  'people-unavailable',
  'identity-unavailable',
  'directory-unavailable',
  'mail-server-unreachable',
  'mail-server-set-up',
  'refused-for-now',
  'could-not-be-made',
])
/** What a message leads to, as an id; the words are made when it is shown or sent. */
export const MessageAbout = z.object({ kind: z.enum(['referral', 'offer', 'challenge', 'pool', 'search', 'membership-invitation']), id: Id })

export const MessageQueued = defineEvent({
  type: 'message.queued.v1',
  topic: message,
  meaning: 'A person is to be told something.',
  data: z.object({
    messageId: Id,
    /** Of somebody who is invited to act for an organisation nobody knows who they are: the id of the invitation stands here. */
    personId: Id,
    channel: MessageChannel,
    template: z.string().max(60),
    causedBy: z.string().max(200),
    about: MessageAbout.optional(),
    queuedAt: Instant,
  }),
})
export const MessageAttemptStarted = defineEvent({
  type: 'message.attempt-started.v1',
  topic: message,
  meaning: 'A message is being handed to the mail server; if nothing more is heard until the lease ends, it is tried again under the same Message-ID.',
  data: z.object({ messageId: Id, personId: Id, channel: MessageChannel, attempt: z.int().min(1), startedAt: Instant, leaseEndsAt: Instant }),
})
export const MessageDelayed = defineEvent({
  type: 'message.delayed.v1',
  topic: message,
  meaning: 'An attempt to send a message failed for the moment, and when the next one follows.',
  data: z.object({
    messageId: Id,
    personId: Id,
    channel: MessageChannel,
    attempt: z.int().min(1),
    reason: MessageDelayReason,
    /** The mail server's reply code, where it gave one. */
    replyCode: z.int().min(100).max(599).optional(),
    failedAt: Instant,
    retryAt: Instant,
  }),
})
export const MessageSent = defineEvent({
  type: 'message.sent.v1',
  topic: message,
  meaning: 'A message was handed to the supplier of its channel.',
  data: z.object({ messageId: Id, personId: Id, channel: MessageChannel, attempts: z.int().min(1), supplier: MessageSupplier.optional(), sentAt: Instant }),
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
    attempts: z.int().min(0).optional(),
    /** The mail server's reply code, where it refused for good. */
    replyCode: z.int().min(100).max(599).optional(),
    endedAt: Instant,
  }),
})
export const MessageRead = defineEvent({
  type: 'message.read.v1',
  topic: message,
  meaning: 'A person opened a message in the page.',
  data: z.object({ messageId: Id, personId: Id, readAt: Instant }),
})
