import { type StartedPlace, until } from '../src/startedPlace.ts'
import type { Load } from './load.ts'
import type { Delivery } from './loopPromises.ts'

const holdsWithinMs = 180_000
const lookEveryMs = 1_000

type Invariant = { name: string; violations: number; examples: string[] }
type ReadModel = { name: string; equal: boolean }

/** Everything that must be true after a fault, once the load has been stopped: of what was told, and of what is stored. */
export const everythingHolds = async (place: StartedPlace, load: Load): Promise<void> => {
  await promisesHold(load)
  await storesHold(place)
}

/**
 * What must be true of everything that was told, once the load has been stopped: each answer that was given stands and is given again, each thing that happened was
 * told once, and money is there to the penny. Waits for what is still under way; throws for the first that is not so.
 */
export const promisesHold = async ({ requests, loop, pool }: Load): Promise<void> => {
  await requests.signInAgain()
  await loop.everybodyIsTold().catch(() => undefined)
  requests.expectWordsForEachRefusal()
  await requests.expectSameAnswers()
  await loop.expectReferralsAsAnswered()
  await pool.expectToThePenny()
  await loop.expectMessagesOnce()
  await pool.expectMessagesOnce()
  expect(await lastUnended(requests)).toEqual([])
}

const endStates: readonly string[] = ['sent', 'read', 'not-sent']

/** The messages that have come to no end, once all have or they have had time to: one that could not be sent at once is tried again after a while. */
const lastUnended = async (requests: Load['requests']): Promise<Delivery[]> => {
  let unended: Delivery[] = []
  await until(
    'every message is at an end',
    async () => {
      const ledger = await requests.everyItem<Delivery>('administrator', '/notification/deliveries')
      unended = ledger.filter(({ status }) => !endStates.includes(status))
      return unended.length === 0
    },
    holdsWithinMs,
    lookEveryMs,
  ).catch((error: Error) => {
    if (unended.length === 0) throw error
  })
  return unended
}

/**
 * What can be asked of a place without knowing what it was told: every invariant (no gap and no disorder in any aggregate, sums of zero, one effect of
 * each event), every read model equal to one rebuilt, nothing parked. What events cause may still be under way: it must come to hold. Beside services of a process each it
 * takes a minute or more, as it reads every topic again for each question.
 */
export const storesHold = (place: StartedPlace): Promise<void> => place.whileAnswering(() => lookThroughStores(place))

const lookThroughStores = async (place: StartedPlace): Promise<void> => {
  // Beside each other: on services of a process each both wait for Kafka more than they work.
  const [broken, rebuilt] = await Promise.all([lastBroken(place), place.run('rebuild', '--json')])
  expect(broken).toEqual([])
  expect((JSON.parse(rebuilt.output) as { readModels: ReadModel[] }).readModels.filter(({ equal }) => !equal)).toEqual([])
  expect((await place.run('dead-letters', 'list', '--json')).output.trim()).toBe('[]')
}

/** Which invariants are broken, once none is or they have had time to come to hold. */
const lastBroken = async (place: StartedPlace): Promise<Invariant[]> => {
  let broken: Invariant[] = []
  await until(
    'every invariant holds',
    async () => {
      const { output } = await place.run('verify', '--json')
      broken = (JSON.parse(output) as { invariants: Invariant[] }).invariants.filter(({ violations }) => violations > 0)
      return broken.length === 0
    },
    holdsWithinMs,
    lookEveryMs,
  ).catch((error: Error) => {
    if (broken.length === 0) throw error
  })
  return broken
}
