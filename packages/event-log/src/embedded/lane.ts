import type { Runtime } from '@patchwork/runtime'
import type { Logger } from '@patchwork/telemetry'
import { openKeyedWork, type Worker } from '../keyedWork.ts'
import { type LogFile, readPageMax } from './logFile.ts'
import type { Positions } from './positions.ts'

// Whoever publishes wakes the lane; the poll is for what nobody foresaw.
const pollMs = 30_000
const retryMs = 1_000

type Options = { file: LogFile; positions: Positions; runtime: Runtime; logger?: Logger | undefined; group: string; topic: string; onEmpty: () => void }
export type Lane = ReturnType<typeof openLane>

/** One group's way through one topic: reads ahead, hands on, and moves the group's position past what is finished. */
export const openLane = ({ file, positions, runtime, logger, group, topic, onEmpty }: Options) => {
  let waiters: { offset: number; resolve: () => void }[] = []
  // Before the saved position was read there is none.
  let readTo: number | undefined
  let position = 0
  let reading: Promise<void> | undefined
  let wanted = false
  let cancelWake = () => {}
  let open = true

  const moveTo = (offset: number) => {
    if (wanted) wake()
    if (offset <= position) return
    position = offset
    positions.move({ group, topic, offset })
    const reached = waiters.filter((waiter) => waiter.offset <= position)
    waiters = waiters.filter((waiter) => waiter.offset > position)
    for (const waiter of reached) waiter.resolve()
  }
  const work = openKeyedWork({ runtime, logger, group, topic, onMoved: moveTo })

  const begin = async (): Promise<number> => {
    position = await positions.saved(group, topic)
    const reached = waiters.filter((waiter) => waiter.offset <= position)
    waiters = waiters.filter((waiter) => waiter.offset > position)
    for (const waiter of reached) waiter.resolve()
    return position
  }
  const read = async () => {
    readTo ??= await begin()
    while (wanted && open && work.workers() > 0 && work.room() > 0) {
      wanted = false
      const page = await file.page(topic, readTo, Number.MAX_SAFE_INTEGER, Math.min(readPageMax, work.room()))
      readTo = page.at(-1)?.offset ?? readTo
      if (page.length > 0) wanted = true
      work.take(page)
    }
  }
  const wakeAfter = (delayMs: number) => {
    cancelWake()
    cancelWake = runtime.after(delayMs, () => {
      wakeAfter(pollMs)
      wake()
    })
  }
  const wake = () => {
    wanted = true
    if (reading || !open || work.workers() === 0 || work.room() === 0) return
    reading = read()
      .catch((error) => {
        // Trying at once would only spin.
        wanted = false
        if (open) wakeAfter(retryMs)
        logger?.warn({ group, topic, code: error?.code }, 'the log could not be read; it is tried again')
      })
      .finally(() => {
        reading = undefined
        if (wanted) wake()
      })
  }
  const close = async () => {
    open = false
    cancelWake()
    onEmpty()
    await reading
    await positions.save()
    for (const waiter of waiters) waiter.resolve()
    waiters = []
  }

  wakeAfter(pollMs)
  return {
    topic,
    wake,
    /** Up to which offset everything is finished; undefined before that is known. */
    position: () => (readTo === undefined ? undefined : position),
    join: (worker: Worker) => {
      const leave = work.join(worker)
      wake()
      return {
        leave: async () => {
          await leave()
          if (open && work.workers() === 0) await close()
        },
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
  }
}
