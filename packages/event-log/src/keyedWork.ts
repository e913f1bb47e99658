import type { EventEnvelope } from '@patchwork/events'
import type { Runtime } from '@patchwork/runtime'
import type { Logger } from '@patchwork/telemetry'
import type { EventHandler, EventRun } from './eventLog.ts'
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

/** One who works: a subscription's handler, how many of its handlers may run, and how many events of a key one of them is handed. */
export type Worker = { handler: EventHandler; slots: Slots; runMax: number }

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

type Member = Worker & {
  stopping: AbortController
  /** What each of its handlers is told. */
  delivery: { signal: AbortSignal }
  /** How many of its handlers run. */
  inHand: number
  /** Set while somebody waits until none runs. */
  idle?: PromiseWithResolvers<void>
}

/**
 * Hands the events of one stream on: in order per key, different keys at a time. A rejected run comes again after a back-off, in which its key
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
  // A key with events stands in `ready`, or its first events are in hand, or it waits out a back-off.
  const queues = new Map<string, LoggedEvent[]>()
  const attempts = new Map<string, number>()
  const ready: string[] = []
  const finished = new Set<number>()
  const unfinished: number[] = []
  let takenTo = -1
  let bytesInHand = 0

  // Offsets are taken in order, so all is finished up to just before the first unfinished one.
  const finish = (offset: number) => {
    if (finished.size === 0 && unfinished[0] === offset) unfinished.shift()
    else finishAmong(offset)
  }
  const tellMoved = () => onMoved((unfinished[0] ?? takenTo + 1) - 1)
  const finishAmong = (offset: number) => {
    finished.add(offset)
    let done = 0
    while (done < unfinished.length && finished.delete(unfinished[done] as number)) done += 1
    if (done > 0) unfinished.splice(0, done)
  }
  const handOut = () => {
    while (ready.length > 0) {
      const member = freeMember()
      if (!member) return
      void workOn(ready.shift() as string, member)
    }
  }
  /** The one with the fewest runs in hand that has a slot, which is taken. */
  const freeMember = (): Member | undefined => {
    const inOrder = members.length > 1 ? members.toSorted((one, other) => one.inHand - other.inHand) : members
    return inOrder.find(({ slots }) => slots.take())
  }
  // Each run comes this way: one turn of waiting for its handler, and no other.
  const workOn = async (key: string, member: Member) => {
    const queue = queues.get(key) as LoggedEvent[]
    const run = queue.slice(0, member.runMax)
    let refusal: { error: unknown } | undefined
    member.inHand += 1
    try {
      await member.handler(run.map(({ event }) => event) as unknown as EventRun, member.delivery)
    } catch (error) {
      refusal = { error }
    }
    try {
      if (refusal) askedAgain(run[0] as LoggedEvent, member, refusal.error)
      else handled(key, queue, run)
    } finally {
      member.inHand -= 1
      member.slots.give()
      handOut()
      if (member.inHand === 0) member.idle?.resolve()
    }
  }
  const handled = (key: string, queue: LoggedEvent[], run: readonly LoggedEvent[]) => {
    queue.splice(0, run.length)
    attempts.delete(key)
    if (queue.length === 0) queues.delete(key)
    else ready.push(key)
    for (const { bytes = 0, offset } of run) {
      bytesInHand -= bytes
      finish(offset)
    }
    tellMoved()
  }
  const askedAgain = ({ key, event }: LoggedEvent, { stopping }: Member, error: unknown) => {
    const attempt = (attempts.get(key) ?? 0) + 1
    attempts.set(key, attempt)
    logger?.debug({ group, topic, eventId: event.id, attempt, code: (error as { code?: string } | null)?.code }, 'a handler asked for events again')
    if (stopping.signal.aborted) ready.unshift(key)
    else waitOut(key)
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
      tellMoved()
    },
    join: (worker) => {
      const stopping = new AbortController()
      const member: Member = { ...worker, stopping, delivery: { signal: stopping.signal }, inHand: 0 }
      members.push(member)
      const noOffers = worker.slots.join(handOut)
      handOut()
      return async () => {
        const index = members.indexOf(member)
        if (index >= 0) members.splice(index, 1)
        noOffers()
        stopping.abort()
        if (member.inHand === 0) return
        member.idle ??= Promise.withResolvers()
        await member.idle.promise
      }
    },
    workers: () => members.length,
  }
}
