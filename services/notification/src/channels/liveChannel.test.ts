import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createLogger } from '@patchwork/telemetry'
import { until } from '@patchwork/testing'
import express from 'express'
import type { KnownMessage } from '../domain/message.ts'
import { openStream } from '../testing/eventStream.ts'
import { fasterRuntime } from '../testing/runtime.ts'
import { createLiveChannel } from './liveChannel.ts'

type Arrived = { messages: KnownMessage[] }
const personId = randomUUID()

/** A channel on a clock that runs 200 times as fast, whose looks at the store are answered by hand. */
const openChannel = async () => {
  const runtime = fasterRuntime(200)
  const looks: { since: string; answer: (arrived: Arrived) => void; fail: () => void }[] = []
  const live = createLiveChannel({
    runtime,
    logger: createLogger({ level: 'silent' }),
    unreadOf: async () => 0,
    arrivedSince: (since) => new Promise((answer, reject) => looks.push({ since, answer, fail: () => reject(new Error('away')) })),
  })
  const app = express().get('/', (request, response) => live.open(personId, request, response))
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stream = await openStream(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, undefined)
  await until(
    () => stream.events.length,
    (count) => count === 1,
  )
  const nextLook = async (number: number) =>
    until(
      () => looks[number],
      (look) => look !== undefined,
    )
  const close = async () => {
    stream.close()
    for (const { answer } of looks) answer({ messages: [] })
    await live.stop()
    server.close()
  }
  const told = () => stream.events.flatMap(({ event, data }) => (event === 'message' ? [data] : []))
  return { live, runtime, nextLook, told, close }
}
const message = (messageId: string) => ({ personId, messageId }) as KnownMessage

test('a message that a look finds after it was told, however long the look takes, is told once', async () => {
  const { live, runtime, nextLook, told, close } = await openChannel()
  try {
    const messageId = randomUUID()
    live.push(personId, messageId)
    const look = await nextLook(0)
    const from = runtime.now()
    await until(
      () => runtime.now() - from,
      (ms) => ms > 30_000,
    )
    look!.answer({ messages: [message(messageId)] })
    ;(await nextLook(1))!.answer({ messages: [message(messageId)] })
    live.push(personId, messageId)
    await nextLook(2)
    expect(told()).toEqual([{ messageId }])
  } finally {
    await close()
  }
})

test('what arrived while a look took long, or failed, is looked for by the next', async () => {
  const { nextLook, close } = await openChannel()
  try {
    const first = await nextLook(0)
    first!.fail()
    const second = await nextLook(1)
    expect(second!.since).toBe(first!.since)
  } finally {
    await close()
  }
})
