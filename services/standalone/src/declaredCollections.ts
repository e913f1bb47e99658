import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CollectionDefinition } from '@patchwork/document-store'
import type { Runtime } from '@patchwork/runtime'
import { createLogger } from '@patchwork/telemetry'
import { readConfig } from './config.ts'
import { openPorts } from './drivers.ts'
import { startPlace } from './place.ts'

/**
 * Every collection that the services open, as they declare it: they are started on an empty place of their own, which is thrown away, and asked nothing. A
 * list by hand would be one more place to forget.
 */
export const declaredCollections = async (runtime: Runtime): Promise<CollectionDefinition[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'patchwork-declared-'))
  const declared = new Map<string, CollectionDefinition>()
  try {
    const place = await startPlace({
      config: readConfig({ PORT: '0', DATA_DIR: join(folder, 'data') }),
      runtime,
      logger: createLogger({ level: 'silent' }),
      openPorts: async (...asked) => {
        const opened = await openPorts(...asked)
        const { documents } = opened.ports
        const recorded: typeof documents = {
          ...documents,
          collection: (definition) => {
            declared.set(`${definition.service}/${definition.name}`, definition)
            return documents.collection(definition)
          },
        }
        return { ...opened, ports: { ...opened.ports, documents: recorded } }
      },
    })
    await place.stop()
    return [...declared].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, definition]) => definition)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
