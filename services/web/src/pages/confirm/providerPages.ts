import { NotFoundError } from '@patchwork/http'
import { z } from 'zod'
import { WholeOrganisation } from '../../directory/offer.ts'
import { definePage, goOnceThere, goTo } from '../../http/page.ts'
import { path, ServiceProblem } from '../../serviceCalls.ts'
import { accessIs, nothingIsOffered, requestsStop, searchShows } from '../appearances.ts'
import { ownOffer, ownOrganisations, providing } from '../providing/own.ts'
import { requestOf } from '../providing/requests.ts'
import { ReferralLines } from '../referring/referrals.ts'

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

/** The draft as the reader saw it: one that a colleague has changed since is neither published nor thrown away. */
const DraftForm = z.strictObject({ version: z.string().regex(/^"\d{1,15}"$/, { error: 'form-not-read' }) })

/** Lets everyone find what the draft of an edit says, in place of what they found before. */
export const providerDraftPublicationPage = definePage({
  name: 'confirm',
  path: '/provider/offers/:offerId/draft/publication',
  for: providing,
  load: ({ services, params }) => aboutDraft('draft-publication', services, params.offerId!),
  form: DraftForm,
  save: async ({ version }, { services, params, appears }) => {
    await services.post('provider-directory', path`/offers/${params.offerId!}/draft/publication`, {}, z.unknown(), { ifMatch: version })
    return goOnceThere({ appears }, `/provider/offers/${params.offerId}`, 'confirm.draftPublished', searchShows(services, params.offerId!))
  },
})

/** Throws the draft of an edit away; what everyone finds stays. */
export const providerDraftDiscardingPage = definePage({
  name: 'confirm',
  path: '/provider/offers/:offerId/draft/discarding',
  for: providing,
  load: ({ services, params }) => aboutDraft('draft-discarding', services, params.offerId!),
  form: DraftForm,
  save: async ({ version }, { services, params }) => {
    await services.post('provider-directory', path`/offers/${params.offerId!}/draft/discarding`, {}, z.unknown(), { ifMatch: version })
    return goTo(`/provider/offers/${params.offerId}`, { notice: 'confirm.draftDiscarded' })
  },
})

/** Says that all of an offer is still right: nothing else about it changes. */
export const providerAssurancePage = definePage({
  name: 'confirm',
  path: '/provider/offers/:offerId/assurance',
  for: providing,
  load: ({ services, params }) => aboutOffer('assurance', services, params.offerId!),
  save: async (_values, { services, params, appears }) => {
    await services.post('provider-directory', path`/offers/${params.offerId!}/assurance`, {})
    return goOnceThere({ appears }, `/provider/offers/${params.offerId}`, 'confirm.assured', searchShows(services, params.offerId!))
  },
})

