import type { EventEnvelope } from '@patchwork/events'
import type { Runtime } from '@patchwork/runtime'
import type { Logger } from '@patchwork/telemetry'
import type { EventHandler } from './eventLog.ts'
import type { Slots } from './slots.ts'

/** An event where it stands in its stream; `offset` grows. `bytes` is about what it takes of memory, where somebody counts that. */
export type LoggedEvent = { offset: number; key: string; event: EventEnvelope; bytes?: number }

// Events taken and not finished. Past this no more are taken: one key whose handler never succeeds holds the others up only after so many of its own.
const inHandMax = 5_000
// Room is spoken of only when there is so much, or a long backlog would be fetched event by event.
const roomMin = 500
// Finished events that stand beyond an unfinished one, remembered as numbers until it is finished too. Past this the stream waits for that one.
const finishedAheadMax = 200_000
const backOffMinMs = 50
const backOffMaxMs = 5_000

/** One who works: a subscription's handler, and how many of its handlers may run. */
export type Worker = { handler: EventHandler; slots: Slots }

export interface KeyedWork {
  /** How many more events it takes now. */
  room(): number
  /** What the events taken and not finished take of memory, as far as they were given with it. */
  bytes(): number
  /** Adds events, in the order of their offsets; one that it was given before is passed over. */
  take(events: readonly LoggedEvent[]): void
  /** Counts an offset as finished that holds nothing to hand on. */
  pass(offset: number): void
  /** Shares the work with one more; gives what takes it out again, after what it has in hand. */
  join(worker: Worker): () => Promise<void>
  workers(): number
}

type Member = Worker & { stopping: AbortController; inHand: Set<Promise<void>> }

/**
 * Hands the events of one stream on: in order per key, different keys at a time. A rejected one comes again after a back-off, in which its key
 * waits and holds no slot. `onMoved` is told the offset up to which everything is finished, and that there may be room again.
 */
export const openKeyedWork = (options: {
  runtime: Runtime
  logger?: Logger | undefined
  group: string
  topic: string
  onMoved: (offset: number) => void
}): KeyedWork => {
  const { runtime, logger, group, topic, onMoved } = options
  const members: Member[] = []
  // A key with events stands in `ready`, or its first event is in hand, or it waits out a back-off.
  const queues = new Map<string, LoggedEvent[]>()
  const attempts = new Map<string, number>()
  let ready: string[] = []
  const finished = new Set<number>()
  const unfinished: number[] = []
  let takenTo = -1
  let bytesInHand = 0

  // Offsets are taken in order, so all is finished up to just before the first unfinished one.
  const finish = (offset: number) => {
    finished.add(offset)
    let done = 0
    while (done < unfinished.length && finished.delete(unfinished[done] as number)) done += 1
    if (done > 0) unfinished.splice(0, done)
    onMoved(unfinished.length > 0 ? (unfinished[0] as number) - 1 : takenTo)
  }
  const handOut = () => {
    let given = 0
    while (given < ready.length) {
      const member = members.toSorted((one, other) => one.inHand.size - other.inHand.size).find(({ slots }) => slots.take())
      if (!member) break
      start(ready[given] as string, member)
      given += 1
    }
    // Started handlers end in a later turn, so nothing was added in front.
    if (given > 0) ready = ready.slice(given)
  }
  const start = (key: string, member: Member) => {
    const working = workOn(key, member).finally(() => {
      member.inHand.delete(working)
      member.slots.give()
      handOut()
    })
    member.inHand.add(working)
  }
  const workOn = async (key: string, member: Member) => {
    const queue = queues.get(key) as LoggedEvent[]
    const { event, offset, bytes = 0 } = queue[0] as LoggedEvent
    if (await handled(event, key, member)) {
      queue.shift()
      attempts.delete(key)
      bytesInHand -= bytes
      finish(offset)
      if (queue.length === 0) queues.delete(key)
      else ready.push(key)
    } else if (member.stopping.signal.aborted) ready.unshift(key)
    else waitOut(key)
  }
  const handled = async (event: EventEnvelope, key: string, { handler, stopping: { signal } }: Member): Promise<boolean> => {
    try {
      await handler(event, { signal })
      return true
    } catch (error) {
      const attempt = (attempts.get(key) ?? 0) + 1
      attempts.set(key, attempt)
      logger?.debug({ group, topic, eventId: event.id, attempt, code: (error as { code?: string } | null)?.code }, 'a handler asked for the event again')
      return false
    }
  }
  const waitOut = (key: string) => {
    const backOffMs = Math.min(backOffMaxMs, backOffMinMs * 2 ** Math.min((attempts.get(key) ?? 1) - 1, 10))
    runtime.after(Math.round(backOffMs * (0.5 + (runtime.randomBytes(1)[0] as number) / 510)), () => {
      ready.push(key)
      handOut()
    })
  }
  const add = (logged: LoggedEvent) => {
    takenTo = logged.offset
    bytesInHand += logged.bytes ?? 0
    unfinished.push(logged.offset)
    const queue = queues.get(logged.key)
    if (queue) queue.push(logged)
    else {
      queues.set(logged.key, [logged])
      ready.push(logged.key)
    }
  }

  return {
    room: () => {
      const room = inHandMax - (unfinished.length - finished.size)
      return finished.size < finishedAheadMax && room >= roomMin ? room : 0
    },
    bytes: () => bytesInHand,
    take: (events) => {
      for (const logged of events) if (logged.offset > takenTo) add(logged)
      handOut()
    },
    pass: (offset) => {
      if (offset <= takenTo) return
      takenTo = offset
      unfinished.push(offset)
      finish(offset)
    },
    join: (worker) => {
      const member: Member = { ...worker, stopping: new AbortController(), inHand: new Set() }
      members.push(member)
      const noOffers = worker.slots.join(handOut)
      handOut()
      return async () => {
        const index = members.indexOf(member)
        if (index >= 0) members.splice(index, 1)
        noOffers()
        member.stopping.abort()
        await Promise.allSettled([...member.inHand])
      }
    },
    workers: () => members.length,
  }
}
