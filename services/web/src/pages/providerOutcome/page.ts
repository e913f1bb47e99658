import { OutcomeResult } from '@patchwork/events'
import { z } from 'zod'
import { optionalLines } from '../../http/formFields.ts'
import { definePage, goTo } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { providing } from '../providing/own.ts'
import { requestOf } from '../providing/requests.ts'

const noteMax = 1_000
export const OutcomeForm = z.strictObject({ result: z.enum(OutcomeResult.options, { error: 'choose-one' }), note: optionalLines(noteMax) })

/** What came of one thing that the person hoped for. It may be changed until the request has ended. */
export const providerOutcomePage = definePage({
  name: 'providerOutcome',
  path: '/provider/referrals/:referralId/outcomes/:outcomeId',
  for: providing,
  load: async ({ services, params }) => {
    const referral = await requestOf(services, params.referralId!)
    const outcome = referral.outcomes.find(({ outcomeId }) => outcomeId === params.outcomeId)
    return outcome && referral.steps.includes('outcomes') ? { referral, outcome } : goTo(`/provider/referrals/${params.referralId}`)
  },
  form: OutcomeForm,
  fill: ({ outcome }: { outcome: { result?: string } }) => ({ result: outcome.result }),
  save: async ({ result, note }, { services, params }) => {
    const body = { outcomeId: params.outcomeId!, result, ...(note === undefined ? {} : { note }) }
    await services.post('referral', path`/referrals/${params.referralId!}/outcomes`, body)
    return goTo(`/provider/referrals/${params.referralId}`, { notice: 'shell.saved' })
  },
})
