import { FundSource, Pence } from '@patchwork/events'
import { type AnyRoute, defineRoute, ListQuery } from '@patchwork/http'
import { z } from 'zod'
import type { FundSource as Source } from '../domain/pool.ts'
import { holderKeysOf } from '../domain/relation.ts'
import type { Neighbours } from '../store/neighbours.ts'
import type { PoolingStore } from '../store/poolingStore.ts'
import type { SpendRow, Spends } from '../store/spends.ts'
import type { Words } from '../store/words.ts'
import { askerOf, dayOf } from './asker.ts'
import { toCsv } from './csv.ts'
import { wordsFor } from './shown.ts'

/** Rows of one list for the bank; what is more comes when these are paid. */
const csvRowsMax = 5_000
const csvPage = 200

const PaymentLine = z.object({
  poolId: z.uuid(),
  poolName: z.string(),
  spendId: z.uuid(),
  status: z.enum(['instructed', 'paid', 'reversed']),
  payeeOrganisationId: z.uuid(),
  payeeName: z.string(),
  invoiceNumber: z.string(),
  invoicedOn: z.string(),
  totalPence: Pence,
  sources: z.array(z.object({ fundSource: FundSource, amountPence: Pence })),
  documentId: z.uuid().optional(),
  instructedAt: z.string(),
  paidOn: z.string().optional(),
  reference: z.string().optional(),
})
type PaymentLine = z.output<typeof PaymentLine>

type Dependencies = { store: PoolingStore; neighbours: Neighbours; spends: Spends; words: Words }

/** The routes of the account-holder: what it is asked to pay. */
export const paymentRoutes = (dependencies: Dependencies): AnyRoute[] => [listRoute(dependencies), csvRoute(dependencies)]

const listRoute = ({ store, neighbours, spends, words }: Dependencies) =>
  defineRoute({
    method: 'get',
    path: '/payments',
    policy: 'payment.list',
    summary: 'What one is asked to pay as an account-holder, or has paid, the longest waiting first',
    query: ListQuery.extend({ status: z.enum(['instructed', 'paid', 'reversed']).default('instructed') }),
    answer: z.object({ items: z.array(PaymentLine), after: z.string().optional() }),
    own: 'by-caller',
    handle: async ({ caller, query: { status, ...page } }) => {
      const holderKeys = holderKeysOf(await askerOf(caller, neighbours))
      const { items, after } = await spends.ofHolders(holderKeys, status, page)
      return { body: { items: await linesOf({ store, words }, items), ...(after === undefined ? {} : { after }) } }
    },
  })

const linesOf = async ({ store, words }: Pick<Dependencies, 'store' | 'words'>, rows: readonly SpendRow[]): Promise<PaymentLine[]> => {
  const [pools, written] = await Promise.all([store.pools.getMany([...new Set(rows.map(({ poolId }) => poolId))]), wordsFor(words, rows)])
  const names = new Map(pools.map(({ id, details }) => [id, details?.name ?? '']))
  return rows.map((row) => {
    const { poolId, spendId, payeeOrganisationId, invoicedOn, totalPence, documentId, paidOn, paymentId, instructedAt = '' } = row
    const reference = paymentId === undefined ? undefined : written.payments.get(paymentId)?.reference
    return {
      ...{ poolId, poolName: names.get(poolId) ?? '', spendId, status: row.status as PaymentLine['status'], payeeOrganisationId },
      ...{ payeeName: written.spends.get(spendId)?.payeeName ?? '', invoiceNumber: written.spends.get(spendId)?.invoiceNumber ?? '' },
      ...{ invoicedOn, totalPence, sources: sourcesOf(row), instructedAt },
      ...(documentId === undefined ? {} : { documentId }),
      ...(paidOn === undefined ? {} : { paidOn }),
      ...(reference === undefined ? {} : { reference }),
    }
  })
}

const sourcesOf = ({ shares }: SpendRow) =>
  FundSource.options.flatMap((fundSource) => {
    const amountPence = shares.reduce((sum, share) => (share.fundSource === fundSource ? sum + share.amountPence : sum), 0)
    return amountPence === 0 ? [] : [{ fundSource, amountPence }]
  })

const columns = [
  ...['payment id', 'pool', 'payee', 'payee id', 'invoice number', 'invoice date', 'instructed on', 'currency', 'amount'],
  ...['council net', 'own contribution', 'top-up', 'NHS'],
]

const pounds = (pence: number): string => `${Math.floor(pence / 100)}.${String(pence % 100).padStart(2, '0')}`

const csvRow = (line: PaymentLine): string[] => {
  const from = (fundSource: Source) => pounds(line.sources.find((source) => source.fundSource === fundSource)?.amountPence ?? 0)
  return [
    ...[line.spendId, line.poolName, line.payeeName, line.payeeOrganisationId, line.invoiceNumber, line.invoicedOn, dayOf(line.instructedAt)],
    ...['GBP', pounds(line.totalPence), from('council-net'), from('own-contribution'), from('top-up'), from('nhs')],
  ]
}

/** The list for the bank or the ledger: one row per payment, amounts in pounds with two decimals, days as YYYY-MM-DD, columns as in `columns`. */
const csvRoute = ({ store, neighbours, spends, words }: Dependencies) =>
  defineRoute({
    method: 'get',
    path: '/payments.csv',
    policy: 'payment.list',
    summary: `What one is asked to pay, as CSV (RFC 4180, UTF-8, the longest waiting first, at most ${csvRowsMax} rows). Columns: ${columns.join(', ')}`,
    own: 'by-caller',
    handle: async ({ caller, raw: { response } }) => {
      const holderKeys = holderKeysOf(await askerOf(caller, neighbours))
      const rows: string[][] = []
      let after: string | undefined
      do {
        const page = await spends.ofHolders(holderKeys, 'instructed', { limit: csvPage, after })
        rows.push(...(await linesOf({ store, words }, page.items)).map(csvRow))
        after = page.after
      } while (after !== undefined && rows.length < csvRowsMax)
      response
        .status(200)
        .set({ 'Cache-Control': 'no-store', 'Content-Disposition': 'attachment; filename="payments.csv"', 'X-Content-Type-Options': 'nosniff' })
        .type('text/csv; charset=utf-8')
        .send(toCsv([columns, ...rows]))
      return undefined
    },
  })
