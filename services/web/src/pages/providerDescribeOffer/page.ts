import { accessCodes, Category } from '@patchwork/events'
import { commonLanguages } from '@patchwork/http'
import { z } from 'zod'
import { asDrafted, differingInWords, type WholeOffer } from '../../directory/offer.ts'
import { languagesInOrder } from '../../directory/suiting.ts'
import { definePage, goOnceThere, goTo, type SignedInVisit } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { searchShows } from '../appearances.ts'
import { EditOfferForm, fillOffer, NewOfferForm, offerBodyOf, otherTimesOf } from '../providing/offerForm.ts'
import { otherExceptionsOf, repeats, rows } from '../providing/openingForm.ts'
import { openOrganisations, ownOffer, providing } from '../providing/own.ts'

const Drafted = z.object({ offerId: z.uuid() })

/** A new offer: nobody else sees it before it is published. */
export const providerNewOfferPage = definePage({
  name: 'providerDescribeOffer',
  path: '/provider/offers/new',
  for: providing,
  load: async (visit) => {
    const organisations = await openOrganisations(visit.services)
    if (organisations.length === 0) return goTo('/provider/organisation/new')
    return { isNew: true, organisations, otherTimes: [], ...(await choicesOf(visit, [])) }
  },
  form: NewOfferForm,
  fill: ({ organisations }: { organisations: { organisationId: string }[] }, { person }) => ({
    organisationId: organisations[0]?.organisationId,
    track: person.role === 'coordinator' ? 'join-in' : undefined,
  }),
  save: async ({ organisationId, track, ...described }, { services }) => {
    const { offerId } = await services.post('provider-directory', '/offers', { organisationId, track, ...offerBodyOf(described) }, Drafted)
    return goTo(`/provider/offers/${offerId}`, { notice: 'providerDescribeOffer.drafted' })
  },
})

/**
 * Says anew what an offer is. What it began as (to be helped, or to join in) stays. What is published is changed for everyone, or kept as a draft beside it; where a
 * draft waits, that is what is changed.
 */
export const providerEditOfferPage = definePage({
  name: 'providerDescribeOffer',
  path: '/provider/offers/:offerId/edit',
  for: providing,
  load: async (visit) => {
    const { offer: kept, version } = await ownOffer(visit.services, visit.params.offerId!)
    const offer = asDrafted(kept)
    const { t, format } = visit
    const otherTimes = [
      ...format.times(otherTimesOf(offer)).map(({ days, hours }) => `${days}, ${hours}`),
      ...differingInWords({ exceptions: otherExceptionsOf(offer), closedOnBankHolidays: false }, t, format),
    ]
    return { isNew: false, offer, version, draftedAt: kept.draft?.draftedAt, otherTimes, ...(await choicesOf(visit, offer.languages)) }
  },
  form: EditOfferForm,
  fill: ({ offer, version }: { offer: WholeOffer; version: string }) => fillOffer(offer, version),
  save: async ({ version, keepOtherTimes, as, ...described }, { services, params, appears }) => {
    const offer = asDrafted((await ownOffer(services, params.offerId!)).offer)
    const body = {
      organisationId: offer.organisation.organisationId,
      track: offer.track,
      ...offerBodyOf(described, keepOtherTimes ? { times: otherTimesOf(offer), exceptions: otherExceptionsOf(offer) } : undefined),
    }
    if (as === 'draft') {
      await services.put('provider-directory', path`/offers/${params.offerId!}/draft`, body, { ifMatch: version })
      const isWaiting = (await ownOffer(services, params.offerId!)).offer.draft !== undefined
      return goTo(`/provider/offers/${params.offerId}`, { notice: isWaiting ? 'providerDescribeOffer.keptAsDraft' : 'providerDescribeOffer.sameAsPublished' })
    }
    await services.put('provider-directory', path`/offers/${params.offerId!}`, body, { ifMatch: version })
    return goOnceThere({ appears }, `/provider/offers/${params.offerId}`, 'shell.saved', searchShows(services, params.offerId!))
  },
})

/** `spoken`: languages that the offer names already, whether or not they are among the common ones. */
const choicesOf = async ({ wards, language }: SignedInVisit, spoken: readonly string[]) => ({
  categories: Category.options,
  accessCodes,
  repeats,
  rows,
  languages: languagesInOrder([...commonLanguages, ...spoken], language),
  wards: (await wards()).map(({ properties }) => properties).sort((one, other) => one.name.localeCompare(other.name, language)),
})
