import type { DomainEvent, MessageAttemptStarted, MessageDelayed, MessageNotSent, MessageQueued, MessageRead, MessageSent } from '@patchwork/events'

type Queued = DomainEvent<typeof MessageQueued>
type AttemptStarted = DomainEvent<typeof MessageAttemptStarted>
type Delayed = DomainEvent<typeof MessageDelayed>
type Sent = DomainEvent<typeof MessageSent>
type NotSent = DomainEvent<typeof MessageNotSent>
type Read = DomainEvent<typeof MessageRead>
export type MessageEvent = Queued | AttemptStarted | Delayed | Sent | NotSent | Read

export type Channel = Queued['data']['channel']
export type About = NonNullable<Queued['data']['about']>
export type Supplier = NonNullable<Sent['data']['supplier']>
export type DelayReason = Delayed['data']['reason']
export type NotSentReason = NotSent['data']['reason']

/** One line of the delivery ledger: when it was tried, and what became of it. `unknown`: the sender ended before it could tell. */
export type Attempt = { at: string; outcome: 'under-way' | 'unknown' | 'accepted' | 'not-sent' | DelayReason; replyCode?: number }

type Facts = {
  messageId: string
  personId: string
  channel: Channel
  template: string
  /** The id of the event that caused it. */
  causedBy: string
  about?: About
  queuedAt: string
  attempts: readonly Attempt[]
}

/** A message to one person by one channel. One that waits or is on its way has the instant at which somebody must look at it again. */
export type Message =
  | { status: 'unborn' }
  | (Facts & { status: 'queued'; dueAt: string; waitsFor?: DelayReason })
  | (Facts & { status: 'sending'; dueAt: string })
  | (Facts & { status: 'sent'; supplier: Supplier; endedAt: string })
  | (Facts & { status: 'read'; supplier: Supplier; endedAt: string; readAt: string })
  | (Facts & { status: 'not-sent'; reason: NotSentReason; endedAt: string })

export type KnownMessage = Exclude<Message, { status: 'unborn' }>

export const unborn: Message = { status: 'unborn' }

/** What an event makes of a message. */
export const evolve = (message: Message, event: MessageEvent): Message => {
  if (event.type === 'message.queued.v1') {
    const { about, ...data } = event.data
    return { status: 'queued', ...data, ...(about === undefined ? {} : { about }), attempts: [], dueAt: event.data.queuedAt }
  }
  if (message.status === 'unborn') return message
  const facts = factsOf(message)
  switch (event.type) {
    case 'message.attempt-started.v1': {
      const attempts = [...ended(facts.attempts, { outcome: 'unknown' }), { at: event.data.startedAt, outcome: 'under-way' as const }]
      return { ...facts, status: 'sending', attempts, dueAt: event.data.leaseEndsAt }
    }
    case 'message.delayed.v1': {
      const { reason, replyCode, failedAt, retryAt } = event.data
      return {
        ...facts,
        status: 'queued',
        attempts: closing(facts.attempts, event.data.attempt, failedAt, reason, replyCode),
        dueAt: retryAt,
        waitsFor: reason,
      }
    }
    case 'message.sent.v1': {
      const { attempts: count, sentAt, supplier = facts.channel === 'page' ? 'page' : 'smtp' } = event.data
      return { ...facts, status: 'sent', supplier, attempts: closing(facts.attempts, count, sentAt, 'accepted'), endedAt: sentAt }
    }
    case 'message.not-sent.v1': {
      const { attempts: count = facts.attempts.length, reason, replyCode, endedAt } = event.data
      return { ...facts, status: 'not-sent', reason, attempts: closing(facts.attempts, count, endedAt, 'not-sent', replyCode), endedAt }
    }
    case 'message.read.v1':
      return message.status === 'sent' ? { ...message, status: 'read', readAt: event.data.readAt } : message
  }
}

const factsOf = ({ messageId, personId, channel, template, causedBy, about, queuedAt, attempts }: KnownMessage): Facts => ({
  messageId,
  personId,
  channel,
  template,
  causedBy,
  ...(about === undefined ? {} : { about }),
  queuedAt,
  attempts,
})

/** The attempts with the one that is under way, if any, ended in this way. */
const ended = (attempts: readonly Attempt[], end: Pick<Attempt, 'outcome' | 'replyCode'>): Attempt[] =>
  attempts.map((attempt) => (attempt.outcome === 'under-way' ? { ...attempt, ...end } : attempt))

/** Ends attempt number `count`: the one under way, or one that is told of only now, because nothing was handed to a mail server in it. */
const closing = (attempts: readonly Attempt[], count: number, at: string, outcome: Attempt['outcome'], replyCode?: number): Attempt[] => {
  const end = { outcome, ...(replyCode === undefined ? {} : { replyCode }) }
  return count > attempts.length ? [...ended(attempts, { outcome: 'unknown' }), { at, ...end }] : ended(attempts, end)
}
