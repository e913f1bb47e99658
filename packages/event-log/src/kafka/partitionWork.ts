import type { Runtime } from '@patchwork/runtime'
import type { Logger } from '@patchwork/telemetry'
import { type KeyedWork, openKeyedWork, type Worker } from '../keyedWork.ts'

export type Partition = { topic: string; partition: number }

/** The work of one partition, from the moment it was given to this member until the group is shared out anew. */
export type Owned = Partition & {
  work: KeyedWork
  /** Everything up to here is finished; -1 before anything is. */
  done: number
  committed: number
  /** Set while Kafka is asked to send no more of it. */
  resume?: (() => void) | undefined
}

// What all partitions of a member may hold of events that are not finished, in bytes. Past this only a partition that holds none takes more: one fetch of it.
const bytesInHandMax = 32 * 1_048_576

type Held = Owned & { leave(): Promise<void> }

/** What a member holds of its partitions, and what it remembers of them over a sharing out. */
export const openPartitionWork = (options: { runtime: Runtime; logger: Logger | undefined; group: string; worker: Worker }) => {
  const { runtime, logger, group, worker } = options
  const held = new Map<string, Held>()
  const finishedTo = new Map<string, number>()
  const leaving = new Map<string, Promise<void>>()

  const hasRoom = ({ work }: Owned): boolean => {
    if (work.room() === 0) return false
    if (work.bytes() === 0) return true
    let bytes = 0
    for (const one of held.values()) bytes += one.work.bytes()
    return bytes < bytesInHandMax
  }
  const hold = ({ topic, partition }: Partition, name: string): Held => {
    let leaveWork: (() => Promise<void>) | undefined
    let left = false
    const one: Held = {
      topic,
      partition,
      done: -1,
      committed: -1,
      work: openKeyedWork({
        runtime,
        logger,
        group,
        topic,
        onMoved: (offset) => {
          one.done = Math.max(one.done, offset)
          for (const waiting of held.values()) if (waiting.resume && hasRoom(waiting)) resume(waiting)
        },
      }),
      leave: async () => {
        left = true
        await leaveWork?.()
      },
    }
    const begin = () => {
      if (!left) leaveWork = one.work.join(worker)
    }
    // It came back to this member: an event that is still in hand from before must end first.
    const before = leaving.get(name)
    if (before) void before.then(begin)
    else begin()
    return one
  }
  const release = (name: string, one: Held): Promise<void> => {
    held.delete(name)
    resume(one)
    finishedTo.set(name, Math.max(finishedTo.get(name) ?? -1, one.done))
    const before = leaving.get(name) ?? Promise.resolve()
    const gone: Promise<void> = Promise.all([before, one.leave()]).then(() => {
      if (leaving.get(name) === gone) leaving.delete(name)
    })
    leaving.set(name, gone)
    return gone
  }

  return {
    /** The work of a partition of ours. */
    of: (partition: Partition): Owned => {
      const name = nameOf(partition)
      const existing = held.get(name)
      if (existing) return existing
      const made = hold(partition, name)
      held.set(name, made)
      return made
    },
    /** Whether it takes more events now. One that does not is paused, and resumed here when it does. */
    hasRoom,
    all: (): Owned[] => [...held.values()],
    /** Up to which offset this member has finished a partition, now or when it had it before; -1 when nothing is known. */
    finishedTo: (partition: Partition): number => Math.max(held.get(nameOf(partition))?.done ?? -1, finishedTo.get(nameOf(partition)) ?? -1),
    /** Gives up what it holds: handlers in hand are told; what was not finished comes again to whoever gets the partition. */
    releaseAll: async (): Promise<void> => {
      await Promise.all([...held].map(([name, one]) => release(name, one)))
    },
    /** Starts nothing more, and waits for what is in hand; its partitions stay ours. */
    finish: async (): Promise<void> => {
      await Promise.all([...held.values()].map((one) => one.leave()))
    },
  }
}

const resume = (one: Owned) => {
  one.resume?.()
  one.resume = undefined
}
const nameOf = ({ topic, partition }: Partition): string => `${topic}/${partition}`
