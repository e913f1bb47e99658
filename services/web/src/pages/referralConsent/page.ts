import { definePage, goOnceThere, goTo } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { accessIs } from '../appearances.ts'
import { bases, pageOf, type ReferralReader, referralHere } from '../referring/referralHere.ts'

/** Asks once more, says what happens, and stops the sharing. */
const consentPage = (reader: ReferralReader) =>
  definePage({
    name: 'referralConsent',
    path: `${bases[reader]}/:referralId/consent-withdrawal`,
    for: [reader],
    load: async (visit) => {
      const here = await referralHere(visit, reader)
      return here.referral.steps.includes('consent-withdrawal') ? here : goTo(here.back)
    },
    save: async (_, { services, appears, params: { referralId } }) => {
      await services.post('referral', path`/referrals/${referralId!}/consent-withdrawal`, {})
      return goOnceThere({ appears }, pageOf(reader, referralId!), 'referralConsent.done', accessIs(services, referralId!, 'none'))
    },
  })

export const myConsentPage = consentPage('resident')
export const navigatorConsentPage = consentPage('navigator')