/** Says again what was last said of room, in one step. */
export const providerRenewalPage = definePage({
  name: 'confirm',
  path: '/provider/offers/:offerId/renewal',
  for: providing,
  load: ({ services, params }) => aboutOffer('renewal', services, params.offerId!),
  save: async (_values, { services, params, appears }) => {
    await services.post('provider-directory', path`/offers/${params.offerId!}/capacity-renewal`, {})
    return goOnceThere({ appears }, '/provider', 'confirm.renewed', searchShows(services, params.offerId!))
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

const JoiningCode = z.object({ code: z.string(), expiresAt: z.string() })

/** A code by which one colleague can join; its owner hands it over, and is shown it once. */
export const providerJoiningCodePage = definePage({
  name: 'confirm',
  path: '/provider/organisations/:organisationId/joining-code',
  for: providing,
  load: async ({ services, params }) => {
    const organisation = await ownOrganisation(services, params.organisationId)
    if (organisation.memberRole !== 'owner' || organisation.closedAt !== undefined) throw new NotFoundError()
    return { question: 'joining-code', about: organisation.name, back: `/provider/organisations/${params.organisationId!}/invitations` }
  },
  save: async (_values, { services, params }) => {
    const { code, expiresAt } = await services.post('provider-directory', path`/organisations/${params.organisationId!}/joining-codes`, {}, JoiningCode)
    return goTo('/provider', { notice: 'confirm.joiningCode', handOver: { kind: 'joining-code', value: code, expiresAt } })
  },
})

/** A code by which one colleague takes the owner's place; they hand it over, and are shown it once. */
export const providerHandOverPage = definePage({
  name: 'confirm',
  path: '/provider/organisations/:organisationId/hand-over',
  for: providing,
  load: async ({ services, params }) => {
    const organisation = await ownOrganisation(services, params.organisationId)
    if (organisation.memberRole !== 'owner' || organisation.closedAt !== undefined) throw new NotFoundError()
    return { question: 'hand-over', about: organisation.name, back: '/provider' }
  },
  save: async (_values, { services, params }) => {
    const { code, expiresAt } = await services.post('provider-directory', path`/organisations/${params.organisationId!}/hand-over`, {}, JoiningCode)
    return goTo('/provider', { notice: 'confirm.handOver', handOver: { kind: 'hand-over-code', value: code, expiresAt } })
  },
})

/** Acting for an organisation no more. */
export const providerLeavingPage = definePage({
  name: 'confirm',
  path: '/provider/organisations/:organisationId/leaving',
  for: providing,
  load: async ({ services, params }) => ({
    question: 'leaving',
    about: (await ownOrganisation(services, params.organisationId)).name,
    back: '/provider',
  }),
  save: async (_values, { services, params, appears }) => {
    await services.post('provider-directory', path`/organisations/${params.organisationId!}/leaving`, {})
    return goOnceThere({ appears }, '/provider', 'confirm.left', requestsStop(services, params.organisationId!))
  },
})

const openShownMax = 20
const referralsMax = 100

/** Closing an organisation for good. What is open is named first, with what becomes of it. */
export const providerClosingPage = definePage({
  name: 'confirm',
  path: '/provider/organisations/:organisationId/closing',
  for: providing,
  load: async ({ services, params }) => {
    const { memberRole, name, closedAt } = await ownOrganisation(services, params.organisationId)
    if (memberRole !== 'owner') throw new NotFoundError()
    if (closedAt !== undefined) return goTo('/provider')
    const referrals = (status: string) => services.get('referral', '/referrals', ReferralLines, { query: { status, limit: referralsMax } })
    const [{ offers }, waiting, inHand] = await Promise.all([
      services.get('provider-directory', path`/organisations/${params.organisationId!}`, WholeOrganisation),
      referrals('sent'),
      referrals('accepted'),
    ])
    const published = offers.filter(({ status }) => status === 'published').map((offer) => ({ name: offer.name, href: `/provider/offers/${offer.offerId}` }))
    const nameOf = new Map(offers.map((offer) => [offer.offerId, offer.name]))
    // Requests to those that were merged into it are about offers that it has now.
    const requests = ({ items, after }: z.output<typeof ReferralLines>, at: 'sentAt' | 'acceptedAt') => {
      const own = items.filter(({ organisationId, offerId }) => organisationId === params.organisationId || nameOf.has(offerId))
      const shown = own.map((one) => ({ name: nameOf.get(one.offerId), href: `/provider/referrals/${one.referralId}`, at: one[at] }))
      return { items: shown.slice(0, openShownMax), more: shown.length > openShownMax || after !== undefined }
    }
    const open = [
      { what: 'offers', items: published.slice(0, openShownMax), more: published.length > openShownMax },
      { what: 'waiting', ...requests(waiting, 'sentAt') },
      { what: 'in-hand', ...requests(inHand, 'acceptedAt') },
    ]
    return { question: 'organisation-closing', about: name, back: '/provider', open }
  },
  save: async (_values, { services, params, appears }) => {
    await services.post('provider-directory', path`/organisations/${params.organisationId!}/closing`, {})
    return goOnceThere({ appears }, '/provider', 'confirm.organisationClosed', nothingIsOffered(services, params.organisationId!))
  },
})

const ownOrganisation = async (services: Parameters<typeof ownOrganisations>[0], id: string | undefined) => {
  const organisation = (await ownOrganisations(services)).find(({ organisationId }) => organisationId === id)
  if (!organisation) throw new NotFoundError()
  return organisation
}

/** Takes a criminal-record check back; what it says is forgotten. */
export const providerCheckRemovalPage = definePage({
  name: 'confirm',
  path: '/provider/organisations/:organisationId/checks/:credentialId/removal',
  for: providing,
  load: async ({ params }) => ({ question: 'check-removal', back: `/provider/organisations/${params.organisationId!}/checks` }),
  save: async (_values, { services, params }) => {
    await services.post('provider-directory', path`/credentials/${params.credentialId!}/removal`, {})
    return goTo(`/provider/organisations/${params.organisationId!}/checks`, { notice: 'confirm.checkRemoved' })
  },
})

/** Where no draft waits, there is nothing to ask: the offer is shown. */
const aboutDraft = async (question: string, services: Parameters<typeof ownOffer>[0], offerId: string) => {
  const { offer, version } = await ownOffer(services, offerId)
  const back = `/provider/offers/${offerId}`
  return offer.draft ? { question, about: offer.draft.name, back, version } : goTo(back)
}

const aboutOffer = async (question: string, services: Parameters<typeof ownOffer>[0], offerId: string) => {
  const { offer } = await ownOffer(services, offerId)
  return { question, about: offer.name, back: `/provider/offers/${offerId}` }
}
