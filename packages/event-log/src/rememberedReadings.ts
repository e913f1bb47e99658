import type { EventEnvelope } from '@patchwork/events'
import type { EventLog, LogPosition } from './eventLog.ts'

/** Events kept over all topics while somebody asks: some 40 MB. A topic that would go past it is read from the log each time. */
const eventsMaxDefault = 20_000

type Reading = { events: readonly EventEnvelope[]; ids: ReadonlySet<string>; end: LogPosition }

/** A log, and `whileAsking`: for the length of some work that asks many questions of the same topics. */
export type RememberedReadings = { log: EventLog; whileAsking<Result>(work: () => Promise<Result>): Promise<Result> }

/**
 * The same log, whose topics are read whole only once while something is asked: a further reading gives what the first did and then, from the log, what
 * came since. So each ends where the log did when it was begun, or later, as every reading does. Outside of `whileAsking` nothing is remembered.
 */
export const rememberReadings = (log: EventLog, { eventsMax = eventsMaxDefault }: { eventsMax?: number } = {}): RememberedReadings => {
  const readings = new Map<string, Reading>()
  let asking = 0
  const room = (topic: string): number => [...readings].reduce((left, [of, { events }]) => (of === topic ? left : left - events.length), eventsMax)

  async function* readOn(topic: string): AsyncGenerator<EventEnvelope> {
    const before = readings.get(topic)
    if (before) yield* before.events
    const roomMax = room(topic)
    const events = before ? [...before.events] : []
    const ids = new Set(before?.ids)
    // Asked for first: what comes between is read now, and read over when it comes again.
    const end = await log.end(topic)
    for await (const event of log.read(topic, before && { from: before.end })) {
      if (before?.ids.has(event.id)) continue
      if (events.length < roomMax) {
        events.push(event)
        ids.add(event.id)
      }
      yield event
      if (events.length === roomMax) readings.delete(topic)
    }
    if (asking > 0 && events.length < roomMax) readings.set(topic, { events, ids, end })
  }

  return {
    log: { ...log, read: (topic, options) => (asking === 0 || options?.from ? log.read(topic, options) : readOn(topic)) },
    whileAsking: async (work) => {
      asking += 1
      try {
        return await work()
      } finally {
        asking -= 1
        if (asking === 0) readings.clear()
      }
    },
  }
}
