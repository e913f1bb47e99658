import { openReadModel, type Ports } from '@patchwork/aggregate'
import { PoolFounded, type Posting } from '@patchwork/events'
import { calendarDay } from '@patchwork/runtime'
import { movement } from '../domain/pool.ts'
import { service } from './poolingStore.ts'

/** What one event moved on each of the four accounts of a pool, together always zero; a fact per event, so that sums can be asked for. */
type Movement = { poolId: string; sequence: number; day: string; budgetPence: number; freePence: number; committedPence: number; paidPence: number }
export type Balances = Pick<Movement, 'budgetPence' | 'freePence' | 'committedPence' | 'paidPence'>

const accounts = ['budgetPence', 'freePence', 'committedPence', 'paidPence'] as const
const integer = (path: string) => ({ path, type: 'integer' }) as const
const string = (path: string) => ({ path, type: 'string' }) as const

export const openMovements = async (ports: Ports) => {
  const model = await openReadModel<Movement>(
    {
      service,
      name: 'movements',
      version: 1,
      topics: [PoolFounded.topic],
      fields: {
        poolId: string('poolId'),
        day: string('day'),
        sequence: integer('sequence'),
        budgetPence: integer('budgetPence'),
        freePence: integer('freePence'),
        committedPence: integer('committedPence'),
        paidPence: integer('paidPence'),
      },
      indexes: { 'by-day': { fields: ['poolId', 'day'] }, 'by-sequence': { fields: ['poolId', 'sequence'] } },
      idOf: ({ subject, sequence, data }) => (Array.isArray(data.postings) && data.postings.length > 0 ? `${subject}/${sequence}` : undefined),
      project: (_, { subject, sequence, time, data }) => {
        const postings = data.postings as Posting[]
        const net = (account: Posting['from']) => postings.reduce((sum, posting) => sum + movement(posting, account), 0)
        return {
          poolId: subject,
          sequence,
          day: calendarDay(Date.parse(time)),
          budgetPence: net('budget'),
          freePence: net('free'),
          committedPence: net('committed'),
          paidPence: net('paid'),
        }
      },
    },
    ports,
  )
  const sumsOf = (sums: Record<string, number> | undefined): Balances =>
    Object.fromEntries(accounts.map((account) => [account, sums?.[account] ?? 0])) as Balances
  const sumWhere = async (where: object): Promise<Balances> => sumsOf((await model.collection().tally({ where: where as never, sum: accounts }))[0]?.sums)
  return {
    model,
    /** How a pool's accounts stand after the event of this sequence. */
    upTo: (poolId: string, sequence: number): Promise<Balances> => sumWhere({ poolId: { equals: poolId }, sequence: { atMost: sequence } }),
    /** How they stand at the end of each day on which something moved, and at the end of the day before the first. */
    byDay: async (
      poolId: string,
      { fromOn, untilOn }: { fromOn: string; untilOn: string },
    ): Promise<{ before: Balances; days: ({ day: string } & Balances)[] }> => {
      const before = await sumWhere({ poolId: { equals: poolId }, day: { below: fromOn } })
      const where = { poolId: { equals: poolId }, day: { atLeast: fromOn, atMost: untilOn } }
      const rows = (await model.collection().tally({ where, by: ['day'], sum: accounts })).sort((one, other) =>
        String(one.by.day) < String(other.by.day) ? -1 : 1,
      )
      let standing = before
      const days = rows.map(({ by, sums }) => {
        const moved = sumsOf(sums)
        standing = Object.fromEntries(accounts.map((account) => [account, standing[account] + moved[account]])) as Balances
        return { day: String(by.day), ...standing }
      })
      return { before, days }
    },
  }
}
export type Movements = Awaited<ReturnType<typeof openMovements>>
