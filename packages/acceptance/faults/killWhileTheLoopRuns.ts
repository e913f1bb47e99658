import { createHash } from 'node:crypto'
import { steps } from '@patchwork/aggregate'
import { StartedPlace, type StartOptions, until } from '../src/startedPlace.ts'
import { KeptRequests } from './keptRequests.ts'
import { LoopPromises } from './loopPromises.ts'
import { PoolPromises } from './poolPromises.ts'

const workersCount = 6
/** The consumers that act on what is done here, at each step of theirs; read models are rebuilt and compared instead. */
const groups = ['notification', 'personal-budget-pooling-budgets']
const consumerSteps = ['before-effect', 'after-effect', 'after-mark'] as const
/** Where the place is killed, in turn. */
const points = [...steps, ...groups.flatMap((group) => consumerSteps.map((step) => `${step}@${group}`)), ...steps.slice(0, 6)]
const diesWithinMs = 180_000
/** A process dies when its step comes for a time between these two; a step of one consumer comes less often. */
const [timesMin, timesMax] = [40, 120]
const [consumerTimesMin, consumerTimesMax] = [2, 6]

/**
 * Kills a place at each step of the write path in turn, while the loop and a pool run: nothing they were told may be untrue afterwards.
 */
export const killWhileTheLoopRuns = async (name: string, options: StartOptions): Promise<void> => {
  const seed = Number(process.env.FAULT_SEED ?? Date.now())
  process.stdout.write(`${name}: chance from FAULT_SEED=${seed}\n`)
  const place = await StartedPlace.open(options)
  try {
    const requests = await KeptRequests.begin(place)
    const [loop, pool] = [await LoopPromises.begin(requests), await PoolPromises.begin(requests)]
    let running = true
    const faults: unknown[] = []
    const workers = [...Array.from({ length: workersCount }, () => loop), pool].map(async (turning) => {
      while (running) {
        await turning.turn().catch((error) => {
          faults.push(error)
          running = false
        })
      }
    })
    for (const [kill, point] of points.entries()) {
      if (!running) break
      await place.end('SIGKILL')
      await place.start({ PATCHWORK_END_AT: `${point}:${timesFrom(seed, kill, point.includes('@'))}` }, false)
      await until('the place dies at the chosen point', () => !place.running || !running, diesWithinMs)
      if (running) expect(place.endedBy).toBe('SIGKILL')
    }
    await place.end('SIGKILL')
    await place.start()
    running = false
    await Promise.all(workers)
    // What each process said of itself before it went, and not what it was asked for.
    const hits = Map.groupBy(place.output.matchAll(/^Ended at (\S+)$/gm), ([, step]) => step)
    const counts = [...new Set(points)].map((point) => `${point} ${hits.get(point)?.length ?? 0}`)
    process.stdout.write(`${name}: ${points.length} kills while ${loop.turns} turns of the loop and ${pool.turns} of the pool ran; ${counts.join(', ')}\n`)
    expect(faults).toEqual([])
    expect([...hits.keys()].sort()).toEqual([...new Set(points)].sort())
    expect([...hits.values()].flat().length).toBe(points.length)
    await requests.signInAgain()
    await everythingHolds(place)
    await loop.expectReferralsAsAnswered()
    await pool.expectToThePenny()
    await requests.expectSameAnswers()
    await loop.expectMessagesOnce()
    await pool.expectMessagesOnce()
    await pool.expectToThePenny()
    await loop.expectReferralsAsAnswered()
  } finally {
    await place.remove()
  }
}

const timesFrom = (seed: number, kill: number, isOfConsumer: boolean): number => {
  const [min, max] = isOfConsumer ? [consumerTimesMin, consumerTimesMax] : [timesMin, timesMax]
  return min + (createHash('sha256').update(`${seed}:${kill}`).digest().readUInt32BE() % (max - min))
}

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
