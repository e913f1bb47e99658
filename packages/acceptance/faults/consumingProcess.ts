import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { embeddedEventLog } from '@patchwork/event-log'
import { EventEnvelope } from '@patchwork/events'
import { openPlaceFile } from '@patchwork/place-file'
import { systemRuntime as runtime } from '@patchwork/runtime'
// The heap is compared with that of a process which has loaded what a service has.
import '@patchwork/http'
import '@patchwork/web'

// A process that publishes at a steady pace and consumes what it publishes, so slow or fast as it is told, and tells what that cost it. Started with
// --expose-gc by slowConsumer.ts.

const topic = 'patchwork.referral.referral'
const keysCount = 200
const publishedAtOnce = 25
const everyMs = 10

const example = EventEnvelope.parse(JSON.parse(readFileSync(new URL('../../events/examples/referral.sent.v1/first.json', import.meta.url), 'utf8')))
const heapBytes = (): number => {
  ;(globalThis as { gc?: () => void }).gc?.()
  return process.memoryUsage().heapUsed
}

const main = async (handlerMs: number, count: number): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'patchwork-consumer-'))
  const placeFile = await openPlaceFile({ path: join(folder, 'log.sqlite') })
  const log = embeddedEventLog({ placeFile, runtime })
  await log.ensureTopics([topic])
  let handled = 0
  const subscription = await log.subscribe({
    group: 'slow',
    topics: [topic],
    handler: async () => {
      await pause(handlerMs)
      handled += 1
    },
  })
  const tookMs: number[] = []
  const sequences = new Map<string, number>()
  for (let published = 0; published < count; published += publishedAtOnce) {
    const events = Array.from({ length: publishedAtOnce }, (_, index) => {
      const subject = `referral-${(published + index) % keysCount}`
      const sequence = (sequences.get(subject) ?? 0) + 1
      sequences.set(subject, sequence)
      return { topic, event: { ...example, id: runtime.uuid(), subject, sequence } }
    })
    const from = performance.now()
    await log.publish(events)
    tookMs.push(performance.now() - from)
    await pause(everyMs)
  }
  const behind = count - handled
  process.stdout.write(`${JSON.stringify({ heapBytes: heapBytes(), p99Ms: tookMs.sort((a, b) => a - b)[Math.floor(tookMs.length * 0.99)], behind })}\n`)
  await subscription.stop()
  await log.close()
  await placeFile.close()
  rmSync(folder, { recursive: true })
}

await main(Number(process.argv[2]), Number(process.argv[3]))
