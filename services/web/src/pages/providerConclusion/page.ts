import { EndReason } from '@patchwork/events'
import { z } from 'zod'
import { definePage, goOnceThere, goTo } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { accessIs } from '../appearances.ts'
import { providing } from '../providing/own.ts'
import { requestOf } from '../providing/requests.ts'

export const ConclusionForm = z.strictObject({ reason: z.enum(EndReason.options, { error: 'choose-one' }) })

/** Ending a request that was accepted: from then on nobody of the organisation sees who it was for. */
export const providerConclusionPage = definePage({
  name: 'providerConclusion',
  path: '/provider/referrals/:referralId/conclusion',
  for: providing,
  load: async ({ services, params }) => {
    const referral = await requestOf(services, params.referralId!)
    if (!referral.steps.includes('conclusion')) return goTo(`/provider/referrals/${params.referralId}`)
    return { referral, reasons: EndReason.options, unmarked: referral.outcomes.filter(({ result }) => result === undefined) }
  },
  form: ConclusionForm,
  save: async ({ reason }, { services, params, appears }) => {
    await services.post('referral', path`/referrals/${params.referralId!}/conclusion`, { reason })
    return goOnceThere({ appears }, '/provider', 'providerConclusion.done', accessIs(services, params.referralId!, 'none'))
  },
})
