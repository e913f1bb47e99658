import { until } from '../src/startedPlace.ts'
import type { Fault } from './fault.ts'
import { ReadyAgain } from './readyAgain.ts'

const awayMs = 4_000
const goesOnWithinMs = 180_000
const betweenMs = 1_000

/** Kill -9 of MongoDB under load, and its start on the same data. */
export const mongoKilled: Fault = {
  name: 'MongoDB killed',
  on: 'distributed',
  title: 'O1 while MongoDB is away everybody is told so in words, and when it is back all goes on by itself with nothing half done',
  unit: 'kills',
  counts: { ci: 2, full: 20 },
  points: ['MongoDB'],
  strike: async ({ around, load, count, struck, say }) => {
    const ready = new ReadyAgain()
    const refusedBefore = load.requests.unavailable.length
    for (let kill = 1; kill <= count; kill += 1) {
      await around.mongo.kill()
      struck('MongoDB')
      await new Promise((resolve) => setTimeout(resolve, awayMs))
      await around.mongo.start()
      await ready.measure('every service', around.place.url, () => false)
      const { operations } = load.requests
      await until('the load goes on', () => load.expectUnbroken() ?? load.requests.operations > operations, goesOnWithinMs)
      await new Promise((resolve) => setTimeout(resolve, betweenMs))
    }
    const refused = load.requests.unavailable.length - refusedBefore
    say(`${refused.toLocaleString('en-GB')} requests told 503 in words, ${ready.words}`)
    expect(refused).toBeGreaterThan(0)
  },
}
