import { delayMessage, markRead, queueMessage, recordNotSent, recordSent, startAttempt } from './decide.ts'
import { NotInPageError } from './errors.ts'
import { evolve, type MessageEvent, unborn } from './message.ts'
import { attemptsMax, delayMsAfter } from './retry.ts'
import {
  arrivedInPage,
  at,
  attemptStarted,
  delayed,
  given,
  mailQueued,
  minutesLater,
  pageQueued,
  queueForPage,
  queueMail,
  refused,
  sent,
} from './testExamples.ts'

const lease = { leaseEndsAt: minutesLater(2) }

describe('a message is queued', () => {
  test('an e-mail waits to be sent', () => given().when(queueMessage, queueMail).then(mailQueued))
  test('in the page it has arrived with the same write', () => given().when(queueMessage, queueForPage).then(pageQueued, arrivedInPage))
  test('N1 queued twice it is one message', () => given(mailQueued).when(queueMessage, queueMail).thenNothing())
  test('N1 queued again after it went out it is still one message', () =>
    given(mailQueued, attemptStarted(1), sent(1)).when(queueMessage, queueMail).thenNothing())
})

describe('an attempt', () => {
  test('takes a queued message for one sender', () =>
    given(mailQueued)
      .when(startAttempt, { attempt: 1, issuedAt: at, ...lease })
      .then(attemptStarted(1)))
  test('a second sender does not get it', () =>
    given(mailQueued, attemptStarted(1))
      .when(startAttempt, { attempt: 2, issuedAt: minutesLater(1), ...lease })
      .thenNothing())
  test('a sender who looked before the last attempt does not get it', () =>
    given(mailQueued, attemptStarted(1), delayed(1, minutesLater(1)))
      .when(startAttempt, { attempt: 1, issuedAt: at, ...lease })
      .thenNothing())
  test('when the lease has ended the sender died, and the next one takes it; the ledger says that nobody knows', () =>
    given(mailQueued, attemptStarted(1))
      .when(startAttempt, { attempt: 2, issuedAt: minutesLater(2), leaseEndsAt: minutesLater(4) })
      .becomes({ status: 'sending', attempts: [{ outcome: 'unknown' }, { outcome: 'under-way' }], dueAt: minutesLater(4) }))
  test('what has been sent is not tried again', () =>
    given(mailQueued, attemptStarted(1), sent(1))
      .when(startAttempt, { attempt: 2, issuedAt: minutesLater(5), ...lease })
      .thenNothing())
  test('nobody starts on a message that does not exist', () =>
    given()
      .when(startAttempt, { attempt: 1, issuedAt: at, ...lease })
      .thenNothing())
})

