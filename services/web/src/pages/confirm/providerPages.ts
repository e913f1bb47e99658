import { definePage, goOnceThere, goTo } from '../../http/page.ts'
import { path, ServiceProblem } from '../../serviceCalls.ts'
import { accessIs, searchShows } from '../appearances.ts'
import { ownOffer, providing } from '../providing/own.ts'
import { requestOf } from '../providing/requests.ts'

/** Saying yes to a request. Where a colleague was first, that is told; nothing is lost. */
export const providerAcceptancePage = definePage({
  name: 'confirm',
  path: '/provider/referrals/:referralId/acceptance',
  for: providing,
  load: async ({ services, params }) => {
    const back = `/provider/referrals/${params.referralId}`
    const referral = await requestOf(services, params.referralId!)
    return referral.steps.includes('acceptance') ? { question: 'acceptance', back } : goTo(back)
  },
  save: async (_values, { services, params, appears }) => {
    const referral = `/provider/referrals/${params.referralId}`
    try {
      await services.post('referral', path`/referrals/${params.referralId!}/acceptance`, {})
    } catch (error) {
      if (error instanceof ServiceProblem && error.code === 'referral-taken') return goTo(referral, { notice: 'confirm.colleagueFirst' })
      throw error
    }
    return goOnceThere({ appears }, referral, 'confirm.accepted', accessIs(services, params.referralId!, 'open'))
  },
})

/** Lets everyone find an offer. */
export const providerPublicationPage = definePage({
  name: 'confirm',
  path: '/provider/offers/:offerId/publication',
  for: providing,
  load: ({ services, params }) => aboutOffer('publication', services, params.offerId!),
  save: async (_values, { services, params, appears }) => {
    await services.post('provider-directory', path`/offers/${params.offerId!}/publication`, {})
    return goOnceThere({ appears }, `/provider/offers/${params.offerId}`, 'confirm.published', searchShows(services, params.offerId!))
  },
})

/** Shows an offer to nobody else any more. It may be published again. */
export const providerWithdrawalPage = definePage({
  name: 'confirm',
  path: '/provider/offers/:offerId/withdrawal',
  for: providing,
  load: ({ services, params }) => aboutOffer('withdrawal', services, params.offerId!),
  save: async (_values, { services, params, appears }) => {
    await services.post('provider-directory', path`/offers/${params.offerId!}/withdrawal`, {})
    return goOnceThere({ appears }, `/provider/offers/${params.offerId}`, 'confirm.withdrawn', searchShows(services, params.offerId!))
  },
})

const aboutOffer = async (question: string, services: Parameters<typeof ownOffer>[0], offerId: string) => {
  const { offer } = await ownOffer(services, offerId)
  return { question, about: offer.name, back: `/provider/offers/${offerId}` }
}
