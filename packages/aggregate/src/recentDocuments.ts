import type { Stored } from '@patchwork/document-store'
import type { AggregateBody } from './aggregateDocument.ts'

/** Documents kept; the ones used longest ago go first. */
const keptMax = 1_000
/** A document with more waiting in its outbox is not kept: memory is bounded by the two. */
const outboxMax = 100

export type RecentDocuments = ReturnType<typeof recentDocuments>

/**
 * Documents as this process last wrote them. What is kept may have been overtaken by another process, so it serves for one thing: to decide on
 * and then to replace at its revision, which fails if it was overtaken. Whatever else a rule answers is answered on a document that was just read.
 */
export const recentDocuments = () => {
  const kept = new Map<string, Stored<AggregateBody>>()
  return {
    take: (id: string): Stored<AggregateBody> | undefined => kept.get(id),
    drop: (id: string): void => void kept.delete(id),
    keep: (stored: Stored<AggregateBody>): void => {
      kept.delete(stored.id)
      if (stored.body.outbox.length > outboxMax) return
      deepFreeze(stored.body.state)
      kept.set(stored.id, stored)
      if (kept.size > keptMax) kept.delete(kept.keys().next().value as string)
    },
  }
}

/** A state is handed out and kept at once: nobody may change it in place. What it shares with the state before is frozen already. */
const deepFreeze = (value: unknown): void => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return
  Object.freeze(value)
  for (const inner of Object.values(value)) deepFreeze(inner)
}
