import { weathers } from '@patchwork/testing'
import { until } from '../src/startedPlace.ts'
import { networkNames } from './distributedPlace.ts'
import type { Fault } from './fault.ts'
import { isReady } from './readyAgain.ts'

const spellMs = 4_000
const goesOnWithinMs = 180_000
const spells = weathers.flatMap((weather) => networkNames.map((network) => ({ weather, network, point: `${weather} to ${network}` })))

/** The network between the services and Kafka, MongoDB and each other: late, cut, without answers, or carrying nothing. */
export const networkBroken: Fault = {
  name: 'network',
  on: 'distributed',
  title: 'O1 whatever the network does, nothing is lost or done twice, and when it is fair again all goes on by itself',
  unit: 'spells',
  counts: { ci: spells.length, full: 48 },
  points: spells.map(({ point }) => point),
  strike: async ({ around, load, count, struck, say }) => {
    const wentOnMs: number[] = []
    const carried = new Map<string, number>()
    for (let spell = 0; spell < count; spell += 1) {
      const { weather, network, point } = spells[spell % spells.length] as (typeof spells)[number]
      const proxy = around.networks[network]
      // A network that carries nothing cannot be broken.
      expect({ network, bytes: proxy.bytes }).toEqual({ network, bytes: expect.any(Number) })
      expect(proxy.bytes).toBeGreaterThan(carried.get(network) ?? 0)
      carried.set(network, proxy.bytes)
      proxy.setWeather(weather)
      await new Promise((resolve) => setTimeout(resolve, spellMs))
      proxy.setWeather(undefined)
      struck(point)
      const clearedAt = performance.now()
      const { operations } = load.requests
      await until(
        'all goes on',
        async () => load.expectUnbroken() ?? (load.requests.operations > operations && (await isReady(around.place.url))),
        goesOnWithinMs,
      )
      wentOnMs.push(performance.now() - clearedAt)
    }
    say(`all went on ${(Math.max(...wentOnMs) / 1_000).toFixed(1)} s after it cleared at most`)
  },
}
