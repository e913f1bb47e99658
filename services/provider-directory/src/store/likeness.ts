import { createHmac, hkdfSync } from 'node:crypto'
import type { Ports } from '@patchwork/aggregate'
import type { Collection } from '@patchwork/document-store'
import type { Trait, TraitKind } from '../domain/likeness.ts'
import { service } from './directory.ts'

/** What an organisation is known by, each as `kind.digest`: a sole trader's number and name are personal data, and stand nowhere unsealed. */
type LikenessBody = { traits: string[] }
/** A trait that more organisations have says nothing of any two of them. */
const sharedByMax = 20

export type Likenesses = {
  /** Whether all of these are kept of it already. */
  has(organisationId: string, traits: readonly Trait[]): Promise<boolean>
  /** Keeps what `read` gives, whoever else writes meanwhile; undefined forgets it. Gives it. `read` is called again where another write came between. */
  keep(organisationId: string, read: () => Promise<Trait[] | undefined>): Promise<readonly string[]>
  /** The others that have some of these, with the kinds of trait that they share. */
  others(organisationId: string, kept: readonly string[]): Promise<Map<string, Set<TraitKind>>>
}

/** Opens what organisations are compared by. It follows from their documents: whatever is missing comes back with the next event. */
export const openLikenesses = async ({ documents, dataKey }: Pick<Ports, 'documents' | 'dataKey'>): Promise<Likenesses> => {
  const collection: Collection<LikenessBody> = await documents.collection<LikenessBody>({
    service,
    name: 'organisation-likeness',
    fields: { trait: { path: 'traits', type: 'string', array: true } },
    indexes: { 'by-trait': { fields: ['trait'] } },
  })
  const key = Buffer.from(hkdfSync('sha256', dataKey, 'patchwork', 'provider-directory/likeness', 32))
  const kept = ({ kind, value }: Trait): string => `${kind}.${createHmac('sha256', key).update(`${kind}/${value}`).digest('base64url').slice(0, 22)}`
  return {
    has: async (organisationId, traits) => {
      const known = new Set((await collection.get(organisationId))?.body.traits)
      return traits.every((trait) => known.has(kept(trait)))
    },
    keep: async (organisationId, read) => {
      for (;;) {
        // Read after what is kept, so that what is written is never older than what it replaces.
        const stored = await collection.get(organisationId)
        const said = await read()
        const traits = said && [...new Set(said.map(kept))]
        if (traits === undefined) {
          if (!stored || (await collection.remove(organisationId, { expectedRevision: stored.revision })) !== 'stale') return []
        } else if (!stored) {
          const isThere = await collection.insert(organisationId, { traits }).then(
            () => true,
            (error: { code?: unknown }) => {
              if (error.code !== 'already-exists') throw error
              return false
            },
          )
          if (isThere) return traits
        } else if (stored.body.traits.join() === traits.join()) return traits
        else if ((await collection.replace(organisationId, { traits }, { expectedRevision: stored.revision })) === 'replaced') return traits
      }
    },
    others: async (organisationId, traits) => {
      const shared = new Map<string, Set<TraitKind>>()
      const having = await Promise.all(traits.map((trait) => collection.find({ where: { trait: { has: trait } }, limit: sharedByMax + 1 })))
      for (const [at, { documents: found }] of having.entries()) {
        if (found.length > sharedByMax) continue
        const trait = traits[at]!
        const kind = trait.slice(0, trait.indexOf('.')) as TraitKind
        for (const { id } of found) if (id !== organisationId) shared.set(id, (shared.get(id) ?? new Set()).add(kind))
      }
      return shared
    },
  }
}
