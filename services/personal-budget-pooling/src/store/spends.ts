import { openReadModel, type Ports } from '@patchwork/aggregate'
import { PoolFounded } from '@patchwork/events'
import { evolveSpend, type Spend, type SpendEvent } from '../domain/spend.ts'
import { service } from './poolingStore.ts'

export type SpendRow = Spend & { poolId: string }

const string = (path: string) => ({ path, type: 'string' }) as const
const spendKinds = [
  'pool.spend-proposed.v1',
  'pool.spend-voted.v1',
  'pool.spend-instructed.v1',
  'pool.spend-refused.v1',
  'pool.spend-paid.v1',
  'pool.payment-reversed.v1',
]

/** Every spend there ever was, by pool, by who is asked to pay, and by invoice. A pool's own document holds only those that are open or lately paid. */
export const openSpends = async (ports: Ports) => {
  const model = await openReadModel<SpendRow>(
    {
      service,
      name: 'spends',
      version: 1,
      topics: [PoolFounded.topic],
      fields: {
        poolId: string('poolId'),
        holderKey: string('holderKey'),
        status: string('status'),
        proposedAt: string('proposedAt'),
        instructedAt: string('instructedAt'),
        invoiceKey: string('invoiceKey'),
        isStanding: { path: 'isStanding', type: 'boolean' },
      },
      indexes: {
        'by-pool': { fields: ['poolId', 'proposedAt'] },
        'by-holder': { fields: ['holderKey', 'status', 'instructedAt'], sparse: true },
        'by-invoice': { fields: ['invoiceKey', 'isStanding'] },
      },
      idOf: (event) => (spendKinds.includes(event.type) ? String(event.data.spendId) : undefined),
      project: (current, event) => {
        const spend = evolveSpend(current, { type: event.type, data: event.data } as unknown as SpendEvent, event.sequence)
        return spend && { ...spend, poolId: event.subject }
      },
    },
    ports,
  )
  const rows = () => model.collection()
  return {
    model,
    get: async (spendId: string): Promise<SpendRow | undefined> => (await rows().get(spendId))?.body,
    /** Every spend, page by page. */
    page: async (after: string | undefined): Promise<{ items: SpendRow[]; after?: string }> => {
      const page = await rows().find({ limit: 200, ...(after === undefined ? {} : { after }) })
      return { items: page.documents.map(({ body }) => body), ...(page.after === undefined ? {} : { after: page.after }) }
    },
    /** Of one pool, the newest first. */
    ofPool: async (poolId: string, { limit, after }: { limit: number; after?: string | undefined }) => {
      const page = await rows().find({
        where: { poolId: { equals: poolId } },
        sort: [{ field: 'proposedAt', direction: 'descending' }],
        limit,
        ...(after === undefined ? {} : { after }),
      })
      return { items: page.documents.map(({ body }) => body), ...(page.after === undefined ? {} : { after: page.after }) }
    },
    /** What account-holders are asked to pay, or have paid, the longest waiting first. */
    ofHolders: async (holderKeys: readonly string[], status: Spend['status'], { limit, after }: { limit: number; after?: string | undefined }) => {
      const page = await rows().find({
        where: { holderKey: { in: holderKeys }, status: { equals: status } },
        sort: [{ field: 'instructedAt', direction: 'ascending' }],
        limit,
        ...(after === undefined ? {} : { after }),
      })
      return { items: page.documents.map(({ body }) => body), ...(page.after === undefined ? {} : { after: page.after }) }
    },
    /** Whether a spend of any pool stands on this invoice. */
    isInvoiceKnown: async (invoiceKey: string): Promise<boolean> =>
      (await rows().count({ invoiceKey: { equals: invoiceKey }, isStanding: { equals: true } })) > 0,
  }
}
export type Spends = Awaited<ReturnType<typeof openSpends>>
