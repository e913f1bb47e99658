import type { Ports } from '@patchwork/aggregate'
import { embeddedDocumentStore } from '@patchwork/document-store'
import { embeddedEventLog } from '@patchwork/event-log'
import { openPlaceFile, type PlaceFile } from '@patchwork/place-file'
import { type Runtime, systemRuntime } from '@patchwork/runtime'
import { createLogger } from '@patchwork/telemetry'

/** A store and a log in one file, as a place has them, for a test that needs no services. `close` lets the file go, and is called once. */
export const openEmbeddedPorts = async (
  path: string,
  runtime: Runtime = systemRuntime,
): Promise<{ placeFile: PlaceFile; ports: Ports; close(): Promise<void> }> => {
  const placeFile = await openPlaceFile({ path })
  const [log, documents] = [embeddedEventLog({ placeFile, runtime }), embeddedDocumentStore(placeFile)]
  return {
    placeFile,
    ports: { documents, log, runtime, logger: createLogger({ level: 'silent' }), dataKey: new Uint8Array(32) },
    close: async () => {
      await log.close()
      await documents.close()
      await placeFile.close()
    },
  }
}
