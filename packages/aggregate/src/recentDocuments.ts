import type { Stored } from '@patchwork/document-store'
import type { AggregateBody } from './aggregateDocument.ts'

/** Documents kept; the ones used longest ago go first. */
const documentsMax = 1_000
/** A document with more waiting in its outbox is not kept: memory is bounded by the two. */
const outboxMax = 200
/** Command keys kept, over all documents: about 20 MB. */
const keysMax = 200_000

export type KeptDocument = {
  stored: Stored<AggregateBody>
  /** Digests of every command that ever had an event here: known where this process has written the document from its birth on without a break. */
  keys?: Set<string>
}

export type RecentDocuments = ReturnType<typeof recentDocuments>

/**
 * Documents as this process last wrote them. What is kept may have been overtaken by another process, so it serves for one thing: to decide on
 * and then to replace at its revision, which fails if it was overtaken. Whatever else a rule answers is answered on a document that was just read.
 * It saves the two readings that an update otherwise begins with: of the document, and of history for a key that is not there.
 */
export const recentDocuments = () => {
  const kept = new Map<string, KeptDocument>()
  let keysKept = 0

  const drop = (id: string): void => {
    keysKept -= kept.get(id)?.keys?.size ?? 0
    kept.delete(id)
  }
  /** The keys known up to the revision that this write replaced, and its own. */
  const keysAfter = ({ id, revision }: Stored<AggregateBody>, added: readonly string[], isBirth: boolean): Set<string> | undefined => {
    const before = kept.get(id)
    const keys = isBirth ? new Set<string>() : before?.stored.revision === revision - 1 ? before.keys : undefined
    for (const key of added) keys?.add(key)
    return keys
  }

  return {
    take: (id: string): KeptDocument | undefined => kept.get(id),
    drop,
    /** `keys`: of the commands whose write this was; none for a write without a command. `isBirth`: the document had no event before it. */
    keep: (stored: Stored<AggregateBody>, { keys: added = [], isBirth = false }: { keys?: readonly string[]; isBirth?: boolean } = {}): void => {
      const sizeBefore = kept.get(stored.id)?.keys?.size ?? 0
      const keys = keysAfter(stored, added, isBirth)
      kept.delete(stored.id)
      keysKept -= sizeBefore
      if (stored.body.outbox.length > outboxMax) return
      deepFreeze(stored.body.state)
      const isKnown = keys !== undefined && keysKept + keys.size <= keysMax
      kept.set(stored.id, isKnown ? { stored, keys } : { stored })
      keysKept += isKnown ? keys.size : 0
      if (kept.size > documentsMax) drop(kept.keys().next().value as string)
    },
  }
}

/** A state is handed out and kept at once: nobody may change it in place. What it shares with the state before is frozen already. */
const deepFreeze = (value: unknown): void => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return
  Object.freeze(value)
  for (const inner of Object.values(value)) deepFreeze(inner)
}
