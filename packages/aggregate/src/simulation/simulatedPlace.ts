import { type SimulatedDisk, type StoreFaults, simulatedStore } from '@patchwork/document-store/simulation'
import { emptyTopics, type LogFaults, type SimulatedTopics, simulatedLog } from '@patchwork/event-log/simulation'
import { type SimulatedTime, simulatedTime } from '@patchwork/runtime/simulation'
import { createLogger } from '@patchwork/telemetry'
import type { Ports } from '../ports.ts'

export type SimulatedProcess = {
  ports: Ports
  /** The process ends here and now: nothing it asked for happens any more, and nobody hears from it. */
  crash(): void
}

export type SimulatedPlace = {
  time: SimulatedTime
  disk: SimulatedDisk
  topics: SimulatedTopics
  store: StoreFaults
  log: LogFaults
  openProcess(onStep?: Ports['onStep']): SimulatedProcess
  calm(): void
}

/** A whole place whose schedule, failures and crashes follow from one seed, for tests. Calm until its faults are set. */
export const simulatedPlace = (seed: number): SimulatedPlace => {
  const time = simulatedTime(seed)
  const disk: SimulatedDisk = new Map()
  const topics: SimulatedTopics = emptyTopics()
  const store: StoreFaults = { before: 0, after: 0, delayMs: 1 }
  const log: LogFaults = { publish: 0, handOver: 0, outOfOrder: 0, delayMs: 1 }
  return {
    time,
    disk,
    topics,
    store,
    log,
    openProcess: (onStep) => {
      const documents = simulatedStore(time, disk, () => store)
      const events = simulatedLog(time, topics, () => log)
      return {
        ports: {
          documents: documents.documents,
          log: events.log,
          runtime: time.runtime,
          logger: createLogger({ service: 'simulation', level: 'silent' }),
          dataKey: new Uint8Array(32).fill(7),
          ...(onStep ? { onStep } : {}),
        },
        crash: () => {
          documents.cut()
          events.cut()
        },
      }
    },
    calm: () => {
      Object.assign(store, { before: 0, after: 0 })
      Object.assign(log, { publish: 0, handOver: 0, outOfOrder: 0 })
    },
  }
}
