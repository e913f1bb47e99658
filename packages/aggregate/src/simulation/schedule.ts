import { type DomainEvent, defineEvent } from '@patchwork/events'
import { sleep } from '@patchwork/runtime'
import { z } from 'zod'
import type { AggregateDefinition, Outcome } from '../aggregate.ts'
import { keyDigest } from '../commandKey.ts'
import { type Consumer, consume } from '../consume.ts'
import { on } from '../on.ts'
import { type OpenedAggregates, openAggregates } from '../openAggregates.ts'
import { openReadModel, type ReadModel } from '../readModel.ts'
import { addCoins, addFirstCoins, CoinsAdded, commandOf, type Jar, type JarDetails, type JarEvent, jarDefinition } from '../testExamples.ts'
import { type SimulatedProcess, simulatedPlace } from './simulatedPlace.ts'

const shelfTopic = 'patchwork.example.shelf'
const CoinsSeen = defineEvent({
  type: 'shelf.coins-seen.v1',
  topic: shelfTopic,
  meaning: 'A group saw coins go into a jar.',
  data: z.object({ group: z.string(), jarId: z.string(), jarSequence: z.int(), coins: z.int() }),
})
const ShelfTurned = defineEvent({
  type: 'shelf.turned.v1',
  topic: shelfTopic,
  meaning: 'A shelf was covered, or uncovered.',
  data: z.object({ isCovered: z.boolean() }),
})
type ShelfEvent = DomainEvent<typeof CoinsSeen> | DomainEvent<typeof ShelfTurned>
type Shelf = { isCovered: boolean; seen: number }

const shelfDefinition: AggregateDefinition<Shelf, ShelfEvent> = {
  service: 'watching',
  name: 'shelf',
  topic: shelfTopic,
  events: [CoinsSeen, ShelfTurned],
  initial: { isCovered: false, seen: 0 },
  evolve: (shelf, event) => (event.type === 'shelf.turned.v1' ? { ...shelf, isCovered: event.data.isCovered } : { ...shelf, seen: shelf.seen + 1 }),
}

type JarFact = { coins: number; events: number }
const groups = ['first-watchers', 'second-watchers'] as const
const jarIds = ['jar-a', 'jar-b', 'jar-c'] as const
const poisonCoins = 13
const clientWaitsMs = 2_000

type Instance = {
  process: SimulatedProcess
  isCrashed: boolean
  jars: OpenedAggregates<Jar, JarEvent, JarDetails>
  shelves: OpenedAggregates<Shelf, ShelfEvent>
  consumers: Consumer[]
  facts: ReadModel<JarFact>
}

export type ScheduleResult = { violations: string[]; crashes: number; commands: number; parked: number }

/**
 * Plays one random schedule over a place with two processes: clients that repeat what was not answered, two groups that react into one aggregate and
 * a read model, poison, slow former owners, failures that lie, crashes at every step. Then calms it, mends, replays, and says what does not hold.
 */