describe('what becomes of it', () => {
  test('the mail server accepted it', () => given(mailQueued, attemptStarted(1)).when(recordSent, { attempt: 1, supplier: 'smtp', issuedAt: at }).then(sent(1)))
  test('sent has an end and is due no more', () => {
    const { before } = given(mailQueued, attemptStarted(1), sent(1))
    expect(before).toMatchObject({ status: 'sent', supplier: 'smtp', endedAt: at, attempts: [{ at, outcome: 'accepted' }] })
    expect(before).not.toHaveProperty('dueAt')
  })
  test('an acceptance is true also after the lease went to another sender', () =>
    given(mailQueued, attemptStarted(1), attemptStarted(2, minutesLater(2), minutesLater(4)))
      .when(recordSent, { attempt: 1, supplier: 'smtp', issuedAt: minutesLater(3) })
      .then(sent(2, 'smtp', minutesLater(3))))
  test('two senders who put it into the sink at once: the first is right', () =>
    given(mailQueued, sent(1, 'sink')).when(recordSent, { attempt: 1, supplier: 'sink', issuedAt: at }).thenNothing())
  test('a failure for the moment is dated, and so is the next try', () =>
    given(mailQueued, attemptStarted(1))
      .when(delayMessage, { attempt: 1, isStarted: true, reason: 'mail-server-unreachable', issuedAt: at })
      .then(delayed(1, '2026-03-02T09:00:05.000Z')))
  test('a failure before anything was handed over counts as an attempt', () =>
    given(mailQueued)
      .when(delayMessage, { attempt: 1, isStarted: false, reason: 'people-unavailable', issuedAt: at })
      .becomes({ status: 'queued', waitsFor: 'people-unavailable', attempts: [{ at, outcome: 'people-unavailable' }] }))
  test('a failure before anything was handed over says nothing of the attempt that another sender has started meanwhile', () => {
    given(mailQueued, attemptStarted(1)).when(delayMessage, { attempt: 1, isStarted: false, reason: 'people-unavailable', issuedAt: at }).thenNothing()
    given(mailQueued, attemptStarted(1)).when(recordNotSent, { attempt: 1, isStarted: false, reason: 'no-address', issuedAt: at }).thenNothing()
  })
  test('the failure of a lost lease changes nothing', () =>
    given(mailQueued, attemptStarted(1), attemptStarted(2, minutesLater(2), minutesLater(4)))
      .when(delayMessage, { attempt: 1, isStarted: true, reason: 'refused-for-now', issuedAt: minutesLater(3) })
      .thenNothing())
  test('the last attempt ends the message', () => {
    const past: MessageEvent[] = [mailQueued, ...Array.from({ length: attemptsMax - 1 }, (_, index) => delayed(index + 1, at))]
    given(...past)
      .when(delayMessage, { attempt: attemptsMax, isStarted: false, reason: 'mail-server-unreachable', issuedAt: at })
      .becomes({ status: 'not-sent', reason: 'supplier-failed' })
  })
  test('a refusal for good ends it, with the reply code', () =>
    given(mailQueued, attemptStarted(1)).when(recordNotSent, { attempt: 1, isStarted: true, reason: 'refused', replyCode: 550, issuedAt: at }).then(refused(1)))
  test('what has ended does not end again', () => {
    given(mailQueued, attemptStarted(1), refused(1)).when(recordSent, { attempt: 1, supplier: 'smtp', issuedAt: at }).thenNothing()
    given(mailQueued, attemptStarted(1), sent(1)).when(recordNotSent, { attempt: 1, isStarted: true, reason: 'refused', issuedAt: at }).thenNothing()
    given(mailQueued, attemptStarted(1), sent(1)).when(delayMessage, { attempt: 1, isStarted: true, reason: 'refused-for-now', issuedAt: at }).thenNothing()
  })
})

describe('reading', () => {
  test('a message in the page is marked as read', () =>
    given(pageQueued, arrivedInPage)
      .when(markRead, { issuedAt: minutesLater(1) })
      .becomes({ status: 'read', readAt: minutesLater(1) }))
  test('reading it again changes nothing', () => {
    const { before } = given(pageQueued, arrivedInPage)
    const read = markRead(before, { issuedAt: at })
    given(pageQueued, arrivedInPage, ...read)
      .when(markRead, { issuedAt: minutesLater(1) })
      .thenNothing()
  })
  test('an e-mail cannot be read in the page', () => given(mailQueued).when(markRead, { issuedAt: at }).thenThrows(NotInPageError))
  test('nor can a message that does not exist', () => given().when(markRead, { issuedAt: at }).thenThrows(NotInPageError))
})

describe('trying again', () => {
  test('delays grow from 5 seconds to half an hour, and the whole takes about 20 hours', () => {
    const delays = Array.from({ length: attemptsMax - 1 }, (_, index) => delayMsAfter(index + 1))
    expect(delays[0]).toBe(5_000)
    expect(delays.at(-1)).toBe(30 * 60_000)
    expect(delays).toEqual([...delays].sort((left, right) => left - right))
    const hours = delays.reduce((sum, delay) => sum + delay, 0) / 3_600_000
    expect(hours).toBeGreaterThan(12)
    expect(hours).toBeLessThan(24)
  })
  test('an event about a message that was never queued changes nothing', () => {
    expect(evolve(unborn, sent(1))).toEqual(unborn)
  })
})
