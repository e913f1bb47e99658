import type { EventEnvelope } from '@patchwork/events'
import type { SimulatedWorld } from '@patchwork/runtime/simulation'
import { type EventHandler, type EventLog, type EventRun, LogUnavailableError } from '../eventLog.ts'

export type LogFaults = {
  /** Chance that publishing fails; any part, from the first event on, may have been written. */
  publish: number
  /** Chance, at each delivery, that the key is given to another member of the group while the former still works on it, from an earlier event on. */
  handOver: number
  /** Chance, at each delivery, that the event after the one that is due comes first: a log that has lost its order for a moment. */
  outOfOrder: number
  delayMs: number
}

type Member = {
  handler: EventHandler
  slots: number
  runMax: number
  isGone: boolean
  stopping: AbortController
  inHand: Set<Promise<unknown>>
  /** Resolves when its process ends: what it had in hand never comes to an end then. */
  lost: PromiseWithResolvers<false>
}
/** `positions`: how many events of a key are handled. */
type Group = { topics: readonly string[]; members: Member[]; positions: Map<string, number>; working: Set<string> }

/** All that was published, by topic; and how far each group has come with each key. */
export type SimulatedTopics = { events: Map<string, EventEnvelope[]>; groups: Map<string, Group> }

export const emptyTopics = (): SimulatedTopics => ({ events: new Map(), groups: new Map() })

/** The topics as they are now, less the last `lost` events of each, for groups that have yet to begin. */
export const copyOfTopics = (topics: SimulatedTopics, { lost = 0 } = {}): SimulatedTopics => {
  const copy = emptyTopics()
  for (const [name, events] of topics.events) copy.events.set(name, structuredClone(events.slice(0, events.length - lost)))
  return copy
}

const concurrencyMaxByDefault = 16
const concurrencyLimit = 1_000
/** A refused event comes again after this time. */
const backOffMs = 20
const lookAgainMs = 5

/**
 * The log as its port describes it, in memory, with time and faults of a seed; the conformance suite holds it to that. Each client can be cut off, as if
 * its process ended.
 */
