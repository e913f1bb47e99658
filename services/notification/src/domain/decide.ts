import { NotInPageError } from './errors.ts'
import type { About, Channel, DelayReason, Message, MessageEvent, NotSentReason, Supplier } from './message.ts'
import { attemptsMax, delayMsAfter, later } from './retry.ts'

export type QueueMessage = {
  messageId: string
  personId: string
  channel: Channel
  template: string
  causedBy: string
  about?: About
  issuedAt: string
}

/** A message that is queued twice is one. In the page it has arrived with this very write: there is nobody else to hand it to. */
export const queueMessage = (message: Message, { issuedAt, ...facts }: QueueMessage): MessageEvent[] => {
  if (message.status !== 'unborn') return []
  const queued: MessageEvent = { type: 'message.queued.v1', data: { ...facts, queuedAt: issuedAt } }
  if (facts.channel === 'e-mail') return [queued]
  const { messageId, personId, channel } = facts
  return [queued, { type: 'message.sent.v1', data: { messageId, personId, channel, attempts: 1, supplier: 'page', sentAt: issuedAt } }]
}

/** `attempt` is the number that the sender counted to when it looked at the message. */
export type StartAttempt = { attempt: number; issuedAt: string; leaseEndsAt: string }

/**
 * Takes the message for one sender until the lease ends. Nothing happens when another sender has taken it meanwhile, or it has ended.
 * A lease that has ended belonged to a sender that died: its attempt stays in the ledger as `unknown`.
 */
export const startAttempt = (message: Message, { attempt, issuedAt, leaseEndsAt }: StartAttempt): MessageEvent[] => {
  if (!isFreeFor(message, attempt, issuedAt)) return []
  const { messageId, personId, channel } = message
  return [{ type: 'message.attempt-started.v1', data: { messageId, personId, channel, attempt, startedAt: issuedAt, leaseEndsAt } }]
}

export type RecordSent = { attempt: number; supplier: Supplier; issuedAt: string }

/** The supplier has it. True whoever holds the lease by now; a second telling changes nothing. */
export const recordSent = (message: Message, { attempt, supplier, issuedAt }: RecordSent): MessageEvent[] => {
  if (!isOpen(message)) return []
  const { messageId, personId, channel } = message
  // Without a lease (the sink), two senders may come at once: the first is right.
  if (message.status === 'queued' && message.attempts.length !== attempt - 1) return []
  const attempts = Math.max(attempt, message.attempts.length)
  return [{ type: 'message.sent.v1', data: { messageId, personId, channel, attempts, supplier, sentAt: issuedAt } }]
}

/** `isStarted`: the sender that tells of it had taken the message for this attempt; else nothing was handed over. */
export type RecordNotSent = { attempt: number; isStarted: boolean; reason: NotSentReason; replyCode?: number; issuedAt: string }

/** It will not go out. Nothing happens when another sender has taken the message on since. */
export const recordNotSent = (message: Message, { attempt, isStarted, reason, replyCode, issuedAt }: RecordNotSent): MessageEvent[] => {
  if (!isInAttempt(message, { attempt, isStarted, issuedAt })) return []
  const { messageId, personId, channel } = message
  return [
    {
      type: 'message.not-sent.v1',
      data: { messageId, personId, channel, reason, attempts: attempt, ...(replyCode === undefined ? {} : { replyCode }), endedAt: issuedAt },
    },
  ]
}

export type DelayMessage = { attempt: number; isStarted: boolean; reason: DelayReason; replyCode?: number; issuedAt: string }

/** The attempt failed for the moment. The last of `attemptsMax` ends the message. */
export const delayMessage = (message: Message, { attempt, isStarted, reason, replyCode, issuedAt }: DelayMessage): MessageEvent[] => {
  if (!isInAttempt(message, { attempt, isStarted, issuedAt })) return []
  if (attempt >= attemptsMax)
    return recordNotSent(message, { attempt, isStarted, reason: 'supplier-failed', ...(replyCode === undefined ? {} : { replyCode }), issuedAt })
  const { messageId, personId, channel } = message
  const retryAt = later(issuedAt, delayMsAfter(attempt))
  return [
    {
      type: 'message.delayed.v1',
      data: { messageId, personId, channel, attempt, reason, ...(replyCode === undefined ? {} : { replyCode }), failedAt: issuedAt, retryAt },
    },
  ]
}

/** Reading twice changes nothing. Throws NotInPageError. */
export const markRead = (message: Message, { issuedAt }: { issuedAt: string }): MessageEvent[] => {
  if (message.status === 'unborn' || message.channel !== 'page') throw new NotInPageError()
  if (message.status !== 'sent') return []
  return [{ type: 'message.read.v1', data: { messageId: message.messageId, personId: message.personId, readAt: issuedAt } }]
}

type OpenMessage = Extract<Message, { status: 'queued' | 'sending' }>

/** Whether something is still to become of it. */
export const isOpen = (message: Message): message is OpenMessage => message.status === 'queued' || message.status === 'sending'

/** Whether nobody else is at it, and this would be its next attempt. */
const isFreeFor = (message: Message, attempt: number, issuedAt: string): message is OpenMessage =>
  isOpen(message) && message.attempts.length === attempt - 1 && (message.status === 'queued' || message.dueAt <= issuedAt)

/** Whether this attempt is the one under way, or, not started, may be told of as a whole: one that another sender has started is not this one's to end. */
const isInAttempt = (message: Message, { attempt, isStarted, issuedAt }: { attempt: number; isStarted: boolean; issuedAt: string }): message is OpenMessage =>
  isStarted ? message.status === 'sending' && message.attempts.length === attempt : isFreeFor(message, attempt, issuedAt)
