import { DeclineReason } from '@patchwork/events'
import { z } from 'zod'
import { optionalLines } from '../../http/formFields.ts'
import { definePage, goTo } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { providing } from '../providing/own.ts'
import { requestOf } from '../providing/requests.ts'

const noteMax = 1_000
export const DeclineForm = z.strictObject({ reason: z.enum(DeclineReason.options, { error: 'choose-one' }), note: optionalLines(noteMax) })

/** Saying no, with the reason that the person and who referred are told. */
export const providerDeclinePage = definePage({
  name: 'providerDecline',
  path: '/provider/referrals/:referralId/decline',
  for: providing,
  load: async ({ services, params }) => {
    const referral = await requestOf(services, params.referralId!)
    return referral.steps.includes('decline') ? { referral, reasons: DeclineReason.options } : goTo(`/provider/referrals/${params.referralId}`)
  },
  form: DeclineForm,
  save: async ({ reason, note }, { services, params }) => {
    await services.post('referral', path`/referrals/${params.referralId!}/decline`, { reason, ...(note === undefined ? {} : { note }) })
    return goTo('/provider', { notice: 'providerDecline.done' })
  },
})
