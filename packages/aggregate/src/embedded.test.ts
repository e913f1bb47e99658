import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { embeddedDocumentStore } from '@patchwork/document-store'
import { embeddedEventLog } from '@patchwork/event-log'
import { openPlaceFile } from '@patchwork/place-file'
import { systemRuntime } from '@patchwork/runtime'
import { wholePathRules } from './wholePath.ts'

wholePathRules('the embedded drivers', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'patchwork-aggregate-'))
  const placeFile = await openPlaceFile({ path: join(folder, 'place.db') })
  return {
    open: async () => ({ documents: embeddedDocumentStore(placeFile), log: embeddedEventLog({ placeFile, runtime: systemRuntime }) }),
    close: async () => {
      await placeFile.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
})
