import { steps } from '@patchwork/aggregate'
import { until } from '../src/startedPlace.ts'
import { chance } from './chance.ts'
import type { Fault } from './fault.ts'
import { ReadyAgain } from './readyAgain.ts'

/** The consumers that act on what is done here, at each step of theirs; read models are rebuilt and compared instead. */
const groups = ['notification', 'personal-budget-pooling-budgets']
const consumerSteps = ['before-effect', 'after-effect', 'after-mark'] as const
const named = [...steps, ...groups.flatMap((group) => consumerSteps.map((step) => `${step}@${group}`))]
const atRandom = 'at random'
const points = [...named, atRandom]
const diesWithinMs = 180_000
/** A process dies when its step comes for a time between these two; a step of one consumer comes less often. */
const times = { ofWriting: [40, 120], ofConsumer: [2, 6] } as const
const randomMsMax = 2_000

/** Kill -9 of the one process of a place on SQLite. */
export const killedInOneProcess: Fault = {
  name: 'kill -9',
  on: 'embedded',
  title: 'O1 killed at each point of the write path and at random while the loop runs, a place on SQLite loses nothing',
  unit: 'kills',
  counts: { ci: 15, full: 250 },
  points,
  strike: async ({ place, load, count, struck, say }) => {
    const ready = new ReadyAgain()
    await place.end('SIGKILL')
    struck(atRandom)
    for (let kill = 1; kill < count; kill += 1) {
      // The first kill above was the random one of the first round.
      const point = points[(kill - 1) % points.length] as string
      load.expectUnbroken()
      const from = place.output.length
      if (point === atRandom) {
        await place.start({}, false)
        if (await ready.measure('the place', place.url, () => !place.running))
          await new Promise((resolve) => setTimeout(resolve, chance(`${kill}`, 0, randomMsMax)))
        await place.end('SIGKILL')
        struck(point)
        continue
      }
      const [min, max] = point.includes('@') ? times.ofConsumer : times.ofWriting
      await place.start({ PATCHWORK_END_AT: `${point}:${chance(`${kill}`, min, max)}` }, false)
      await ready.measure('the place', place.url, () => !place.running)
      await until('the place dies at the chosen point', () => load.expectUnbroken() ?? !place.running, diesWithinMs)
      // What the process said of itself before it went, and not what it was asked for.
      expect({ endedBy: place.endedBy, said: /^Ended at (\S+)$/m.exec(place.output.slice(from))?.[1] }).toEqual({ endedBy: 'SIGKILL', said: point })
      struck(point)
    }
    const from = performance.now()
    await place.start()
    await ready.measure('the place', place.url, () => false, from)
    say(ready.words)
  },
}
