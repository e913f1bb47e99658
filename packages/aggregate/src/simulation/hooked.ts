import type { Collection, DocumentStore } from '@patchwork/document-store'

/** Stands between a caller and a method of a collection: gets what the method would do and what it was called with. */
export type Hook = (proceed: () => Promise<unknown>, args: readonly unknown[]) => Promise<unknown>
export type Hooks = Record<string, Partial<Record<'get' | 'insert' | 'replace' | 'find' | 'remove', Hook>>>

/** The same store with something done before, after or instead of some calls, by collection and method. */
export const hooked = (documents: DocumentStore, hooks: Hooks): DocumentStore => ({
  ...documents,
  collection: async <Body extends object>(definition: Parameters<DocumentStore['collection']>[0]) => {
    const collection = await documents.collection<Body>(definition)
    const methods = Object.entries(hooks[definition.name] ?? {}).map(([method, hook]) => [
      method,
      (...args: unknown[]) => hook(() => (collection[method as keyof Collection<Body>] as (...all: unknown[]) => Promise<unknown>)(...args), args),
    ])
    return { ...collection, ...Object.fromEntries(methods) } as Collection<Body>
  },
})

/** Does `action` at its first call only. */
export const once = (action: () => Promise<unknown>): (() => Promise<void>) => {
  let isDone = false
  return async () => {
    if (isDone) return
    isDone = true
    await action()
  }
}

/** The errors of the ports, by their codes. */
export const storeAway = (): Error => Object.assign(new Error('away'), { code: 'store-unavailable', kind: 'unavailable' })
export const logAway = (): Error => Object.assign(new Error('away'), { code: 'log-unavailable', kind: 'unavailable' })
