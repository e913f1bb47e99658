import type { EventEnvelope } from '@patchwork/events'
import type { Runtime } from '@patchwork/runtime'
import type { Logger } from '@patchwork/telemetry'
import { openKeyedWork, type Worker } from '../keyedWork.ts'
import { type Appended, type LogFile, readPageMax } from './logFile.ts'
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
  // Everything that it was told of is taken, so what comes next may be taken as it is told.
  let isAtEnd = false
  // What was told while a page was being read.
  let told: Appended[] = []
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
      // Whatever was told before the page is asked for stands in it.
      told = []
      const limit = Math.min(readPageMax, work.room())
      const page = await file.page(topic, readTo, Number.MAX_SAFE_INTEGER, limit)
      readTo = page.at(-1)?.offset ?? readTo
      work.take(page)
      if (page.length === limit) wanted = true
      if (wanted) continue
      takeTold(told)
      isAtEnd = true
    }
  }
  const takeTold = (appended: readonly Appended[]) => {
    const events = appended.filter(({ offset }) => offset > (readTo ?? 0))
    readTo = events.at(-1)?.offset ?? readTo
    work.take(events.map(({ offset, key, text }) => ({ offset, key, event: JSON.parse(text) as EventEnvelope })))
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
    isAtEnd = false
    if (reading || !open || work.workers() === 0 || work.room() === 0) return
    reading = read()
      .catch((error) => {
        // Trying at once would only spin.
        wanted = false
        isAtEnd = false
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

  // Whoever has read to the end, and is told of everything that comes, need not read it again.
  const offer = (appended: readonly Appended[]) => {
    const isReading = reading !== undefined && readTo !== undefined && !wanted
    if (isAtEnd && open && work.workers() > 0 && work.room() > 0) takeTold(appended)
    else if (!isAtEnd && isReading && told.length + appended.length <= readPageMax) told.push(...appended)
    else wake()
  }

  wakeAfter(pollMs)
  return {
    topic,
    wake,
    /** Takes what was appended to its topic just now, in the order of the offsets; nothing was left out since it was last told. */
    offer,
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
