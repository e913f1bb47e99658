import { type Runtime, sleep } from '@patchwork/runtime'
import type { Logger } from '@patchwork/telemetry'
import { openKeyedWork, type Worker } from '../keyedWork.ts'
import { type LogFile, readPageMax } from './logFile.ts'

// Whoever publishes wakes the lane; the poll is for what failed meanwhile.
const pollMs = 1_000
const positionEveryMs = 50

/** One group's way through one topic: reads ahead, hands on, and moves the group's position past what is finished. */
export const openLane = (options: { file: LogFile; runtime: Runtime; logger?: Logger | undefined; group: string; topic: string; onEmpty: () => void }) => {
  const { file, runtime, logger, group, topic } = options
  let waiters: { offset: number; resolve: () => void }[] = []
  let readTo = -1
  let position = 0
  let savedPosition = 0
  let reading: Promise<void> | undefined
  let wanted = false
  let saving: Promise<void> | undefined
  let cancelPoll = () => {}
  let open = true

  const moveTo = (offset: number) => {
    if (wanted) wake()
    if (offset <= position) return
    position = offset
    const reached = waiters.filter((waiter) => waiter.offset <= position)
    waiters = waiters.filter((waiter) => waiter.offset > position)
    for (const waiter of reached) waiter.resolve()
    saving ??= sleep(runtime, positionEveryMs).then(savePosition)
  }
  const work = openKeyedWork({ runtime, logger, group, topic, onMoved: moveTo })

  const savePosition = async () => {
    const offset = position
    // A position that was not saved repeats deliveries, nothing else.
    if (offset > savedPosition)
      await file.moveTo(group, topic, offset).then(
        () => {
          savedPosition = offset
        },
        () => undefined,
      )
    saving = position > savedPosition && open ? sleep(runtime, positionEveryMs).then(savePosition) : undefined
  }
  const read = async () => {
    if (readTo < 0) {
      savedPosition = await file.position(group, topic)
      readTo = savedPosition
      moveTo(savedPosition)
    }
    while (wanted && open && work.workers() > 0 && work.room() > 0) {
      wanted = false
      const page = await file.page(topic, readTo, Number.MAX_SAFE_INTEGER, Math.min(readPageMax, work.room()))
      readTo = page.at(-1)?.offset ?? readTo
      if (page.length > 0) wanted = true
      work.take(page)
    }
  }
  const wake = () => {
    wanted = true
    if (reading || !open || work.workers() === 0 || work.room() === 0) return
    reading = read()
      .catch((error) => {
        // The poll tries again; trying at once would only spin.
        wanted = false
        logger?.warn({ group, topic, code: error?.code }, 'the log could not be read; it is tried again')
      })
      .finally(() => {
        reading = undefined
        if (wanted) wake()
      })
  }
  const poll = () => {
    cancelPoll = runtime.after(pollMs, () => {
      wake()
      if (open) poll()
    })
  }
  const close = async () => {
    open = false
    cancelPoll()
    options.onEmpty()
    await reading
    await saving
    await savePosition()
    for (const waiter of waiters) waiter.resolve()
    waiters = []
  }

  poll()
  return {
    topic,
    wake,
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
