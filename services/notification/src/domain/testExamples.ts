import { evolve, type Message, type MessageEvent, unborn } from './message.ts'
import { later } from './retry.ts'

export const messageId = '0190a000-0000-8000-8000-000000000001'
export const personId = '0190a000-0000-8000-8000-000000000002'
export const referralId = '0190a000-0000-8000-8000-000000000003'
export const at = '2026-03-02T09:00:00.000Z'
export const minutesLater = (minutes: number): string => later(at, minutes * 60_000)

const facts = { messageId, personId, template: 'request-accepted', causedBy: 'event-1', about: { kind: 'referral' as const, id: referralId } }
export const queueMail = { ...facts, channel: 'e-mail' as const, issuedAt: at }
export const queueForPage = { ...facts, channel: 'page' as const, issuedAt: at }

const mail = { messageId, personId, channel: 'e-mail' as const }
const page = { messageId, personId, channel: 'page' as const }
export const mailQueued: MessageEvent = { type: 'message.queued.v1', data: { ...facts, channel: 'e-mail', queuedAt: at } }
export const pageQueued: MessageEvent = { type: 'message.queued.v1', data: { ...facts, channel: 'page', queuedAt: at } }
export const arrivedInPage: MessageEvent = { type: 'message.sent.v1', data: { ...page, attempts: 1, supplier: 'page', sentAt: at } }
export const attemptStarted = (attempt: number, startedAt = at, leaseEndsAt = minutesLater(2)): MessageEvent => ({
  type: 'message.attempt-started.v1',
  data: { ...mail, attempt, startedAt, leaseEndsAt },
})
export const sent = (attempts: number, supplier: 'smtp' | 'sink' = 'smtp', sentAt = at): MessageEvent => ({
  type: 'message.sent.v1',
  data: { ...mail, attempts, supplier, sentAt },
})
export const delayed = (attempt: number, retryAt: string, failedAt = at): MessageEvent => ({
  type: 'message.delayed.v1',
  data: { ...mail, attempt, reason: 'mail-server-unreachable', failedAt, retryAt },
})
export const refused = (attempts: number): MessageEvent => ({
  type: 'message.not-sent.v1',
  data: { ...mail, reason: 'refused', attempts, replyCode: 550, endedAt: at },
})

/** given(past).when(rule, command).then(events), .thenNothing() or .thenThrows(error); `.becomes(…)` looks at the message afterwards. */
export const given = (...past: MessageEvent[]) => {
  const before = past.reduce(evolve, unborn)
  return {
    before,
    when: <Command>(rule: (message: Message, command: Command) => MessageEvent[], command: Command) => ({
      // biome-ignore lint/suspicious/noThenProperty: given, when, then; nobody awaits it
      then: (...events: MessageEvent[]) => {
        expect(rule(before, command)).toEqual(events)
      },
      thenNothing: () => {
        expect(rule(before, command)).toEqual([])
      },
      thenThrows: (error: new () => Error) => {
        expect(() => rule(before, command)).toThrow(error)
      },
      becomes: (expected: object) => {
        expect(rule(before, command).reduce(evolve, before)).toMatchObject(expected)
      },
    }),
  }
}
