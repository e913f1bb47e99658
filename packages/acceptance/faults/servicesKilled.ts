import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../src/startedPlace.ts'
import { chance } from './chance.ts'
import type { DistributedScene, Fault } from './fault.ts'
import { ReadyAgain } from './readyAgain.ts'

/** The steps at which each service is killed: such as the load takes it through. Those without one, and all others once more, are killed at random. */
const stepsOf: Readonly<Record<string, readonly string[]>> = {
  referral: ['before-write', 'after-publish'],
  'personal-budget-pooling': ['after-write', 'after-trim'],
  notification: ['after-archive', 'after-mark'],
  people: ['before-effect'],
  commissioning: ['after-effect'],
  identity: [],
  'provider-directory': [],
  web: [],
}
type Turn = { service: string; step?: string }
/** Every service once, and then those once more that have a second step: which of them first is left to chance, as a round of CI ends after it. */
const firstTurns = Object.entries(stepsOf).map(([service, [step]]): Turn => ({ service, ...(step !== undefined && { step }) }))
const secondTurns = Object.entries(stepsOf).flatMap(([service, [, step]]): Turn[] => (step === undefined ? [] : [{ service, step }]))
const second = chance('the second step', 0, secondTurns.length)
const turns: readonly Turn[] = [...firstTurns, ...secondTurns.slice(second), ...secondTurns.slice(0, second)]
const killsOf = ({ step }: Turn): number => (step === undefined ? 1 : 2)

/** The turns that come to so many kills. */
const turnsOf = (count: number): Turn[] => {
  const taken: Turn[] = []
  for (let kills = 0; kills < count; ) {
    const turn = turns[taken.length % turns.length] as Turn
    taken.push(turn)
    kills += killsOf(turn)
  }
  return taken
}
const pointsIn = (taken: readonly Turn[]): string[] => [
  ...new Set(taken.flatMap(({ service, step }) => [`${service} at random`, ...(step === undefined ? [] : [`${service} ${step}`])])),
]
const [timesMin, timesMax] = [5, 30]
const diesWithinMs = 180_000
/** infra/local/up gives a process up that ends four times within a minute. */
const endsMax = 3
const endsWithinMs = 62_000
const killersAtOnce = 2
const randomMsMax = 1_000

/** Kill -9 of each of the services, one process each on Kafka and MongoDB, two at a time. */
export const servicesKilled: Fault = {
  name: 'kill -9',
  on: 'distributed',
  title: 'O1 killed at each point of the write path and at random while the loop runs, services on Kafka and MongoDB lose nothing',
  unit: 'kills',
  counts: { ci: 15, full: 250 },
  points: pointsIn(turns),
  pointsOf: (count) => pointsIn(turnsOf(count)),
  strike: async (scene) => {
    const ready = new ReadyAgain()
    const endings = new Map<string, Ending[]>()
    const underWay = new Map<string, Promise<void>>()
    const left = turnsOf(scene.count)
    const killer = async () => {
      for (let turn = left.shift(); turn !== undefined; turn = left.shift()) {
        const { service } = turn
        const before = underWay.get(service) ?? Promise.resolve()
        const mine = before.then(() => kill(scene, ready, turn, roomIn(endings, service)))
        underWay.set(service, mine)
        await mine
      }
    }
    await Promise.all(Array.from({ length: killersAtOnce }, killer))
    scene.say(ready.words)
  },
}

/** When a process of a service ended; before it has, it may do so at any moment. */
type Ending = { at: number }

/** Waits until a service may end once more without being given up. Gives what is to be told as soon as it has. */
const roomIn = (endings: Map<string, Ending[]>, service: string) => async (): Promise<() => void> => {
  const lately = () => (endings.get(service) ?? []).filter(({ at }) => Date.now() - at < endsWithinMs)
  while (lately().length >= endsMax) await new Promise((resolve) => setTimeout(resolve, 1_000))
  const ending: Ending = { at: Number.POSITIVE_INFINITY }
  endings.set(service, [...lately(), ending])
  return () => {
    ending.at = Date.now()
  }
}

const linesShownMax = 20
/** What a service told last. */
const linesOf = (output: string, service: string): string =>
  output
    .split('\n')
    .filter((line) => line.startsWith(`${service} |`))
    .slice(-linesShownMax)
    .join('\n')

/** Kills a service at random, and once more at a step if the turn has one: the first makes room for a process that dies there. */
const kill = async (scene: DistributedScene, ready: ReadyAgain, { service, step }: Turn, room: () => Promise<() => void>): Promise<void> => {
  const { around, load, struck } = scene
  const { place } = around
  const now = () => place.processes.find(({ label }) => label === service) as { url: string; pid: number }
  const from = place.output.length
  const first = now()
  const endsAtRandom = await room()
  const endsAtStep = step === undefined ? undefined : await room()
  if (step !== undefined) {
    const file = join(around.endAtFolder, service)
    writeFileSync(`${file}.new`, `${step}:${chance(`${service} ${from}`, timesMin, timesMax)}`)
    renameSync(`${file}.new`, file)
  }
  await new Promise((resolve) => setTimeout(resolve, chance(`${service} at ${from}`, 0, randomMsMax)))
  if (now().pid !== first.pid) throw new Error(`${service} had ended by itself: ${linesOf(place.output.slice(from), service)}`)
  const killedAt = performance.now()
  process.kill(first.pid, 'SIGKILL')
  endsAtRandom()
  struck(`${service} at random`)
  await until(`${service} runs again`, () => load.expectUnbroken() ?? now().pid !== first.pid, diesWithinMs)
  const second = now()
  if (step === undefined) {
    await ready.measure(service, second.url, () => false, killedAt)
    return
  }
  const hasEnded = () => new RegExp(`^${service} \\| Ended at ${step}$`, 'm').test(place.output.slice(from))
  await ready.measure(service, second.url, hasEnded, killedAt)
  await until(`${service} dies at ${step}`, () => load.expectUnbroken() ?? hasEnded(), diesWithinMs)
  const endedAt = performance.now()
  endsAtStep?.()
  struck(`${service} ${step}`)
  await until(`${service} runs again`, () => now().pid !== second.pid, diesWithinMs)
  await ready.measure(service, second.url, () => false, endedAt)
}
