import { systemRuntime } from '@patchwork/runtime'
import { documentStoreConformance } from '../conformance.ts'
import { type SimulatedDisk, simulatedStore } from './simulatedStore.ts'

// A simulation on a store that is not like the real ones proves nothing: the suite that holds them holds it too.
describe('the simulated store', () => {
  documentStoreConformance(
    async () => {
      const disk: SimulatedDisk = new Map()
      const world = { runtime: systemRuntime, chance: () => 0.999, pick: () => 0, note: () => undefined }
      return { open: async () => simulatedStore(world, disk, () => ({ before: 0, after: 0, delayMs: 0 })).documents, stop: async () => {} }
    },
    { runs: 100 },
  )
})