export const playSchedule = async (seed: number): Promise<ScheduleResult> => {
  const place = simulatedPlace(seed)
  const { time, store, log } = place
  const { runtime, chance, pick } = time
  Object.assign(store, { before: 0.01, after: 0.02, delayMs: 4 })
  Object.assign(log, { publish: 0.05, handOver: 0.12, outOfOrder: 0.02, delayMs: 6 })
  const violations: string[] = []
  const instances: (Instance | undefined)[] = []
  const answers = new Map<string, string>()
  let isMended = false
  let isCalm = false
  let crashes = 0
  let commands = 0
  let keys = 0

  const openInstance = async (at: number): Promise<void> => {
    let self: Instance | undefined
    const process: SimulatedProcess = place.openProcess(() => {
      if (isCalm || !self || self.isCrashed || chance() >= 0.01) return
      self.isCrashed = true
      crashes += 1
      process.crash()
      runtime.after(pick(300), () => void reopen(at))
      return new Promise<void>(() => {})
    })
    const jars = await openAggregates<Jar, JarEvent, JarDetails>(jarDefinition, process.ports)
    const shelves = await openAggregates<Shelf, ShelfEvent>(shelfDefinition, process.ports)
    const watch = (group: (typeof groups)[number]) =>
      consume(
        {
          service: 'watching',
          group,
          topics: [jarDefinition.topic],
          attemptsMax: 2,
          handlers: [
            on(CoinsAdded, async ({ subject: jarId, sequence: jarSequence, data: { coins } }, { command }) => {
              if (coins === poisonCoins && !isMended && group === groups[0]) throw new Error('poison')
              await shelves.update('shelf', command(), ({ state }) =>
                state.isCovered ? { events: [] } : { events: [{ type: 'shelf.coins-seen.v1', data: { group, jarId, jarSequence, coins } }] },
              )
            }),
          ],
        },
        process.ports,
      )
    const consumers = [await watch(groups[0]), await watch(groups[1])]
    const facts = await openReadModel<JarFact>(
      {
        service: 'watching',
        name: 'jar-facts',
        version: 1,
        topics: [jarDefinition.topic],
        idOf: ({ subject }) => subject,
        project: (fact = { coins: 0, events: 0 }, { type, data }) => ({
          coins: fact.coins + (type === CoinsAdded.type ? Number(data.coins) : 0),
          events: fact.events + 1,
        }),
      },
      process.ports,
    )
    self = { process, isCrashed: false, jars, shelves, consumers, facts }
    instances[at] = self
  }
  /** Opening can meet a failure too; then it is tried again, as whatever watches a process does. */
  const reopen = async (at: number): Promise<void> => {
    for (;;) {
      try {
        return await openInstance(at)
      } catch {
        await sleep(runtime, 50)
      }
    }
  }
  const anyInstance = async (): Promise<Instance> => {
    for (;;) {
      const living = instances.filter((instance) => instance && !instance.isCrashed)
      const one = living[pick(living.length)]
      if (one) return one
      await sleep(runtime, 20)
    }
  }
  const orNobody = <Result>(work: Promise<Result>): Promise<Result> =>
    Promise.race([work, sleep(runtime, clientWaitsMs).then(() => Promise.reject(new Error('nobody answered')))])

  /** Asks until it is answered, each time whichever process is there, always under the same key. */
  const ask = async (key: string, jarId: string, coins: number, kind: number): Promise<void> => {
    for (;;) {
      const { jars } = await anyInstance()
      const decide = kind === 0 ? addFirstCoins(coins) : addCoins(coins)
      const twice = (jar: Parameters<typeof decide>[0]) => {
        const decision = decide(jar)
        return kind === 1 ? { ...decision, events: [...decision.events, ...decision.events] } : decision
      }
      try {
        const outcome: Outcome<Jar> = await orNobody(jars.update(jarId, commandOf(key, { body: { coins } }), twice))
        const answer = JSON.stringify(outcome.answer)
        if ((answers.get(key) ?? answer) !== answer) violations.push(`command ${key} was answered ${answers.get(key)} and then ${answer}`)
        answers.set(key, answer)
        return
      } catch {
        await sleep(runtime, pick(80))
      }
    }
  }
  const client = async (): Promise<void> => {
    for (let round = 0; round < 9; round += 1) {
      keys += 1
      commands += 1
      const key = `key-${keys}`
      const jarId = jarIds[pick(jarIds.length)]!
      const coins = chance() < 0.08 ? poisonCoins : 1 + pick(9)
      const kind = pick(4)
      const asked = [ask(key, jarId, coins, kind)]
      if (chance() < 0.4) asked.push(sleep(runtime, pick(400)).then(() => ask(key, jarId, coins, kind)))
      if (chance() < 0.7) await Promise.all(asked)
      else pending.push(...asked)
      await sleep(runtime, pick(60))
    }
  }
  /** In every second schedule nobody covers the shelf: then each event must be seen, and not at most once. */
  const turner = async (): Promise<void> => {
    for (let round = 0; seed % 2 === 0 && round < 8; round += 1) {
      const isCovered = round % 2 === 0
      const { shelves } = await anyInstance()
      await orNobody(shelves.update('shelf', commandOf(`turn-${round}`), () => ({ events: [{ type: 'shelf.turned.v1', data: { isCovered } }] }))).catch(
        () => undefined,
      )
      await sleep(runtime, pick(200))
    }
  }
  const pending: Promise<void>[] = []

  await time.run(Promise.all([reopen(0), reopen(1)]))
  await time.run(Promise.all([client(), client(), client(), turner()]).then(() => Promise.all(pending)))
  isMended = true
  isCalm = true
  place.calm()
  await time.run(sleep(runtime, 3_000))
  const parked = await time.run(settle(instances as Instance[]))
  await time.run(check(instances as Instance[], answers, violations))
  return { violations, crashes, commands, parked }
}

