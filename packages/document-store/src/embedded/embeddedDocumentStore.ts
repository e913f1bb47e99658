import type { PlaceFile } from '@patchwork/place-file'
import { collectionName } from '../definition.ts'
import type { Collection, CollectionDefinition, DocumentStore } from '../documentStore.ts'
import { NotUniqueError, StoreUnavailableError, UnstorableError } from '../errors.ts'
import { openOnce } from '../openOnce.ts'
import { embeddedCollection, type Run } from './embeddedCollection.ts'
import { indexBehind, migration, misfits, newFields, pingStatement, registeredNames, registeredShape, shapeText, sharedTables } from './tables.ts'

/** Others of this place may open the same collection at the same time; each attempt sees what they made of it. */
const attemptsMax = 20

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

  const registeredOf = async (definition: CollectionDefinition): Promise<string | undefined> => {
    const result = await run({ statements: [registeredShape(definition)] })
    return result.outcome === 'done' ? (result.results[0] as { shape: string } | undefined)?.shape : undefined
  }
  const open = async (definition: CollectionDefinition): Promise<Collection<object>> => {
    await makeShared()
    for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
      const registered = await registeredOf(definition)
      if (registered === shapeText(definition)) return embeddedCollection(definition, run)
      if (registered !== undefined) await refuseMisfits(definition, registered)
      const result = await run({ statements: migration(definition, registered) })
      const label = `${definition.service}/${definition.name}`
      if (result.outcome === 'refused') throw new NotUniqueError(label, indexBehind(definition, result.constraint) ?? result.constraint)
    }
    throw new StoreUnavailableError(`${collectionName(definition)} is being declared anew by others`)
  }
  const refuseMisfits = async (definition: CollectionDefinition, registered: string) => {
    for (const field of newFields(definition, registered)) {
      const result = await run({ statements: [misfits(definition, field)] })
      const found = result.outcome === 'done' ? Number((result.results[0] as { count: number }).count) : 0
      if (found > 0)
        throw new UnstorableError(
          `/${field.path.replaceAll('.', '/')}`,
          `has another type than declared in ${found} documents of ${collectionName(definition)}`,
        )
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
