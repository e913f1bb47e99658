import { copyOfDisk } from '@patchwork/document-store/simulation'
import { sleep } from '@patchwork/runtime'
import { simulatedTime } from '@patchwork/runtime/simulation'
import { checkAnswers, checkInvariants, checkMessages, checkPromises, checkReadModels, checkRestores, checkTestimonies, settle } from './checks.ts'
import { openGlances } from './glances.ts'
import { holdStill, type Still } from './heldStill.ts'
import { playLoad } from './load.ts'
import { openPeople } from './people.ts'
import { type ServiceFaults, type SimulatedServices, simulatedServices } from './simulatedServices.ts'
import { checkRace, commandOf, watchDrivers } from './watching.ts'
import type { RunningWitness } from './witnesses.ts'

export type SeedResult = {
  seed: number
  violations: string[]
  /** Over everything that was chosen, asked, answered, stored and published, in order (SHA-256, hex). */
  digest: string
  lines: number
  /** The last lines of it, or all where they were asked for. */
  trace: readonly string[]
  counts: { crashes: number; orderlyStops: number; asked: number; answered: number; events: number; messages: number; parked: number; simulatedMs: number }
}

const noCounts = { crashes: 0, orderlyStops: 0, asked: 0, answered: 0, events: 0, messages: 0, parked: 0, simulatedMs: 0 }
const services = ['people', 'identity', 'provider-directory', 'commissioning', 'referral', 'personal-budget-pooling', 'notification', 'witness'] as const
const turnsMax = 400_000
const topicsOfWitnesses = ['patchwork.referral.referral', 'patchwork.personal-budget-pooling.pool', 'patchwork.notification.message']
/** How long after the load everybody asks again: within the time that answers are kept. */
const laterMs = 3 * 3_600_000

/**
 * Plays one seed over a whole place: services that crash, stop and start again, two of some side by side; a store and a log that fail, lie, repeat and
 * hand over; a network that loses and repeats; people who live with it. Then calms it, and says what does not hold. The same seed plays the same.
 */
export const playSeed = async (seed: number, options: { linesKept?: number } = {}): Promise<SeedResult> => {
  let still: Still | undefined
  const time = simulatedTime(seed, { ...options, turnsMax, isAtRest: () => still?.isAtRest() ?? true })
  // Libraries draw from a source of their own: how often they do depends on what else this process has done.
  still = holdStill(time.runtime, simulatedTime(seed).chance)
  try {
    return await play(seed, time)
  } catch (error) {
    const { digest, lines, last } = time.trace()
    return { seed, violations: [`It does not come to its end: ${(error as Error).message}`], digest, lines, trace: last, counts: noCounts }
  } finally {
    still.restore()
  }
}

const play = async (seed: number, time: ReturnType<typeof simulatedTime>): Promise<SeedResult> => {
  const { runtime, pick, chance } = time
  const startedAt = runtime.now()
  const violations: string[] = []
  const faults: ServiceFaults = {
    store: { before: 0.004, after: 0.008, delayMs: 4 },
    log: { publish: 0.04, handOver: 0.08, outOfOrder: 0.02, delayMs: 6 },
    network: { request: 0.04, answer: 0.06, twice: 0.08, delayMs: 8 },
    crashAtStep: 0.003,
  }
  let isMended = false
  const watching = watchDrivers()
  const place = simulatedServices({
    time,
    instances: Object.fromEntries(services.map((service) => [service, service === 'witness' || chance() < 0.4 ? 2 : 1])),
    faults,
    witness: { secondAfterMs: seed % 3 === 0 ? 3_000 : 0, isPoison: ({ type, sequence }) => !isMended && sequence === 2 && type.startsWith('referral.') },
    watch: watching.watch,
  })
  const people = openPeople(time, place, violations)
  const given = { time, services: place, people, violations }
  let isOver = false

  await time.run(place.start())
  const load = playLoad(given)
  const glances = openGlances(time, place, violations)
  const glancing = glances.play()
  const disturbing = (async () => {
    while (!isOver) {
      await sleep(runtime, 300 + pick(1_500))
      if (!isOver) await place.disturb()
    }
  })()
  const turning = seed % 2 === 0 ? turnEyes(given.services, time, () => isOver) : Promise.resolve()
  let middle = copyOfDisk(place.disk)
  runtime.after(1_500 + pick(2_000), () => {
    middle = copyOfDisk(place.disk)
  })
  const promises = await time.run(load)
  isOver = true
  isMended = true
  await time.run(Promise.all([place.calm(), turning, glancing]))
  await time.run(sleep(runtime, 3_000))
  const parked = await time.run(settle(given))
  time.jump(laterMs)
  await time.run(checkAnswers(given))
  await time.run(glances.askAgain())
  await time.run(checkRace(watching, place.witness() as RunningWitness, violations))
  await time.run(sleep(runtime, 20_000))
  await time.run(settle(given))
  await time.run(checkPromises(given, promises))
  await time.run(checkInvariants(given))
  const events = await time.run(checkTestimonies(given))
  const messages = checkMessages(given)
  await time.run(checkReadModels(given))
  await time.run(checkRestores(given, middle))
  violations.push(...watching.violations)
  void disturbing
  const { digest, lines, last } = time.trace()
  const { crashes, orderlyStops } = place.counts
  return {
    seed,
    violations,
    digest,
    lines,
    trace: last,
    counts: { crashes, orderlyStops, asked: people.asked(), answered: people.kept.length, events, messages, parked, simulatedMs: runtime.now() - startedAt },
  }
}

/** Closes the eyes of the witnesses of some topics, and opens them: what they hear meanwhile changes nothing. */
const turnEyes = async (place: SimulatedServices, time: ReturnType<typeof simulatedTime>, isOver: () => boolean): Promise<void> => {
  for (let round = 0; !isOver() && round < 40; round += 1) {
    await sleep(time.runtime, 100 + time.pick(400))
    const topic = topicsOfWitnesses[time.pick(topicsOfWitnesses.length)] as string
    const turned = place.witness()?.testimonies.update(topic, commandOf(`turn-${round}`), ({ state }) => ({
      events: [{ type: 'testimony.eyes-turned.v1', data: { areClosed: !state.areClosed } }],
    }))
    await Promise.race([turned?.catch(() => undefined), sleep(time.runtime, 1_000)])
  }
}
