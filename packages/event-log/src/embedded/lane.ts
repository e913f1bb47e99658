import { type Runtime, sleep } from '@patchwork/runtime'
import type { Logger } from '@patchwork/telemetry'
import type { EventHandler } from '../eventLog.ts'
import { type LogFile, type LoggedEvent, readPageMax } from './logFile.ts'

// Events read and not finished. Past this the lane reads no further: one key whose handler never succeeds can hold it up only after so many of its own.
const inHandMax = 5_000
// Finished events that stand beyond an unfinished one, remembered as numbers until it is finished too.
const finishedAheadMax = 200_000
const pollMs = 1_000
const positionEveryMs = 50
const backOffMinMs = 50
const backOffMaxMs = 5_000

type Member = { handler: EventHandler; concurrencyMax: number; running: number; stopping: AbortController; inHand: Set<Promise<void>> }

/** One group's way through one topic: reads ahead, hands each key's events on in order, and moves the group's position past what is finished. */
export const openLane = (options: { file: LogFile; runtime: Runtime; logger?: Logger | undefined; group: string; topic: string; onEmpty: () => void }) => {
  const { file, runtime, logger, group, topic } = options
  const members: Member[] = []
  const queues = new Map<string, LoggedEvent[]>()
  const busy = new Set<string>()
  const ready: string[] = []
  const finished = new Set<number>()
  const unfinished: number[] = []
  let waiters: { offset: number; resolve: () => void }[] = []
  let inHand = 0
  let readTo = -1
  let position = 0
  let savedPosition = 0
  let reading: Promise<void> | undefined
  let wanted = false
  let saving: Promise<void> | undefined
  let cancelPoll = () => {}
  let open = true

  // Offsets are read in order, so the position is what stands before the first unfinished one.
  const finish = (offset: number) => {
    finished.add(offset)
    inHand -= 1
    let done = 0
    while (done < unfinished.length && finished.delete(unfinished[done] as number)) done += 1
    if (done > 0) unfinished.splice(0, done)
    moveTo(unfinished.length > 0 ? (unfinished[0] as number) - 1 : readTo)
    if (wanted || inHand < inHandMax / 2) wake()
  }
  const moveTo = (offset: number) => {
    if (offset <= position) return
    position = offset
    const reached = waiters.filter((waiter) => waiter.offset <= position)
    waiters = waiters.filter((waiter) => waiter.offset > position)
    for (const waiter of reached) waiter.resolve()
    saving ??= sleep(runtime, positionEveryMs).then(savePosition)
  }
  const savePosition = async () => {
    const offset = position
    if (offset > savedPosition)
      await file.moveTo(group, topic, offset).then(
        () => {
          savedPosition = offset
        },
        // A position that was not saved repeats deliveries, nothing else.
        () => undefined,
      )
    saving = undefined
    if (position > savedPosition && open) saving = sleep(runtime, positionEveryMs).then(savePosition)
  }

  const read = async () => {
    if (readTo < 0) {
      savedPosition = await file.position(group, topic)
      readTo = savedPosition
      moveTo(savedPosition)
    }
    while (wanted && open && members.length > 0 && inHand < inHandMax && finished.size < finishedAheadMax) {
      wanted = false
      const page = await file.page(topic, readTo, Number.MAX_SAFE_INTEGER, Math.min(readPageMax, inHandMax - inHand))
      for (const logged of page) take(logged)
      if (page.length > 0) wanted = true
      handOut()
    }
  }
  const take = (logged: LoggedEvent) => {
    readTo = logged.offset
    unfinished.push(logged.offset)
    inHand += 1
    const queue = queues.get(logged.key)
    if (queue) queue.push(logged)
    else {
      queues.set(logged.key, [logged])
      ready.push(logged.key)
    }
  }
  const wake = () => {
    wanted = true
    if (reading || !open || members.length === 0) return
    reading = read()
      .catch((error) => {
        // The poll tries again; trying at once would only spin.
        wanted = false
        logger?.warn({ group, topic, code: error?.code }, 'the log could not be read; it is tried again')
      })
      .finally(() => {
        reading = undefined
        if (wanted && inHand < inHandMax && finished.size < finishedAheadMax) wake()
      })
  }
  const poll = () => {
    cancelPoll = runtime.after(pollMs, () => {
      wake()
      if (open) poll()
    })
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
  // One key's events, one after the other. A member that is stopping leaves the rest to the others.
  const workThrough = async (key: string, member: Member) => {
    const queue = queues.get(key) as LoggedEvent[]
    while (queue.length > 0) {
      if (!(await handled(queue[0] as LoggedEvent, member))) return
      const { offset } = queue.shift() as LoggedEvent
      finish(offset)
    }
    queues.delete(key)
  }
  const handled = async ({ event }: LoggedEvent, member: Member): Promise<boolean> => {
    const { signal } = member.stopping
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      try {
        await member.handler(event, { signal })
        return true
      } catch (error) {
        logger?.debug({ group, topic, eventId: event.id, attempt, code: (error as { code?: string } | null)?.code }, 'a handler asked for the event again')
        const backOff = Math.min(backOffMaxMs, backOffMinMs * 2 ** Math.min(attempt, 10))
        await sleep(runtime, backOff / 2 + ((runtime.randomBytes(1)[0] as number) / 255) * (backOff / 2), signal)
      }
    }
    return false
  }

  const leave = async (member: Member) => {
    const index = members.indexOf(member)
    if (index < 0) return
    members.splice(index, 1)
    member.stopping.abort()
    await Promise.allSettled([...member.inHand])
    if (members.length > 0) return handOut()
    await closeLane()
  }
  const closeLane = async () => {
    open = false
    cancelPoll()
    options.onEmpty()
    await reading
    await saving
    if (position > savedPosition) await savePosition()
    for (const waiter of waiters) waiter.resolve()
    waiters = []
  }

  poll()
  return {
    topic,
    wake,
    join: async ({ handler, concurrencyMax }: { handler: EventHandler; concurrencyMax: number }) => {
      const member: Member = { handler, concurrencyMax, running: 0, stopping: new AbortController(), inHand: new Set() }
      members.push(member)
      wake()
      handOut()
      return {
        leave: () => leave(member),
        caughtUp: async () => {
          const offset = await file.head(topic)
          if (offset <= position || !open) return
          await new Promise<void>((resolve) => {
            waiters.push({ offset, resolve })
            wake()
          })
        },
      }
    },
    close: async () => {
      await Promise.all([...members].map(leave))
    },
  }
}
