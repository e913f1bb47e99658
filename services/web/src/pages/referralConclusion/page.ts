import { z } from 'zod'
import { choice } from '../../http/formFields.ts'
import { definePage, goOnceThere, goTo } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { accessIs } from '../appearances.ts'
import { endReasons, ownEndReasons } from '../referring/forms.ts'
import { bases, pageOf, type ReferralReader, referralHere } from '../referring/referralHere.ts'

/** Ends a referral with a reason. */
const conclusionPage = <const Codes extends readonly [string, ...string[]]>(reader: ReferralReader, reasons: Codes) =>
  definePage({
    name: 'referralConclusion',
    path: `${bases[reader]}/:referralId/conclusion`,
    for: [reader],
    load: async (visit) => {
      const here = await referralHere(visit, reader)
      if (!here.referral.steps.includes('conclusion')) return goTo(here.back)
      // Nobody has helped yet: then it cannot be done.
      return { ...here, reasons: reasons.filter((reason) => reason !== 'completed' || here.referral.status === 'accepted') }
    },
    form: z.strictObject({ reason: choice(reasons) }),
    save: async ({ reason }, { services, appears, params: { referralId } }) => {
      await services.post('referral', path`/referrals/${referralId!}/conclusion`, { reason })
      return goOnceThere({ appears }, pageOf(reader, referralId!), 'referralConclusion.done', accessIs(services, referralId!, 'none'))
    },
  })

export const myConclusionPage = conclusionPage('resident', ownEndReasons)
export const navigatorConclusionPage = conclusionPage('navigator', endReasons)
