import type { EventEnvelope } from '@patchwork/events'
import { type Runtime, sleep } from '@patchwork/runtime'
import type { Logger } from '@patchwork/telemetry'
import type { EventHandler } from './eventLog.ts'

/** An event where it stands in its stream; `offset` grows. */
export type LoggedEvent = { offset: number; key: string; event: EventEnvelope }

// Events taken and not finished. Past this no more are taken: one key whose handler never succeeds holds the others up only after so many of its own.
const inHandMax = 5_000
// Finished events that stand beyond an unfinished one, remembered as numbers until it is finished too.
const finishedAheadMax = 200_000
const backOffMinMs = 50
const backOffMaxMs = 5_000

/** One who works: a subscription's handler. */
export type Worker = { handler: EventHandler; concurrencyMax: number }

export interface KeyedWork {
  /** How many more events it takes now. */
  room(): number
  /** Adds events, in the order of their offsets. */
  take(events: readonly LoggedEvent[]): void
  /** Counts an offset as finished that holds nothing to hand on. */
  pass(offset: number): void
  /** Shares the work with one more; gives what takes it out again, after what it has in hand. */
  join(worker: Worker): () => Promise<void>
  workers(): number
}

type Member = Worker & { running: number; stopping: AbortController; inHand: Set<Promise<void>> }

/**
 * Hands the events of one stream on: in order per key, different keys at a time, a rejected one again after a back-off while its key waits.
 * `onMoved` is told the offset up to which everything is finished, and that there may be room again.
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
  const queues = new Map<string, LoggedEvent[]>()
  const busy = new Set<string>()
  const ready: string[] = []
  const finished = new Set<number>()
  const unfinished: number[] = []
  let takenTo = 0

  // Offsets are taken in order, so all is finished up to just before the first unfinished one.
  const finish = (offset: number) => {
    finished.add(offset)
    let done = 0
    while (done < unfinished.length && finished.delete(unfinished[done] as number)) done += 1
    if (done > 0) unfinished.splice(0, done)
    onMoved(unfinished.length > 0 ? (unfinished[0] as number) - 1 : takenTo)
  }
  const handOut = () => {
    for (let tries = ready.length; tries > 0 && ready.length > 0; tries -= 1) {
      const member = members.find((one) => one.running < one.concurrencyMax)
      if (!member) return
      const key = ready.shift() as string
      if (!busy.has(key)) work(key, member)
    }
  }
  const work = (key: string, member: Member) => {
    busy.add(key)
    member.running += 1
    const working = workThrough(key, member).finally(() => {
      busy.delete(key)
      member.running -= 1
      member.inHand.delete(working)
      if (queues.has(key)) ready.push(key)
      handOut()
    })
    member.inHand.add(working)
  }
  // One key's events, one after the other. A member that is leaving leaves the rest to the others.
  const workThrough = async (key: string, member: Member) => {
    const queue = queues.get(key) as LoggedEvent[]
    while (queue.length > 0) {
      if (!(await handled(queue[0] as LoggedEvent, member))) return
      finish((queue.shift() as LoggedEvent).offset)
    }
    queues.delete(key)
  }
  const handled = async ({ event }: LoggedEvent, { handler, stopping: { signal } }: Member): Promise<boolean> => {
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      try {
        await handler(event, { signal })
        return true
      } catch (error) {
        logger?.debug({ group, topic, eventId: event.id, attempt, code: (error as { code?: string } | null)?.code }, 'a handler asked for the event again')
        const backOffMs = Math.min(backOffMaxMs, backOffMinMs * 2 ** Math.min(attempt, 10))
        await sleep(runtime, backOffMs * (0.5 + (runtime.randomBytes(1)[0] as number) / 510), signal)
      }
    }
    return false
  }

  return {
    room: () => (finished.size < finishedAheadMax ? Math.max(0, inHandMax - (unfinished.length - finished.size)) : 0),
    take: (events) => {
      for (const logged of events) {
        takenTo = logged.offset
        unfinished.push(logged.offset)
        const queue = queues.get(logged.key)
        if (queue) queue.push(logged)
        else {
          queues.set(logged.key, [logged])
          ready.push(logged.key)
        }
      }
      handOut()
    },
    pass: (offset) => {
      takenTo = offset
      unfinished.push(offset)
      finish(offset)
    },
    join: (worker) => {
      const member: Member = { ...worker, running: 0, stopping: new AbortController(), inHand: new Set() }
      members.push(member)
      handOut()
      return async () => {
        const index = members.indexOf(member)
        if (index >= 0) members.splice(index, 1)
        member.stopping.abort()
        await Promise.allSettled([...member.inHand])
        handOut()
      }
    },
    workers: () => members.length,
  }
}
