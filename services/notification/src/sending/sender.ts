import type { Command } from '@patchwork/aggregate'
import { type Cancel, instant, type Runtime, sleep } from '@patchwork/runtime'
import { inSpan, inTrace, type Logger } from '@patchwork/telemetry'
import pLimit from 'p-limit'
import { type Mail, type MailResult, type MailServer, sendMsMax } from '../channels/mailServer.ts'
import type { MailSink } from '../channels/mailSink.ts'
import { delayMessage, isOpen, recordNotSent, recordSent, startAttempt } from '../domain/decide.ts'
import type { DelayReason, KnownMessage, Message, MessageEvent } from '../domain/message.ts'
import { later } from '../domain/retry.ts'
import { dueBy, type Messages, nextDueAfter, waitingFor } from '../store/messages.ts'
import type { Prepared } from './mailing.ts'

/** Messages dealt with at the same time: what is asked for them of the store and of other services goes together. */
const atOnceMax = 16
/** Conversations with the mail server at the same time: many servers refuse more. */
const conversationsMax = 4
const duePageSize = 100
const earlyPageSize = 50
/** Messages remembered by name; beyond it they are found by being due. */
const namedMax = 1_000
/** The longest between two looks: what another process queued and did not live to send is found by then. */
const lookEveryMs = 15_000
/** How long a message is left alone after something unforeseen, such as a store that is away. */
const restMs = 5_000
/** How long after its last attempt a message may be taken before its time, when what it waits for is there again. */
const earlyAfterMs = 30_000
/** How long a message belongs to one sender: longer than a mail may take. */
const leaseMs = sendMsMax + 30_000
/** How long a stop waits for mails on their way before it breaks them off. */
const stopMsMax = 10_000
/** Failures that say nothing about the one message: when another gets through, those that wait for the same need not wait any longer. */
const outages: readonly DelayReason[] = ['people-unavailable', 'identity-unavailable', 'directory-unavailable', 'mail-server-unreachable', 'mail-server-set-up']
const endedBy = (message: KnownMessage, supplier: 'sink' | 'smtp'): DelayReason[] => [
  message.about?.kind === 'membership-invitation' ? 'directory-unavailable' : 'people-unavailable',
  ...(message.about?.kind === 'challenge' ? (['identity-unavailable'] as const) : []),
  ...(supplier === 'smtp' ? (['mail-server-unreachable', 'mail-server-set-up'] as const) : []),
]

/** `message`: as it is known to be, for what has just happened here; without it the store is asked, since another sender may have dealt with it. */
type Named = { message?: KnownMessage; traceparent?: string | undefined; isEarly?: true }

export type Sender = {
  /** Something is due; this message as it is now, when it is named. Sending starts at once, in the trace of what caused it. */
  wake(what?: { message: KnownMessage; traceparent: string | undefined }): void
  /** Finishes the mails on their way, for `stopMsMax` at most. */
  stop(): Promise<void>
}

