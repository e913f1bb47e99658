import type { EventHandler, EventLog } from '@patchwork/event-log'
import type { EventEnvelope } from '@patchwork/events'
import type { SimulatedTime } from './simulatedTime.ts'

export type LogFaults = {
  /** Chance that publishing fails; any part may have been written. */
  publish: number
  /** Chance, at each delivery, that the key is given to another member of the group while the former still works on it, from an earlier event on. */
  handOver: number
  delayMs: number
}

type Member = { handler: EventHandler; isGone: boolean; stopping: AbortController }
type Group = { topics: readonly string[]; members: Member[]; positions: Map<string, number>; working: Set<string> }

/** All that was published, by topic; and how far each group has come with each key. */
export type SimulatedTopics = { events: Map<string, EventEnvelope[]>; groups: Map<string, Group> }

/** The event log as its port describes it, in memory: at least once, in order per key, with time and faults of a seed. */
export const simulatedLog = (time: SimulatedTime, topics: SimulatedTopics, faults: () => LogFaults) => {
  let isCut = false
  const mine: Member[] = []
  const pause = () => new Promise<void>((resolve) => time.runtime.after(time.pick(faults().delayMs + 1), resolve))
  const eventsOf = (topic: string) => topics.events.get(topic) ?? []
  const keyed = (topic: string, subject: string) => eventsOf(topic).filter((event) => event.subject === subject)

  const deliver = async (group: Group, topic: string, subject: string): Promise<void> => {
    const key = `${topic}/${subject}`
    if (group.working.has(key)) return
    group.working.add(key)
    try {
      for (;;) {
        await pause()
        const members = group.members.filter(({ isGone }) => !isGone)
        const member = members[time.pick(members.length)]
        const at = group.positions.get(key) ?? 0
        const event = keyed(topic, subject)[at]
        if (!member || !event) return
        const handled = member.handler(structuredClone(event), { signal: member.stopping.signal })
        if (time.chance() < faults().handOver) {
          handled.catch(() => undefined)
          group.positions.set(key, Math.max(0, at - time.pick(3)))
          continue
        }
        const gone = new Promise<'gone'>((resolve) => member.stopping.signal.addEventListener('abort', () => resolve('gone')))
        const isDone = await Promise.race([
          handled.then(
            () => true,
            () => false,
          ),
          gone,
        ])
        if (isDone === true && (group.positions.get(key) ?? 0) === at) group.positions.set(key, at + 1)
      }
    } finally {
      group.working.delete(key)
    }
  }

  const deliverAll = (): void => {
    for (const group of topics.groups.values()) {
      for (const topic of group.topics) for (const subject of new Set(eventsOf(topic).map((event) => event.subject))) void deliver(group, topic, subject)
    }
  }
  const behind = (group: Group, topic: string): number =>
    [...new Set(eventsOf(topic).map((event) => event.subject))].reduce(
      (sum, subject) => sum + keyed(topic, subject).length - (group.positions.get(`${topic}/${subject}`) ?? 0),
      0,
    )

  const log: EventLog = {
    system: 'embedded',
    ensureTopics: async (names) => {
      for (const name of names) if (!topics.events.has(name)) topics.events.set(name, [])
    },
    publish: async (events) => {
      await pause()
      if (isCut) return new Promise(() => {})
      const fails = time.chance() < faults().publish
      for (const { topic, event } of fails ? events.slice(0, time.pick(events.length + 1)) : events) topics.events.get(topic)?.push(structuredClone(event))
      deliverAll()
      await pause()
      if (isCut) return new Promise(() => {})
      if (fails) throw Object.assign(new Error('log-unavailable'), { code: 'log-unavailable', kind: 'unavailable' })
    },
    subscribe: async ({ group: name, topics: names, handler }) => {
      const member: Member = { handler, isGone: false, stopping: new AbortController() }
      const group: Group = topics.groups.get(name) ?? { topics: names, members: [], positions: new Map(), working: new Set() }
      topics.groups.set(name, group)
      group.members.push(member)
      mine.push(member)
      deliverAll()
      return {
        caughtUp: async () => {
          const ends = names.map((topic) => eventsOf(topic).length)
          while (names.some((topic, at) => behind(group, topic) > eventsOf(topic).length - ends[at]!))
            await new Promise<void>((resolve) => time.runtime.after(1, resolve))
        },
        stop: async () => {
          member.isGone = true
          member.stopping.abort()
        },
      }
    },
    read: async function* (topic, { from = {} } = {}) {
      yield* structuredClone(eventsOf(topic).slice(from.all ?? 0))
    },
    end: async (topic) => ({ all: eventsOf(topic).length }),
    lag: async (name, names) => names.map((topic) => ({ topic, behind: behind(topics.groups.get(name)!, topic) })),
    ping: async () => {},
    close: async () => {},
  }
  return {
    log,
    cut: () => {
      isCut = true
      for (const member of mine) {
        member.isGone = true
        member.stopping.abort()
      }
      deliverAll()
    },
  }
}
