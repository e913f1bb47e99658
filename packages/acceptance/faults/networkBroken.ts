import { type Weather, weathers } from '@patchwork/testing'
import { until } from '../src/startedPlace.ts'
import { chance } from './chance.ts'
import { networkNames } from './distributedPlace.ts'
import type { Fault } from './fault.ts'
import { isReady } from './readyAgain.ts'

const spellMs = 4_000
const goesOnWithinMs = 180_000
type Spell = { weather: Weather; network: (typeof networkNames)[number]; point: string }

/** Every weather once, each on the network whose turn it is, then again on the next: four spells meet each weather and each network, twelve each pair. */
const spellsOf = (count: number): Spell[] => {
  const first = chance('the first network', 0, networkNames.length)
  return Array.from({ length: count }, (_, spell) => {
    const weather = weathers[spell % weathers.length] as Weather
    const network = networkNames[(first + spell) % networkNames.length] as Spell['network']
    return { weather, network, point: `${weather} to ${network}` }
  })
}

/** The network between the services and Kafka, MongoDB and each other: late, cut, without answers, or carrying nothing. */
export const networkBroken: Fault = {
  name: 'network',
  on: 'distributed',
  title: 'O1 whatever the network does, nothing is lost or done twice, and when it is fair again all goes on by itself',
  unit: 'spells',
  counts: { ci: weathers.length, full: 40 },
  points: weathers.flatMap((weather) => networkNames.map((network) => `${weather} to ${network}`)),
  pointsOf: (count) => [...new Set(spellsOf(count).map(({ point }) => point))],
  strike: async ({ around, load, count, struck, say }) => {
    const wentOnMs: number[] = []
    const carried = new Map<string, number>()
    for (const { weather, network, point } of spellsOf(count)) {
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