/** Sends queued e-mails: at once when woken, again after each failure's delay, and after a restart whatever is due. Several may run at once. */
export const createSender = (dependencies: {
  messages: Messages
  prepare: (message: KnownMessage, date: Date) => Promise<Prepared>
  mailServer: MailServer | undefined
  sink: Pick<MailSink, 'put'>
  runtime: Runtime
  logger: Logger
}): Sender => {
  const { messages, prepare, mailServer, sink, runtime, logger } = dependencies
  const stopping = new AbortController()
  const giveUp = new AbortController()
  const conversation = pLimit(conversationsMax)
  const underWay = new Map<string, Promise<void>>()
  /** Named by a wake, with the trace, or by the end of an outage: then before they are due. */
  const named = new Map<string, Named>()
  /** Found to be due, the longest first, and not begun yet. */
  let found: string[] = []
  /** More was due at the last look than it could tell of. */
  let isBehind = false
  /** Something may be due that is not known here: the store is asked once there is room. */
  let isLookDue = false
  let wasNamed = false
  const restsUntil = new Map<string, number>()
  let mayWaitForOutage = true
  let looking: Promise<void> | undefined
  let lookAgain = false
  let cancel: Cancel = () => undefined

  /** Changes the message by a rule; tells whether that did anything. */
  const decide = async (message: KnownMessage, rule: (state: Message, issuedAt: string) => MessageEvent[]): Promise<boolean> => {
    const at = instant(runtime)
    const command: Command = { key: `sender:${runtime.uuid()}`, isFirst: true, repeatable: false, body: null, at, causationId: message.causedBy }
    const { answer } = await messages.update(message.messageId, command, ({ state }) => {
      const events = rule(state, at)
      return { events, answer: { changed: events.length > 0 } }
    })
    return answer.changed === true
  }

  const delay = async (
    message: KnownMessage,
    attempt: number,
    { isStarted, reason, replyCode }: { isStarted: boolean; reason: DelayReason; replyCode?: number },
  ): Promise<void> => {
    if (outages.includes(reason)) mayWaitForOutage = true
    isLookDue = true
    const reply = replyCode === undefined ? {} : { replyCode }
    await decide(message, (state, issuedAt) => delayMessage(state, { attempt, isStarted, reason, ...reply, issuedAt }))
    logger.info({ messageId: message.messageId, attempt, reason, ...reply }, 'message delayed')
  }

  const record = async (message: KnownMessage, attempt: number, result: MailResult): Promise<void> => {
    if (result.kind === 'later') return delay(message, attempt, { ...result, isStarted: true })
    if (result.kind === 'accepted') await decide(message, (state, issuedAt) => recordSent(state, { attempt, supplier: 'smtp', issuedAt }))
    else {
      const reply = result.replyCode === undefined ? {} : { replyCode: result.replyCode }
      await decide(message, (state, issuedAt) => recordNotSent(state, { attempt, isStarted: true, reason: 'refused', ...reply, issuedAt }))
    }
    await endOutage(endedBy(message, 'smtp'))
  }

  const attemptSending = async (message: KnownMessage, attempt: number): Promise<void> => {
    const prepared = await prepare(message, new Date(runtime.now())).catch((error: unknown): Prepared => {
      logger.error({ messageId: message.messageId, err: { type: (error as Error).name, stack: (error as Error).stack } }, 'message could not be made')
      return { kind: 'later', reason: 'could-not-be-made' }
    })
    switch (prepared.kind) {
      case 'later':
        return delay(message, attempt, { ...prepared, isStarted: false })
      case 'not-sent': {
        const { reason } = prepared
        await decide(message, (state, issuedAt) => recordNotSent(state, { attempt, isStarted: false, reason, issuedAt }))
        return
      }
      case 'sink': {
        const { to, subject, text, date } = prepared.mail
        // First the ledger, so that of two senders only one puts it there. The sink is memory: it promises nothing that a crash could break.
        if (await decide(message, (state, issuedAt) => recordSent(state, { attempt, supplier: 'sink', issuedAt })))
          sink.put({ to, subject, text, at: date.toISOString() })
        return endOutage(endedBy(message, 'sink'))
      }
      case 'smtp': {
        if (!mailServer) throw new Error('A mail was made for a mail server that is not set')
        return conversation(() => handOver(mailServer, prepared.mail, message, attempt))
      }
    }
  }

  /** The lease begins when the mail server is free for it. */
  const handOver = async (to: MailServer, mail: Mail, message: KnownMessage, attempt: number): Promise<void> => {
    if (stopping.signal.aborted) return
    const isOurs = await decide(message, (state, issuedAt) => startAttempt(state, { attempt, issuedAt, leaseEndsAt: later(issuedAt, leaseMs) }))
    if (isOurs) await record(message, attempt, await to.send(mail, giveUp.signal))
  }

  /** What waited for something that was away need not wait for its delay: it is there again. */
  const endOutage = async (ended: readonly DelayReason[]): Promise<void> => {
    // While some are named already, more need not be looked for after each mail.
    if (!mayWaitForOutage || named.size > 0) return
    const waiting = await waitingFor(messages, outages, earlyPageSize)
    if (waiting.length < earlyPageSize) mayWaitForOutage = waiting.length > 0
    const before = instant({ now: () => runtime.now() - earlyAfterMs })
    for (const message of waiting) {
      const { messageId, attempts } = message
      const isWaitingFor = 'waitsFor' in message && message.waitsFor !== undefined && ended.includes(message.waitsFor)
      if (isWaitingFor && (attempts.at(-1)?.at ?? '') < before && !underWay.has(messageId) && !named.has(messageId)) named.set(messageId, { isEarly: true })
    }
  }

  const send = async (messageId: string, { isEarly, message: known }: Named): Promise<void> => {
    const message: Message | undefined = known ?? (await messages.get(messageId))?.state
    if (message === undefined || !isOpen(message)) return
    // Another sender may have it in hand, or have failed since it was found.
    if (message.dueAt > instant(runtime) && (message.status === 'sending' || !isEarly)) return
    const attempt = message.attempts.length + 1
    await inSpan('message.send', { 'patchwork.service': 'notification', 'patchwork.aggregate.id': messageId, 'patchwork.attempt': attempt }, () =>
      attemptSending(message, attempt),
    )
  }

  const begin = (messageId: string, how: Named): void => {
    const work = inTrace(how.traceparent, () => send(messageId, how))
      .catch((error: unknown) => {
        const { code, name, stack } = error as Error & { code?: string }
        logger.error({ messageId, err: { type: name, code, stack } }, 'message could not be dealt with')
        restsUntil.set(messageId, runtime.now() + restMs)
        isLookDue = true
      })
      .finally(() => {
        underWay.delete(messageId)
        look()
      })
    underWay.set(messageId, work)
  }

  const isFree = (messageId: string): boolean => !underWay.has(messageId) && !restsUntil.has(messageId)

  /** In turns: neither does what has just happened wait behind a backlog, nor a backlog behind what goes on happening. */
  const next = (): [string, Named] | undefined => {
    const [ofNamed] = named.keys()
    const [ofFound] = found
    wasNamed = ofNamed !== undefined && (ofFound === undefined || !wasNamed)
    const messageId = wasNamed ? ofNamed : found.shift()
    if (messageId === undefined) return undefined
    const how = named.get(messageId) ?? {}
    named.delete(messageId)
    return [messageId, how]
  }

  const beginWhatFits = (): void => {
    while (underWay.size < atOnceMax && !stopping.signal.aborted) {
      const one = next()
      if (one === undefined) return
      if (isFree(one[0])) begin(...one)
    }
  }

  const lookOnce = async (): Promise<void> => {
    const now = runtime.now()
    for (const [messageId, until] of restsUntil) if (until <= now) restsUntil.delete(messageId)
    beginWhatFits()
    const isAskedFor = isBehind || (isLookDue && underWay.size < atOnceMax)
    if (found.length > 0 || !isAskedFor) return
    isLookDue = false
    const due = await dueBy(messages, instant({ now: () => now }), duePageSize)
    found = due.map(({ messageId }) => messageId).filter(isFree)
    isBehind = due.length === duePageSize
    beginWhatFits()
    // Whichever ends looks again.
    if (isBehind && underWay.size > 0) return
    const nextDueAt = await nextDueAfter(messages, instant({ now: () => now }))
    const waitMs = nextDueAt === undefined ? lookEveryMs : Math.max(0, Date.parse(nextDueAt) - runtime.now())
    schedule(Math.min(waitMs, restsUntil.size > 0 ? restMs : lookEveryMs))
  }

  const schedule = (delayMs: number): void => {
    cancel()
    if (!stopping.signal.aborted) cancel = runtime.after(delayMs, lookInStore)
  }

  /** One look at a time; a call during a look makes it look again. */
  const look = (): void => {
    if (stopping.signal.aborted) return
    lookAgain = true
    looking ??= lookWhileAsked()
  }

  const lookWhileAsked = async (): Promise<void> => {
    while (lookAgain && !stopping.signal.aborted) {
      lookAgain = false
      await lookOnce().catch((error: unknown) => {
        logger.warn({ code: (error as { code?: unknown }).code }, 'could not look for messages that are due')
        schedule(restMs)
      })
    }
    // In the same turn as it was seen that nobody asks, or whoever asks in between would wait for nobody.
    looking = undefined
  }

  const lookInStore = (): void => {
    isLookDue = true
    look()
  }

  return {
    wake: (what) => {
      if (!what || named.size >= namedMax) return lookInStore()
      named.set(what.message.messageId, what)
      look()
    },
    stop: async () => {
      stopping.abort()
      cancel()
      const done = Promise.allSettled([looking, ...underWay.values()])
      const finished = new AbortController()
      await Promise.race([done, sleep(runtime, stopMsMax, finished.signal)])
      finished.abort()
      giveUp.abort()
      await done
    },
  }
}