export const simulatedLog = (world: SimulatedWorld, topics: SimulatedTopics, faults: () => LogFaults, processName = 'process') => {
  let isCut = false
  let isClosed = false
  const mine: { group: Group; member: Member }[] = []
  const wait = (ms: number) => new Promise<void>((resolve) => void world.runtime.after(ms, resolve))
  const pause = () => wait(world.pick(faults().delayMs + 1))
  const forever = () => new Promise<never>(() => {})
  const checkOpen = () => {
    if (isClosed) throw new LogUnavailableError('The log has been closed')
  }
  const eventsOf = (topic: string): EventEnvelope[] => {
    const events = topics.events.get(topic) ?? []
    topics.events.set(topic, events)
    return events
  }
  let lastPublish: Promise<unknown> = Promise.resolve()

  const freeMember = (group: Group): Member | undefined => {
    const free = group.members.filter(({ isGone, slots, inHand }) => !isGone && inHand.size < slots)
    return free[world.pick(free.length)]
  }

  /** Hands events of a key to a member; whether all were handled. */
  const give = (name: string, { handler, stopping, inHand }: Member, run: EventRun): Promise<boolean> => {
    for (const event of run) world.note(`${name} is given ${event.type} ${event.subject} ${event.sequence}`)
    const handled = Promise.resolve()
      .then(() => handler(structuredClone(run), { signal: stopping.signal }))
      .then(
        () => true,
        () => false,
      )
    inHand.add(handled)
    void handled.then(() => inHand.delete(handled))
    return handled
  }

  const deliver = async (name: string, group: Group, topic: string, subject: string): Promise<void> => {
    const key = `${topic}/${subject}`
    if (group.working.has(key)) return
    group.working.add(key)
    try {
      for (;;) {
        await pause()
        const at = group.positions.get(key) ?? 0
        const ofKey = byKey(topics.events.get(topic)).get(subject) ?? []
        const event = ofKey[at]
        if (!event || group.members.every(({ isGone }) => isGone)) return
        const member = freeMember(group)
        if (!member) {
          await wait(lookAgainMs)
          continue
        }
        const early = ofKey[at + 1]
        if (early && world.chance() < faults().outOfOrder) await Promise.race([give(name, member, [early]), member.lost.promise])
        if (member.isGone) continue
        const run: EventRun = [event, ...ofKey.slice(at + 1, at + 1 + world.pick(member.runMax))]
        const handled = give(name, member, run)
        if (world.chance() < faults().handOver) {
          group.positions.set(key, Math.max(0, at - world.pick(3)))
          continue
        }
        const isDone = await Promise.race([handled, member.lost.promise])
        if (isDone && (group.positions.get(key) ?? 0) === at) group.positions.set(key, at + run.length)
        else if (!isDone) await wait(world.pick(backOffMs))
      }
    } finally {
      group.working.delete(key)
    }
  }

  const deliverAll = (): void => {
    for (const [name, group] of topics.groups)
      for (const topic of group.topics)
        for (const [subject, events] of byKey(topics.events.get(topic)))
          if ((group.positions.get(`${topic}/${subject}`) ?? 0) < events.length) void deliver(name, group, topic, subject)
  }
  const behind = (group: Group | undefined, topic: string): number =>
    [...byKey(topics.events.get(topic))].reduce((sum, [subject, { length }]) => sum + length - (group?.positions.get(`${topic}/${subject}`) ?? 0), 0)

  const write = (events: readonly { topic: string; event: EventEnvelope }[], of: number): void => {
    for (const { topic, event } of events) eventsOf(topic).push(structuredClone(event))
    world.note(`${processName} publishes ${events.length} of ${of}: ${events.map(({ event }) => JSON.stringify(event)).join(' ')}`)
    deliverAll()
  }
  const publish = async (events: readonly { topic: string; event: EventEnvelope }[]): Promise<void> => {
    if (isCut) {
      if (world.chance() < 0.5) write(events.slice(0, world.pick(events.length + 1)), events.length)
      return forever()
    }
    const fails = world.chance() < faults().publish
    write(fails ? events.slice(0, world.pick(events.length + 1)) : events, events.length)
    await pause()
    if (isCut) return forever()
    if (fails) throw new LogUnavailableError('The simulated log is away')
  }

  const log: EventLog = {
    system: 'embedded',
    ensureTopics: async (names) => {
      checkOpen()
      for (const name of names) eventsOf(name)
    },
    publish: (events) => {
      // One call after the other, so that those of one client keep their order.
      const begun = Promise.all([lastPublish, Promise.resolve().then(checkOpen).then(pause)])
      const published = begun.then(() => publish(events))
      lastPublish = begun.catch(() => undefined)
      return published
    },
    subscribe: async ({ group: name, topics: names, handler, concurrencyMax = concurrencyMaxByDefault, runMax = 1 }) => {
      checkOpen()
      if (!Number.isInteger(concurrencyMax) || concurrencyMax < 1 || concurrencyMax > concurrencyLimit) throw new RangeError('concurrencyMax is 1 to 1,000')
      const member: Member = {
        handler,
        slots: concurrencyMax,
        runMax,
        isGone: false,
        stopping: new AbortController(),
        inHand: new Set(),
        lost: Promise.withResolvers(),
      }
      const group: Group = topics.groups.get(name) ?? { topics: names, members: [], positions: new Map(), working: new Set() }
      topics.groups.set(name, group)
      group.members.push(member)
      mine.push({ group, member })
      deliverAll()
      return {
        caughtUp: async () => {
          const ends = names.flatMap((topic) => [...byKey(topics.events.get(topic))].map(([subject, { length }]) => [`${topic}/${subject}`, length] as const))
          while (ends.some(([key, end]) => (group.positions.get(key) ?? 0) < end)) await wait(lookAgainMs)
        },
        stop: async () => {
          leave(group, member)
          await Promise.all(member.inHand)
          deliverAll()
        },
      }
    },
    read: (topic, { from = {} } = {}) => {
      checkOpen()
      const events = (topics.events.get(topic) ?? []).slice(from.all ?? 0)
      return (async function* () {
        await pause()
        if (isCut) await forever()
        for (const event of events) yield structuredClone(event)
      })()
    },
    end: async (topic) => {
      await pause()
      return { all: topics.events.get(topic)?.length ?? 0 }
    },
    lag: async (name, names) => names.map((topic) => ({ topic, behind: behind(topics.groups.get(name), topic) })),
    ping: async () => checkOpen(),
    close: async () => {
      isClosed = true
      for (const { group, member } of mine) leave(group, member)
      await Promise.all(mine.flatMap(({ member }) => [...member.inHand]))
      deliverAll()
    },
  }
  return {
    log,
    /** From now on nothing asked through this client happens, and nothing is answered; what it had in hand goes to others. */
    cut: () => {
      isCut = true
      for (const { group, member } of mine) {
        leave(group, member)
        member.lost.resolve(false)
      }
      deliverAll()
    },
  }
}

const keyed = new WeakMap<readonly EventEnvelope[], { length: number; byKey: Map<string, EventEnvelope[]> }>()
const noKeys: ReadonlyMap<string, readonly EventEnvelope[]> = new Map()

/** The events of a topic by their keys; only what is new is gone through. */
const byKey = (events: readonly EventEnvelope[] | undefined): ReadonlyMap<string, readonly EventEnvelope[]> => {
  if (events === undefined) return noKeys
  const known = keyed.get(events)
  const index = known && known.length <= events.length ? known : { length: 0, byKey: new Map<string, EventEnvelope[]>() }
  for (const event of events.slice(index.length)) {
    const ofKey = index.byKey.get(event.subject)
    if (ofKey) ofKey.push(event)
    else index.byKey.set(event.subject, [event])
  }
  index.length = events.length
  keyed.set(events, index)
  return index.byKey
}

const leave = (group: Group, member: Member): void => {
  member.isGone = true
  member.stopping.abort()
  group.members = group.members.filter((other) => other !== member)
}
