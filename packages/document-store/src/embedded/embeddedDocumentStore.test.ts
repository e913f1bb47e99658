import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openPlaceFile } from '@patchwork/place-file'
import { documentStoreConformance } from '../conformance.ts'
import { embeddedDocumentStore } from './embeddedDocumentStore.ts'

describe('the embedded store', () => {
  documentStoreConformance(
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'patchwork-documents-'))
      const placeFile = await openPlaceFile({ path: join(folder, 'place.sqlite') })
      return {
        open: async () => embeddedDocumentStore(placeFile),
        stop: async () => {
          await placeFile.close()
          rmSync(folder, { recursive: true })
        },
      }
    },
    { runs: 100 },
  )
})
