import { z } from 'zod'
import { definePage, goOnceThere, goTo, type SignedInVisit } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { pairIs } from '../administratorDuplicate/page.ts'
import { offerPairIs } from '../offerDuplicate/page.ts'
import { decidingOnOffers } from '../offerDuplicates/page.ts'

const HandedLink = z.object({ url: z.string(), expiresAt: z.string() })
const Vouched = z.object({ link: HandedLink.optional() })

const accountOf = ({ params }: SignedInVisit): string => `/administrator/accounts/${params.accountId}`
const about = (question: string, visit: SignedInVisit) => ({ question, about: visit.params.accountId!.slice(0, 8), back: accountOf(visit) })

/** Vouching that an account belongs to its person, where no mail can show it. For one without a password there is a link to hand over, shown once. */
export const administratorVouchingPage = definePage({
  name: 'confirm',
  path: '/administrator/accounts/:accountId/vouching',
  for: ['administrator'],
  load: async (visit) => about('vouching', visit),
  save: async (_values, visit) => {
    const { link } = await visit.services.post('identity', path`/accounts/${visit.params.accountId!}/vouching`, {}, Vouched)
    if (!link) return goTo(accountOf(visit), { notice: 'confirm.vouched' })
    return goTo(accountOf(visit), { notice: 'confirm.vouchedWithLink', handOver: { kind: 'invitation-link', value: link.url, expiresAt: link.expiresAt } })
  },
})

/** A link for somebody who has forgotten their password, where none can be mailed; shown once. */
export const administratorPasswordLinkPage = definePage({
  name: 'confirm',
  path: '/administrator/accounts/:accountId/password-link',
  for: ['administrator'],
  load: async (visit) => about('password-link', visit),
  save: async (_values, visit) => {
    const { url, expiresAt } = await visit.services.post('identity', path`/accounts/${visit.params.accountId!}/password-link`, {}, HandedLink)
    return goTo(accountOf(visit), { notice: 'confirm.passwordLink', handOver: { kind: 'password-link', value: url, expiresAt } })
  },
})

/** Closing an account: nobody signs in to it any more. */
export const administratorClosingPage = definePage({
  name: 'confirm',
  path: '/administrator/accounts/:accountId/closing',
  for: ['administrator'],
  load: async (visit) => about('closing', visit),
  save: async (_values, visit) => {
    await visit.services.post('identity', path`/accounts/${visit.params.accountId!}/closing`, {})
    return goTo(accountOf(visit), { notice: 'confirm.closed' })
  },
})

const importsPath = '/administrator/imports'

/** Something that is done with an import, once somebody has said yes to it. */
const importStep = (step: 'acceptance' | 'undoing' | 'dropping', notice: 'confirm.importAccepted' | 'confirm.importUndone' | 'confirm.importDropped') =>
  definePage({
    name: 'confirm',
    path: `${importsPath}/:importId/${step}`,
    for: ['administrator'],
    load: async ({ params }) => ({ question: `import-${step}`, back: `${importsPath}/${params.importId!}` }),
    save: async (_values, { services, params }) => {
      await services.post('provider-directory', path`/imports/${params.importId!}/${step}`, {})
      return goTo(`${importsPath}/${params.importId!}`, { notice })
    },
  })

export const administratorImportSteps = [
  importStep('acceptance', 'confirm.importAccepted'),
  importStep('undoing', 'confirm.importUndone'),
  importStep('dropping', 'confirm.importDropped'),
]

/** Looking at a feed no more. */
export const administratorFeedStopPage = definePage({
  name: 'confirm',
  path: '/administrator/feeds/:feedId/stop',
  for: ['administrator'],
  load: async () => ({ question: 'feed-stop', back: '/administrator/feeds' }),
  save: async (_values, { services, params }) => {
    await services.post('provider-directory', path`/feeds/${params.feedId!}/stop`, {})
    return goTo('/administrator/feeds', { notice: 'confirm.feedStopped' })
  },
})

const Name = z.object({ name: z.string() })

/** The council says that all of an offer is still right. The list of offers that nobody assures does it in one step; this asks first. */
export const administratorAssurancePage = definePage({
  name: 'confirm',
  path: '/administrator/offers/:offerId/assurance',
  for: ['administrator'],
  load: async ({ services, params }) => {
    const { name } = await services.get('provider-directory', path`/offers/${params.offerId!}`, Name)
    return { question: 'assurance', about: name, back: '/administrator/offers' }
  },
  save: async (_values, { services, params }) => {
    await services.post('provider-directory', path`/offers/${params.offerId!}/assurance`, {})
    return goTo('/administrator/offers', { notice: 'confirm.assuredByCouncil' })
  },
})

const duplicatesPath = '/administrator/duplicates'

/** Telling two organisations apart, taking that back, or undoing a merge. */
const duplicateStep = (
  step: 'rejection' | 'reopening' | 'undoing',
  status: 'rejected' | 'waiting',
  notice: 'confirm.toldApart' | 'confirm.toldApartNoMore' | 'confirm.mergeUndone',
) =>
  definePage({
    name: 'confirm',
    path: `${duplicatesPath}/:matchId/${step}`,
    for: ['administrator'],
    load: async ({ params }) => ({ question: `duplicate-${step}`, back: `${duplicatesPath}/${params.matchId!}` }),
    save: async (_values, { services, params, appears }) => {
      const matchId = params.matchId!
      await services.post('provider-directory', path`/duplicates/${matchId}/${step}`, {})
      return goOnceThere({ appears }, `${duplicatesPath}/${matchId}`, notice, pairIs(services, matchId, status))
    },
  })

/** The same of two offers, for those who keep them and for administrators. */
const offerDuplicateStep = (
  step: 'rejection' | 'reopening' | 'undoing',
  status: 'rejected' | 'waiting',
  notice: 'confirm.toldOffersApart' | 'confirm.toldApartNoMore' | 'confirm.mergeUndone',
) =>
  definePage({
    name: 'confirm',
    path: `/duplicates/:matchId/${step}`,
    for: decidingOnOffers,
    load: async ({ params }) => ({ question: `offer-duplicate-${step}`, back: `/duplicates/${params.matchId!}` }),
    save: async (_values, { services, params, appears }) => {
      const matchId = params.matchId!
      await services.post('provider-directory', path`/offer-duplicates/${matchId}/${step}`, {})
      return goOnceThere({ appears }, `/duplicates/${matchId}`, notice, offerPairIs(services, matchId, status))
    },
  })

export const offerDuplicateSteps = [
  offerDuplicateStep('rejection', 'rejected', 'confirm.toldOffersApart'),
  offerDuplicateStep('reopening', 'waiting', 'confirm.toldApartNoMore'),
  offerDuplicateStep('undoing', 'waiting', 'confirm.mergeUndone'),
]

export const administratorDuplicateSteps = [
  duplicateStep('rejection', 'rejected', 'confirm.toldApart'),
  duplicateStep('reopening', 'waiting', 'confirm.toldApartNoMore'),
  duplicateStep('undoing', 'waiting', 'confirm.mergeUndone'),
]
