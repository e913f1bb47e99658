import type { Ports } from '@patchwork/aggregate'
import type { CollectionDefinition } from '@patchwork/document-store'
import { createSealer } from '@patchwork/encryption'
import { service } from './poolingStore.ts'

/** What people wrote of a spend. */
export type SpendWords = { invoiceNumber: string; purpose: string; payeeName: string }
/** What the account-holder wrote of a payment. */
export type PaymentWords = { reference: string }

type Sealed = { poolId: string; sealed: string }

const definition: CollectionDefinition = { service, name: 'words', fields: {}, indexes: {} }

/**
 * Words of spends and payments, by their ids: sealed at rest, never in an event, and outside the pool's document so that it does not grow with them.
 * They are written before what they belong to, and taken out again where that is refused.
 */
export const openWords = async ({ documents, dataKey, runtime }: Pick<Ports, 'documents' | 'dataKey' | 'runtime'>) => {
  const collection = await documents.collection<Sealed>(definition)
  const sealer = createSealer(dataKey, service, runtime)
  const contextOf = (id: string) => `${service}/words/${id}`
  const getMany = async <Words>(ids: readonly string[]): Promise<Map<string, Words>> =>
    new Map((await collection.getMany(ids)).map(({ id, body }) => [id, sealer.open<Words>(body.sealed, contextOf(id))]))
  return {
    getMany,
    /**
     * Writes words down, then does what they belong to; where that is refused, words that this call wrote are gone again. A repeat finds its words there.
     * Throws what `then` throws.
     */
    around: async <Result>(id: string, poolId: string, words: SpendWords | PaymentWords, then: () => Promise<Result>): Promise<Result> => {
      const isNew = await collection.insert(id, { poolId, sealed: sealer.seal(words, contextOf(id)) }).then(
        () => true,
        (error: unknown) => {
          if ((error as { code?: unknown }).code === 'already-exists') return false
          throw error
        },
      )
      try {
        return await then()
      } catch (error) {
        const isRefused = (error as { kind?: unknown }).kind !== undefined && (error as { kind?: unknown }).kind !== 'unavailable'
        if (isNew && isRefused) await collection.remove(id)
        throw error
      }
    },
  }
}
export type Words = Awaited<ReturnType<typeof openWords>>
