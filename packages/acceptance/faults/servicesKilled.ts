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
const turns: readonly Turn[] = [0, 1].flatMap((round) =>
  Object.entries(stepsOf).flatMap(([service, steps]): Turn[] => {
    const step = steps[round]
    return step !== undefined ? [{ service, step }] : round === 0 ? [{ service }] : []
  }),
)
const points = [...new Set(turns.flatMap(({ service, step }) => [`${service} at random`, ...(step === undefined ? [] : [`${service} ${step}`])]))]
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
  counts: { ci: 19, full: 250 },
  points,
  strike: async (scene) => {
    const ready = new ReadyAgain()
    const endings = new Map<string, number[]>()
    const underWay = new Map<string, Promise<void>>()
    let kills = 0
    let next = 0
    const killer = async () => {
      while (kills < scene.count) {
        const turn = turns[next % turns.length] as Turn
        next += 1
        kills += turn.step === undefined ? 1 : 2
        const before = underWay.get(turn.service) ?? Promise.resolve()
        const mine = before.then(() => kill(scene, ready, turn, roomIn(endings, turn.service)))
        underWay.set(turn.service, mine)
        await mine
      }
    }
    await Promise.all(Array.from({ length: killersAtOnce }, killer))
    scene.say(ready.words)
  },
}

/** Waits until a service may end once more without being given up. */
const roomIn = (endings: Map<string, number[]>, service: string) => async () => {
  const lately = () => (endings.get(service) ?? []).filter((at) => Date.now() - at < endsWithinMs)
  while (lately().length >= endsMax) await new Promise((resolve) => setTimeout(resolve, 1_000))
  endings.set(service, [...lately(), Date.now()])
}

/** Kills a service at random, and once more at a step if the turn has one: the first makes room for a process that dies there. */
const kill = async (scene: DistributedScene, ready: ReadyAgain, { service, step }: Turn, room: () => Promise<void>): Promise<void> => {
  const { around, load, struck } = scene
  const { place } = around
  const now = () => place.processes.find(({ label }) => label === service) as { url: string; pid: number }
  const from = place.output.length
  const first = now()
  await room()
  if (step !== undefined) {
    await room()
    const file = join(around.endAtFolder, service)
    writeFileSync(`${file}.new`, `${step}:${chance(`${service} ${from}`, timesMin, timesMax)}`)
    renameSync(`${file}.new`, file)
  }
  await new Promise((resolve) => setTimeout(resolve, chance(`${service} at ${from}`, 0, randomMsMax)))
  const killedAt = performance.now()
  process.kill(first.pid, 'SIGKILL')
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
  struck(`${service} ${step}`)
  await until(`${service} runs again`, () => now().pid !== second.pid, diesWithinMs)
  await ready.measure(service, second.url, () => false, endedAt)
}
