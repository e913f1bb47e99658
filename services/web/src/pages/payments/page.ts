import { FundSource, type Role } from '@patchwork/events'
import { z } from 'zod'
import { definePage, type SignedInVisit } from '../../http/page.ts'
import { councilRoles, handOn, service } from '../pooling/pools.ts'
import { Pools } from '../pools/page.ts'
import { providing } from '../providing/own.ts'

const paymentsMax = 100
const csvTimeoutMs = 15_000
const Status = z.enum(['instructed', 'paid', 'reversed'])
const Payments = z.object({
  items: z.array(
    z.object({
      poolId: z.uuid(),
      poolName: z.string(),
      spendId: z.uuid(),
      status: Status,
      payeeName: z.string(),
      invoiceNumber: z.string(),
      invoicedOn: z.string(),
      totalPence: z.int(),
      sources: z.array(z.object({ fundSource: FundSource, amountPence: z.int() })),
      documentId: z.uuid().optional(),
      instructedAt: z.string(),
      paidOn: z.string().optional(),
      reference: z.string().optional(),
    }),
  ),
  after: z.string().optional(),
})

const paymentsPage = <const Audience extends readonly Role[]>(base: string, audience: Audience) =>
  definePage({
    name: 'payments',
    path: `${base}/payments`,
    for: audience,
    load: async (given) => {
      const { services, query } = given as SignedInVisit
      const status = Status.catch('instructed').parse(query.status)
      const [payments, pools] = await Promise.all([
        services.get(service, '/payments', Payments, { query: { status, limit: paymentsMax, after: query.after } }),
        services.get(service, '/pools', Pools, { query: { limit: paymentsMax } }),
      ])
      return { ...payments, pools: pools.items, status, statuses: Status.options, base, isFirst: query.after === undefined }
    },
  })

const csvPage = <const Audience extends readonly Role[]>(base: string, audience: Audience) =>
  definePage({
    name: 'payments',
    path: `${base}/payments.csv`,
    for: audience,
    load: async (given) => {
      const { services, raw } = given as SignedInVisit
      return handOn(await services.open(service, '/payments.csv', { timeoutMs: csvTimeoutMs }), raw.response)
    },
  })

/** What members of pools have decided to pay, for whoever holds the money: as a page and as the list that a bank run takes. */
export const paymentsPages = [
  paymentsPage('/provider', providing),
  paymentsPage('/council', councilRoles),
  csvPage('/provider', providing),
  csvPage('/council', councilRoles),
]
