import { systemRuntime } from '@patchwork/runtime'
import { eventLogConformance } from '../conformance.ts'
import { emptyTopics, simulatedLog } from './simulatedLog.ts'

// A simulation on a log that is not like the real ones proves nothing: the suite that holds them holds it too.
const topics = emptyTopics()
const world = {
  runtime: systemRuntime,
  chance: () => 0.999,
  pick: (below: number) => systemRuntime.randomBytes(1)[0]! % Math.max(1, below),
  note: () => undefined,
}

eventLogConformance('simulated topics', {
  open: async () => simulatedLog(world, topics, () => ({ publish: 0, handOver: 0, outOfOrder: 0, delayMs: 0 })).log,
  restart: async () => {},
  close: async () => {},
})
