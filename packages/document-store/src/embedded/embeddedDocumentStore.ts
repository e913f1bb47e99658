import type { PlaceFile } from '@patchwork/place-file'
import { collectionName } from '../definition.ts'
import type { Collection, CollectionDefinition, DocumentStore } from '../documentStore.ts'
import { NotUniqueError, StoreUnavailableError, UnstorableError } from '../errors.ts'
import { openOnce } from '../openOnce.ts'
import { embeddedCollection, type Run } from './embeddedCollection.ts'
import { indexBehind, migration, misfits, newFields, pingStatement, registeredNames, registeredShape, sharedTables } from './tables.ts'

/** The document store in the SQLite file of a place. Closing it leaves the file open: whoever opened that closes it. */
export const embeddedDocumentStore = (placeFile: PlaceFile): DocumentStore => {
  let isClosed = false
  const run: Run = async (operation) => {
    if (isClosed) throw new StoreUnavailableError('The document store has been closed')
    return placeFile.run(operation).catch((error: unknown) => {
      throw toStoreError(error)
    })
  }
  let shared: Promise<unknown> | undefined
  const makeShared = () => {
    shared ??= run({ statements: sharedTables }).catch((error: unknown) => {
      shared = undefined
      throw error
    })
    return shared
  }

  const open = async (definition: CollectionDefinition): Promise<Collection<object>> => {
    await makeShared()
    const before = await run({ statements: [registeredShape(definition)] })
    const row = before.outcome === 'done' ? (before.results[0] as { shape: string } | undefined) : undefined
    const shape = row && JSON.parse(row.shape)
    if (row === undefined || row.shape !== JSON.stringify({ fields: definition.fields, indexes: definition.indexes })) {
      if (shape !== undefined) await refuseMisfits(definition, shape)
      const result = await run({ statements: migration(definition, shape) })
      const label = `${definition.service}/${definition.name}`
      if (result.outcome === 'refused') throw new NotUniqueError(label, indexBehind(definition, result.constraint) ?? result.constraint)
    }
    return embeddedCollection(definition, run)
  }
  const refuseMisfits = async (definition: CollectionDefinition, shape: CollectionDefinition) => {
    for (const field of newFields(definition, shape)) {
      const result = await run({ statements: [misfits(definition, field)] })
      const found = result.outcome === 'done' ? Number((result.results[0] as { count: number }).count) : 0
      if (found > 0) throw new UnstorableError(`/${field.path.replaceAll('.', '/')}`, `has another type than declared in ${found} documents of ${collectionName(definition)}`)
    }
  }

  return {
    collection: openOnce(open),
    collectionNames: async (service) => {
      await makeShared()
      const result = await run({ statements: [registeredNames(service)] })
      const rows = result.outcome === 'done' ? (result.results[0] as { name: string }[]) : []
      return rows.map(({ name }) => name.slice(service.length + 2))
    },
    ping: async () => {
      await makeShared()
      await run({ statements: [pingStatement] })
    },
    close: async () => {
      isClosed = true
    },
  }
}

/** The file's errors in the port's words: what a later try may mend is "unavailable", anything else is a mistake of ours and stays as it is. */
const toStoreError = (error: unknown): unknown => {
  const { kind, message } = (error ?? {}) as { kind?: unknown; message?: unknown }
  return kind === 'unavailable' ? new StoreUnavailableError(String(message), { cause: error }) : error
}
