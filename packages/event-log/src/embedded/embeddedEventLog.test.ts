import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openPlaceFile } from '@patchwork/place-file'
import { systemRuntime } from '@patchwork/runtime'
import { eventLogConformance } from '../conformance.ts'
import { embeddedEventLog } from './embeddedEventLog.ts'

const folder = mkdtempSync(join(tmpdir(), 'patchwork-log-'))
const path = join(folder, 'log.sqlite')
let placeFile = await openPlaceFile({ path })

eventLogConformance('SQLite', {
  open: async () => embeddedEventLog({ placeFile, runtime: systemRuntime }),
  restart: async () => {
    await placeFile.close()
    placeFile = await openPlaceFile({ path })
  },
  close: async () => {
    await placeFile.close()
    rmSync(folder, { recursive: true })
  },
})
