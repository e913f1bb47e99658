import type { StartedPlace } from '../src/startedPlace.ts'
import type { Delivery } from './keptRequests.ts'
import type { Load } from './load.ts'

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
  await loop.everybodyIsTold().catch(() => undefined)
  requests.expectWordsForEachRefusal()
  await requests.expectSameAnswers()
  await loop.expectReferralsAsAnswered()
  await pool.expectToThePenny()
  await loop.expectMessagesOnce()
  await pool.expectMessagesOnce()
  expectNone(await lastUnended(requests))
}

const onTheirWay = ['queued', 'sending']

/** The messages that have come to no end: one that could not be sent at once is tried again after a while. */
const lastUnended = (requests: Load['requests']): Promise<Delivery[]> =>
  lastOf(async () =>
    (await Promise.all(onTheirWay.map((status) => requests.everyItem<Delivery>('administrator', '/notification/deliveries', { status })))).flat(),
  )

/**
 * What can be asked of a place without knowing what it was told: every invariant (no gap and no disorder in any aggregate, sums of zero, one effect of
 * each event), every read model equal to one rebuilt, nothing parked. What events cause may still be under way: it must come to hold. Beside services of a process each it
 * takes a minute or more, as it reads every topic again for each question.
 */
export const storesHold = (place: StartedPlace): Promise<void> => place.whileAnswering(() => lookThroughStores(place))

const lookThroughStores = async (place: StartedPlace): Promise<void> => {
  // Beside each other: on services of a process each both wait for Kafka more than they work.
  const [broken, rebuilt] = await Promise.all([lastBroken(place), place.run('rebuild', '--json')])
  expectNone(broken)
  expect(rebuilt).toMatchObject({ code: 0 })
  expect(answerOf<{ readModels: ReadModel[] }>(rebuilt).readModels.filter(({ equal }) => !equal)).toEqual([])
  expect((await place.run('dead-letters', 'list', '--json')).output.trim()).toBe('[]')
}

/** Which invariants are broken. */
const lastBroken = (place: StartedPlace): Promise<Invariant[]> =>
  lastOf(async () => {
    const verified = await place.run('verify', '--json')
    return answerOf<{ invariants: Invariant[] }>(verified).invariants.filter(({ violations }) => violations > 0)
  })

/** What a command answered as JSON. Throws with its words where it could not do what it was asked. */
const answerOf = <Answer>({ code, output }: { code: number; output: string }): Answer => {
  if (!output.trimStart().startsWith('{')) throw new Error(`A command ended with ${code}: ${output}`)
  return JSON.parse(output) as Answer
}

/** What is still found that should not be there, once nothing is, or there has been no less of it for a long time. */
const lastOf = async <Found>(look: () => Promise<Found[]>): Promise<Found[]> => {
  let fewest = Number.POSITIVE_INFINITY
  for (let since = performance.now(); ; ) {
    const lookedAt = performance.now()
    const found = await look()
    if (found.length < fewest) since = performance.now()
    fewest = Math.min(fewest, found.length)
    if (found.length === 0 || performance.now() - since > holdsWithinMs) return found
    // What takes long to look at is left alone for as long.
    await new Promise((resolve) => setTimeout(resolve, Math.max(lookEveryMs, performance.now() - lookedAt)))
  }
}

/** Says how many there are, and which the first: thousands would tell no more. */
const expectNone = (found: readonly unknown[]): void => expect({ count: found.length, first: found.slice(0, 3) }).toEqual({ count: 0, first: [] })
