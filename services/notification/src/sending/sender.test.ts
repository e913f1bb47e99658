import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Ports } from '@patchwork/aggregate'
import { embeddedDocumentStore } from '@patchwork/document-store'
import { embeddedEventLog } from '@patchwork/event-log'
import { openPlaceFile } from '@patchwork/place-file'
import { type Runtime, sleep, systemRuntime } from '@patchwork/runtime'
import { createLogger } from '@patchwork/telemetry'
import { until } from '@patchwork/testing'
import { queueMessage } from '../domain/decide.ts'
import type { KnownMessage } from '../domain/message.ts'
import { type Messages, openMessages } from '../store/messages.ts'
import type { Prepared } from './mailing.ts'
import { createSender } from './sender.ts'

const numbers = (count: number) => Array.from({ length: count }, (_, number) => number)
const minuteAgo = (number: number) => new Date(Date.now() - 60_000 + number).toISOString()

/** A ledger of messages alone, and a sender of it whose mail all goes to the sink; `looks` counts the questions which messages are due. */
const given = async ({ isPeopleAway = false, isStoreAway = false, findMs = 0 } = {}) => {
  const folder = mkdtempSync(join(tmpdir(), 'patchwork-sender-'))
  const placeFile = await openPlaceFile({ path: join(folder, 'patchwork.sqlite') })
  const logger = createLogger({ service: 'notification', level: 'silent' })
  const log = embeddedEventLog({ placeFile, runtime: systemRuntime, logger })
  const documents = embeddedDocumentStore(placeFile)
  const ports: Ports = { documents, log, runtime: systemRuntime, logger, dataKey: systemRuntime.randomBytes(32) }
  const messages = await openMessages(ports)
  let looks = 0
  const watched: Messages = {
    ...messages,
    find: async (query) => {
      looks += 1
      const found = await messages.find(query)
      await sleep(systemRuntime, findMs)
      return found
    },
    update: (...asked) => (isStoreAway ? Promise.reject(new Error('away')) : messages.update(...asked)),
  }
  const sent: string[] = []
  let prepared = 0
  const prepare = async ({ messageId }: KnownMessage, date: Date): Promise<Prepared> => {
    prepared += 1
    return isPeopleAway
      ? { kind: 'later', reason: 'people-unavailable' }
      : { kind: 'sink', mail: { messageId, to: 'somebody@example.org', subject: messageId, text: '', html: '', language: 'en', date } }
  }
  const timersMs: number[] = []
  const runtime: Runtime = {
    ...systemRuntime,
    after: (delayMs, action) => {
      timersMs.push(delayMs)
      return systemRuntime.after(delayMs, action)
    },
  }
  const namesOf = new Map<string, string>()
  const sink = { put: ({ subject }: { subject: string }) => void sent.push(namesOf.get(subject) as string) }
  const open = () => createSender({ messages: watched, prepare, mailServer: undefined, sink, runtime, logger })
  const sender = open()
  const personId = randomUUID()
  /** Gives it as it is then; `sent` tells its name. */
  const queue = async (name: string, number: number): Promise<KnownMessage> => {
    const messageId = randomUUID()
    namesOf.set(messageId, `${name} ${number}`)
    const facts = { messageId, personId, channel: 'e-mail' as const, template: 'request-accepted', causedBy: randomUUID() }
    const issuedAt = minuteAgo(number)
    const command = { key: messageId, repeatable: false, body: null, at: issuedAt }
    const queued = await messages.update(messageId, command, ({ state }) => ({ events: queueMessage(state, { ...facts, issuedAt }) }))
    return queued.state as KnownMessage
  }
  const stop = async () => {
    await sender.stop()
    await messages.stop()
    await log.close()
    await documents.close()
    await placeFile.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return { sender, open, sent, timersMs, looks: () => looks, prepared: () => prepared, queue, stop }
}

test('a backlog goes out oldest first, and is looked up by the hundred', async () => {
  const { sender, sent, looks, queue, stop } = await given()
  try {
    await Promise.all(numbers(350).map((number) => queue('waits', number)))
    sender.wake()
    await until(
      () => sent.length,
      (count) => count === 350,
    )
    // Some are on their way at a time, and may pass each other.
    const places = sent.map((name, place) => Math.abs(Number(name.split(' ')[1]) - place))
    expect(Math.max(...places)).toBeLessThan(60)
    // Each of those first begun may ask once whether others waited for what is there again.
    expect(looks()).toBeLessThan(40)
  } finally {
    await stop()
  }
})

test('what has just happened does not wait behind a backlog, nor the backlog behind what goes on happening', async () => {
  const { sender, sent, queue, stop } = await given()
  try {
    await Promise.all(numbers(150).map((number) => queue('waits', number)))
    const fresh = await Promise.all(numbers(150).map((number) => queue('fresh', 10_000 + number)))
    sender.wake()
    for (const message of fresh) sender.wake({ message, traceparent: undefined })
    await until(
      () => sent.length,
      (count) => count === 300,
    )
    const ofBacklog = sent.slice(0, 150).filter((name) => name.startsWith('waits')).length
    expect(ofBacklog).toBeGreaterThan(40)
    expect(ofBacklog).toBeLessThan(110)
    expect(new Set(sent).size).toBe(300)
  } finally {
    await stop()
  }
})

test('what is dealt with while the store is asked what is due is not made a second time', async () => {
  const { sender, sent, prepared, queue, stop } = await given({ findMs: 50 })
  try {
    await Promise.all(numbers(150).map((number) => queue('waits', number)))
    const fresh = await Promise.all(numbers(100).map((number) => queue('fresh', number - 1_000)))
    for (const message of fresh) sender.wake({ message, traceparent: undefined })
    sender.wake()
    await until(
      () => sent.length,
      (count) => count === 250,
    )
    expect(prepared()).toBe(250)
  } finally {
    await stop()
  }
})

test('for messages that are named as they are queued the store is not asked what is due', async () => {
  const { sender, sent, looks, queue, stop } = await given()
  try {
    const before = looks()
    for (let number = 0; number < 60; number += 1) sender.wake({ message: await queue('fresh', number), traceparent: undefined })
    await until(
      () => sent.length,
      (count) => count === 60,
    )
    // The first asks whether others waited for what is there again.
    expect(looks() - before).toBeLessThan(3)
  } finally {
    await stop()
  }
})

test.each([
  ['a message that waits for another service', { isPeopleAway: true }],
  ['one that met something unforeseen', { isStoreAway: true }],
])('%s is looked for again after 5 seconds', async (_what, away) => {
  const { sender, timersMs, queue, stop } = await given(away)
  try {
    sender.wake({ message: await queue('waits', 0), traceparent: undefined })
    await until(
      () => timersMs,
      (timers) => timers.some((ms) => ms > 1_000 && ms <= 5_000),
    )
  } finally {
    await stop()
  }
})

test('two senders of one backlog send each message once', async () => {
  const { sender, open, sent, queue, stop } = await given()
  const other = open()
  try {
    await Promise.all(numbers(250).map((number) => queue('waits', number)))
    sender.wake()
    other.wake()
    await until(
      () => sent.length,
      (count) => count >= 250,
    )
    await other.stop()
    expect(new Set(sent).size).toBe(sent.length)
  } finally {
    await other.stop()
    await stop()
  }
})
