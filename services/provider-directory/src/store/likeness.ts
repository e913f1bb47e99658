import { createHmac, createSecretKey, hkdfSync } from 'node:crypto'
import type { Ports } from '@patchwork/aggregate'
import type { Collection } from '@patchwork/document-store'
import type { Trait } from '../domain/likeness.ts'
import { service } from './directory.ts'

/** What an organisation or an offer is known by, each as `kind.digest`: a sole trader's number and name are personal data, and stand nowhere unsealed. */
type LikenessBody = {
  traits: string[]
  /** It was compared with the others since these were kept. */
  isCompared?: true
}
/** A trait that more of them have says nothing of any two. */
const sharedByMax = 20

export type Likenesses<Kind extends string> = {
  /** Whether all of these are kept of it already, and it was compared with the others since: what a crash cut off between the two is done again. */
  has(id: string, traits: readonly Trait<Kind>[]): Promise<boolean>
  /** Keeps what `read` gives, whoever else writes meanwhile; undefined forgets it. Gives it. `read` is called again where another write came between. */
  keep(id: string, read: () => Promise<Trait<Kind>[] | undefined>): Promise<readonly Trait<Kind>[]>
  /** It was compared with the others as it is kept. */
  compared(id: string): Promise<void>
  /** The others that have some of these, with the kinds of trait that they share. */
  others(id: string, traits: readonly Trait<Kind>[]): Promise<Map<string, Set<Kind>>>
}

/** Opens what organisations or offers are compared by. It follows from their documents: whatever is missing comes back with the next event. */
export const openLikenesses = async <Kind extends string>(
  of: 'organisation' | 'offer',
  { documents, dataKey }: Pick<Ports, 'documents' | 'dataKey'>,
): Promise<Likenesses<Kind>> => {
  const collection: Collection<LikenessBody> = await documents.collection<LikenessBody>({
    service,
    name: `${of}-likeness`,
    fields: { trait: { path: 'traits', type: 'string', array: true } },
    indexes: { 'by-trait': { fields: ['trait'] } },
  })
  const key = createSecretKey(new Uint8Array(hkdfSync('sha256', dataKey, 'patchwork', 'provider-directory/likeness', 32)))
  const kept = ({ kind, value }: Trait<Kind>): string => `${kind}.${createHmac('sha256', key).update(`${kind}/${value}`).digest('base64url').slice(0, 22)}`
  return {
    has: async (id, traits) => {
      const stored = await collection.get(id)
      const known = new Set(stored?.body.traits)
      return stored?.body.isCompared === true && traits.every((trait) => known.has(kept(trait)))
    },
    keep: async (id, read) => {
      for (;;) {
        // Read after what is kept, so that what is written is never older than what it replaces.
        const stored = await collection.get(id)
        const said = await read()
        const traits = said && [...new Set(said.map(kept))]
        if (said === undefined || traits === undefined) {
          if (!stored || (await collection.remove(id, { expectedRevision: stored.revision })) !== 'stale') return []
        } else if (!stored) {
          const isThere = await collection.insert(id, { traits }).then(
            () => true,
            (error: { code?: unknown }) => {
              if (error.code !== 'already-exists') throw error
              return false
            },
          )
          if (isThere) return said
        } else if (stored.body.traits.join() === traits.join()) return said
        else if ((await collection.replace(id, { traits }, { expectedRevision: stored.revision })) === 'replaced') return said
      }
    },
    compared: async (id) => {
      const stored = await collection.get(id)
      // Where somebody writes meanwhile, they compare it too.
      if (stored && !stored.body.isCompared) await collection.replace(id, { ...stored.body, isCompared: true }, { expectedRevision: stored.revision })
    },
    others: async (id, traits) => {
      const shared = new Map<string, Set<Kind>>()
      const kindOf = new Map(traits.map((trait) => [kept(trait), trait.kind]))
      // One question each, asked together: the port asks an array field for one value at a time, and both drivers send on together what is asked together.
      await Promise.all(
        [...kindOf].map(async ([trait, kind]) => {
          const { documents: found } = await collection.find({ where: { trait: { has: trait } }, limit: sharedByMax + 1 })
          if (found.length > sharedByMax) return
          for (const other of found) if (other.id !== id) shared.set(other.id, (shared.get(other.id) ?? new Set()).add(kind))
        }),
      )
      return shared
    },
  }
}
