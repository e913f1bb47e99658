import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openPlaceFile } from '@patchwork/place-file'
import { systemRuntime } from '@patchwork/runtime'
import { eventLogConformance } from '../conformance.ts'
import { embeddedEventLog } from './embeddedEventLog.ts'

eventLogConformance('SQLite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'patchwork-log-'))
  const placeFile = await openPlaceFile({ path: join(folder, 'log.sqlite') })
  return {
    open: async () => embeddedEventLog({ placeFile, runtime: systemRuntime }),
    close: async () => {
      await placeFile.close()
      rmSync(folder, { recursive: true })
    },
  }
})
