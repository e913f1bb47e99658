import { createHash } from 'node:crypto'
import { steps } from '@patchwork/aggregate'
import { StartedPlace, type StartOptions, until } from '../src/startedPlace.ts'
import { LoopPromises } from './loopPromises.ts'

const killsWanted = 20
const workersCount = 6
const diesWithinMs = 180_000
/** A process dies when its step comes for a time between these two. */
const [timesMin, timesMax] = [40, 120]

/**
 * Kills a place at each step of the write path in turn, while six people go through the loop: nothing they were told may be untrue afterwards.
 */
export const killWhileTheLoopRuns = async (name: string, options: StartOptions): Promise<void> => {
  const seed = Number(process.env.FAULT_SEED ?? Date.now())
  process.stdout.write(`${name}: chance from FAULT_SEED=${seed}\n`)
  const place = await StartedPlace.open(options)
  try {
    const loop = await LoopPromises.begin(place)
    let running = true
    const faults: unknown[] = []
    const workers = Array.from({ length: workersCount }, async () => {
      while (running) {
        await loop.turn().catch((error) => {
          faults.push(error)
          running = false
        })
      }
    })
    for (let kill = 0; kill < killsWanted && running; kill += 1) {
      await place.end('SIGKILL')
      await place.start({ PATCHWORK_END_AT: `${steps[kill % steps.length]}:${timesFrom(seed, kill)}` }, false)
      await until('the place dies at the chosen point', () => !place.running || !running, diesWithinMs)
      if (running) expect(place.endedBy).toBe('SIGKILL')
    }
    await place.end('SIGKILL')
    await place.start()
    running = false
    await Promise.all(workers)
    // What each process said of itself before it went, and not what it was asked for.
    const hits = Map.groupBy(place.output.matchAll(/^Ended at (\S+)$/gm), ([, step]) => step)
    const counts = steps.map((step) => `${step} ${hits.get(step)?.length ?? 0}`)
    process.stdout.write(`${name}: ${killsWanted} kills while ${loop.turns} turns of the loop ran; ${counts.join(', ')}\n`)
    expect(faults).toEqual([])
    expect([...hits.values()].flat().length).toBe(killsWanted)
    for (const step of steps) expect(hits.get(step)?.length ?? 0).toBeGreaterThan(0)
    await loop.signInAgain()
    await everythingHolds(place)
    await loop.expectReferralsAsAnswered()
    await loop.expectSameAnswers()
    await loop.expectMessagesOnce()
    await loop.expectReferralsAsAnswered()
  } finally {
    await place.remove()
  }
}

const timesFrom = (seed: number, kill: number): number =>
  timesMin + (createHash('sha256').update(`${seed}:${kill}`).digest().readUInt32BE() % (timesMax - timesMin))

// What events cause may still be under way: it must come to hold, and stay so.
const everythingHolds = async (place: StartedPlace): Promise<void> => {
  let broken: unknown[] = ['never verified']
  await until('every invariant holds', async () => {
    const { output } = await place.run('verify', '--json')
    broken = (JSON.parse(output) as { invariants: { violations: number }[] }).invariants.filter(({ violations }) => violations > 0)
    return broken.length === 0
  }).catch(() => undefined)
  expect(broken).toEqual([])
  const rebuilt = await place.run('rebuild', '--json')
  expect(JSON.parse(rebuilt.output).readModels.filter((one: { equal: boolean }) => !one.equal)).toEqual([])
  expect(rebuilt.code).toBe(0)
  expect((await place.run('dead-letters', 'list')).output).toContain('Nothing is parked')
}
