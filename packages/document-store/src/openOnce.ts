import { checkDefinition, collectionName } from './definition.ts'
import type { Collection, CollectionDefinition, DocumentStore } from './documentStore.ts'

/**
 * Opens each collection once, however often and however much at the same time it is asked for; one that could not be opened is tried anew.
 * Throws RangeError when one process declares a collection in two ways: whichever came later would undo the other's indexes.
 */
export const openOnce = (open: (definition: CollectionDefinition) => Promise<Collection<object>>): DocumentStore['collection'] => {
  const opened = new Map<string, { declared: string; collection: Promise<Collection<object>> }>()
  return async <Body extends object>(definition: CollectionDefinition): Promise<Collection<Body>> => {
    checkDefinition(definition)
    const name = collectionName(definition)
    const declared = JSON.stringify([definition.fields, definition.indexes])
    const known = opened.get(name)
    if (known && known.declared !== declared) throw new RangeError(`Collection ${name} is declared in two ways`)
    const collection = known?.collection ?? open(definition)
    if (!known) {
      opened.set(name, { declared, collection })
      collection.catch(() => opened.delete(name))
    }
    return (await collection) as unknown as Collection<Body>
  }
}
