import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { z } from 'zod'
import type { Fault } from './fault.ts'

const program = fileURLToPath(new URL('./consumingProcess.ts', import.meta.url))
const eventsCount = 20_000
/** A handler takes so long, and a hundred times as long where it is slow. */
const [usualMs, slowMs] = [1, 100]
const heapTimesMax = 1.5
const point = 'a consumer 100 times slower'

const Told = z.object({ heapBytes: z.number(), p99Ms: z.number(), behind: z.number() })

const consuming = async (handlerMs: number): Promise<z.infer<typeof Told>> => {
  const args = ['--expose-gc', '--disable-warning=ExperimentalWarning', program, String(handlerMs), String(eventsCount)]
  return Told.parse(JSON.parse((await promisify(execFile)(process.execPath, args)).stdout))
}
const mebibytes = (bytes: number): string => `${(bytes / 1_048_576).toFixed(0)} MiB`

/** A consumer that cannot keep up with what is published in its own process. */
export const slowConsumer: Fault = {
  name: 'slow consumer',
  on: 'alone',
  title: 'O1 a consumer a hundred times slower falls behind, and the memory it takes stays bounded',
  unit: 'runs',
  counts: { ci: 1, full: 3 },
  points: [point],
  strike: async ({ count, struck, say }) => {
    for (let run = 0; run < count; run += 1) {
      const usual = await consuming(usualMs)
      const slow = await consuming(slowMs)
      // Otherwise nothing would be shown.
      expect(slow.behind).toBeGreaterThan(eventsCount / 2)
      expect(slow.heapBytes / usual.heapBytes).toBeLessThanOrEqual(heapTimesMax)
      const times = (one: number, other: number) => (one / other).toFixed(2)
      say(
        `heap ${times(slow.heapBytes, usual.heapBytes)} times (${mebibytes(usual.heapBytes)}, ${mebibytes(slow.heapBytes)}), ${slow.behind} of ${eventsCount} events behind`,
      )
      say(`producers' p99 ${times(slow.p99Ms, usual.p99Ms)} times (${usual.p99Ms.toFixed(1)} ms, ${slow.p99Ms.toFixed(1)} ms; aim 2)`)
      struck(point)
    }
  },
}
