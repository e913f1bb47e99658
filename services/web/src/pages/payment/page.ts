import { PoolPaymentReversed, type Role } from '@patchwork/events'
import { z } from 'zod'
import { choice, line } from '../../http/formFields.ts'
import { definePage, goTo, type SignedInVisit } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { councilRoles, poolOf, SpendView, service } from '../pooling/pools.ts'
import { day } from '../providing/londonDay.ts'
import { providing } from '../providing/own.ts'

const reasons = PoolPaymentReversed.data.shape.reason.options
const PaymentForm = z.strictObject({ paidOn: day(), reference: line(60) })
const ReversalForm = z.strictObject({ reason: choice(reasons) })

const load = async (visit: SignedInVisit, base: string, step: 'confirm-payment' | 'reverse-payment') => {
  const { poolId, spendId } = visit.params as { poolId: string; spendId: string }
  const [pool, spend] = await Promise.all([poolOf(visit.services, poolId), visit.services.get(service, path`/pools/${poolId}/spends/${spendId}`, SpendView)])
  return { pool, spend, base, step, reasons, mayDo: spend.steps.includes(step) }
}

const paymentPage = <const Audience extends readonly Role[]>(base: string, audience: Audience) =>
  definePage({
    name: 'payment',
    path: `${base}/payments/:poolId/:spendId`,
    for: audience,
    load: (visit) => load(visit as SignedInVisit, base, 'confirm-payment'),
    form: PaymentForm,
    save: async (values, given) => {
      const { services, params } = given as SignedInVisit
      await services.post(service, path`/pools/${params.poolId!}/spends/${params.spendId!}/payment`, values)
      return goTo(`${base}/payments/${params.poolId}/${params.spendId}`, { notice: 'pooling.notice.paid' })
    },
  })

const reversalPage = <const Audience extends readonly Role[]>(base: string, audience: Audience) =>
  definePage({
    name: 'payment',
    path: `${base}/payments/:poolId/:spendId/reversal`,
    for: audience,
    load: (visit) => load(visit as SignedInVisit, base, 'reverse-payment'),
    form: ReversalForm,
    save: async (values, given) => {
      const { services, params } = given as SignedInVisit
      await services.post(service, path`/pools/${params.poolId!}/spends/${params.spendId!}/payment-reversal`, values)
      return goTo(`${base}/payments/${params.poolId}/${params.spendId}`, { notice: 'pooling.notice.reversed' })
    },
  })

/** One payment, for whoever holds the money: say that it is paid, or that it came back. */
export const paymentPages = [
  paymentPage('/provider', providing),
  paymentPage('/council', councilRoles),
  reversalPage('/provider', providing),
  reversalPage('/council', councilRoles),
]