const settle = async (instances: readonly Instance[]): Promise<number> => {
  let parked = 0
  for (const { jars, shelves, consumers, facts } of instances) {
    await jars.relay.drained()
    for (const consumer of consumers) {
      await consumer.caughtUp()
      parked += (await consumer.parked(1_000)).length
      await consumer.replay()
    }
    await facts.caughtUp()
    await facts.consumer().replay()
    await shelves.relay.drained()
  }
  return parked
}

const check = async ([instance]: readonly Instance[], answers: ReadonlyMap<string, string>, violations: string[]): Promise<void> => {
  const { jars, shelves, consumers, facts } = instance!
  for (const invariant of [
    ...jars.invariants,
    ...shelves.invariants,
    ...consumers.flatMap((consumer) => consumer.invariants),
    ...facts.consumer().invariants,
  ]) {
    const { violations: count, examples } = await invariant.check()
    if (count > 0) violations.push(`${invariant.name}: ${examples.join(', ')}`)
  }
  const events = (await Promise.all(jarIds.map((id) => jars.history(id, { limit: 1_000 })))).flat()
  const commandsSeen = Map.groupBy(events, ({ commandkey }) => commandkey)
  for (const [key, answer] of answers) {
    const caused = commandsSeen.get(keyDigest(key)) ?? []
    const sizes = new Set(caused.map(({ sequence }) => sequence)).size
    if (sizes > 2 || (sizes === 0 && !answer.includes('total'))) violations.push(`command ${key} caused ${sizes} events`)
    if (sizes === 2 && caused[1]!.sequence !== caused[0]!.sequence + 1) violations.push(`command ${key} was carried out twice`)
  }
  checkEffects(
    events.filter(({ type }) => type === CoinsAdded.type),
    await shelves.history('shelf', { limit: 1_000 }),
    violations,
  )
  for (const id of jarIds) {
    const jar = await jars.get(id)
    const fact = (await facts.collection().get(id))?.body
    if (jar && (fact?.coins !== jar.state.coins || fact.events !== jar.sequence)) violations.push(`the fact of ${id} is ${JSON.stringify(fact)}`)
  }
  const digest = await facts.digest()
  await facts.rebuild()
  if ((await facts.digest()) !== digest) violations.push('the rebuilt read model differs')
}

/** Each event was seen once by each group or, while the shelf was covered, not at all; and in order per jar. */
const checkEffects = (
  events: readonly { id: string; subject: string; sequence: number }[],
  shelf: readonly { type: string; sequence: number; data: Record<string, unknown> }[],
  violations: string[],
): void => {
  const wasCovered = shelf.some(({ type, data }) => type === ShelfTurned.type && data.isCovered === true)
  for (const group of groups) {
    const seen = shelf.filter(({ type, data }) => type === CoinsSeen.type && data.group === group)
    for (const { subject, sequence } of events) {
      const times = seen.filter(({ data }) => data.jarId === subject && data.jarSequence === sequence).length
      if (times > 1 || (times === 0 && !wasCovered)) violations.push(`${group} saw ${subject} ${sequence} ${times} times`)
    }
    for (const jarId of jarIds) {
      const order = seen.filter(({ data }) => data.jarId === jarId).map(({ data }) => Number(data.jarSequence))
      if (order.some((sequence, at) => at > 0 && sequence < order[at - 1]!)) violations.push(`${group} saw ${jarId} in the order ${order.join(' ')}`)
    }
  }
}
