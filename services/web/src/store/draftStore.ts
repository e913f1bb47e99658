import { createHash } from 'node:crypto'
import { AlreadyExistsError, type DocumentStore } from '@patchwork/document-store'
import type { Sealer } from '@patchwork/encryption'
import { instant, type Runtime } from '@patchwork/runtime'
import type { z } from 'zod'
import { absoluteMs } from './sessionStore.ts'

const sweepPageSize = 200
const sweepPagesMax = 100

type DraftBody = { sealed: string; endsAt: string }

/** What somebody has entered so far in a form of several pages. It ends when the longest session would. */
export interface DraftStore {
  /** Undefined when there is none, or one that does not fit the schema any more. */
  read<Schema extends z.ZodType>(sessionId: string, name: string, schema: Schema): Promise<z.output<Schema> | undefined>
  /** Keeps it in place of what was there. Of two at the same time one stands. */
  keep(sessionId: string, name: string, draft: object): Promise<void>
  drop(sessionId: string, name: string): Promise<void>
  /** Removes what has ended. */
  sweep(): Promise<void>
}

export type DraftStoreOptions = { documents: DocumentStore; sealer: Sealer; runtime: Pick<Runtime, 'now'> }

/** Drafts in a collection of the web's own, sealed at rest, so that nothing personal stands in an address. */
export const openDraftStore = async ({ documents, sealer, runtime }: DraftStoreOptions): Promise<DraftStore> => {
  const drafts = await documents.collection<DraftBody>({
    service: 'web',
    name: 'drafts',
    fields: { endsAt: { path: 'endsAt', type: 'string' } },
    indexes: { 'by-ends-at': { fields: ['endsAt'] } },
  })
  const idOf = (sessionId: string, name: string) => createHash('sha256').update(`${sessionId}/${name}`).digest('hex')
  return {
    read: async (sessionId, name, schema) => {
      const id = idOf(sessionId, name)
      const stored = await drafts.get(id)
      if (!stored || stored.body.endsAt <= instant(runtime)) return undefined
      return schema.safeParse(sealer.open(stored.body.sealed, `web/draft/${id}`)).data
    },
    keep: async (sessionId, name, draft) => {
      const id = idOf(sessionId, name)
      const body = { sealed: sealer.seal(draft, `web/draft/${id}`), endsAt: instant({ now: () => runtime.now() + absoluteMs }) }
      const stored = await drafts.get(id)
      if (stored) await drafts.replace(id, body, { expectedRevision: stored.revision })
      else
        await drafts.insert(id, body).catch((error: unknown) => {
          if (!(error instanceof AlreadyExistsError)) throw error
        })
    },
    drop: async (sessionId, name) => void (await drafts.remove(idOf(sessionId, name))),
    sweep: async () => {
      for (let pages = 0; pages < sweepPagesMax; pages += 1) {
        const { documents: ended } = await drafts.find({ where: { endsAt: { atMost: instant(runtime) } }, limit: sweepPageSize })
        for (const { id, revision } of ended) await drafts.remove(id, { expectedRevision: revision })
        if (ended.length < sweepPageSize) return
      }
    },
  }
}
