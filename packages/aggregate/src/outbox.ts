import type { Runtime } from '@patchwork/runtime'
import { observe } from '@patchwork/telemetry'
import type { AggregateCollection } from './aggregateDocument.ts'
import type { Outbox } from './ports.ts'

/** The outbox of one kind of aggregate, as it is looked at from outside, and its two gauges. `forget` ends those. */
export const watchOutbox = (aggregate: string, documents: AggregateCollection, runtime: Pick<Runtime, 'now'>): { outbox: Outbox; forget(): void } => {
  const oldest = async (): Promise<string | undefined> => {
    const first = await documents.find({ where: { pendingSince: { above: '' } }, sort: [{ field: 'pendingSince', direction: 'ascending' }], limit: 1 })
    return first.documents[0]?.body.pendingSince
  }
  const count = (): Promise<number> => documents.count({ pendingSince: { above: '' } })
  const attributes = { 'patchwork.aggregate': aggregate }
  const gauges = [
    observe('patchwork.outbox.depth', async () => [{ value: await count(), attributes }]),
    observe('patchwork.outbox.age', async () => {
      const since = await oldest()
      return [{ value: since === undefined ? 0 : Math.max(0, runtime.now() - Date.parse(since)) / 1000, attributes }]
    }),
  ]
  return {
    outbox: {
      aggregate,
      waiting: async () => {
        const [waiting, since] = await Promise.all([count(), oldest()])
        return { count: waiting, ...(since === undefined ? {} : { since }) }
      },
    },
    forget: () => {
      for (const forget of gauges) forget()
    },
  }
}
